// Files of music to NoteSequences, and back: magenta_native/files.py.

#include "magenta/base/files.h"

#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "magenta/io/abc/abc.h"
#include "magenta/io/midi/midi_file.h"
#include "magenta/io/music/sequence_text.h"
#include "magenta/io/musicxml/musicxml.h"
#include "magenta/music/piece_limits.h"
#include "native/messages.h"
#include "native/module.h"
#include "native/piece_file.h"
#include "native/status.h"

namespace nb = nanobind;

namespace magenta::python {
namespace {

constexpr char kMidiError[] = "MIDIConversionError";
constexpr char kMusicXmlError[] = "MusicXMLConversionError";
constexpr char kAbcError[] = "ABCParseError";
constexpr char kFileError[] = "FileError";

std::string TextSequence(NoteSequence sequence) {
  MakeTextUtf8(sequence);
  return SerializeSequence(sequence);
}

/// What a reader makes of bytes: `Read(bytes, file)`, of a file's or of those that were given,
/// within the limits of a piece. `kKind` is the exception where they are past them.
template <const char* kKind, auto Read>
auto OfBytes(const nb::bytes& bytes) {
  return WithoutGil([&] {
    Check(CheckFileBytes(View(bytes).size()), "", kKind);
    return Read(View(bytes), "");
  });
}

template <const char* kKind, auto Read>
auto OfFile(const nb::bytes& path) {
  return WithoutGil([&] {
    const std::string file(View(path));
    return Read(PieceFile(file, kKind), file);
  });
}

/// Binds NAME_to_sequence, of bytes, and NAME_file_to_sequence, of a path's; `to_python` makes what
/// Python gets of what `Read` gives.
template <const char* kKind, auto Read, typename ToPython>
void BindReader(nb::module_& module, const std::string& name, ToPython to_python) {
  module.def((name + "_to_sequence").c_str(),
             [to_python](const nb::bytes& bytes) { return to_python(OfBytes<kKind, Read>(bytes)); },
             nb::arg("bytes"));
  module.def((name + "_file_to_sequence").c_str(),
             [to_python](const nb::bytes& path) { return to_python(OfFile<kKind, Read>(path)); },
             nb::arg("path"));
}

/// A NoteSequence's bytes, and what was mended.
struct Midi {
  std::string sequence, mended;
};

Midi ReadMidiSequence(std::string_view bytes, const std::string& file) {
  MidiReading reading = Value(ReadMidi(bytes), file, kMidiError);
  std::vector<std::string> warnings;
  for (const MidiWarning& warning : reading.warnings) warnings.push_back(WarningLine(warning));
  return {TextSequence(std::move(reading.sequence)),
          MendedText(file, warnings, reading.warnings_left_out)};
}

std::string ReadScoreSequence(std::string_view bytes, const std::string& file) {
  return TextSequence(Value(ReadMusicXml(bytes), file, kMusicXmlError).sequence);
}

/// A tune's bytes, and why it could not be read.
struct Tune {
  std::string sequence;
  absl::Status status;
};

std::vector<Tune> ReadTunes(std::string_view bytes, const std::string& file) {
  std::vector<Tune> tunes;
  for (AbcTune& tune : Value(ReadAbc(bytes), file, kAbcError)) {
    tunes.push_back({TextSequence(std::move(tune.sequence)),
                     file.empty() ? tune.status : WithFile(tune.status, file)});
  }
  return tunes;
}

/// Of each tune its bytes, and None or the exception that says why it could not be read.
nb::list TunesOf(const std::vector<Tune>& tunes) {
  nb::list list;
  for (const Tune& tune : tunes) {
    list.append(
        nb::make_tuple(ToBytes(tune.sequence),
                       tune.status.ok() ? nb::none() : ExceptionOf({tune.status, kAbcError})));
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
  BindReader<kMidiError, ReadMidiSequence>(module, "midi", [](const Midi& midi) {
    return nb::make_tuple(ToBytes(midi.sequence), nb::str(midi.mended.c_str()));
  });
  BindReader<kMusicXmlError, ReadScoreSequence>(module, "musicxml", ToBytes);
  BindReader<kAbcError, ReadTunes>(module, "abc", TunesOf);
  module.def("sequence_to_midi", &SequenceToMidi, nb::arg("sequence"),
             nb::arg("drop_after") = nb::none());
  module.def(
      "write_file",
      [](const nb::bytes& path, const nb::bytes& content) {
        WithoutGil(
            [&] { Check(WriteFile(std::string(View(path)), View(content)), "", kFileError); });
      },
      nb::arg("path"), nb::arg("content"));
}

}  // namespace magenta::python
