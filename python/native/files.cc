// Files of music to NoteSequences, and back.

#include <nanobind/stl/string.h>

#include "magenta/io/midi/midi_file.h"
#include "magenta/io/music/sequence_text.h"
#include "native/messages.h"
#include "native/module.h"
#include "native/status.h"

namespace nb = nanobind;

namespace magenta::python {
namespace {

constexpr char kMidiError[] = "MIDIConversionError";

nb::bytes MidiToSequence(const nb::bytes& midi, const std::string& file) {
  return ToBytes(WithoutGil([&] {
    MidiReading reading = Value(ReadMidi(View(midi)), file, kMidiError);
    MakeTextUtf8(reading.sequence);
    return SerializeSequence(reading.sequence);
  }));
}

nb::bytes SequenceToMidi(const nb::bytes& sequence) {
  return ToBytes(
      WithoutGil([&] { return Value(WriteMidi(ParseSequence(View(sequence))), "", kMidiError); }));
}

}  // namespace

void BindFiles(nb::module_& module) {
  module.def("midi_to_sequence", &MidiToSequence, nb::arg("midi"), nb::arg("file"));
  module.def("sequence_to_midi", &SequenceToMidi, nb::arg("sequence"));
}

}  // namespace magenta::python
