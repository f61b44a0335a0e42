#include <algorithm>
#include <utility>

#include "magenta/base/status.h"
#include "magenta/generate/plan/music_plan.h"
#include "magenta/request/parts/parts_piece.h"
#include "magenta/request/parts/parts_plan.h"

namespace magenta {
namespace {

/// Whether all that is drawn is of lines. Of chords the most probable future is always the same, or
/// silence.
bool DrawsLines(const Sheet& sheet) {
  return std::all_of(sheet.voices.begin(), sheet.voices.end(), [](const SheetVoice& voice) {
    return voice.open.empty() || voice.role <= VoiceRole::kBass;
  });
}

/// Whether what is given moves at the pace of chords, as chorales do. Of faster music, which has
/// rests and repeats, the most probable future is that nothing happens.
bool MovesInChords(const PartsPlan& plan) {
  constexpr int64_t kLeastTicks = kTicksPerQuarter * 3 / 4;
  int64_t ticks = 0, notes = 0;
  for (size_t v = 0; v < plan.sheet.voices.size(); ++v) {
    for (const VoiceNote& note : plan.sheet.voices[v].notes) {
      if (plan.last_notes[v] == note) continue;  // asked for, not given
      ticks += note.end - note.start;
      ++notes;
    }
  }
  return notes > 0 && ticks >= notes * kLeastTicks;
}

/// What several lines that are drawn together leave out (Sampling::pitch_min_p): their improbable
/// notes would add up (docs/music.md). Of one line it would leave little but what was heard before.
constexpr double kLinesMinP = 0.2;

bool DrawsSeveralLines(const Sheet& sheet) {
  return std::count_if(sheet.voices.begin(), sheet.voices.end(), [](const SheetVoice& voice) {
           return !voice.open.empty() && voice.role <= VoiceRole::kBass;
         }) > 1;
}

/// A piece of several parts from its beginning to its end: what is given under its sheet is drawn
/// with certainty.
class PartsMusicPlan final : public MusicPlan {
 public:
  PartsMusicPlan(const PlannedModel& model, PartsPlan plan)
      : plan_(std::move(plan)), piece_(plan_) {
    script_.given.events = {model.codec->default_event()};
    script_.given.control = WriteSheet(plan_.sheet);
    script_.segments = {{plan_.sheet.length, {}}};
    script_.steps = plan_.sheet.length;
    primer_.events = script_.given;
    primer_.grid = model.grid;
    for (const SheetVoice& voice : plan_.sheet.voices) {
      for (const VoiceNote& note : voice.notes) primer_.played.push_back(note.pitch);
    }
    // The most probable future is as dense as the music around it, whatever density is asked for.
    looks_ahead_ = !plan_.continues && plan_.sheet.density < 0 && DrawsLines(plan_.sheet) &&
                   MovesInChords(plan_);
    if (DrawsSeveralLines(plan_.sheet)) pitch_min_p_ = kLinesMinP;
    notes_ = plan_.notes;
    notes_.push_back("drawn: " + plan_.drawn);
  }

  double SecondsAt(int64_t step) const override { return plan_.SecondsAt(step); }

  NoteSequence Music(const std::vector<Event>& events) const override {
    return piece_.With(LinesOf(plan_.sheet, events));
  }

  std::vector<std::string> Silences(const std::vector<Event>& events) const override {
    return plan_.SilencesIn(LinesOf(plan_.sheet, events));
  }

  /// Any voice's last note may change.
  std::optional<NoteSequence> SoFar(const std::vector<Event>&) const override {
    return std::nullopt;
  }

 private:
  const PartsPlan plan_;
  const PartsPiece piece_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<MusicPlan>> PlanSeveralParts(const PlannedModel& model,
                                                            const GenerateSequenceRequest& request,
                                                            const GenerateArgs& args) {
  PitchSet playable;
  for (int pitch = kMinPitch; pitch <= kMaxPitch; ++pitch) {
    playable.set(static_cast<size_t>(pitch), model.codec->Accepts(pitch));
  }
  MAGENTA_ASSIGN_OR_RETURN(PartsPlan plan,
                           PlanParts(*model.kind, request, args, playable, args.seed.value_or(0)));
  return std::make_unique<PartsMusicPlan>(model, std::move(plan));
}

}  // namespace magenta
