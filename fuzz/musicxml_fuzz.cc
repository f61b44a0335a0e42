// MusicXML, plain or zipped: any bytes end in a score whose notes are MIDI's and in time, or in an
// error.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "magenta/base/check.h"
#include "magenta/io/musicxml/musicxml.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto reading = magenta::ReadMusicXml({reinterpret_cast<const char*>(data), size});
  if (!reading.ok()) return 0;
  for (const auto& note : reading->sequence.notes()) {
    MAGENTA_CHECK(note.pitch() >= 0 && note.pitch() <= 127);
    MAGENTA_CHECK(note.start_time() >= 0 && note.end_time() >= note.start_time());
    MAGENTA_CHECK(note.end_time() <= reading->sequence.total_time());
  }
  return 0;
}
