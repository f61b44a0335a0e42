#include "magenta/kinds/score_examples.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "magenta/base/error_message.h"
#include "magenta/base/status.h"
#include "magenta/base/utf8.h"
#include "magenta/music/harmony/chord_progression.h"
#include "magenta/music/key.h"
#include "magenta/music/piece_limits.h"
#include "magenta/music/score/voices.h"

namespace magenta {
namespace {

/// Fewer chord symbols than one in so many bars are no chords, but words that were taken for some.
constexpr int64_t kMostBarsAChord = 8;

/// The rows of ScoreExampleOptions(), in this order.
enum ScoreOption { kScoreMinBarsRow, kScoreMaxBarsRow };

constexpr ExampleOption kScoreOptionRows[] = {
    {"min_bars", ExampleOption::Type::kInt, 4, 1, 10000, "Shorter ones are left out, in bars."},
    {"max_bars", ExampleOption::Type::kInt, 32, 1, 10000, "Cut what has more bars."},
};

constexpr std::string_view kKept = "pieces_kept", kStretches = "stretches",
                           kNoNotes = "pieces_discarded_no_notes",
                           kTooManyVoices = "pieces_discarded_too_many_voices",
                           kTooShort = "pieces_discarded_too_short",
                           kOutOfRange = "pieces_discarded_out_of_range",
                           kOddBars = "pieces_discarded_non_integer_steps_per_bar",
                           kOverLimit = "stretches_discarded_over_limit",
                           kDoubling = "parts_discarded_doubling";

/// By how many semitones, whole octaves, the piece must be moved to lie in the range; nothing where
/// none will do.
std::optional<int> OctavesIntoRange(const Sheet& piece) {
  int lowest = kMaxPitch, highest = kMinPitch;
  for (const SheetVoice& voice : piece.voices) {
    for (const VoiceNote& note : voice.notes) {
      lowest = std::min(lowest, note.pitch);
      highest = std::max(highest, note.pitch);
    }
  }
  int up = 0;
  while (lowest + up < kLowestScorePitch) up += kOctave;
  while (highest + up > kHighestScorePitch) up -= kOctave;
  if (lowest + up < kLowestScorePitch) return std::nullopt;
  return up;
}

int64_t ChordSymbolsOf(const NoteSequence& sequence) {
  const auto& texts = sequence.text_annotations();
  return std::count_if(texts.begin(), texts.end(), [](const auto& text) {
    return text.annotation_type() == NoteSequence::TextAnnotation::CHORD_SYMBOL;
  });
}

/// Which key is in force from when on.
class KeyTimeline {
 public:
  explicit KeyTimeline(const QuantizedSequence& sequence) {
    for (const auto& signature : sequence.proto().key_signatures()) {
      const double ticks = signature.time() * sequence.qpm() / 60 * kTicksPerQuarter;
      keys_.emplace_back(std::llround(std::clamp(ticks, 0.0, static_cast<double>(kMaxSteps))),
                         SignatureKey(signature));
    }
    std::stable_sort(keys_.begin(), keys_.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
  }

  /// The only key from `start` to before `end`; -1 where there is none, or several.
  int Between(int64_t start, int64_t end) const {
    auto next = std::upper_bound(keys_.begin(), keys_.end(), start,
                                 [](int64_t tick, const auto& key) { return tick < key.first; });
    if (next == keys_.begin()) return -1;
    const int key = (next - 1)->second;
    for (; next != keys_.end() && next->first < end; ++next) {
      if (next->second != key) return -1;
    }
    return key;
  }

 private:
  std::vector<std::pair<int64_t, int>> keys_;
};

class ScoreExtraction {
 public:
  ScoreExtraction(const QuantizedSequence& sequence, const ExampleOptions& options)
      : sequence_(sequence),
        min_bars_(static_cast<int64_t>(options.ValueOf(kScoreOptionRows[kScoreMinBarsRow]))),
        max_bars_(static_cast<int64_t>(options.ValueOf(kScoreOptionRows[kScoreMaxBarsRow]))),
        keys_(sequence),
        chords_(sequence, ChordSpelling::kCommon) {
    for (const std::string_view counter : {kKept, kStretches, kNoNotes, kTooManyVoices, kTooShort,
                                           kOutOfRange, kOddBars, kOverLimit, kDoubling}) {
      examples_.counters.Add(counter, 0);
    }
  }

  Examples Run() && {
    Extract();
    return std::move(examples_);
  }

 private:
  TrackReport& Report(std::string outcome, std::string reason) {
    TrackReport& report = examples_.tracks.emplace_back();
    report.instrument = -1;
    report.outcome = std::move(outcome);
    report.reason = std::move(reason);
    return report;
  }
  TrackReport& Refuse(std::string_view counter, std::string outcome, std::string reason) {
    examples_.counters.Add(counter);
    return Report(std::move(outcome), std::move(reason));
  }

