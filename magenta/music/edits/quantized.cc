#include "magenta/music/edits/quantized.h"

#include <fmt/core.h>

#include "magenta/base/status.h"

namespace magenta {

bool IsQuantized(const NoteSequence& sequence) {
  const auto& info = sequence.quantization_info();
  return info.steps_per_quarter() > 0 || info.steps_per_second() > 0;
}

absl::Status CheckInSeconds(const NoteSequence& sequence, std::string_view edit) {
  if (!IsQuantized(sequence)) return absl::OkStatus();
  return SequenceError(fmt::format("a quantized sequence can't be {}", edit),
                       "Edit it first, then quantize it");
}

}  // namespace magenta
