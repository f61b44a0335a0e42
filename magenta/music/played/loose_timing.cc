#include "magenta/music/played/loose_timing.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>
#include <span>
#include <utility>

#include "magenta/base/utf8.h"
#include "magenta/music/played/ornaments.h"
#include "magenta/music/played/places.h"
#include "magenta/music/played/rolled_chords.h"
#include "magenta/music/score/sheet.h"

namespace magenta {
namespace {

/// One in so many may be a slip.
constexpr int64_t kSlips = 10;

/// Whether a silence of `ticks` after a note of `length` is how it was played: none is written so
/// often. One that `is_plucked` is shorter than anybody would write, whatever follows.
bool IsOfPlaying(double ticks, double length, bool is_plucked) {
  return (is_plucked || ticks <= 3 * length + kWrittenTicks) && ticks < kTicksPerQuarter;
}

bool IsPlucked(const BarCount& count, const NoteSequence::Note& note) {
  constexpr double kLongest = 0.1;  // seconds
  return count.Sounds(note.start_time(), note.end_time()) <= kLongest;
}

/// How a piece was played.
struct Playing {
  bool loose = false;     // many notes begin beside any place that is written
  bool detached = false;  // notes are released early, or loosely
  bool staccato = false;  // on written places too
};

Playing PlayingOf(const QuantizedSequence& piece, const BarCount& count) {
  std::map<int, std::set<double>> begins;  // of each instrument, in ticks
  for (const auto& note : piece.proto().notes()) {
    if (!note.is_drum()) begins[note.instrument()].insert(count.At(note.start_time()));
  }
  int64_t notes = 0, begin_beside = 0, end_beside = 0, before_silence = 0;
  for (const auto& note : piece.proto().notes()) {
    if (note.is_drum()) continue;
    ++notes;
    const double begin = count.At(note.start_time()), end = count.At(note.end_time());
    begin_beside += IsWritten(count.Place(begin), kBegins) ? 0 : 1;
    const std::set<double>& own = begins[note.instrument()];
    const auto next = own.upper_bound(std::max(begin, end - kWrittenTicks));
    const double silence = next == own.end() ? kTicksPerQuarter : *next - end;
    const bool meets_next = silence <= kWrittenTicks;
    end_beside += meets_next || IsWritten(count.Place(end), kEnds) ? 0 : 1;
    before_silence +=
        !meets_next && IsOfPlaying(silence, end - begin, IsPlucked(count, note)) ? 1 : 0;
  }
  const auto are_many = [notes](int64_t some) { return some * kSlips > notes; };
  const bool is_staccato = before_silence * 2 > notes;
  return {are_many(begin_beside), are_many(end_beside) || is_staccato, is_staccato};
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
  bool is_divided() const { return second || third; }
  bool is_whole_triplet() const { return second && third && triplets < sixteenths; }
  /// In music of triplets two of the three are tied more often than there are dots.
  bool is_triplet(bool among_triplets) const {
    constexpr double kRatherThree = 4;
    return is_whole_triplet() ||
           (among_triplets && second != third && triplets < kRatherThree * sixteenths);
  }
};

class LooseTiming {
 public:
  LooseTiming(const QuantizedSequence& piece, const BarCount& count) : count_(count) {
    for (const auto& note : piece.proto().notes()) {
      if (note.is_drum()) continue;
      const double ticks = count.At(note.start_time());
      const double start = QuarterStart(ticks);
      quarters_[std::llround(start)].Add(ticks - start);
    }
    const auto count_if = [this](bool (QuarterOnsets::*is_one)() const) {
      return std::count_if(quarters_.begin(), quarters_.end(),
                           [&](const auto& quarter) { return (quarter.second.*is_one)(); });
    };
    among_triplets_ =
        2 * count_if(&QuarterOnsets::is_whole_triplet) > count_if(&QuarterOnsets::is_divided);
  }

  int64_t TickAt(double seconds) const {
    const double ticks = count_.At(seconds), start = QuarterStart(ticks);
    const auto quarter = quarters_.find(std::llround(start));
    const bool is_triplet =
        quarter != quarters_.end() && quarter->second.is_triplet(among_triplets_);
    return std::llround(start + Nearest(ticks - start, is_triplet ? kTriplet : kSixteenth));
  }

 private:
  double QuarterStart(double ticks) const {
    const double place = count_.Place(ticks);
    return ticks - place + std::floor(place / kTicksPerQuarter) * kTicksPerQuarter;
  }

