// Files of music to NoteSequences, and back: magenta_native/files.py.

#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "magenta/base/error_message.h"
#include "magenta/io/abc/abc.h"
#include "magenta/io/midi/midi_file.h"
#include "magenta/io/music/sequence_text.h"
#include "magenta/io/musicxml/musicxml.h"
#include "native/messages.h"
#include "native/module.h"
#include "native/status.h"

namespace nb = nanobind;

namespace magenta::python {
namespace {

constexpr char kMidiError[] = "MIDIConversionError";

std::string TextSequence(NoteSequence sequence) {
  MakeTextUtf8(sequence);
  return SerializeSequence(sequence);
}

nb::bytes MidiToSequence(const nb::bytes& midi, const std::string& file) {
  return ToBytes(WithoutGil(
      [&] { return TextSequence(Value(ReadMidi(View(midi)), file, kMidiError).sequence); }));
}

nb::bytes MusicXmlToSequence(const nb::bytes& score, const std::string& file) {
  return ToBytes(WithoutGil([&] {
    return TextSequence(Value(ReadMusicXml(View(score)), file, "MusicXMLConversionError").sequence);
  }));
}

/// A tuple of the bytes of a tune, and "", or b"" and why it could not be read.
nb::list AbcToSequences(const nb::bytes& book, const std::string& file) {
  std::vector<AbcTune> tunes =
      WithoutGil([&] { return Value(ReadAbc(View(book)), file, "ABCParseError"); });
  nb::list list;
  for (AbcTune& tune : tunes) {
    if (tune.status.ok()) {
      list.append(nb::make_tuple(ToBytes(TextSequence(std::move(tune.sequence))), nb::none()));
    } else {
      const absl::Status status = file.empty() ? tune.status : WithFile(tune.status, file);
      list.append(nb::make_tuple(ToBytes(TextSequence(std::move(tune.sequence))),
                                 nb::make_tuple(ErrorLine(status), ErrorFile(status),
                                                ErrorMessage(status), ErrorRemedy(status))));
    }
  }
  return list;
}

template <typename Events>
void DropAfter(Events& events, double seconds) {
  events.erase(std::remove_if(events.begin(), events.end(),
                              [&](const auto& event) { return event.time() > seconds; }),
               events.end());
}

/// Without what lies more than `seconds` after the last note.
NoteSequence DropLate(NoteSequence sequence, double seconds) {
  double end = 0;
  for (const auto& note : sequence.notes()) end = std::max(end, note.end_time());
  end += seconds;
  if (end == 0) return sequence;  // as the reference: nothing says where
  DropAfter(*sequence.mutable_time_signatures(), end);
  DropAfter(*sequence.mutable_key_signatures(), end);
  DropAfter(*sequence.mutable_pitch_bends(), end);
  DropAfter(*sequence.mutable_control_changes(), end);
  DropAfter(*sequence.mutable_tempos(), end);
  return sequence;
}

nb::bytes SequenceToMidi(const nb::bytes& sequence, std::optional<double> drop_after) {
  return ToBytes(WithoutGil([&] {
    NoteSequence music = ParseSequence(View(sequence));
    if (drop_after.has_value()) music = DropLate(std::move(music), *drop_after);
    return Value(WriteMidi(music), "", kMidiError);
  }));
}

}  // namespace

void BindFiles(nb::module_& module) {
  module.def("midi_to_sequence", &MidiToSequence, nb::arg("midi"), nb::arg("file"));
  module.def("musicxml_to_sequence", &MusicXmlToSequence, nb::arg("score"), nb::arg("file"));
  module.def("abc_to_sequences", &AbcToSequences, nb::arg("book"), nb::arg("file"));
  module.def("sequence_to_midi", &SequenceToMidi, nb::arg("sequence"),
             nb::arg("drop_after") = nb::none());
}

}  // namespace magenta::python
