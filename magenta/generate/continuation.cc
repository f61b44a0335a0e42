#include "magenta/generate/continuation.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "magenta/base/status.h"

namespace magenta {
namespace {

double EndOfLatestNote(const NoteSequence& music) {
  double end = 0;
  for (const auto& note : music.notes()) end = std::max(end, note.end_time());
  return end;
}

/// Quarter notes up to `seconds`, and the tempo there.
double QuartersUntil(const NoteSequence& music, double seconds, double* qpm) {
  std::vector<std::pair<double, double>> tempos;
  for (const auto& tempo : music.tempos()) {
    if (tempo.qpm() > 0) tempos.emplace_back(tempo.time(), tempo.qpm());
  }
  std::stable_sort(tempos.begin(), tempos.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  double quarters = 0, at = 0;
  *qpm = 120;
  for (const auto& [time, next] : tempos) {
    if (time >= seconds && time > 0) break;
    quarters += (std::min(time, seconds) - at) * *qpm / 60.0;
    at = std::min(time, seconds);
    *qpm = next;
  }
  return quarters + (seconds - at) * *qpm / 60.0;
}

}  // namespace

absl::StatusOr<MusicEnd> EndOfNotes(const NoteSequence& music, int steps_per_quarter) {
  const auto& notes = music.notes();
  if (std::all_of(notes.begin(), notes.end(), [](const auto& note) { return note.is_drum(); })) {
    return InputError("", notes.empty() ? "holds no note to go on from"
                                        : "holds drums alone, no note to go on from");
  }
  MusicEnd end;
  end.seconds = EndOfLatestNote(music);
  end.steps = QuartersUntil(music, end.seconds, &end.qpm) * steps_per_quarter;
  return end;
}

absl::StatusOr<GenerateSequenceRequest> ContinuationOf(NoteSequence music, const MusicEnd& end,
                                                       const ContinuationOptions& options) {
  const double step_seconds = 60.0 / end.qpm / options.steps_per_quarter;
  const auto num_steps = static_cast<double>(options.num_steps);
  const bool one_tempo = music.tempos_size() <= 1;
  double start = end.seconds;
  const double stop =
      one_tempo ? num_steps * step_seconds : start + (num_steps - end.steps) * step_seconds;
  if (options.reference_windows) start = EndOfLatestNote(music) + step_seconds;
  if (num_steps - end.steps < 1 - 1e-6 || start >= stop) {
    const double whole = std::ceil(end.steps - 1e-6);
    return UsageError(
        fmt::format("{} takes {:.6g} {}, and {}={} counts {} too", options.music_name, whole,
                    whole == 1 ? "step" : "steps", options.steps_name, options.num_steps,
                    whole == 1 ? "it" : "them"),
        fmt::format("Give {}={:.0f} for as many new ones", options.steps_name, whole + num_steps));
  }
  GenerateSequenceRequest request;
  *request.mutable_input_sequence() = std::move(music);
  auto* section = request.mutable_generator_options()->add_generate_sections();
  section->set_start_time(start);
  section->set_end_time(stop);
  return request;
}

}  // namespace magenta
