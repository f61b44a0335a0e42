#include "magenta/kinds/performance_kind.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "magenta/base/check.h"
#include "magenta/base/status.h"
#include "magenta/base/utf8.h"
#include "magenta/kinds/chords/chord_tracks.h"
#include "magenta/kinds/melody_kind.h"
#include "magenta/kinds/primer_steps.h"
#include "magenta/kinds/typed_pitches.h"
#include "magenta/music/key.h"
#include "magenta/music/parts.h"
#include "magenta/music/performance/conditions.h"

namespace magenta {
namespace {

/// The rows of PerformanceKind::example_options(), in this order.
enum PerformanceOption { kMinEvents, kMaxEvents };

const std::vector<ExampleOption>& PerformanceOptionRows() {
  using Type = ExampleOption::Type;
  static const PerformanceExtractionOptions defaults;
  static const std::vector<ExampleOption> rows = {
      {"min_events", Type::kInt, static_cast<double>(defaults.min_events), 0, 1 << 20,
       "Those of fewer events are left out."},
      {"max_events", Type::kInt, static_cast<double>(defaults.max_events), 0, 1 << 20,
       "Those of more are cut; 0: never."}};
  return rows;
}

/// The instrument of the most of `notes`, the lower one on ties, as a part of `sequence`.
Part FullestPart(const NoteSequence& notes, const NoteSequence& sequence) {
  const std::vector<Part> own = PartsOf(notes), parts = PartsOf(sequence);
  const auto fullest = std::max_element(own.begin(), own.end(), [](const Part& a, const Part& b) {
    return std::pair(a.notes, -a.instrument) < std::pair(b.notes, -b.instrument);
  });
  return *std::find_if(parts.begin(), parts.end(),
                       [&](const Part& part) { return part.instrument == fullest->instrument; });
}

class PerformanceKind final : public MusicKind {
 public:
  explicit PerformanceKind(const PerformanceKindOptions& options)
      : options_(options), melodies_(MakeMelodyKind({})) {}

  KindNames names() const override {
    return {"performance", "performances", "performances", "PerformanceExtractor"};
  }

  std::span<const ExampleOption> example_options() const override {
    return PerformanceOptionRows();
  }

  std::string Events() const override {
    return fmt::format("performance of {}{}",
                       is_whole()  ? "whole notes"
                       : is_loud() ? "events, with velocities"
                                   : "events",
                       options_.optional_conditions ? ", with and without conditions" : "");
  }

  bool HearsSeconds() const override { return true; }
  bool LeavesOutSilentNotes() const override { return options_.form != PerformanceForm::kEvents; }
  std::vector<int> transpositions() const override { return {-3, -2, -1, 0, 1, 2, 3}; }
  bool plays_chords() const override { return true; }
  bool plays_velocities() const override { return options_.form != PerformanceForm::kEvents; }

  int StepsOf(Event event) const override {
    return is_whole() ? NoteOf(event).shift : ShiftOf(event);
  }
  Event CutTo(Event event, int64_t steps) const override {
    if (!is_whole()) return ShiftOf(event) > 0 ? ShiftBy(static_cast<int>(steps)) : event;
    PerformedNote note = NoteOf(event);
    note.shift = static_cast<int>(steps);
    note.duration = 0;
    return PackNote(note);
  }

  Examples ExtractExamples(const QuantizedSequence& sequence,
                           const ExampleOptions& options) const override {
    const std::vector<ExampleOption>& rows = PerformanceOptionRows();
    PerformanceExtractionOptions wanted;
    wanted.form = options_.form;
    wanted.min_events = static_cast<int>(options.ValueOf(rows[kMinEvents]));
    wanted.max_events = static_cast<int>(options.ValueOf(rows[kMaxEvents]));
    PerformanceExtraction extraction = ExtractPerformance(sequence, wanted);
    Examples examples;
    TrackReport& report = examples.tracks.emplace_back();
    report.name = "all";
    report.kept = extraction.performance.has_value();
    report.outcome = PerformanceOutcomeName(extraction.outcome);
    report.reason = std::move(extraction.reason);
    report.flag = std::move(extraction.flag);
    examples.counters = std::move(extraction.counters);
    if (!report.kept) return examples;
    Add({std::move(extraction.performance->events), {}}, examples);
    if (options_.optional_conditions) {
      const Conditions none[] = {{.disabled = true}};
      Add({examples.sequences[0].events, WriteConditions(none)}, examples);
    }
    return examples;
  }

