#include "magenta/io/score/notation.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "magenta/base/status.h"
#include "magenta/io/score/meter_stretches.h"
#include "magenta/io/score/notation_grid.h"
#include "magenta/io/score/note_values.h"
#include "magenta/music/piece_limits.h"
#include "magenta/music/tempo_map.h"

namespace magenta {
namespace {

constexpr double kLastTick = 1e15;    // far behind what those hold
constexpr size_t kMaxLayers = 12;     // voices of a part
constexpr double kLeast = 2;          // ticks of what has no length, which needs a measure
constexpr int kLineGrid = 6;          // measures begin on 64ths,
constexpr int kTripletLineGrid = 16;  // or so far from where a pickup of triplets ends

/// Notes of one length that begin together.
struct Chord {
  int64_t start = 0;
  int64_t end = 0;
  std::vector<const NoteSequence::Note*> notes;
};

/// What is to be a part: an instrument with one program, in the order of the instruments.
struct PartKey {
  int instrument, program;
  bool is_drum;
  bool operator<(const PartKey& other) const {
    return std::tie(instrument, program, is_drum) <
           std::tie(other.instrument, other.program, other.is_drum);
  }
};

class NotationMaker {
 public:
  explicit NotationMaker(const NoteSequence& sequence) : sequence_(sequence), tempos_(sequence) {}

  absl::StatusOr<Notation> Make() {
    MAGENTA_RETURN_IF_ERROR(CollectNotes());
    MAGENTA_RETURN_IF_ERROR(MakeMeasures());
    MakeKeys();
    notation_.title = sequence_.sequence_metadata().title();
    for (const auto& name : sequence_.sequence_metadata().composers()) {
      notation_.composers.push_back(name);
    }
    for (const auto& [key, notes] : notes_) {
      MakePart(key, notes);
      if (written_ > kPieceLimits.written_notes) {
        return PieceLimitError("written notes and rests", written_, kPieceLimits.written_notes,
                               true);
      }
    }
    ReportLeftOut();
    return std::move(notation_);
  }

 private:
  using Notes = std::vector<const NoteSequence::Note*>;

  double TickAt(double seconds) const {
    return std::min(tempos_.QuartersAt(seconds) * kNotationTicks, kLastTick);
  }

  static bool IsInTime(double seconds) { return seconds >= 0 && std::isfinite(seconds); }

  static bool IsChord(const NoteSequence::TextAnnotation& text) {
    return text.annotation_type() == NoteSequence::TextAnnotation::CHORD_SYMBOL;
  }

  absl::Status CollectNotes() {
    for (int i = 0; i < sequence_.notes_size(); ++i) {
      const auto& note = sequence_.notes(i);
      const bool in_time = IsInTime(note.start_time()) && note.end_time() >= note.start_time() &&
                           std::isfinite(note.end_time());
      if (!in_time || note.pitch() < 0 || note.pitch() > 127) {
        return InputError("", fmt::format("notes[{}] has pitch {} and stands at {} to {} s", i,
                                          note.pitch(), note.start_time(), note.end_time()));
      }
      notes_[{note.instrument(), note.program(), note.is_drum()}].push_back(&note);
      last_tick_ =
          std::max({last_tick_, TickAt(note.end_time()), TickAt(note.start_time()) + kLeast});
    }
    CountChords();
    if (notes_.empty()) return NothingToOutputError("holds no note");
    return CheckTracks(notes_.size());
  }

  /// Chords alone are a part of rests. Where chords go on behind the last note, the piece lasts as
  /// long as it says.
  void CountChords() {
    const double total = IsInTime(sequence_.total_time()) ? TickAt(sequence_.total_time()) : 0;
    const bool is_chart = notes_.empty();
    const double last_note = last_tick_;
    for (const auto& text : sequence_.text_annotations()) {
      if (!IsChord(text) || !IsInTime(text.time())) continue;
      const double tick = TickAt(text.time());
      if (is_chart) {
        notes_[PartKey{0, 0, false}];
        last_tick_ = std::max({last_tick_, tick + kLeast, total});
      } else if (tick >= last_note && tick < total) {
        last_tick_ = std::max(last_tick_, total);
      }
    }
  }

