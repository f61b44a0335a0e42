// Drum grids: any bytes end in patterns whose notes are drums of MIDI's, in time and UTF-8, and
// which can be strung together; or in an error. The same bytes as a typed primer.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "magenta/base/check.h"
#include "magenta/io/drums/drum_grid.h"
#include "magenta/io/drums/drum_primer.h"
#include "magenta/io/score/sections.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)magenta::ParseDrumPrimer(text).ok();
  const auto patterns = magenta::ReadDrumGrids(text);
  if (!patterns.ok()) return 0;
  for (const magenta::DrumGridPattern& pattern : *patterns) {
    MAGENTA_CHECK(pattern.status.ok() == !pattern.sequence.notes().empty());
    for (const auto& note : pattern.sequence.notes()) {
      MAGENTA_CHECK(note.is_drum() && note.pitch() >= 0 && note.pitch() <= 127);
      MAGENTA_CHECK(note.velocity() > 0 && note.velocity() <= 127);
      MAGENTA_CHECK(note.start_time() >= 0 && note.end_time() > note.start_time());
      MAGENTA_CHECK(note.end_time() <= pattern.sequence.total_time());
    }
    MAGENTA_CHECK(pattern.sequence.SerializeAsString().size() == pattern.sequence.ByteSizeLong());
    const int work = pattern.sequence.notes_size() * pattern.sequence.section_groups_size();
    if (work < 10000) MAGENTA_CHECK(magenta::UnrollSections(pattern.sequence).ok());
  }
  return 0;
}