  absl::StatusOr<Primer> ReadPrimer(const QuantizedSequence& input,
                                    const PrimerRequest& request) const override {
    Primer primer;
    primer.grid = input.grid();
    if (request.section_end_step > 0) primer.end_step = request.section_end_step;
    if (request.reference_windows && !is_whole()) {
      primer.round_events = EventsPerStep(Conditions().notes_per_second);
    }
    PerformanceExtractionOptions options;
    options.form = options_.form;
    options.search_start_step = request.search_start_step;
    MAGENTA_ASSIGN_OR_RETURN(const QuantizedSequence heard,
                             Heard(input, request, options.search_start_step, primer.notes));
    options.min_events = options.max_events = 0;
    PerformanceExtraction extraction = ExtractPerformance(heard, options);
    if (extraction.outcome == PerformanceOutcome::kLongGap ||
        extraction.outcome == PerformanceOutcome::kLongNote) {
      return SequenceError(extraction.reason,
                           "Give a primer without it, or a model without whole notes");
    }
    if (extraction.silent > 0) {
      primer.notes.push_back(
          fmt::format("{} of velocity 0 not heard", Counted(extraction.silent, "note")));
    }
    if (!extraction.performance.has_value() || extraction.performance->events.empty()) {
      TakeSilence(input, request, primer);
      return primer;
    }
    MAGENTA_ASSIGN_OR_RETURN(const int length,
                             StepsUpToSection(extraction.performance->start_step, request));
    std::vector<Event>& events = extraction.performance->events;
    primer.start_step = extraction.performance->start_step;
    primer.program = extraction.performance->program.value_or(0);
    primer.is_drum = extraction.performance->is_drum;
    primer.instrument = heard.proto().notes(0).instrument();
    if (!is_whole()) {
      SetPerformanceLength(length, events);
    } else {
      int64_t steps = 0;
      const auto late = std::find_if(events.begin(), events.end(), [&](Event event) {
        return (steps += NoteOf(event).shift) >= length;
      });
      events.erase(late, events.end());
    }
    if (events.empty()) {
      TakeSilence(input, request, primer);
      return primer;
    }
    primer.events.events = std::move(events);
    primer.played = primer.events.events;
    return primer;
  }

  DefaultPrimer MakeDefaultPrimer(double qpm, Grid /*grid*/) const override {
    DefaultPrimer primer;
    primer.sequence.add_tempos()->set_qpm(qpm);
    primer.name = "silence";
    return primer;
  }

  PrimerTyping primer_typing() const override { return ChordTyping(); }
  absl::StatusOr<TypedPrimer> ParsePrimer(const std::string& text, double qpm,
                                          Grid grid) const override {
    return ParseTypedChord(text, qpm, grid);
  }
  PrimerTyping other_typing() const override { return melodies_->primer_typing(); }

  /// A melody, whose steps are sixteenths.
  absl::StatusOr<TypedPrimer> ParseOtherPrimer(const std::string& text, double qpm,
                                               Grid grid) const override {
    const Grid sixteenths = Grid::PerQuarter(4);
    MAGENTA_ASSIGN_OR_RETURN(TypedPrimer typed, melodies_->ParsePrimer(text, qpm, sixteenths));
    if (typed.steps.has_value()) {
      const double seconds = static_cast<double>(*typed.steps) * sixteenths.StepSeconds(qpm);
      typed.steps = std::llround(std::ceil(seconds / grid.StepSeconds(qpm) - kOnStep));
    }
    return typed;
  }