  int64_t Line(double quarters) const {
    const double ticks = std::min(quarters * kNotationTicks, kLastTick) - first_line_;
    return std::llround(ticks / kLineGrid) * kLineGrid + first_line_;
  }

  /// 64ths count from the first bar line where a pickup of triplets ends there.
  void SetFirstLine(double quarters) {
    const double ticks = std::min(quarters * kNotationTicks, kLastTick);
    const int64_t triplet = std::llround(ticks / kTripletLineGrid) * kTripletLineGrid;
    const bool is_there = std::abs(ticks - static_cast<double>(triplet)) < 0.5;
    first_line_ = is_there ? static_cast<int>(triplet % kLineGrid) : 0;
  }

  absl::Status MakeMeasures() {
    const PrintedMeters meters = MeterStretches(sequence_, tempos_, last_tick_ / kNotationTicks);
    if (meters.has_unwritable) LeaveOut("meters that no score has, such as 1/128");
    if (meters.has_late) LeaveOut("meters behind the last note");
    const MeterStretch& first = meters.stretches[0];
    SetFirstLine(first.end < first.bar() ? first.end : 0);
    std::vector<int64_t> lines = {0};
    const size_t most = kPieceLimits.written_measures / notes_.size();
    double whole_notes = 0;
    for (const MeterStretch& meter : meters.stretches) {
      const bool is_last = &meter == &meters.stretches.back();
      constexpr int64_t kNowhere = std::numeric_limits<int64_t>::max();
      const int64_t limit = std::isinf(meter.end) ? kNowhere
                            : is_last ? std::max(Line(meter.end), Line(last_tick_ / kNotationTicks))
                                      : Line(meter.end);
      bool is_first = true;
      double bar_line = meter.start;
      while (lines.back() < limit &&
             (is_first || static_cast<double>(lines.back()) < last_tick_ - 1)) {
        whole_notes += std::max(1.0, meter.bar() / 4);
        if (whole_notes > static_cast<double>(most)) {
          return InputError("",
                            fmt::format("{} parts of more than {} measures", notes_.size(), most),
                            "Cut the piece into shorter ones");
        }
        bar_line += meter.bar();
        const int64_t line = std::min(Line(bar_line), limit);
        if (line <= lines.back()) continue;
        AddMeasure(meter, lines.back(), static_cast<int>(line - lines.back()), is_first);
        lines.push_back(line);
        is_first = false;
      }
    }
    const bool pickup = notation_.measures[0].is_short;
    lines_.emplace(std::move(lines), pickup);
    return absl::OkStatus();
  }

  void AddMeasure(const MeterStretch& meter, int64_t start, int ticks, bool is_first) {
    WrittenMeasure& measure = notation_.measures.emplace_back();
    measure.start = start;
    measure.ticks = ticks;
    measure.numerator = meter.numerator;
    measure.denominator = meter.denominator;
    measure.is_short = ticks < std::llround(meter.bar() * kNotationTicks);
    const auto before = notation_.measures.rbegin() + 1;
    measure.has_meter =
        is_first && (before == notation_.measures.rend() || before->numerator != meter.numerator ||
                     before->denominator != meter.denominator);
  }

