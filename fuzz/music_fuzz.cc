// Any bytes as music of any format, packed or not: an error, or pieces within the limits whose
// bytes are read again, and whose texts are UTF-8.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "magenta/base/check.h"
#include "magenta/base/utf8.h"
#include "magenta/io/music/read_music.h"
#include "magenta/io/music/sequence_record.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  magenta::NoteSequence record;
  (void)magenta::ParseSequenceRecord(bytes, record).ok();
  magenta::MusicReadOptions options;
  options.limits.unpacked_bytes = 1 << 20;
  options.limits.notes = 10000;
  const auto reading = magenta::ReadMusicBytes(bytes, options);
  if (!reading.ok()) return 0;
  MAGENTA_CHECK(!reading->pieces.empty());
  for (const magenta::MusicPiece& piece : reading->pieces) {
    MAGENTA_CHECK(piece.sequence.notes_size() <= 10000);
    const auto again = magenta::ParseSequenceRecord(piece.sequence.SerializeAsString(), record);
    MAGENTA_CHECK(again.ok() && *again);
    for (const std::string& line : piece.warnings) MAGENTA_CHECK(magenta::IsUtf8(line));
  }
  return 0;
}