  std::string EventText(Event event) const override {
    if (is_whole()) {
      const PerformedNote note = NoteOf(event);
      if (note.duration == 0) return fmt::format("+{}", note.shift);
      return fmt::format("+{} {}:{}", note.shift, PitchText(note.pitch), note.duration);
    }
    if (IsNoteOn(event)) return PitchText(event);
    if (IsNoteOff(event)) return PitchText(event - kFirstNoteOff) + " off";
    if (IsVelocity(event)) {
      return fmt::format("velocity {}", VelocityOfBin(event - kFirstVelocity + 1));
    }
    return fmt::format("+{}", ShiftOf(event));
  }

  std::optional<int> PitchOf(Event event, int /*transpose*/) const override {
    if (is_whole()) {
      const PerformedNote note = NoteOf(event);
      return note.duration > 0 ? std::optional(note.pitch) : std::nullopt;
    }
    return IsNoteOn(event) ? std::optional(event) : std::nullopt;
  }

  std::unique_ptr<NoteRenderer> NewRenderer(const Primer& primer,
                                            bool after_primer) const override {
    const std::span<const Event> heard(primer.events.events);
    return NewPerformanceRenderer(options_.form, after_primer ? heard : heard.first(0),
                                  primer.is_drum);
  }

  /// Without a tempo, which means nothing here.
  NoteSequence Render(const EventSequence& events, const Primer& primer,
                      double qpm) const override {
    NoteSequence sequence = MusicKind::Render(events, primer, qpm);
    sequence.clear_tempos();
    if (primer.end_step.has_value()) {
      CutAt(static_cast<double>(*primer.end_step) * primer.grid.StepSeconds(qpm), sequence);
    }
    for (auto& note : *sequence.mutable_notes()) {
      note.set_program(primer.program);
      note.set_instrument(0);
    }
    return sequence;
  }

 private:
  static constexpr double kOnStep = 1e-6;

  bool is_whole() const { return options_.form == PerformanceForm::kWholeNotes; }
  bool is_loud() const { return options_.form == PerformanceForm::kLoudEvents; }

  static void Add(EventSequence example, Examples& examples) {
    examples.sequences.push_back(std::move(example));
    examples.transpositions.push_back(0);
  }

  static void CutAt(double end, NoteSequence& sequence) {
    auto& notes = *sequence.mutable_notes();
    notes.erase(std::remove_if(notes.begin(), notes.end(),
                               [end](const auto& note) { return note.start_time() >= end; }),
                notes.end());
    double total = 0;
    for (auto& note : notes) {
      note.set_end_time(std::min(note.end_time(), end));
      total = std::max(total, note.end_time());
    }
    sequence.set_total_time(total);
  }

  /// What of `input` is heard: its HeardNotes, of several programs the fullest instrument's. Whole
  /// notes may begin the piece later, on `start`.
  absl::StatusOr<QuantizedSequence> Heard(const QuantizedSequence& input,
                                          const PrimerRequest& request, int64_t& start,
                                          std::vector<std::string>& remarks) const {
    if (request.reference_windows) {
      if (ProgramsOf(input.proto()) > 1) {
        remarks.emplace_back("the primer has several programs: it is taken as silence");
      }
      return input;
    }
    NoteSequence own = input.proto();
    HeardNotes heard(request.search_start_step, request.generate_start_step);
    auto& notes = *own.mutable_notes();
    notes.erase(std::remove_if(notes.begin(), notes.end(),
                               [&heard](const auto& note) { return !heard.Hears(note); }),
                notes.end());
    heard.Say(request.others_stay, remarks);
    if (ProgramsOf(own) > 1) {
      const Part part = FullestPart(own, input.proto());
      const int all = own.notes_size();
      own = OnlyInstrument(std::move(own), part.instrument);
      if (own.notes_size() < all) {
        remarks.push_back(
            fmt::format("several programs: part {}, which has the most notes, is heard "
                        "(primer_part chooses another, of `score` --part)",
                        PartText(part)));
      }
      KeepFullestProgram(own, remarks);
    }
    if (is_whole()) {
      FitWholeNotes(start, own, remarks);
    } else {
      SayNotesWithinOthers(PolyphonicNotesOf(own, [](const auto&) { return true; }), remarks);
    }
    return TakeQuantized(std::move(own));
  }