  /// A key holds from the bar line nearest to it.
  void MakeKeys() {
    std::vector<WrittenMeasure>& measures = notation_.measures;
    measures[0].has_key = true;
    for (const auto& signature : sequence_.key_signatures()) {
      const double tick = IsInTime(signature.time()) ? TickAt(signature.time()) : -1;
      if (tick < 0 || tick > static_cast<double>(lines_->end(lines_->size() - 1)) - 1) {
        LeaveOut(tick < 0 ? "keys at no time of the piece" : "keys behind the last note");
        continue;
      }
      size_t at = lines_->At(tick + 1);
      const bool in_bar = tick - static_cast<double>(measures[at].start) > 1;
      if (in_bar) LeaveOut("keys that change within a bar stand at a bar line");
      if (in_bar && at + 1 < measures.size() &&
          2 * (tick - static_cast<double>(measures[at].start)) > measures[at].ticks) {
        ++at;
      }
      measures[at].has_key = true;
      keys_[at] = MakeWrittenKey(signature);
    }
    WrittenKey key;
    for (size_t i = 0; i < measures.size(); ++i) {
      if (const auto found = keys_.find(i); found != keys_.end()) {
        measures[i].has_key = i == 0 || !(found->second == key);
        key = found->second;
      }
      measures[i].key = key;
    }
  }

  void MakePart(const PartKey& key, const Notes& notes) {
    WrittenPart& part = notation_.parts.emplace_back();
    part.instrument = key.instrument;
    part.program = std::clamp(key.program, 0, 127);
    part.is_drum = key.is_drum;
    for (const auto& info : sequence_.instrument_infos()) {
      if (info.instrument() == key.instrument) part.name = info.name();
    }
    for (const auto& info : sequence_.part_infos()) {
      const bool is_its = !notes.empty() && info.part() == notes[0]->part();
      if (part.name.empty() && is_its) part.name = info.name();
    }
    const auto low = std::count_if(notes.begin(), notes.end(),
                                   [](const auto* note) { return note->pitch() < 57; });
    part.is_low = 2 * static_cast<size_t>(low) > notes.size();
    std::vector<double> ticks;
    for (const auto* note : notes) {
      ticks.push_back(TickAt(note->start_time()));
      ticks.push_back(TickAt(note->end_time()));
    }
    const NotationGrid grid(*lines_, ticks);
    const bool is_first = notation_.parts.size() == 1;
    std::vector<int64_t> breaks;
    if (is_first) breaks = PlaceSigns(grid);
    part.measures.resize(notation_.measures.size());
    std::vector<std::vector<Chord>> voices = Voices(Chords(notes, grid));
    for (size_t i = 0; i < voices.size(); ++i) {
      WriteVoice(voices[i], i, grid, i == 0 ? breaks : std::vector<int64_t>(), part);
    }
    for (size_t i = 0; i < part.measures.size(); ++i) {
      if (part.measures[i].empty() || part.measures[i][0].empty()) {
        part.measures[i].resize(std::max<size_t>(part.measures[i].size(), 1));
        part.measures[i][0] = {{.start = 0, .duration = notation_.measures[i].ticks}};
      }
    }
  }

  /// Tempos and chord symbols into their measures; where they stand.
  std::vector<int64_t> PlaceSigns(const NotationGrid& grid) {
    std::vector<int64_t> breaks;
    const int64_t end = lines_->end(lines_->size() - 1);
    // Where a sign stands; -1 where it can't.
    const auto place = [&](double seconds, const std::string& what) -> int64_t {
      const int64_t at = IsInTime(seconds) ? grid.Nearest(TickAt(seconds)) : -1;
      if (at < 0) LeaveOut(what + " at no time of the piece");
      if (at >= end) LeaveOut(what + " behind the last note");
      if (at < 0 || at >= end) return -1;
      if (std::abs(TickAt(seconds) - static_cast<double>(at)) > 1) {
        LeaveOut(what + " moved to the nearest 32nd or triplet");
      }
      breaks.push_back(at);
      return at;
    };
    for (const auto& tempo : sequence_.tempos()) {
      if (!(tempo.qpm() > 0)) LeaveOut("tempos that are no number above 0");
      if (!(tempo.qpm() > 0)) continue;
      const int64_t at = place(tempo.time(), "tempos");
      if (at < 0) continue;
      const size_t measure = lines_->At(static_cast<double>(at));
      auto& list = notation_.measures[measure].tempos;
      const int tick = static_cast<int>(at - lines_->start(measure));
      if (!list.empty() && list.back().first == tick) list.pop_back();
      list.push_back({tick, tempo.qpm()});
    }
    for (const auto& text : sequence_.text_annotations()) {
      if (!IsChord(text)) LeaveOut("texts that are no chord symbols");
      if (!IsChord(text)) continue;
      const int64_t at = place(text.time(), "chord symbols");
      if (at < 0) continue;
      const size_t measure = lines_->At(static_cast<double>(at));
      notation_.measures[measure].chords.push_back(
          {static_cast<int>(at - lines_->start(measure)), text.text()});
    }
    for (WrittenMeasure& measure : notation_.measures) {
      const auto by_tick = [](const auto& a, const auto& b) { return a.first < b.first; };
      std::stable_sort(measure.tempos.begin(), measure.tempos.end(), by_tick);
      std::stable_sort(measure.chords.begin(), measure.chords.end(), by_tick);
    }
    std::sort(breaks.begin(), breaks.end());
    return breaks;
  }

