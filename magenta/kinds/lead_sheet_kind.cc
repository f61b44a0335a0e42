#include "magenta/kinds/lead_sheet_kind.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "magenta/base/error_message.h"
#include "magenta/base/status.h"
#include "magenta/kinds/melody_kind.h"
#include "magenta/music/harmony/chord_progression.h"
#include "magenta/music/harmony/infer_chords.h"
#include "magenta/music/harmony/lead_sheet.h"

namespace magenta {
namespace {

/// Rows after those of melodies.
enum LeadSheetOption { kInferChords, kStrict };

const std::vector<ExampleOption>& LeadSheetOptionRows() {
  using Type = ExampleOption::Type;
  static const std::vector<ExampleOption> rows = [] {
    std::vector<ExampleOption> all = MelodyExampleOptions(LeadSheetExtractionOptions().melody);
    all.push_back({"infer_chords", Type::kBool, 0, 0, 1,
                   "Find the chords of music without chord symbols from its notes."});
    all.push_back({"strict", Type::kBool, 0, 0, 1,
                   "One chord symbol that Magenta can't read drops all of its part, as there."});
    return all;
  }();
  return rows;
}

bool SaysYes(const ExampleOptions& options, LeadSheetOption row) {
  const std::vector<ExampleOption>& rows = LeadSheetOptionRows();
  return options.ValueOf(rows[rows.size() - 2 + row]) != 0;
}

bool HasChordSymbols(const NoteSequence& sequence) {
  const auto& texts = sequence.text_annotations();
  return std::any_of(texts.begin(), texts.end(), [](const auto& text) {
    return text.annotation_type() == NoteSequence::TextAnnotation::CHORD_SYMBOL;
  });
}

/// `sequence` with chords that were heard in it; as it is where none can be.
QuantizedSequence WithInferredChords(const QuantizedSequence& sequence) {
  NoteSequence inferred = sequence.proto();
  if (!InferChords(inferred).ok()) return sequence;
  auto quantized = Quantize(std::move(inferred), sequence.grid());
  return quantized.ok() ? *std::move(quantized) : sequence;
}

/// The first few of `items` by commas, and how many more there are.
std::string FirstOf(const std::vector<std::string>& items) {
  constexpr size_t kNamed = 3;
  std::string text;
  for (size_t i = 0; i < std::min(items.size(), kNamed); ++i) {
    text += (i == 0 ? "" : "; ") + items[i];
  }
  if (items.size() > kNamed) text += fmt::format("; and {} more", items.size() - kNamed);
  return text;
}

class LeadSheetKind final : public MusicKind {
 public:
  explicit LeadSheetKind(const LeadSheetKindOptions& options)
      : options_(options),
        melodies_(MakeMelodyKind({options.min_note, options.max_note, std::nullopt})) {}

  KindNames names() const override {
    return {"lead sheet", "lead sheets", "lead_sheets", "LeadSheetExtractor"};
  }

  std::span<const ExampleOption> example_options() const override { return LeadSheetOptionRows(); }

  std::string Events() const override {
    return fmt::format("lead sheet from {} to {}{}", options_.min_note, options_.max_note,
                       options_.triads_only ? ", triads" : "");
  }

  Examples ExtractExamples(const QuantizedSequence& sequence,
                           const ExampleOptions& options) const override {
    if (SaysYes(options, kInferChords) && !HasChordSymbols(sequence.proto())) {
      return ExtractFrom(WithInferredChords(sequence), options);
    }
    return ExtractFrom(sequence, options);
  }

