// A table ends in a footer that points to an index block; each entry of that points to a data
// block, in file order; each entry of those is a key, stored as a change of the key before, and a
// value. So one walk over the index, and one over each block, sees all, and every length is checked
// against what is left before it is used.
#include "magenta/io/tensor/table_reader.h"

#include <fmt/core.h>
#include <snappy.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "magenta/base/status.h"
#include "magenta/io/record/crc32c.h"

namespace magenta {
namespace {

constexpr size_t kFooterBytes = 48;
constexpr size_t kHandlesBytes = 40;
constexpr size_t kTrailerBytes = 5;
constexpr uint64_t kMostIndexBlockBytes = uint64_t{64} << 20;
constexpr uint64_t kMostExpansion = 32;
constexpr uint64_t kFreeKeyBytes = uint64_t{1} << 16;
constexpr char kUncompressed = 0;
constexpr char kSnappy = 1;

// Takes a little-endian base-128 number off the front of `*bytes`; false if there is none. A number
// in more bytes than it needs is refused: the footer has no checksum, and so could hide a flipped
// bit.
bool TakeVarint(std::string_view* bytes, uint64_t* value) {
  *value = 0;
  for (int shift = 0; shift < 64 && !bytes->empty(); shift += 7) {
    const auto byte = static_cast<uint8_t>(bytes->front());
    bytes->remove_prefix(1);
    if ((shift == 63 && byte > 1) || (shift > 0 && byte == 0)) return false;
    *value |= uint64_t{byte & 0x7fu} << shift;
    if ((byte & 0x80) == 0) return true;
  }
  return false;
}

uint32_t Fixed32At(const char* p) {
  uint32_t value = 0;
  for (int i = 3; i >= 0; --i) value = value << 8 | static_cast<uint8_t>(p[i]);
  return value;
}

// Keys are stored as changes of the one before.
struct LastKey {
  std::string key;
  bool any = false;
};

struct BlockHandle {
  uint64_t offset = 0;
  uint64_t size = 0;
};

bool TakeHandle(std::string_view* bytes, BlockHandle* handle) {
  return TakeVarint(bytes, &handle->offset) && TakeVarint(bytes, &handle->size);
}

constexpr char kCopyTableRemedy[] = "Copy or make the file again";

absl::Status BadBlock(const std::string& file, uint64_t offset, std::string_view what) {
  return InputError(file, fmt::format("table block at byte {}: {}", offset, what),
                    kCopyTableRemedy);
}

struct Footer {
  BlockHandle meta, index;
};

/// The footer of a table of `table_bytes` bytes, of which `end` is the last kFooterBytes or more.
absl::StatusOr<Footer> ReadFooter(std::string_view end, uint64_t table_bytes,
                                  const std::string& file) {
  if (end.size() < kFooterBytes || !end.ends_with(kTableMagic)) {
    return InputError(file, "is no checkpoint table, or is cut short: its last 8 bytes are wrong",
                      kCopyTableRemedy);
  }
  std::string_view handles = end.substr(end.size() - kFooterBytes, kHandlesBytes);
  Footer footer;
  if (!TakeHandle(&handles, &footer.meta) || !TakeHandle(&handles, &footer.index) ||
      handles.find_first_not_of('\0') != std::string_view::npos) {
    return BadBlock(file, table_bytes - kFooterBytes, "the footer is corrupt");
  }
  return footer;
}

/// Whether a block and its trailer lie before the footer of a table of `table_bytes` bytes.
bool Fits(const BlockHandle& handle, uint64_t table_bytes) {
  const uint64_t room = table_bytes - kFooterBytes;
  return handle.offset <= room && handle.size <= room - handle.offset &&
         room - handle.offset - handle.size >= kTrailerBytes;
}

absl::Status DoesNotFit(const std::string& file, const BlockHandle& handle) {
  return BadBlock(file, handle.offset,
                  fmt::format("{} bytes do not fit into the file", handle.size));
}

/// Of a block with its trailer.
bool ChecksumIsRight(std::string_view sealed) {
  const std::string_view summed = sealed.substr(0, sealed.size() - 4);
  return MaskedCrc32c(summed) == Fixed32At(sealed.data() + summed.size());
}

class TableScan {
 public:
  TableScan(std::string_view table, const std::string& name, const TableVisitor& visit)
      : table_(table), name_(name), visit_(visit) {}

  absl::Status Run() {
    MAGENTA_ASSIGN_OR_RETURN(const Footer footer, ReadFooter(table_, table_.size(), name_));
    const auto nothing = [](std::string_view, std::string_view, uint64_t) {
      return absl::OkStatus();
    };
    LastKey meta_key, index_key;
    MAGENTA_RETURN_IF_ERROR(VisitBlock(footer.meta, &meta_key, nothing));
    return VisitBlock(footer.index, &index_key,
                      [&](std::string_view, std::string_view value, uint64_t offset) {
                        return VisitDataBlock(value, offset);
                      });
  }

 private:
  absl::Status BadAt(uint64_t offset, std::string_view what) const {
    return BadBlock(name_, offset, what);
  }

  // The entries of a data block; blocks follow one another, so none is read twice.
  absl::Status VisitDataBlock(std::string_view handle_bytes, uint64_t index_offset) {
    BlockHandle handle;
    if (!TakeHandle(&handle_bytes, &handle)) return BadAt(index_offset, "an entry is corrupt");
    if (handle.offset < next_block_) return BadAt(handle.offset, "overlaps the block before it");
    MAGENTA_RETURN_IF_ERROR(VisitBlock(handle, &last_key_, visit_));
    next_block_ = handle.offset + handle.size + kTrailerBytes;
    return absl::OkStatus();
  }

