// Piano rolls: magenta_native/pianorolls.py. NumPy's arrays own what C++ filled; nothing is copied.

#include "magenta/music/edits/note_roll.h"

#include <nanobind/stl/string.h>

#include "native/arrays.h"
#include "native/messages.h"
#include "native/module.h"
#include "native/status.h"

namespace nb = nanobind;

namespace magenta::python {
namespace {

nb::tuple SequenceToRoll(const nb::bytes& sequence, const NoteRollOptions& options) {
  NoteRoll roll =
      WithoutGil([&] { return Value(ToNoteRoll(ParseSequence(View(sequence)), options)); });
  const auto frames = static_cast<size_t>(roll.frames);
  const auto plane = [&](std::vector<float>& cells) {
    return ToArray(std::move(cells), {frames, static_cast<size_t>(roll.pitches)});
  };
  return nb::make_tuple(plane(roll.active), plane(roll.weights), plane(roll.onsets),
                        plane(roll.onset_velocities), plane(roll.active_velocities),
                        plane(roll.offsets),
                        ToArray(std::move(roll.control_changes), {frames, 128}));
}

}  // namespace

void BindNoteRoll(nb::module_& module) {
  module.def(
      "note_roll",
      [](const nb::bytes& sequence, double frames_per_second, int min_pitch, int max_pitch,
         int max_velocity, bool add_blank_frame_before_onset, double onset_upweight,
         int onset_window, double onset_length_ms, double offset_length_ms,
         const std::string& onset_mode, double onset_delay_ms, double min_frame_occupancy_for_label,
         bool onset_overlap) {
        if (onset_mode != "window" && onset_mode != "length_ms") {
          Check(UsageError("there is no onset mode " + onset_mode, "Give window or length_ms"));
        }
        return SequenceToRoll(
            sequence,
            {frames_per_second, min_pitch, max_pitch, max_velocity, add_blank_frame_before_onset,
             onset_upweight, onset_mode == "window" ? OnsetMode::kWindow : OnsetMode::kLength,
             onset_window, onset_length_ms, offset_length_ms, onset_delay_ms,
             min_frame_occupancy_for_label, onset_overlap});
      },
      nb::arg("sequence"), nb::kw_only(), nb::arg("frames_per_second"), nb::arg("min_pitch"),
      nb::arg("max_pitch"), nb::arg("max_velocity"), nb::arg("add_blank_frame_before_onset"),
      nb::arg("onset_upweight"), nb::arg("onset_window"), nb::arg("onset_length_ms"),
      nb::arg("offset_length_ms"), nb::arg("onset_mode"), nb::arg("onset_delay_ms"),
      nb::arg("min_frame_occupancy_for_label"), nb::arg("onset_overlap"));
}

}  // namespace magenta::python
