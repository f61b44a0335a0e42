#include "magenta/music/score/loose_timing.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <span>
#include <utility>

#include "magenta/music/score/sheet.h"

namespace magenta {
namespace {

/// A note lies off the grid from this many ticks on; from these, nobody wrote it there.
constexpr double kOffGridTicks = 1.0 / 3, kWrittenTicks = 1.0 / 20;
/// One in so many may be.
constexpr int64_t kSlips = 10;
/// Parts of a quarter that are written: notes begin on twelfths, eighths (of it: 32nds), fifths and
/// sevenths, and end on twelfths and eighths, or where others begin.
constexpr int kBegins[] = {12, 8, 5, 7}, kEnds[] = {12, 8};
constexpr int64_t kSixteenth = kTicksPerQuarter / 4, kTriplet = kTicksPerQuarter / 3;
constexpr int64_t kEighth = kTicksPerQuarter / 2;

double TicksAt(double seconds, double qpm) { return seconds * qpm / 60 * kTicksPerQuarter; }

double Nearest(double ticks, int64_t unit) {
  return std::round(ticks / static_cast<double>(unit)) * static_cast<double>(unit);
}

/// Whether `ticks`, counted from a quarter, is one of these parts of quarters.
bool IsWritten(double ticks, std::span<const int> parts) {
  return std::any_of(parts.begin(), parts.end(), [ticks](int part) {
    const double steps = ticks * part / kTicksPerQuarter;
    return std::abs(steps - std::round(steps)) * kTicksPerQuarter / part <= kWrittenTicks;
  });
}

/// Whether a silence of `ticks` after a note of `length` is how it was played: none is written so
/// often.
bool IsOfPlaying(double ticks, double length) {
  return ticks <= 2 * length && ticks < kTicksPerQuarter;
}

/// How a piece was played.
struct Playing {
  bool slips = false;     // some notes begin beside any place that is written
  bool loose = false;     // many do
  bool detached = false;  // notes are released early, or loosely
  bool staccato = false;  // on written places too
};

Playing PlayingOf(const QuantizedSequence& piece, int64_t bar_line) {
  const auto place = [&](double seconds) {
    return TicksAt(seconds, piece.qpm()) - static_cast<double>(bar_line);
  };
  std::map<int, std::set<double>> begins;
  for (const auto& note : piece.proto().notes()) {
    if (!note.is_drum()) begins[note.instrument()].insert(place(note.start_time()));
  }
  int64_t notes = 0, begin_beside = 0, end_beside = 0, before_silence = 0;
  for (const auto& note : piece.proto().notes()) {
    if (note.is_drum()) continue;
    ++notes;
    const double begin = place(note.start_time()), end = place(note.end_time());
    begin_beside += IsWritten(begin, kBegins) ? 0 : 1;
    const std::set<double>& own = begins[note.instrument()];
    const auto next = own.lower_bound(end - kWrittenTicks);
    const double silence = next == own.end() ? kTicksPerQuarter : *next - end;
    const bool meets_next = silence <= kWrittenTicks;
    end_beside += meets_next || IsWritten(end, kEnds) ? 0 : 1;
    before_silence += !meets_next && IsOfPlaying(silence, end - begin) ? 1 : 0;
  }
  const auto are_many = [notes](int64_t some) { return some * kSlips > notes; };
  const bool is_staccato = before_silence * 2 > notes;
  return {begin_beside > 0, are_many(begin_beside), are_many(end_beside) || is_staccato,
          is_staccato};
}

/// What begins in a quarter.
struct QuarterOnsets {
  double sixteenths = 0, triplets = 0;  // squares of how far it lies from these
  bool second = false, third = false;   // triplets that begin something

  void Add(double place) {
    const double triplet = Nearest(place, kTriplet);
    sixteenths += std::pow(place - Nearest(place, kSixteenth), 2);
    triplets += std::pow(place - triplet, 2);
    second = second || triplet == kTriplet;
    third = third || triplet == 2 * kTriplet;
  }
  bool is_triplet() const { return second && third && triplets < sixteenths; }
};

class LooseTiming {
 public:
  LooseTiming(const QuantizedSequence& piece, int64_t bar_line)
      : qpm_(piece.qpm()), bar_line_(static_cast<double>(bar_line)) {
    for (const auto& note : piece.proto().notes()) {
      if (note.is_drum()) continue;
      const double ticks = TicksAt(note.start_time(), qpm_) - bar_line_;
      const int64_t quarter = QuarterOf(ticks);
      quarters_[quarter].Add(ticks - static_cast<double>(quarter * kTicksPerQuarter));
    }
  }

  int64_t TickAt(double seconds) const {
    const double ticks = TicksAt(seconds, qpm_) - bar_line_;
    const auto quarter = quarters_.find(QuarterOf(ticks));
    const bool is_triplet = quarter != quarters_.end() && quarter->second.is_triplet();
    return std::llround(Nearest(ticks, is_triplet ? kTriplet : kSixteenth) + bar_line_);
  }

 private:
  static int64_t QuarterOf(double ticks) {
    return static_cast<int64_t>(std::floor(ticks / kTicksPerQuarter));
  }

