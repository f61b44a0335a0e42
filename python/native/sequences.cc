// Edits of NoteSequences: magenta_native/sequences.py.

#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "magenta/music/edits/subsequences.h"
#include "magenta/music/edits/sustain.h"
#include "magenta/music/edits/times.h"
#include "magenta/music/edits/transpose.h"
#include "magenta/music/quantize.h"
#include "native/messages.h"
#include "native/module.h"
#include "native/status.h"

namespace nb = nanobind;

namespace magenta::python {
namespace {

nb::bytes QuantizeSequence(const nb::bytes& sequence, int steps, bool per_second) {
  return EditSequence(sequence, [&](NoteSequence music) {
    if (steps <= 0)
      Check(UsageError("a grid of " + std::to_string(steps) + " steps", "Give 1 step or more"));
    const bool has_tempo = !music.tempos().empty();
    NoteSequence made = Value(Quantize(std::move(music), per_second ? Grid::PerSecond(steps)
                                                                    : Grid::PerQuarter(steps)))
                            .Release();
    // Seconds need no tempo, and get none.
    if (per_second && !has_tempo) made.clear_tempos();
    return made;
  });
}

nb::bytes ConcatenateSequences(const nb::list& sequences, const std::vector<double>& durations) {
  const std::vector<std::string_view> views = Views(sequences);
  return ToBytes(WithoutGil([&] {
    std::vector<NoteSequence> parsed;
    for (const std::string_view view : views) parsed.push_back(ParseSequence(view));
    return SerializeSequence(Edited(Concatenated(parsed, durations)));
  }));
}

std::pair<nb::bytes, int> Transpose(const nb::bytes& sequence, int semitones, int min_pitch,
                                    int max_pitch, bool chords) {
  int deleted = 0;
  nb::bytes made = EditSequence(sequence, [&](NoteSequence music) {
    Transposition result =
        Value(TransposeSequence(std::move(music), semitones, {min_pitch, max_pitch, chords}), "",
              "ChordSymbolError");
    deleted = result.deleted_notes;
    return std::move(result.sequence);
  });
  return {std::move(made), deleted};
}

}  // namespace

void BindSequences(nb::module_& module) {
  module.def("quantize", &QuantizeSequence, nb::arg("sequence"), nb::arg("steps"),
             nb::arg("per_second"));
  module.def("concatenate", &ConcatenateSequences, nb::arg("sequences"), nb::arg("durations"));
  module.def("transpose", &Transpose, nb::arg("sequence"), nb::arg("semitones"),
             nb::arg("min_pitch"), nb::arg("max_pitch"), nb::arg("chords"));
  module.def(
      "trim",
      [](const nb::bytes& sequence, double start, double end) {
        return EditSequence(sequence, [&](NoteSequence music) {
          return Edited(Trimmed(std::move(music), start, end));
        });
      },
      nb::arg("sequence"), nb::arg("start"), nb::arg("end"));
  module.def(
      "shift",
      [](const nb::bytes& sequence, double seconds) {
        return EditSequence(sequence, [&](NoteSequence music) {
          return Edited(Shifted(std::move(music), seconds));
        });
      },
      nb::arg("sequence"), nb::arg("seconds"));
  module.def(
      "stretch",
      [](const nb::bytes& sequence, double factor) {
        return EditSequence(sequence, [&](NoteSequence music) {
          return Edited(Stretched(std::move(music), factor));
        });
      },
      nb::arg("sequence"), nb::arg("factor"));
  module.def(
      "remove_redundant_data",
      [](const nb::bytes& sequence) {
        return EditSequence(
            sequence, [](NoteSequence music) { return WithoutRedundantData(std::move(music)); });
      },
      nb::arg("sequence"));
  module.def(
      "sustain",
      [](const nb::bytes& sequence, int controller) {
        return EditSequence(sequence, [&](NoteSequence music) {
          return Edited(WithSustain(std::move(music), controller));
        });
      },
      nb::arg("sequence"), nb::arg("controller"));
  module.def(
      "subsequences",
      [](const nb::bytes& sequence, const std::vector<double>& times,
         const std::vector<int>& pedals) {
        return SplitSequence(sequence, [&](const NoteSequence& music) {
          return Edited(ExtractSubsequences(music, times, pedals));
        });
      },
      nb::arg("sequence"), nb::arg("times"), nb::arg("pedals"));
  module.def(
      "split_at",
      [](const nb::bytes& sequence, const std::vector<double>& times, bool skip_inside_notes) {
        return SplitSequence(sequence, [&](const NoteSequence& music) {
          return Edited(SplitAtTimes(music, times, skip_inside_notes));
        });
      },
      nb::arg("sequence"), nb::arg("times"), nb::arg("skip_inside_notes"));
  module.def(
      "split_every",
      [](const nb::bytes& sequence, double hop, bool skip_inside_notes) {
        return SplitSequence(sequence, [&](const NoteSequence& music) {
          return Edited(SplitEvery(music, hop, skip_inside_notes));
        });
      },
      nb::arg("sequence"), nb::arg("hop"), nb::arg("skip_inside_notes"));
  module.def(
      "split_at_time_changes",
      [](const nb::bytes& sequence, bool skip_inside_notes) {
        return SplitSequence(sequence, [&](const NoteSequence& music) {
          return Edited(SplitAtTimeChanges(music, skip_inside_notes));
        });
      },
      nb::arg("sequence"), nb::arg("skip_inside_notes"));
  module.def(
      "split_on_silence",
      [](const nb::bytes& sequence, double gap) {
        return SplitSequence(sequence, [&](const NoteSequence& music) {
          return Edited(SplitOnSilence(music, gap));
        });
      },
      nb::arg("sequence"), nb::arg("gap"));
}

}  // namespace magenta::python
