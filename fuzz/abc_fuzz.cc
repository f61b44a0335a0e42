// ABC books: any bytes end in tunes whose notes are MIDI's, in time and UTF-8, and whose repeats
// play out or are refused; or in an error.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "magenta/base/check.h"
#include "magenta/io/abc/abc.h"
#include "magenta/io/score/sections.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto tunes = magenta::ReadAbc({reinterpret_cast<const char*>(data), size});
  if (!tunes.ok()) return 0;
  for (const magenta::AbcTune& tune : *tunes) {
    MAGENTA_CHECK(tune.status.ok() == !tune.sequence.notes().empty());
    for (const auto& note : tune.sequence.notes()) {
      MAGENTA_CHECK(note.pitch() >= 0 && note.pitch() <= 127);
      MAGENTA_CHECK(note.start_time() >= 0 && note.end_time() >= note.start_time());
      MAGENTA_CHECK(note.end_time() <= tune.sequence.total_time());
    }
    // A tune that can't be read has a title at most; all text is UTF-8, else nothing is written.
    MAGENTA_CHECK(tune.sequence.SerializeAsString().size() == tune.sequence.ByteSizeLong());
    const int work = tune.sequence.notes_size() * tune.sequence.section_groups_size();
    if (work < 10000) (void)magenta::UnrollSections(tune.sequence).ok();
  }
  return 0;
}