  /// The notes on the grid, by start, the highest first.
  std::vector<Chord> Chords(const Notes& notes, const NotationGrid& grid) {
    struct Placed {
      int64_t start, end;
      const NoteSequence::Note* note;
    };
    std::vector<Placed> placed;
    placed.reserve(notes.size());
    for (const auto* note : notes) {
      const double from = TickAt(note->start_time()), to = TickAt(note->end_time());
      const int64_t start = grid.Nearest(from);
      int64_t end = grid.Nearest(to);
      if (end <= start) end = grid.After(start);
      if (std::abs(from - static_cast<double>(start)) > 1.0) {
        ++moved_;
      } else if (std::abs(to - static_cast<double>(end)) > 1.0) {
        ++stretched_;
      }
      placed.push_back({start, end, note});
    }
    std::stable_sort(placed.begin(), placed.end(), [](const Placed& a, const Placed& b) {
      return std::tuple(a.start, -a.note->pitch(), -a.end) <
             std::tuple(b.start, -b.note->pitch(), -b.end);
    });
    std::vector<Chord> chords;
    for (const Placed& each : placed) {
      size_t at = chords.size();
      const size_t least = at - std::min(at, kMaxHeads);
      while (at > least && chords[at - 1].start == each.start && chords[at - 1].end != each.end)
        --at;
      const bool joins =
          at > 0 && chords[at - 1].start == each.start && chords[at - 1].notes.size() < kMaxHeads;
      if (joins) {
        chords[at - 1].notes.push_back(each.note);
      } else {
        chords.push_back({each.start, each.end, {each.note}});
      }
    }
    return chords;
  }

  /// Each chord goes to the first voice that is free; where none is, the one that would be free
  /// first is cut.
  std::vector<std::vector<Chord>> Voices(std::vector<Chord> chords) {
    std::vector<std::vector<Chord>> voices(1);
    for (Chord& chord : chords) {
      auto free = std::find_if(voices.begin(), voices.end(), [&](const auto& voice) {
        return voice.empty() || voice.back().end <= chord.start;
      });
      if (free == voices.end() && voices.size() < kMaxLayers) {
        voices.emplace_back();
        free = voices.end() - 1;
      } else if (free == voices.end()) {
        free = std::min_element(voices.begin(), voices.end(), [](const auto& a, const auto& b) {
          return a.back().end < b.back().end;
        });
        ++crowded_;
        if (free->back().start == chord.start) {
          auto& notes = free->back().notes;
          if (notes.size() < kMaxHeads)
            notes.insert(notes.end(), chord.notes.begin(), chord.notes.end());
          continue;
        }
        free->back().end = chord.start;
      }
      free->push_back(std::move(chord));
    }
    return voices;
  }

