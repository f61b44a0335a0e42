#include "magenta/generate/plan/music_plan.h"

namespace magenta {

std::vector<std::string> MusicPlan::Notes() const {
  std::vector<std::string> notes = notes_;
  notes.insert(notes.end(), primer_.notes.begin(), primer_.notes.end());
  return notes;
}

absl::StatusOr<std::unique_ptr<MusicPlan>> PlanMusic(const PlannedModel& model,
                                                     const GenerateSequenceRequest& request,
                                                     const GenerateArgs& args) {
  return model.kind->plays_parts() ? PlanSeveralParts(model, request, args)
                                   : PlanLine(model, request, args);
}

}  // namespace magenta
