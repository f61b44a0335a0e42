#include "magenta/request/parts/parts_draft.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "magenta/base/status.h"

namespace magenta {

int64_t PartsDraft::TickAt(double seconds) const {
  const double straight = plan.straight.has_value() ? plan.straight->Straighten(seconds) : seconds;
  const double ticks = plan.swing.Straighten(straight / kTickGrid.StepSeconds(plan.qpm));
  return static_cast<int64_t>(std::round(std::clamp(ticks, 0.0, 1e15)));
}

double PartsDraft::Lead() const {
  return plan.straight.has_value() ? plan.straight->Straighten(0) / kTickGrid.StepSeconds(plan.qpm)
                                   : 0;
}

double MeanPitch(const SheetVoice& voice) {
  if (voice.notes.empty()) return MiddleOfRole(voice.role);
  double sum = 0;
  for (const VoiceNote& note : voice.notes) sum += note.pitch;
  return sum / static_cast<double>(voice.notes.size());
}

absl::Status MusicTooLong(int64_t ticks) {
  return UsageError(fmt::format("the music would have {} steps", ticks),
                    fmt::format("At most {}, {} bars of 4/4", kMaxSectionStep,
                                kMaxSectionStep / (4 * kTicksPerQuarter)));
}

}  // namespace magenta