  void Extract() {
    const auto& notes = sequence_.proto().notes();
    if (std::all_of(notes.begin(), notes.end(), [](const auto& n) { return n.is_drum(); })) {
      Refuse(kNoNotes, "no_notes", notes.empty() ? "no notes" : "drums alone");
      return;
    }
    if (const double bar = sequence_.steps_per_bar(); bar != std::floor(bar)) {
      Refuse(kOddBars, "non_integer_steps_per_bar",
             fmt::format("a bar has {:g} twelfths of a quarter", bar));
      return;
    }
    absl::StatusOr<VoicedPiece> voiced = VoicesOf(sequence_, /*bar_line=*/0, Doubling::kLeftOut);
    if (!voiced.ok()) {
      Refuse(kTooManyVoices, "too_many_voices", ErrorMessage(voiced.status()));
      return;
    }
    examples_.counters.Add(kDoubling, voiced->losses.doubling_parts);
    piece_ = std::move(voiced->sheet);
    const std::optional<int> up = OctavesIntoRange(piece_);
    if (!up.has_value()) {
      Refuse(kOutOfRange, "out_of_range", "no octave holds all of its notes");
      return;
    }
    up_ = *up;
    Cut();
  }

  void Cut() {
    first_tick_ = piece_.length;
    for (const SheetVoice& voice : piece_.voices) {
      if (!voice.notes.empty()) first_tick_ = std::min(first_tick_, voice.notes[0].start);
    }
    const int64_t bar = piece_.meters[0].bar;
    const int64_t first_bar = first_tick_ / bar, bars = piece_.length / bar - first_bar;
    if (bars < min_bars_) {
      Refuse(kTooShort, "too_short",
             fmt::format("{}, fewer than {}", Counted(bars, "bar"), min_bars_))
          .flag = fmt::format("--min_bars={}", bars);
      return;
    }
    has_chords_ = ChordSymbolsOf(sequence_.proto()) * kMostBarsAChord >= bars;
    const int64_t stretches = (bars + max_bars_ - 1) / max_bars_;
    for (int64_t i = 0; i < stretches; ++i) {
      AddStretch(first_bar + i * bars / stretches, first_bar + (i + 1) * bars / stretches);
    }
    if (examples_.sequences.empty()) return;
    examples_.counters.Add(kKept);
    Report("kept", "").kept = true;
  }

  void AddStretch(int64_t first_bar, int64_t end_bar) {
    const SheetMeter& meter = piece_.meters[0];
    const int64_t start = std::max(first_bar * meter.bar, first_tick_);
    const int64_t end = end_bar * meter.bar;
    Sheet sheet;
    sheet.length = end - start;
    sheet.ends = end == piece_.length && !HasMore();
    sheet.meters = {{first_bar * meter.bar - start, meter.bar, meter.beat}};
    VoiceLines lines;
    for (const SheetVoice& voice : piece_.voices) {
      std::vector<VoiceNote> line = Between(voice.notes, start, end);
      if (line.empty()) continue;
      sheet.voices.emplace_back().role = voice.role;
      sheet.voices.back().open = {{0, sheet.length, sheet.length}};
      lines.push_back(std::move(line));
    }
    if (lines.empty()) return;
    sheet.key = keys_.Between(start, end);
    sheet.density = DensityOf(sheet, lines);
    sheet.chords = ChordsBetween(start, end);
    std::vector<Event> events = EventsOf(sheet, lines);
    if (events.size() > kPieceLimits.example_steps) {
      Refuse(kOverLimit, "over_limit",
             fmt::format("{} decisions in the bars from {} on; the limit for an example is {}",
                         events.size(), first_bar + 1, kPieceLimits.example_steps))
          .start_step = start;
      return;
    }
    examples_.counters.Add(kStretches);
    examples_.sequences.push_back({std::move(events), WriteSheet(sheet)});
    examples_.transpositions.push_back(up_);
  }

  /// Whether the piece goes on after `sequence_`, which is a part of it then.
  bool HasMore() const {
    constexpr double kRounding = 1e-3;  // seconds
    return sequence_.proto().subsequence_info().end_time_offset() > kRounding;
  }

  /// What of `notes` sounds there, counted from `start`, moved into the range.
  std::vector<VoiceNote> Between(const std::vector<VoiceNote>& notes, int64_t start,
                                 int64_t end) const {
    auto note = std::partition_point(notes.begin(), notes.end(),
                                     [&](const VoiceNote& n) { return n.end <= start; });
    std::vector<VoiceNote> line;
    for (; note != notes.end() && note->start < end; ++note) {
      line.push_back({std::max(note->start, start) - start, std::min(note->end, end) - start,
                      note->pitch + up_});
    }
    return line;
  }

  std::vector<SheetChord> ChordsBetween(int64_t start, int64_t end) {
    std::vector<SheetChord> chords;
    if (!has_chords_) return chords;
    const ChordReading reading = chords_.Between(start, end);
    if (reading.chords.IsEmpty()) return chords;
    int64_t tick = 0;
    for (const ChordSpan& span : reading.chords.spans()) {
      const absl::StatusOr<ChordCode> code = span.chord.Code();
      SheetChord& chord = chords.emplace_back();
      chord.start = tick;
      if (code.ok() && *code != kNoChord) {
        const ChordFields fields = UnpackChord(*code);
        chord.root = fields.root;
        chord.pitch_classes = fields.pitch_classes;
      }
      tick += span.steps;
    }
    return chords;
  }

  const QuantizedSequence& sequence_;
  const int64_t min_bars_, max_bars_;
  const KeyTimeline keys_;
  ChordTimeline chords_;
  bool has_chords_ = false;
  Sheet piece_;
  int up_ = 0;
  int64_t first_tick_ = 0;
  Examples examples_;
};

}  // namespace

std::span<const ExampleOption> ScoreExampleOptions() { return kScoreOptionRows; }

Examples ExtractScoreExamples(const QuantizedSequence& sequence, const ExampleOptions& options) {
  return ScoreExtraction(sequence, options).Run();
}

}  // namespace magenta