  const double qpm_, bar_line_;
  std::map<int64_t, QuarterOnsets> quarters_;
};

/// A note that begins beside all that is written is a slip: near a sixteenth or a triplet of
/// eighths it is meant to be there. (Of long tuplets no note lies as near to the next quarter.)
void MendSlips(double qpm, int64_t bar_line, NoteSequence& written) {
  constexpr double kNear = 0.75;  // ticks
  for (auto& note : *written.mutable_notes()) {
    const double place = TicksAt(note.start_time(), qpm) - static_cast<double>(bar_line);
    if (note.is_drum() || IsWritten(place, kBegins)) continue;
    const double sixteenth = Nearest(place, kSixteenth), triplet = Nearest(place, kTriplet);
    const double meant =
        std::abs(place - triplet) < std::abs(place - sixteenth) ? triplet : sixteenth;
    if (std::abs(place - meant) >= kNear) continue;
    const int64_t start = std::max<int64_t>(std::llround(meant) + bar_line, 0);
    note.set_quantized_start_step(start);
    note.set_quantized_end_step(std::max(note.quantized_end_step(), start + 1));
  }
}

/// Ends the notes where the next of their instruments begin, where they are meant to; with
/// `some_stay` but for those that end as written.
void EndWhereMeant(double qpm, int64_t bar_line, bool some_stay, NoteSequence& written) {
  constexpr int64_t kLate = 2;  // ticks by which one may be let go after the next begins
  std::map<int, std::set<int64_t>> onsets;
  for (const auto& note : written.notes()) {
    if (!note.is_drum()) onsets[note.instrument()].insert(note.quantized_start_step());
  }
  for (auto& note : *written.mutable_notes()) {
    const double let_go = TicksAt(note.end_time(), qpm) - static_cast<double>(bar_line);
    if (note.is_drum() || (some_stay && IsWritten(let_go, kEnds))) continue;
    const int64_t start = note.quantized_start_step();
    const int64_t played = std::max(note.quantized_end_step(), start + 1);
    const std::set<int64_t>& own = onsets[note.instrument()];
    const auto next = own.lower_bound(std::max(start + 1, played - kLate));
    int64_t end = ReleaseMeant(start - bar_line, let_go) + bar_line;
    if (next != own.end()) {
      const auto silence = static_cast<double>(*next - played);
      const bool is_next = IsOfPlaying(silence, static_cast<double>(played - start));
      end = is_next ? *next : std::min(end, *next);
    }
    note.set_quantized_end_step(end);
  }
}

/// WrittenDown() of music that does not swing.
std::optional<WrittenPiece> WrittenDownStraight(const QuantizedSequence& piece, int64_t bar_line) {
  const Playing playing = PlayingOf(piece, bar_line);
  if (!playing.slips && !playing.detached) return std::nullopt;
  NoteSequence written = piece.proto();
  if (playing.slips && !playing.loose) MendSlips(piece.qpm(), bar_line, written);
  if (playing.loose) {
    const LooseTiming timing(piece, bar_line);
    for (auto& note : *written.mutable_notes()) {
      if (note.is_drum()) continue;
      note.set_quantized_start_step(std::max<int64_t>(timing.TickAt(note.start_time()), 0));
    }
  }
  if (playing.loose || playing.detached) {
    EndWhereMeant(piece.qpm(), bar_line, !playing.loose && !playing.staccato, written);
  }
  auto taken = TakeQuantized(std::move(written));
  if (!taken.ok()) return std::nullopt;  // it would be a little too long
  WrittenPiece heard{*std::move(taken), {}};
  if (playing.loose) {
    heard.remarks.emplace_back("played loosely: heard on sixteenths and triplets of eighths");
  }
  if (playing.detached) {
    heard.remarks.emplace_back("notes are released early or late: heard up to the next one");
  }
  return heard;
}

}  // namespace

bool LiesOffGrid(const NoteSequence::Note& note, double qpm) {
  const auto tick = static_cast<double>(note.quantized_start_step());
  return std::abs(TicksAt(note.start_time(), qpm) - tick) > kOffGridTicks;
}

int64_t PlayersTicks::Next(double place) {
  constexpr double kNew = 0.25;    // what a note counts in a mean
  constexpr double kLoose = 0.25;  // a tenth, as of pieces, would remember one slip for long
  const auto hear = [this](double& mean, double value) {
    mean = begun_ ? mean + kNew * (value - mean) : value;
  };
  hear(loose_, IsWritten(place, kBegins) ? 0 : 1);
  hear(sixteenths_, std::pow(place - Nearest(place, kSixteenth), 2));
  hear(triplets_, std::pow(place - Nearest(place, kTriplet), 2));
  begun_ = true;
  if (loose_ < kLoose) return std::llround(place);
  return std::llround(Nearest(place, triplets_ < sixteenths_ ? kTriplet : kSixteenth));
}

int64_t ReleaseMeant(int64_t start, double end) {
  constexpr int64_t kLate = 1;  // tick
  const auto up = [](int64_t ticks, int64_t unit) { return (ticks + unit - 1) / unit * unit; };
  const int64_t tick = std::max<int64_t>(std::llround(end), start + 1);
  if (IsWritten(end, kEnds)) return up(tick, kSixteenth);
  const int64_t length = std::max<int64_t>(tick - start - kLate, 1);
  return start + up(length, length >= kTicksPerQuarter ? kTicksPerQuarter
                            : length >= kEighth        ? kEighth
                                                       : kSixteenth);
}

std::optional<WrittenPiece> WrittenDown(const QuantizedSequence& piece, int64_t bar_line) {
  if (const Swing swing = SwingOf(piece, bar_line); !swing.is_straight()) {
    std::optional<QuantizedSequence> straight = WithoutSwing(piece, swing);
    if (!straight.has_value()) return std::nullopt;
    std::optional<WrittenPiece> written = WrittenDownStraight(*straight, bar_line);
    if (!written.has_value()) written = WrittenPiece{*std::move(straight), {}};
    written->swing = swing;
    written->remarks.insert(written->remarks.begin(), "swung: heard as even eighths");
    return written;
  }
  return WrittenDownStraight(piece, bar_line);
}

}  // namespace magenta
