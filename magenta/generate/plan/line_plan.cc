#include <fmt/core.h>

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "magenta/base/status.h"
#include "magenta/generate/plan/music_plan.h"
#include "magenta/kinds/performance_kind.h"
#include "magenta/music/harmony/render_chords.h"
#include "magenta/music/parts.h"
#include "magenta/music/performance/conditions.h"
#include "magenta/request/continuation.h"
#include "magenta/request/piece.h"
#include "magenta/request/section.h"

namespace magenta {
namespace {

/// One line that goes on from a primer, or is filled, within a piece.
class LinePlan final : public MusicPlan {
 public:
  LinePlan(const MusicKind& kind, SectionPlan plan, bool render_chords)
      : kind_(kind), plan_(std::move(plan)), render_chords_(render_chords) {}

  /// `input` is the request's; reads the primer and what is to be heard and drawn.
  absl::Status SetUp(const PlannedModel& model, const GenerateSequenceRequest& asked,
                     const GenerateArgs& args, PieceOptions piece, std::vector<std::string> notes) {
    PrimerRequest wanted = {.search_start_step = plan_.search_start_step,
                            .generate_start_step = plan_.fills ? plan_.end_step : plan_.start_step,
                            .reference_windows = args.reference_windows,
                            .others_stay = args.keep_accompaniment,
                            .key = args.primer_key,
                            .section_end_step = plan_.end_step,
                            .condition_on_primer = plan_.fills || args.condition(),
                            .inject_primer = args.inject_primer && !plan_.fills};
    if (plan_.fills) wanted.latest_start_step = plan_.start_step - 1;
    MAGENTA_ASSIGN_OR_RETURN(primer_, kind_.ReadPrimer(plan_.input, wanted));
    if (model.codec->conditioned_inputs().any()) SetConditions(args.conditions);
    piece.drums = kind_.plays_drums();
    piece.chords = kind_.plays_chords();
    piece.own_velocities = kind_.plays_velocities();
    if (!piece.drums) piece.instrument = primer_.instrument;
    NoteSequence input = InputOf(asked.input_sequence(), asked.generator_options());
    if (!args.reference_windows) {
      piece_.emplace(input, plan_, piece);
    } else if (kind_.begins_alone() && !wanted.condition_on_primer) {
      unheard_ = std::move(input);
    }
    if (args.ending) {
      MAGENTA_RETURN_IF_ERROR(CheckCanEnd(model));
      const auto& key = args.pitches.key;
      MAGENTA_ASSIGN_OR_RETURN(
          ending_, EndingGoal::Of(plan_, kind_, primer_,
                                  key.has_value() ? std::optional(key->tonic) : std::nullopt));
    }
    notes_ = std::move(notes);
    notes_.insert(notes_.end(), plan_.notes.begin(), plan_.notes.end());
    if (!plan_.fills) {
      MAGENTA_ASSIGN_OR_RETURN(script_, ScriptExtension(kind_, plan_, primer_));
      if (ending_.has_value()) PartBeforeEnding();
      return absl::OkStatus();
    }
    script_ = ScriptFill(kind_, model.codec->default_event(), plan_, primer_);
    for (const Segment& segment : script_.segments) {
      MAGENTA_RETURN_IF_ERROR(CheckAccepted(*model.codec, model.id, segment.given));
    }
    return absl::OkStatus();
  }

  double SecondsAt(int64_t step) const override {
    return plan_.OffGrid(static_cast<double>(step) * primer_.grid.StepSeconds(plan_.qpm));
  }

  NoteSequence Music(const std::vector<Event>& events) const override {
    const NoteSequence notes = Rendered(events);
    NoteSequence music = piece_.has_value() ? piece_->With(notes) : notes;
    if (render_chords_) RenderChords(music);
    return music;
  }

  std::vector<std::string> Silences(const std::vector<Event>& events) const override {
    const bool is_silent = piece_.has_value() && !piece_->WithNewNotes(Rendered(events));
    return is_silent ? std::vector<std::string>{""} : std::vector<std::string>{};
  }