  const BarCount& count_;
  std::map<int64_t, QuarterOnsets> quarters_;  // by their first ticks
  /// Of the quarters that are divided over half are in three.
  bool among_triplets_ = false;
};

/// A note that begins beside all that is written is a slip: near a sixteenth or a triplet of
/// eighths it is meant to be there. Who strikes an eighth early is heard from farther, since a bar
/// line may be between, where most of the note sounds after that: of a fast tuplet no note does.
void MendSlips(const BarCount& count, NoteSequence& written) {
  constexpr double kNear = 0.75;  // ticks
  for (auto& note : *written.mutable_notes()) {
    if (note.is_drum()) continue;
    const double begin = count.At(note.start_time()), place = count.Place(begin);
    const double sixteenth = Nearest(place, kSixteenth), triplet = Nearest(place, kTriplet);
    const double meant =
        std::abs(place - triplet) < std::abs(place - sixteenth) ? triplet : sixteenth;
    const double early = meant - place;
    const bool is_near = std::abs(early) < kNear && !IsWritten(place, kBegins);
    const bool is_early =
        meant == Nearest(place, kEighth) && early > 0 &&
        count.Sounds(note.start_time(), note.start_time() + early / count.At(1)) <= kEarlySeconds &&
        count.At(note.end_time()) - begin > 2 * early;
    if (!is_near && !is_early) continue;
    const int64_t start = std::max<int64_t>(std::llround(begin + early), 0);
    note.set_quantized_start_step(start);
    note.set_quantized_end_step(std::max(note.quantized_end_step(), start + 1));
  }
}

/// Ends the notes where the next of their instruments begin, where they are meant to; with
/// `some_stay` but for those that end as written.
void EndWhereMeant(const BarCount& count, bool some_stay, NoteSequence& written) {
  constexpr int64_t kLate = 2;  // ticks by which one may be let go after the next begins
  std::map<int, std::set<int64_t>> onsets;
  for (const auto& note : written.notes()) {
    if (!note.is_drum()) onsets[note.instrument()].insert(note.quantized_start_step());
  }
  for (auto& note : *written.mutable_notes()) {
    const double let_go = count.At(note.end_time());
    if (note.is_drum() || (some_stay && IsWritten(count.Place(let_go), kEnds))) continue;
    const int64_t start = note.quantized_start_step();
    const int64_t played = std::max(note.quantized_end_step(), start + 1);
    const std::set<int64_t>& own = onsets[note.instrument()];
    const auto next = own.lower_bound(std::max(start + 1, played - kLate));
    const int64_t line = count.LineBefore(static_cast<double>(start));
    int64_t end = ReleaseMeant(start - line, let_go - static_cast<double>(line)) + line;
    if (next != own.end()) {
      const auto silence = static_cast<double>(*next - played);
      const bool is_next =
          IsOfPlaying(silence, static_cast<double>(played - start), IsPlucked(count, note));
      end = is_next ? *next : std::min(end, *next);
    }
    note.set_quantized_end_step(end);
  }
}

/// Hears ornaments in the notes that they adorn.
void HearAdorned(const BarCount& count, WrittenPiece& written) {
  NoteSequence adorned = written.piece.proto();
  const int notes = adorned.notes_size();
  std::vector<int> heard_in = TakeOrnaments(count, adorned);
  const int ornaments = notes - adorned.notes_size();
  auto taken = TakeQuantized(std::move(adorned));
  if (ornaments == 0 || !taken.ok()) return;
  written.piece = *std::move(taken);
  written.heard_in = std::move(heard_in);
  written.remarks.push_back(fmt::format("{} of ornaments: heard in what {}",
                                        Counted(ornaments, "short note"),
                                        ornaments == 1 ? "it adorns" : "they adorn"));
}

/// Lets `written` begin and end where it is meant to, and says how it was played.
void MendPlaying(const BarCount& count, WrittenPiece& written) {
  const Playing playing = PlayingOf(written.piece, count);
  NoteSequence mended = written.piece.proto();
  if (!playing.loose) {
    MendSlips(count, mended);
  } else {
    const LooseTiming timing(written.piece, count);
    for (auto& note : *mended.mutable_notes()) {
      if (note.is_drum()) continue;
      note.set_quantized_start_step(std::max<int64_t>(timing.TickAt(note.start_time()), 0));
    }
  }
  if (playing.loose || playing.detached) {
    EndWhereMeant(count, !playing.loose && !playing.staccato, mended);
  }
  auto taken = TakeQuantized(std::move(mended));
  if (!taken.ok()) return;  // it would be a little too long
  written.piece = *std::move(taken);
  if (playing.loose) {
    written.is_loose = true;
    written.remarks.emplace_back("played loosely: heard on sixteenths and triplets of eighths");
  }
  if (playing.detached) {
    written.remarks.emplace_back("notes are released early or late: heard up to the next one");
  }
}

}  // namespace

bool IsNotation(const NoteSequence& music) {
  using SourceInfo = NoteSequence::SourceInfo;
  const auto encoding = music.source_info().encoding_type();
  return encoding == SourceInfo::ABC || encoding == SourceInfo::MUSIC_XML;
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

WrittenPiece WrittenDown(const QuantizedSequence& piece, std::span<const int64_t> bar_lines,
                         const StraightTime* time) {
  const BarCount count(piece.qpm(), bar_lines, time);
  WrittenPiece written{piece};
  written.heard_in.resize(static_cast<size_t>(piece.proto().notes_size()));
  std::iota(written.heard_in.begin(), written.heard_in.end(), 0);
  const bool is_played = !IsNotation(piece.proto());
  if (is_played) {
    NoteSequence struck = piece.proto();
    if (StrikeChordsAtOnce(count, struck)) {
      if (auto taken = TakeQuantized(std::move(struck)); taken.ok()) {
        written.piece = *std::move(taken);
        written.remarks.emplace_back("chords are struck one note after another: heard at once");
      }
    }
    HearAdorned(count, written);
  }
  if (Swing swing = SwingOf(written.piece, bar_lines); !swing.is_straight()) {
    if (auto straight = WithoutSwing(written.piece, swing); straight.has_value()) {
      written.piece = *std::move(straight);
      written.remarks.push_back(fmt::format(
          "swung: heard as even {}", swing.beat() == kTicksPerQuarter ? "eighths" : "sixteenths"));
      written.swing = std::move(swing);
    }
  }
  if (is_played) MendPlaying(count, written);
  return written;
}

}  // namespace magenta
