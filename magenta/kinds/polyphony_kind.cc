#include "magenta/kinds/polyphony_kind.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "magenta/base/status.h"
#include "magenta/kinds/chords/chord_tracks.h"
#include "magenta/kinds/melody_kind.h"
#include "magenta/kinds/typed_pitches.h"
#include "magenta/music/key.h"
#include "magenta/music/polyphony/extract_polyphony.h"
#include "magenta/music/polyphony/polyphony_events.h"

namespace magenta {
namespace {

/// What a round of the reference draws for each step that is left.
constexpr double kEventsPerStep = 5;

const std::vector<ExampleOption>& PolyphonyOptionRows() {
  static const std::vector<ExampleOption> rows =
      ChordTrackOptions({}, "longer ones are left out; 0: none.");
  return rows;
}

/// What a step holds is known at its end: then notes that it does not continue end on it, the
/// oldest of a pitch first, and others begin.
class PolyphonyRenderer final : public NoteRenderer {
 public:
  void Add(Event event, std::vector<NoteChange>& changes) override {
    if (const auto begun = NewPitch(event)) begun_.push_back(*begun);
    if (const auto continued = ContinuedPitch(event)) {
      const auto named = to_end_.find(*continued);
      if (named != to_end_.end()) to_end_.erase(named);
      is_named_ = true;
    }
    if (event == kStepEnd) EndStep(changes);
  }
  void Finish(std::vector<NoteChange>& changes) override {
    if (is_named_ || !begun_.empty()) EndStep(changes);
    EndNotes(changes);
  }
  int64_t step() const override { return step_; }

 private:
  void EndStep(std::vector<NoteChange>& changes) {
    EndNotes(changes);
    for (const int pitch : begun_) {
      changes.push_back({.begins = true, .step = step_, .pitch = pitch});
    }
    sounding_.insert(sounding_.end(), begun_.begin(), begun_.end());
    to_end_ = {sounding_.begin(), sounding_.end()};
    begun_.clear();
    is_named_ = false;
    ++step_;
  }
  void EndNotes(std::vector<NoteChange>& changes) {
    std::erase_if(sounding_, [&](int pitch) {
      const auto ends = to_end_.find(pitch);
      if (ends == to_end_.end()) return false;
      to_end_.erase(ends);
      changes.push_back({.step = step_, .pitch = pitch});
      return true;
    });
  }

  int64_t step_ = 0;
  std::vector<int> sounding_;  // in the order in which they began
  std::multiset<int> to_end_;  // of these, those that the step has not continued
  std::vector<int> begun_;     // in the step
  bool is_named_ = false;      // whether the step has continued one
};

class PolyphonyKind final : public MusicKind {
 public:
  KindNames names() const override {
    return {"polyphonic track", "polyphonic tracks", "poly_tracks", "PolyExtractor"};
  }

  std::span<const ExampleOption> example_options() const override { return PolyphonyOptionRows(); }

  int StepsOf(Event event) const override { return event == kStepEnd ? 1 : 0; }

  std::string Events() const override { return "polyphony"; }

  std::vector<int> transpositions() const override { return {-4, -3, -2, -1, 0, 1, 2, 3, 4}; }

  Examples ExtractExamples(const QuantizedSequence& sequence,
                           const ExampleOptions& options) const override {
    return ExamplesOfTrack(
        ExtractPolyphony(sequence, SaidOfChordTracks(PolyphonyOptionRows(), options)));
  }

  absl::StatusOr<Primer> ReadPrimer(const QuantizedSequence& input,
                                    const PrimerRequest& request) const override {
    Primer primer;
    primer.grid = input.grid();
    const int64_t end = request.generate_start_step;
    std::vector<PolyphonicNote> notes;
    primer.start_step = request.search_start_step;
    if (!request.reference_windows) {
      primer.start_step =
          std::min(std::max<int64_t>(0, primer.start_step), request.latest_start_step);
      notes = HeardChordNotes(input.proto(), request, primer);
      SayNotesWithinOthers(notes, primer.notes);
    } else if (HasSeveralPrograms(input.proto())) {
      primer.start_step = end;
    } else {
      notes = PolyphonicNotesOf(input.proto(), [](const auto&) { return true; });
    }
    MAGENTA_RETURN_IF_ERROR(CheckChordPrimer(notes, primer.start_step, end));
    primer.events.events = PolyphonyEventsOf(notes, primer.start_step, end);
    if (request.inject_primer && (!request.condition_on_primer || request.reference_windows)) {
      primer.beneath = PolyphonySteps(primer.events.events);
    }
    if (!request.condition_on_primer) {
      primer.start_step = end;
      primer.events.events = {kPolyphonyStart};
    }
    primer.played = primer.events.events;
    if (request.reference_windows) primer.round_events = kEventsPerStep;
    return primer;
  }

  bool begins_alone() const override { return true; }
  bool plays_chords() const override { return true; }

  DefaultPrimer MakeDefaultPrimer(double qpm, Grid /*grid*/) const override {
    DefaultPrimer primer = {{}, "silence"};
    primer.sequence.add_tempos()->set_qpm(qpm);
    return primer;
  }

  PrimerTyping primer_typing() const override { return ChordTyping(); }
  absl::StatusOr<TypedPrimer> ParsePrimer(const std::string& text, double qpm,
                                          Grid grid) const override {
    return ParseTypedChord(text, qpm, grid);
  }
  PrimerTyping other_typing() const override { return melodies_->primer_typing(); }
  absl::StatusOr<TypedPrimer> ParseOtherPrimer(const std::string& text, double qpm,
                                               Grid grid) const override {
    return melodies_->ParsePrimer(text, qpm, grid);
  }

  std::optional<int> PitchOf(Event event, int /*transpose*/) const override {
    return NewPitch(event);
  }

  std::string EventText(Event event) const override {
    if (const auto pitch = NewPitch(event)) return PitchText(*pitch);
    if (const auto pitch = ContinuedPitch(event)) return PitchText(*pitch) + "_";
    return event == kPolyphonyStart ? "start" : event == kPolyphonyEnd ? "end" : "|";
  }

  std::unique_ptr<NoteRenderer> NewRenderer(const Primer& /*primer*/,
                                            bool /*after_primer*/) const override {
    return std::make_unique<PolyphonyRenderer>();
  }

  /// In the order in which notes end, then begin; total_time is the end of the last step.
  NoteSequence Render(const EventSequence& events, const Primer& primer,
                      double qpm) const override {
    NoteSequence sequence = MusicKind::Render(events, primer, qpm);
    auto& notes = *sequence.mutable_notes();
    std::stable_sort(notes.begin(), notes.end(), [](const auto& a, const auto& b) {
      return a.end_time() != b.end_time() ? a.end_time() < b.end_time()
                                          : a.start_time() < b.start_time();
    });
    const int64_t steps =
        primer.start_step + std::count(events.events.begin(), events.events.end(), kStepEnd);
    sequence.set_total_time(
        std::max(sequence.total_time(), static_cast<double>(steps) * primer.grid.StepSeconds(qpm)));
    return sequence;
  }

 private:
  const std::shared_ptr<const MusicKind> melodies_ = MakeMelodyKind({0, 128, std::nullopt});
};

}  // namespace

std::shared_ptr<const MusicKind> MakePolyphonyKind() { return std::make_shared<PolyphonyKind>(); }

}  // namespace magenta