  // Checks sizes and checksum. `*unpacked` keeps what Snappy packed.
  absl::StatusOr<std::string_view> Block(const BlockHandle& handle, std::string* unpacked) const {
    if (!Fits(handle, table_.size())) return DoesNotFit(name_, handle);
    const std::string_view block = table_.substr(handle.offset, handle.size);
    const std::string_view sealed = table_.substr(handle.offset, handle.size + 1);
    if (!ChecksumIsRight(table_.substr(handle.offset, handle.size + kTrailerBytes))) {
      return BadAt(handle.offset, last_key_.any ? fmt::format("wrong checksum of what follows {}",
                                                              ReadableKey(last_key_.key))
                                                : "wrong checksum");
    }
    if (sealed.back() == kUncompressed) return block;
    if (sealed.back() != kSnappy) {
      return BadAt(handle.offset, fmt::format("unknown compression {}", int{sealed.back()}));
    }
    size_t size = 0;
    if (!snappy::GetUncompressedLength(block.data(), block.size(), &size) ||
        size > kMostExpansion * block.size() ||
        !snappy::Uncompress(block.data(), block.size(), unpacked)) {
      return BadAt(handle.offset, "its Snappy compression is corrupt");
    }
    return std::string_view(*unpacked);
  }

  // `*last` is the key before the block, and then the last one in it: keys rise across blocks.
  absl::Status VisitBlock(const BlockHandle& handle, LastKey* last, const TableVisitor& visit) {
    std::string unpacked;
    MAGENTA_ASSIGN_OR_RETURN(std::string_view entries, Block(handle, &unpacked));
    if (entries.size() < 4) return BadAt(handle.offset, "too short for a block");
    const uint64_t restarts = Fixed32At(entries.data() + entries.size() - 4);
    if (restarts > entries.size() / 4 - 1) return BadAt(handle.offset, "its restarts do not fit");
    entries.remove_suffix(4 * (restarts + 1));
    while (!entries.empty()) {
      MAGENTA_RETURN_IF_ERROR(VisitEntry(&entries, handle.offset, last, visit));
    }
    return absl::OkStatus();
  }

  absl::Status VisitEntry(std::string_view* entries, uint64_t offset, LastKey* last,
                          const TableVisitor& visit) {
    uint64_t shared, unshared, value_bytes;
    if (!TakeVarint(entries, &shared) || !TakeVarint(entries, &unshared) ||
        !TakeVarint(entries, &value_bytes) || shared > last->key.size() ||
        unshared > entries->size() || value_bytes > entries->size() - unshared) {
      return BadAt(offset, "an entry does not fit into it");
    }
    const std::string_view tail = entries->substr(0, unshared);
    if (last->any && tail <= std::string_view(last->key).substr(shared)) {
      return BadAt(offset, fmt::format("the key after {} does not follow it: out of order or twice",
                                       ReadableKey(last->key)));
    }
    last->key.replace(shared, std::string::npos, tail);
    last->any = true;
    key_bytes_ += last->key.size();
    if (key_bytes_ > kFreeKeyBytes + kMostExpansion * table_.size()) {
      return BadAt(offset, "its keys unpack to too much");
    }
    const std::string_view value = entries->substr(unshared, value_bytes);
    entries->remove_prefix(unshared + value_bytes);
    return visit(last->key, value, offset);
  }

  static std::string ReadableKey(std::string_view key) {
    std::string text = "\"";
    for (const char c : key.substr(0, 200)) text += c >= ' ' && c <= '~' ? c : '?';
    return text + "\"";
  }

  std::string_view table_;
  const std::string& name_;
  const TableVisitor& visit_;
  LastKey last_key_;
  uint64_t next_block_ = 0;
  uint64_t key_bytes_ = 0;
};

}  // namespace

absl::Status VisitTable(std::string_view table, const std::string& name_for_errors,
                        const TableVisitor& visit) {
  return TableScan(table, name_for_errors, visit).Run();
}

absl::Status CheckTableFile(const std::string& path) {
  std::error_code error;
  const uint64_t size = std::filesystem::file_size(path, error);
  std::ifstream file(path, std::ios::binary);
  const auto read = [&](uint64_t offset, size_t bytes) {
    std::string out(bytes, '\0');
    file.seekg(static_cast<std::streamoff>(offset));
    file.read(out.data(), static_cast<std::streamsize>(bytes));
    out.resize(static_cast<size_t>(file.gcount()));
    return out;
  };
  const bool room = !error && size >= kFooterBytes;
  const std::string end = room ? read(size - kFooterBytes, kFooterBytes) : std::string();
  MAGENTA_ASSIGN_OR_RETURN(const Footer footer, ReadFooter(end, size, path));
  for (const BlockHandle& handle : {footer.meta, footer.index}) {
    if (!Fits(handle, size)) return DoesNotFit(path, handle);
    if (handle.size > kMostIndexBlockBytes) {
      return BadBlock(
          path, handle.offset,
          fmt::format("{} bytes of index, more than {}", handle.size, kMostIndexBlockBytes));
    }
    const std::string sealed = read(handle.offset, handle.size + kTrailerBytes);
    if (sealed.size() < handle.size + kTrailerBytes || !ChecksumIsRight(sealed)) {
      return BadBlock(path, handle.offset, "wrong checksum");
    }
  }
  return absl::OkStatus();
}

}  // namespace magenta
