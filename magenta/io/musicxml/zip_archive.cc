#include "magenta/io/musicxml/zip_archive.h"

#include <fmt/core.h>
#include <zlib.h>

#include <algorithm>

#include "magenta/base/status.h"
#include "magenta/music/piece_limits.h"

namespace magenta {
namespace {

constexpr uint32_t kEndMark = 0x06054b50, kEntryMark = 0x02014b50, kHeaderMark = 0x04034b50;
constexpr size_t kEndSize = 22, kEntrySize = 46, kHeaderSize = 30;
constexpr size_t kLongestComment = 65535;
constexpr uint16_t kEncrypted = 1, kStored = 0, kDeflated = 8;

// `place` + `size` must lie in `bytes`.
uint32_t Number(std::string_view bytes, size_t place, size_t size) {
  uint32_t value = 0;
  for (size_t i = size; i-- > 0;) value = value << 8 | static_cast<uint8_t>(bytes[place + i]);
  return value;
}

absl::Status BadArchive(const std::string& what) {
  return InputError("", fmt::format("not a readable zip archive: {}", what),
                    "Export the score again.");
}

// Where the record at the archive's end begins; npos where there is none. Only a comment follows
// it.
size_t FindEnd(std::string_view bytes) {
  if (bytes.size() < kEndSize) return std::string_view::npos;
  const size_t last = bytes.size() - kEndSize;
  const size_t first = last > kLongestComment ? last - kLongestComment : 0;
  for (size_t place = last + 1; place-- > first;) {
    if (Number(bytes, place, 4) == kEndMark) return place;
  }
  return std::string_view::npos;
}

struct EndInflate {
  z_stream* stream;
  ~EndInflate() { inflateEnd(stream); }
};

absl::StatusOr<std::string> Inflate(std::string_view packed, const std::string& name,
                                    size_t max_bytes) {
  z_stream stream = {};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) {
    return InputError("", fmt::format("entry {} does not inflate", name));
  }
  const EndInflate end{&stream};
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  std::string text;
  char block[1 << 15];
  for (int state = Z_OK; state != Z_STREAM_END;) {
    stream.next_out = reinterpret_cast<Bytef*>(block);
    stream.avail_out = sizeof(block);
    state = inflate(&stream, Z_NO_FLUSH);
    const size_t got = sizeof(block) - stream.avail_out;
    if ((state != Z_OK && state != Z_STREAM_END) || (got == 0 && state == Z_OK)) {
      return InputError("", fmt::format("entry {} does not inflate", name));
    }
    text.append(block, got);
    if (text.size() > max_bytes) break;
  }
  return text;
}

}  // namespace

absl::StatusOr<std::vector<ZipEntry>> ReadZipDirectory(std::string_view bytes) {
  const size_t end = FindEnd(bytes);
  if (end == std::string_view::npos) return BadArchive("its directory is missing");
  const uint32_t count = Number(bytes, end + 10, 2);
  size_t place = Number(bytes, end + 16, 4);
  std::vector<ZipEntry> entries;
  for (uint32_t i = 0; i < count; ++i) {
    if (place > end || end - place < kEntrySize || Number(bytes, place, 4) != kEntryMark) {
      return BadArchive(fmt::format("entry {} of {} is not at byte {}", i + 1, count, place));
    }
    const size_t name = Number(bytes, place + 28, 2);
    const size_t more = size_t{Number(bytes, place + 30, 2)} + Number(bytes, place + 32, 2);
    if (end - place - kEntrySize < name + more) {
      return BadArchive(fmt::format("entry {} of {} ends behind the directory", i + 1, count));
    }
    entries.push_back({std::string(bytes.substr(place + kEntrySize, name)),
                       static_cast<uint16_t>(Number(bytes, place + 8, 2)),
                       static_cast<uint16_t>(Number(bytes, place + 10, 2)),
                       Number(bytes, place + 16, 4), Number(bytes, place + 20, 4),
                       Number(bytes, place + 42, 4)});
    place += kEntrySize + name + more;
  }
  return entries;
}

absl::StatusOr<std::string> ReadZipEntry(std::string_view bytes, const ZipEntry& entry,
                                         size_t max_bytes) {
  const size_t header = entry.header_offset;
  if (header > bytes.size() || bytes.size() - header < kHeaderSize ||
      Number(bytes, header, 4) != kHeaderMark) {
    return InputError("", fmt::format("entry {} is not at byte {}", entry.name, header));
  }
  const size_t start =
      header + kHeaderSize + Number(bytes, header + 26, 2) + Number(bytes, header + 28, 2);
  if (start > bytes.size() || bytes.size() - start < entry.packed_size) {
    return InputError("", fmt::format("entry {} ends behind the archive", entry.name));
  }
  const std::string_view packed = bytes.substr(start, entry.packed_size);
  if ((entry.flags & kEncrypted) != 0) {
    return InputError("", fmt::format("entry {} is encrypted", entry.name));
  }
  std::string text;
  if (entry.method == kStored) {
    text = packed.substr(0, std::min(packed.size(), max_bytes + 1));
  } else if (entry.method == kDeflated) {
    MAGENTA_ASSIGN_OR_RETURN(text, Inflate(packed, entry.name, max_bytes));
  } else {
    return InputError("", fmt::format("entry {} is packed by method {}; stored and deflated ones "
                                      "are read",
                                      entry.name, entry.method));
  }
  if (text.size() > max_bytes) {
    return PieceLimitError("unpacked bytes", text.size(), max_bytes, true);
  }
  const auto crc =
      crc32(0, reinterpret_cast<const Bytef*>(text.data()), static_cast<uInt>(text.size()));
  if (crc != entry.crc) {
    return InputError(
        "", fmt::format("entry {} has another checksum than the archive says", entry.name));
  }
  return text;
}

}  // namespace magenta