  std::optional<NoteSequence> SoFar(const std::vector<Event>& events) const override {
    // Chords that sound come last, when all notes are there.
    if (!piece_.has_value()) return Rendered(events);
    // What the input holds changes until then: its last note may be held.
    if (plan_.fills) return std::nullopt;
    return piece_->WithNewNotes(Rendered(events));
  }

 private:
  void SetConditions(const ConditionValues& values) {
    const int64_t steps = plan_.end_step - primer_.start_step;
    primer_.events.control = WriteConditions(values.Over(std::max<int64_t>(steps, 1)));
    const std::vector<double>& densities = values.notes_per_second;
    if (primer_.round_events == 0 || densities.empty()) return;
    primer_.round_events = EventsPerStep(std::reduce(densities.begin(), densities.end()) /
                                         static_cast<double>(densities.size()));
  }

  /// What leads to the ending becomes a segment of its own.
  void PartBeforeEnding() {
    const int64_t before = script_.steps - ending_->look_ahead();
    script_.segments = {{ending_->look_ahead(), {}}};
    if (before > 0) script_.segments.insert(script_.segments.begin(), {before, {}});
  }

  NoteSequence Rendered(const std::vector<Event>& events) const {
    // The reference draws more than is asked for.
    const int64_t steps = plan_.end_step - primer_.start_step;
    NoteSequence notes =
        kind_.Render({primer_.round_events > 0 ? FirstSteps(kind_, events, steps) : events,
                      script_.given.control},
                     primer_, plan_.qpm);
    if (!unheard_.has_value()) return notes;
    NoteSequence music = *unheard_;
    if (music.tempos().empty()) *music.mutable_tempos() = notes.tempos();
    music.mutable_notes()->MergeFrom(notes.notes());
    music.set_total_time(notes.total_time());
    return music;
  }

  /// An ending is one note that is held.
  absl::Status CheckCanEnd(const PlannedModel& model) const {
    if (!kind_.plays_chords()) return absl::OkStatus();
    return UsageError(
        fmt::format("ending is for models of one note at a time, and {} plays chords", model.id),
        "Leave ending out");
  }

  const MusicKind& kind_;
  const SectionPlan plan_;
  const bool render_chords_;
  std::optional<Piece> piece_;           // none with reference_windows
  std::optional<NoteSequence> unheard_;  // the input of music that begins anew, with them
};

absl::Status CheckNoParts(const GeneratorOptions& options, const std::string& model) {
  for (const auto& section : options.generate_sections()) {
    if (section.parts().empty()) continue;
    return UsageError(
        fmt::format("a section names parts, which is for models of several, and {} knows none",
                    model),
        "Leave them out; the argument primer_part says which part goes on");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<MusicPlan>> PlanLine(const PlannedModel& model,
                                                    const GenerateSequenceRequest& request,
                                                    const GenerateArgs& args) {
  std::vector<std::string> notes;
  MAGENTA_ASSIGN_OR_RETURN(const auto whole,
                           CompleteRequest(*model.kind, args, model.grid, request, notes));
  const GenerateSequenceRequest& asked = whole.has_value() ? *whole : request;
  MAGENTA_RETURN_IF_ERROR(CheckNoParts(asked.generator_options(), model.id));
  const NoteSequence& input = asked.input_sequence();
  if (!args.program_note.empty()) notes.push_back(args.program_note);
  PieceOptions piece;
  piece.keep_accompaniment = args.keep_accompaniment;
  piece.program = args.program;
  if (!args.primer_part.empty()) {
    MAGENTA_ASSIGN_OR_RETURN(const Part part,
                             FindPart(PartsOf(input), args.primer_part, "primer_part"));
    piece.instrument = part.instrument;
    MAGENTA_RETURN_IF_ERROR(CheckAccompaniment(input));
  }
  MAGENTA_ASSIGN_OR_RETURN(
      SectionPlan sections,
      PlanSection(piece.instrument.has_value() ? OnlyInstrument(input, *piece.instrument) : input,
                  asked.generator_options(), model.grid, args.reference_windows));
  auto plan = std::make_unique<LinePlan>(*model.kind, std::move(sections), args.render_chords);
  MAGENTA_RETURN_IF_ERROR(plan->SetUp(model, asked, args, piece, std::move(notes)));
  return plan;
}

}  // namespace magenta
