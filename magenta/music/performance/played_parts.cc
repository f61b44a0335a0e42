#include "magenta/music/performance/played_parts.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "magenta/base/check.h"
#include "magenta/base/status.h"
#include "magenta/music/edits/sustain.h"
#include "magenta/music/edits/times.h"
#include "magenta/music/performance/performance_event.h"
#include "magenta/music/quantize.h"
#include "magenta/music/split.h"

namespace magenta {
namespace {

/// A longer one is cut nowhere, and refused when it is quantised.
constexpr double kMostSeconds = static_cast<double>(kMaxSteps) / kPerformanceStepsPerSecond;

std::vector<NoteSequence> CutEachHalfMinute(NoteSequence sequence) {
  const double total = sequence.total_time();
  std::vector<double> cuts = {0};
  if (!(total > 0)) return {};
  for (int i = 1; i * kLearnedSeconds < total && total <= kMostSeconds; ++i) {
    cuts.push_back(i * kLearnedSeconds);
  }
  cuts.push_back(total);
  return SplitAt(std::move(sequence), std::move(cuts));
}

}  // namespace

NoteSequence HeldByPedal(NoteSequence sequence, std::span<const double> ends) {
  const bool has_pedal =
      std::any_of(sequence.control_changes().begin(), sequence.control_changes().end(),
                  [](const auto& change) { return change.control_number() == kSustainPedal; });
  if (!has_pedal) return sequence;
  sequence.clear_quantization_info();  // its steps say nothing of what the pedal holds
  auto sounding = WithSustain(std::move(sequence), kSustainPedal);
  MAGENTA_CHECK(sounding.ok());
  for (auto& note : *sounding->mutable_notes()) {
    const auto end = std::upper_bound(ends.begin(), ends.end(), note.start_time());
    if (end != ends.end() && note.end_time() > *end) note.set_end_time(*end);
  }
  return *std::move(sounding);
}

absl::StatusOr<std::vector<NoteSequence>> PlayedParts(NoteSequence sequence,
                                                      std::span<const double> stretches) {
  MAGENTA_ASSIGN_OR_RETURN(const NoteSequence sounding, WithSustain(std::move(sequence)));
  std::vector<NoteSequence> parts;
  for (const double factor : stretches) {
    NoteSequence played = sounding;
    if (factor != 1) {
      MAGENTA_ASSIGN_OR_RETURN(played, Stretched(std::move(played), factor));
    }
    std::vector<NoteSequence> cut = CutEachHalfMinute(std::move(played));
    std::move(cut.begin(), cut.end(), std::back_inserter(parts));
  }
  return parts;
}

}  // namespace magenta
