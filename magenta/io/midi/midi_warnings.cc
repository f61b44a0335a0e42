#include "magenta/io/midi/midi_warnings.h"

#include <algorithm>

namespace magenta {

std::string WarningLine(const MidiWarning& warning) {
  if (warning.track < 0) return fmt::format("byte {}: {}", warning.offset, warning.text);
  return fmt::format("byte {}, track {}: {}", warning.offset, warning.track, warning.text);
}

void MidiWarnings::MoveInto(MidiReading& reading) && {
  std::stable_sort(kept_.begin(), kept_.end(),
                   [](const MidiWarning& a, const MidiWarning& b) { return a.offset < b.offset; });
  reading.warnings = std::move(kept_);
  reading.warnings_left_out = left_out_;
}

}  // namespace magenta