  absl::StatusOr<Primer> ReadPrimer(const QuantizedSequence& input,
                                    const PrimerRequest& request) const override {
    MAGENTA_ASSIGN_OR_RETURN(Primer primer, melodies_->ReadPrimer(input, request));
    if (const int64_t early = primer.start_step - request.latest_start_step; early > 0) {
      primer.events.events.insert(primer.events.events.begin(), early, kNoEvent);
      primer.played.insert(primer.played.begin(), early, kNoEvent);
      primer.start_step = request.latest_start_step;
    }
    const int64_t end =
        std::max(request.section_end_step,
                 primer.start_step + static_cast<int64_t>(primer.events.events.size()));
    ChordTimeline timeline(
        input, request.reference_windows ? ChordSpelling::kReference : ChordSpelling::kCommon);
    if (!timeline.HasChords()) {
      primer.notes.emplace_back(
          "no chords are given: it plays over none, in no key; backing_chords=\"C G Am F\" would "
          "give some");
    }
    const ChordReading reading = timeline.Between(primer.start_step, end);
    const Bars bars = {request.search_start_step, input.steps_per_bar()};
    MAGENTA_RETURN_IF_ERROR(TellBad(reading, bars, request.reference_windows, primer.notes));
    MAGENTA_RETURN_IF_ERROR(TakeChords(reading.chords, bars, request.reference_windows, primer));
    return primer;
  }

  DefaultPrimer MakeDefaultPrimer(double qpm, Grid grid) const override {
    return melodies_->MakeDefaultPrimer(qpm, grid);
  }
  PrimerTyping primer_typing() const override { return melodies_->primer_typing(); }
  absl::StatusOr<TypedPrimer> ParsePrimer(const std::string& text, double qpm,
                                          Grid grid) const override {
    return melodies_->ParsePrimer(text, qpm, grid);
  }
  std::string EventText(Event event) const override { return melodies_->EventText(event); }
  Event Resume(std::span<const Event> heard, Event given) const override {
    return melodies_->Resume(heard, given);
  }
  bool IsRest(Event event) const override { return melodies_->IsRest(event); }
  bool ReadsChords() const override { return true; }
  std::optional<int> PitchOf(Event event, int transpose) const override {
    return melodies_->PitchOf(event, transpose);
  }
  std::unique_ptr<NoteRenderer> NewRenderer(const Primer& primer,
                                            bool after_primer) const override {
    return melodies_->NewRenderer(primer, after_primer);
  }

  NoteSequence Render(const EventSequence& events, const Primer& primer,
                      double qpm) const override {
    NoteSequence sequence = MusicKind::Render(events, primer, qpm);
    const int64_t end = primer.start_step + static_cast<int64_t>(events.events.size());
    for (const ControlText& text : primer.texts) {
      if (text.step >= end) break;
      const bool is_first = sequence.text_annotations().empty();
      if (is_first && text.text == kNoChordText) continue;
      auto& annotation = *sequence.add_text_annotations();
      annotation.set_time(static_cast<double>(text.step) * primer.grid.StepSeconds(qpm));
      annotation.set_text(text.text);
      annotation.set_annotation_type(NoteSequence::TextAnnotation::CHORD_SYMBOL);
    }
    return sequence;
  }

 private:
  /// Counts bars from 1.
  struct Bars {
    int64_t first_step;
    double steps;
    int64_t At(int64_t step) const {
      const auto from = static_cast<double>(step - std::min<int64_t>(first_step, 0));
      return std::max<int64_t>(1, static_cast<int64_t>(std::floor(from / steps)) + 1);
    }
  };

  bool Takes(ChordCode code) const { return !options_.triads_only || TriadClass(code).has_value(); }

  /// "" where the model takes every chord; else names the first that it doesn't.
  std::string NotTaken(const LeadSheet& sheet) const {
    for (const ChordSpan& span : sheet.chords.spans()) {
      const auto code = span.chord.Code();
      if (!code.ok()) return ErrorMessage(code.status());
      if (!Takes(*code)) {
        return fmt::format(
            "{} is no major, minor, augmented or diminished chord, "
            "and the model knows no others",
            span.chord.Text());
      }
    }
    return "";
  }

  Examples ExtractFrom(const QuantizedSequence& sequence, const ExampleOptions& options) const {
    LeadSheetExtractionOptions extraction_options;
    extraction_options.melody = MelodyExtractionOf(LeadSheetOptionRows(), options);
    extraction_options.strict = SaysYes(options, kStrict);
    LeadSheetExtraction extraction = ExtractLeadSheets(sequence, extraction_options);
    Examples examples;
    examples.counters = std::move(extraction.counters);
    auto sheet = extraction.lead_sheets.begin();
    int64_t events = 0;
    for (LeadSheetTrack& track : extraction.tracks) {
      TrackReport& report = examples.tracks.emplace_back();
      report.instrument = track.instrument;
      report.name = std::move(track.name);
      report.start_step = track.start_step;
      report.kept = track.kept;
      report.outcome = std::move(track.outcome);
      report.reason = std::move(track.reason);
      report.flag = std::move(track.flag);
      if (track.kept) AddCopies(*sheet++, report, examples, events);
    }
    return examples;
  }

