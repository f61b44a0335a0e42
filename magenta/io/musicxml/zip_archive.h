#pragma once
// Reading zip archives, as far as scores need it: entries stored or deflated, no encryption, no
// zip64 (an archive of 4 GiB is no score), no second disk. By the application note of PKWARE.
//
// Of our own because libzip brings libcrypto and bzip2 along, which take the loader 2 ms of the 5
// that `magenta` has to start in.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace magenta {

/// An entry as the archive's directory gives it; nothing of it is believed before it is used.
struct ZipEntry {
  std::string name;
  uint16_t flags = 0;
  uint16_t method = 0;
  uint32_t crc = 0;
  uint32_t packed_size = 0;    // bytes in the archive
  uint32_t header_offset = 0;  // of its own header, from the archive's first byte
};

/// The directory, in its order. Errors: no directory, or one that ends early or is not where the
/// archive says.
absl::StatusOr<std::vector<ZipEntry>> ReadZipDirectory(std::string_view bytes);

/// The contents of an entry, however large the archive says they are, up to `max_bytes`; of more a
/// PieceLimitError. Other errors name the entry: its bytes are not in the archive, another method,
/// encrypted, does not inflate, a checksum that does not match.
absl::StatusOr<std::string> ReadZipEntry(std::string_view bytes, const ZipEntry& entry,
                                         size_t max_bytes);

}  // namespace magenta