  void WriteVoice(const std::vector<Chord>& chords, size_t voice, const NotationGrid& grid,
                  const std::vector<int64_t>& breaks, WrittenPart& part) {
    int64_t at = 0;
    const int64_t end = lines_->end(lines_->size() - 1);
    for (const Chord& chord : chords) {
      if (chord.start > at) WriteStretch({at, chord.start, {}}, voice, grid, breaks, part);
      WriteStretch(chord, voice, grid, breaks, part);
      at = chord.end;
    }
    if (at < end) WriteStretch({at, end, {}}, voice, grid, breaks, part);
    if (voice == 0) return;
    for (auto& measure : part.measures) {  // rests alone need no voice
      if (measure.size() <= voice) continue;
      const bool silent = std::all_of(measure[voice].begin(), measure[voice].end(),
                                      [](const auto& event) { return event.notes.empty(); });
      if (silent) measure.resize(voice);
    }
  }

  /// A chord or rest, measure by measure.
  void WriteStretch(const Chord& chord, size_t voice, const NotationGrid& grid,
                    const std::vector<int64_t>& breaks, WrittenPart& part) {
    for (int64_t from = chord.start; from < chord.end && written_ <= kPieceLimits.written_notes;) {
      const size_t measure = lines_->At(static_cast<double>(from));
      const int64_t to = std::min(chord.end, lines_->end(measure));
      if (to <= from) return;  // behind the last measure
      const bool whole_rest = chord.notes.empty() && from == lines_->start(measure) &&
                              to == lines_->end(measure) && !HasBreak(breaks, from, to);
      auto& voices = part.measures[measure];
      if (!(whole_rest && voice > 0)) {
        if (voices.size() <= voice) voices.resize(voice + 1);
        if (whole_rest) {
          voices[voice].push_back({.start = 0, .duration = static_cast<int>(to - from)});
        } else {
          WritePieces(chord, from, to, measure, grid, breaks, part.is_drum, voices[voice]);
        }
      }
      from = to;
    }
  }

  static bool HasBreak(const std::vector<int64_t>& breaks, int64_t from, int64_t to) {
    const auto next = std::upper_bound(breaks.begin(), breaks.end(), from);
    return next != breaks.end() && *next < to;
  }

  /// [from, to) of one measure: cut at triplets and signs, then into note values.
  void WritePieces(const Chord& chord, int64_t from, int64_t to, size_t measure,
                   const NotationGrid& grid, const std::vector<int64_t>& breaks, bool is_drum,
                   std::vector<WrittenEvent>& events) {
    const WrittenMeasure& written = notation_.measures[measure];
    const int64_t line = written.start;
    const int shift =
        measure == 0 && written.is_short
            ? static_cast<int>(4LL * kNotationTicks * written.numerator / written.denominator) -
                  written.ticks
            : 0;
    for (int64_t at = from; at < to;) {
      const TripletSpan span = grid.TripletAt(at);
      int64_t stop = to;
      const auto next_break = std::upper_bound(breaks.begin(), breaks.end(), at);
      if (next_break != breaks.end()) stop = std::min(stop, *next_break);
      const bool whole =
          !IsPartOfTriplet(span.end - span.start) && span.start >= at && span.end <= stop;
      const bool in_triplet = span.start < span.end && !whole;
      if (in_triplet) {
        stop = std::min(stop, span.end);
      } else {
        stop = std::min(stop, NextPartTriplet(grid, at, stop));
      }
      const int begin = static_cast<int>(at - line), end = static_cast<int>(stop - line);
      for (const auto& [a, b] : in_triplet ? CutIntoTripletValues(begin, end)
                                           : CutIntoValues(written, begin, end, shift)) {
        WrittenEvent& event = events.emplace_back();
        event.start = a;
        event.duration = b - a;
        event.in_triplet = in_triplet;
        event.triplet_begin = in_triplet && a + line == span.start;
        event.triplet_end = in_triplet && b + line == span.end;
        written_ += std::max<size_t>(chord.notes.size(), 1);
        AddHeads(chord, a + line, b + line, written.key.fifths, is_drum, event);
      }
      at = stop;
    }
  }