  /// What one instrument plays on several programs no part tells apart.
  static void KeepFullestProgram(NoteSequence& own, std::vector<std::string>& remarks) {
    std::map<int, int> counts;
    for (const auto& note : own.notes()) ++counts[note.program()];
    const auto fullest =
        std::max_element(counts.begin(), counts.end(),
                         [](const auto& a, const auto& b) { return a.second < b.second; });
    if (counts.size() < 2) return;
    const int program = fullest->first;
    auto& notes = *own.mutable_notes();
    notes.erase(std::remove_if(notes.begin(), notes.end(),
                               [program](const auto& note) { return note.program() != program; }),
                notes.end());
    remarks.push_back(
        fmt::format("several programs on instrument {}: {}, which has the most notes, is heard (an "
                    "instrument for each lets primer_part choose)",
                    own.notes(0).instrument(), program));
  }

  /// Whole notes last, and come after one another, in at most kMostNoteSteps: longer ones are heard
  /// so long, and what comes before a longer silence is not heard.
  static void FitWholeNotes(int64_t& start, NoteSequence& own, std::vector<std::string>& remarks) {
    constexpr double kSeconds = kMostNoteSteps / kPerformanceStepsPerSecond;
    std::set<int64_t> begins;
    int long_notes = 0;
    for (auto& note : *own.mutable_notes()) {
      const int64_t begin = note.quantized_start_step();
      if (note.velocity() > 0) begins.insert(begin);
      if (note.quantized_end_step() - begin <= kMostNoteSteps) continue;
      note.set_quantized_end_step(begin + kMostNoteSteps);
      ++long_notes;
    }
    int64_t now = start;
    for (const int64_t begin : begins) {
      if (begin - now > kMostNoteSteps) start = begin;
      now = begin;
    }
    auto& notes = *own.mutable_notes();
    const int before = notes.size();
    notes.erase(
        std::remove_if(notes.begin(), notes.end(),
                       [start](const auto& note) { return note.quantized_start_step() < start; }),
        notes.end());
    if (long_notes > 0) {
      remarks.push_back(fmt::format("{} longer than {:g} seconds: heard so long",
                                    Counted(long_notes, "note"), kSeconds));
    }
    if (notes.size() < before) {
      remarks.push_back(fmt::format("{} before a silence of over {:g} seconds: not heard",
                                    Counted(before - notes.size(), "note"), kSeconds));
    }
  }

  /// Says so where it is news: there are notes, and nothing told yet why none is heard.
  void TakeSilence(const QuantizedSequence& input, const PrimerRequest& request,
                   Primer& primer) const {
    if (!input.proto().notes().empty() && primer.notes.empty()) {
      primer.notes.emplace_back("no notes come before the section: it is taken as silence");
    }
    primer.start_step = request.generate_start_step;
    if (is_whole()) {
      primer.events.events = {PackNote({.duration = 0})};
    } else {
      int64_t steps = kMostShift;
      if (request.reference_windows) {
        steps = std::min(steps, request.section_end_step - primer.start_step);
      } else {
        primer.start_step -= steps;
      }
      primer.events.events = {ShiftBy(static_cast<int>(std::max<int64_t>(steps, 1)))};
    }
    primer.played = primer.events.events;
  }

  const PerformanceKindOptions options_;
  const std::shared_ptr<const MusicKind> melodies_;  // how one is typed
};

}  // namespace

double EventsPerStep(double notes_per_second) {
  constexpr double kEventsPerNote = 4;
  return kEventsPerNote * std::max(1.0, notes_per_second) / kPerformanceStepsPerSecond;
}

std::shared_ptr<const MusicKind> MakePerformanceKind(const PerformanceKindOptions& options) {
  return std::make_shared<PerformanceKind>(options);
}

}  // namespace magenta
