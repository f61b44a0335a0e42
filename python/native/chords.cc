// Chord symbols, and chords that are inferred: magenta_native/chords.py.

#include <fmt/core.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "magenta/base/error_message.h"
#include "magenta/music/edits/bar_chords.h"
#include "magenta/music/harmony/chord_name.h"
#include "magenta/music/harmony/chord_symbol.h"
#include "magenta/request/backing_chords.h"
#include "native/messages.h"
#include "native/module.h"
#include "native/status.h"

namespace nb = nanobind;

namespace magenta::python {
namespace {

constexpr char kChordError[] = "ChordSymbolError";

/// Why chords of a chart are none that can be read, a line each: "chord 2: "Zz" is ...".
std::vector<std::string> FaultsOfChart(const std::string& chart) {
  std::vector<std::string> faults;
  int number = 0;
  for (const std::string& symbol : SplitChords(chart)) {
    const auto chord = ParseChordSymbol(symbol);
    ++number;
    if (!chord.ok()) {
      faults.push_back(fmt::format("chord {}: {}", number, ErrorMessage(chord.status())));
    }
  }
  return faults;
}

/// A chord, not none.
ChordSymbol ParseChord(const std::string& symbol) {
  ChordSymbol chord = Value(ParseChordSymbol(symbol), "", kChordError);
  if (chord.IsNoChord()) Check(UsageError(symbol + " is no chord"), "", kChordError);
  return chord;
}

}  // namespace

void BindChords(nb::module_& module) {
  module.def(
      "infer_chords",
      [](const nb::bytes& sequence, std::optional<int> chords_per_bar, double key_change,
         double chord_change, double chord_pitch_out_of_key, double chord_note_concentration,
         bool add_key_signatures) {
        return EditSequence(sequence, [&](NoteSequence music) {
          Check(InferBarChords(music,
                               {chords_per_bar, key_change, chord_change, chord_pitch_out_of_key,
                                chord_note_concentration, add_key_signatures}));
          return music;
        });
      },
      nb::arg("sequence"), nb::arg("chords_per_bar").none(), nb::arg("key_change"),
      nb::arg("chord_change"), nb::arg("chord_pitch_out_of_key"),
      nb::arg("chord_note_concentration"), nb::arg("add_key_signatures"));
  module.def("faults_of_chart", &FaultsOfChart, nb::arg("chart"));
  module.def(
      "chord_transposed",
      [](const std::string& symbol, int semitones) {
        return ParseChord(symbol).Transposed(semitones).Text();
      },
      nb::arg("symbol"), nb::arg("semitones"));
  module.def(
      "chord_pitches",
      [](const std::string& symbol) {
        return Value(ParseChord(symbol).PitchClasses(), "", kChordError);
      },
      nb::arg("symbol"));
  module.def(
      "chord_root",
      [](const std::string& symbol) { return ParseChord(symbol).root().PitchClass(); },
      nb::arg("symbol"));
  module.def(
      "chord_bass",
      [](const std::string& symbol) { return ParseChord(symbol).bass().PitchClass(); },
      nb::arg("symbol"));
  module.def(
      "chord_quality",
      [](const std::string& symbol) {
        return static_cast<int>(Value(ParseChord(symbol).Quality(), "", kChordError));
      },
      nb::arg("symbol"));
  module.def(
      "chord_name",
      [](const std::vector<int>& pitches) { return Value(NameChord(pitches), "", kChordError); },
      nb::arg("pitches"));
}

}  // namespace magenta::python
