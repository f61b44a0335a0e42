#include "magenta/io/drums/drum_primer.h"

#include <fmt/core.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "magenta/base/error_message.h"
#include "magenta/base/status.h"
#include "magenta/io/drums/drum_grid.h"
#include "magenta/io/drums/step_list.h"
#include "magenta/music/drums/drum_track.h"

namespace magenta {

absl::StatusOr<NoteSequence> ParseDrumGrid(std::string_view text, double qpm) {
  std::string lines(text);
  std::replace(lines.begin(), lines.end(), ';', '\n');
  auto patterns = ReadDrumGrids(lines, qpm);
  const absl::Status status = patterns.ok() ? patterns->front().status : patterns.status();
  if (!status.ok()) return UsageError(ErrorMessage(status), ErrorRemedy(status));
  if (patterns->size() > 1) {
    return UsageError(fmt::format("{} patterns; a groove is one", patterns->size()),
                      "Begin its other parts with variation: and fill:");
  }
  return std::move(patterns->front().sequence);
}

absl::StatusOr<NoteSequence> ParseDrumPrimer(std::string_view text,
                                             const DrumPrimerOptions& options) {
  const size_t begin = text.find_first_not_of(" \t\r\n");
  const bool is_list = begin != text.npos && (text[begin] == '[' || text[begin] == '(');
  if (!is_list) return ParseDrumGrid(text, options.qpm);
  MAGENTA_ASSIGN_OR_RETURN(
      const std::vector<std::vector<int>> steps,
      ReadStepList(text,
                   "Write a tuple of MIDI pitches a step, [(36, 42), (), (42,)], or a grid, "
                   "BD |x---x---x---x---|"));
  DrumTrack track(4 * options.steps_per_quarter, options.steps_per_quarter);
  track.SetLength(static_cast<int64_t>(steps.size()));
  for (size_t step = 0; step < steps.size(); ++step) {
    for (const int pitch : steps[step]) track.Strike(static_cast<int64_t>(step), pitch);
  }
  NoteSequence sequence = track.ToSequence(options.qpm);
  const double seconds_per_step = 60.0 / options.qpm / options.steps_per_quarter;
  sequence.set_total_time(static_cast<double>(track.size()) * seconds_per_step);
  return sequence;
}

}  // namespace magenta
