// MusicXML, plain or zipped: any bytes end in a score whose notes are MIDI's and in time, whose
// names are UTF-8 and whose repeats can be played, or in an error.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "magenta/base/check.h"
#include "magenta/base/utf8.h"
#include "magenta/io/musicxml/musicxml.h"
#include "magenta/io/score/sections.h"

namespace {

/// Few enough groups that a mutation does not take a second to play.
constexpr int kMostGroups = 1000;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto reading = magenta::ReadMusicXml({reinterpret_cast<const char*>(data), size});
  if (!reading.ok()) return 0;
  for (const auto& note : reading->sequence.notes()) {
    MAGENTA_CHECK(note.pitch() >= 0 && note.pitch() <= 127);
    MAGENTA_CHECK(note.start_time() >= 0 && note.end_time() >= note.start_time());
    MAGENTA_CHECK(note.end_time() <= reading->sequence.total_time());
  }
  for (const auto& part : reading->sequence.part_infos()) {
    MAGENTA_CHECK(magenta::IsUtf8(part.name()));
  }
  if (reading->sequence.section_groups_size() > kMostGroups) return 0;
  MAGENTA_CHECK(magenta::UnrollSections(reading->sequence).ok());
  return 0;
}