  /// `events` are those of the copies so far.
  void AddCopies(const LeadSheet& sheet, TrackReport& report, Examples& examples,
                 int64_t& events) const {
    constexpr int kCopies = kHighestLeadSheetKey - kLowestLeadSheetKey + 1;
    if (std::string reason = NotTaken(sheet); !reason.empty()) {
      examples.counters.Add("copies_discarded_chord_not_encoded", kCopies);
      report.kept = false;
      report.outcome = "chord_not_encoded";
      report.reason = std::move(reason);
      report.flag = "";
      return;
    }
    const int64_t more = kCopies * int64_t{sheet.melody.size()};
    if (events + more > kMaxSteps) {
      report.kept = false;
      report.outcome = "over_limit";
      report.reason =
          fmt::format("its copies and those before would hold over {} steps", kMaxSteps);
      return;
    }
    events += more;
    for (int n = kLowestLeadSheetKey; n <= kHighestLeadSheetKey; ++n) {
      LeadSheet copy = sheet.Transposed(n);
      copy.melody.Squash(options_.min_note, options_.max_note, std::nullopt);
      examples.sequences.push_back(*copy.Events());
      examples.transpositions.push_back(n);
    }
  }

  static absl::Status TellBad(const ChordReading& reading, const Bars& bars, bool is_error,
                              std::vector<std::string>& notes) {
    if (reading.coincident_step.has_value()) {
      const int64_t bar = bars.At(*reading.coincident_step);
      if (is_error) {
        return UsageError(fmt::format("two chords stand together in bar {}", bar),
                          "Leave one of them out");
      }
      notes.push_back(fmt::format("two chords stand together in bar {}: the last one counts", bar));
    }
    std::vector<std::string> bad;
    std::set<std::string> told;
    for (const BadChordSymbol& symbol : reading.bad) {
      const std::string why = ErrorMessage(symbol.error);
      if (!told.insert(why).second) continue;
      bad.push_back(fmt::format("{} (bar {})", why, bars.At(symbol.step)));
      if (is_error) return UsageError(bad.back(), ErrorRemedy(symbol.error));
    }
    if (!bad.empty()) notes.push_back(FirstOf(bad) + ": no chord is heard there");
    return absl::OkStatus();
  }

  /// The control of `primer`, and its words.
  absl::Status TakeChords(const ChordProgression& chords, const Bars& bars, bool is_error,
                          Primer& primer) const {
    int64_t step = primer.start_step;
    std::vector<std::string> not_taken;
    std::set<std::string> told;
    for (const ChordSpan& span : chords.spans()) {
      const std::string text = span.chord.Text();
      MAGENTA_ASSIGN_OR_RETURN(ChordCode code, span.chord.Code());
      if (!Takes(code)) {
        if (told.insert(text).second) {
          not_taken.push_back(fmt::format("{} (bar {})", text, bars.At(step)));
        }
        code = kNoChord;
      }
      primer.events.control.insert(primer.events.control.end(), static_cast<size_t>(span.steps),
                                   code);
      if (primer.texts.empty() || primer.texts.back().text != text) {
        primer.texts.push_back({step, text});
      }
      step += span.steps;
    }
    if (not_taken.empty()) return absl::OkStatus();
    const std::string message =
        "the model knows major, minor, augmented and diminished chords alone, not " +
        FirstOf(not_taken);
    if (is_error) return UsageError(message, "chord_pitches_improv knows all chords");
    primer.notes.push_back(message + ": no chord is heard there; chord_pitches_improv knows them");
    return absl::OkStatus();
  }

  const LeadSheetKindOptions options_;
  const std::shared_ptr<const MusicKind> melodies_;
};

}  // namespace

std::shared_ptr<const MusicKind> MakeLeadSheetKind(const LeadSheetKindOptions& options) {
  return std::make_shared<LeadSheetKind>(options);
}

}  // namespace magenta
