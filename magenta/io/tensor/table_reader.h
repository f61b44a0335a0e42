#pragma once
// Reads sorted string tables (LevelDB's format, which TensorFlow's checkpoints use) from bytes that
// nobody vouches for. LevelDB's own reader trusts the sizes in a file and dies of a crafted one; it
// serves as our oracle in tests. Grammar: docs/formats/checkpoint.md.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace magenta {

/// Eight bytes that end every table, little-endian 0xdb4775248b80fb57.
inline constexpr std::string_view kTableMagic = "\x57\xfb\x80\x8b\x24\x75\x47\xdb";

/// Called with an entry; both views end with the call. `offset` is the byte at which its block
/// begins. An error stops the visit.
using TableVisitor =
    std::function<absl::Status(std::string_view key, std::string_view value, uint64_t offset)>;

/// Calls `visit` for every entry in key order. Every block's checksum is verified, the footer's
/// padding too, so no single flipped bit goes unseen. Errors (exit 3) name `name_for_errors` and
/// the byte: not a table, cut, wrong checksum, overlapping blocks, keys out of order or twice,
/// compression other than none and Snappy. Memory: one unpacked block, at most 32 times its packed
/// size; all keys together at most 32 times the table's size.
absl::Status VisitTable(std::string_view table, const std::string& name_for_errors,
                        const TableVisitor& visit);

/// Whether the file `path` may be a table, by its footer and the checksums of the two blocks that
/// it points to: what can be known of a large file before it is read. Errors (exit 3) as above.
/// Memory: those blocks, at most 64 MiB each.
absl::Status CheckTableFile(const std::string& path);

}  // namespace magenta