  /// The start of the first triplet in [from, stop) that `stop` cuts, else `stop`.
  int64_t NextPartTriplet(const NotationGrid& grid, int64_t from, int64_t stop) const {
    // Only the cell that `stop` lies in can be cut.
    if (stop <= from) return stop;
    const TripletSpan span = grid.TripletAt(stop - 1);
    if (span.start < span.end && span.end > stop && span.start > from) return span.start;
    return stop;
  }

  void AddHeads(const Chord& chord, int64_t from, int64_t to, int fifths, bool is_drum,
                WrittenEvent& event) {
    for (const auto* note : chord.notes) {
      WrittenNote& head = event.notes.emplace_back();
      head.pitch = note->pitch();
      head.velocity = note->velocity();
      head.spelled = SpellPitch(note->pitch(), is_drum ? 0 : fifths);
      head.tied_from = from > chord.start;
      head.tied_to = to < chord.end;
    }
  }

  /// Says `what` of signs, once.
  void LeaveOut(std::string what) { signs_.insert(std::move(what)); }

  void ReportLeftOut() {
    std::vector<std::string>& left_out = notation_.left_out;
    const auto plural = [](size_t count) { return count == 1 ? "" : "s"; };
    if (moved_ > 0) {
      left_out.push_back(
          fmt::format("{} note{} moved to the nearest 32nd or triplet", moved_, plural(moved_)));
    }
    if (stretched_ > 0) {
      left_out.push_back(fmt::format("{} note{} held to the nearest 32nd or triplet", stretched_,
                                     plural(stretched_)));
    }
    if (crowded_ > 0) {
      left_out.push_back(fmt::format("{} note{} shortened or joined: more than {} at once",
                                     crowded_, plural(crowded_), kMaxLayers));
    }
    left_out.insert(left_out.end(), signs_.begin(), signs_.end());
    const bool bends = std::any_of(sequence_.pitch_bends().begin(), sequence_.pitch_bends().end(),
                                   [](const auto& bend) { return bend.bend() != 0; });
    if (bends) left_out.push_back("pitch bends");
    if (!sequence_.control_changes().empty()) {
      left_out.push_back("controllers (pedals, volume and the like)");
    }
    const SequenceMetadata& metadata = sequence_.sequence_metadata();
    if (!metadata.artist().empty() || !metadata.genre().empty()) {
      left_out.push_back("artist and genre");
    }
    for (const auto& group : sequence_.section_groups()) {
      if (sequence_.section_groups_size() == 1 && group.num_times() <= 1) break;
      left_out.push_back("repeats: the music stands once");
      break;
    }
  }

  static constexpr size_t kMaxHeads = 32;

  const NoteSequence& sequence_;
  const TempoMap tempos_;
  Notation notation_;
  std::map<PartKey, Notes> notes_;
  std::optional<MeasureLines> lines_;
  std::map<size_t, WrittenKey> keys_;
  double last_tick_ = 0;
  int first_line_ = 0;    // ticks, less than kLineGrid
  uint64_t written_ = 0;  // heads and rests: a note has a head in each measure that it sounds in
  size_t moved_ = 0, stretched_ = 0, crowded_ = 0;
  std::set<std::string> signs_;  // what is to be said of them
};

}  // namespace

absl::StatusOr<Notation> MakeNotation(const NoteSequence& sequence) {
  return NotationMaker(sequence).Make();
}

std::string TempoText(double qpm) {
  const double whole = std::round(qpm);
  const bool rounded = whole >= 1 && std::round(6e7 / whole) == std::round(6e7 / qpm);
  return fmt::format("{:.8g}", rounded ? whole : qpm);
}

}  // namespace magenta
