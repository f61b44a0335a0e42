#pragma once
// Makes checksums of a fuzzed table right, so that what lies behind them is reached.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "magenta/io/record/crc32c.h"
#include "magenta/io/tensor/table_reader.h"

namespace magenta {

// Reads a base-128 number at `*at`; 0 past the end.
inline uint64_t LooseVarint(std::string_view bytes, size_t* at) {
  uint64_t value = 0;
  for (int shift = 0; shift < 64 && *at < bytes.size(); shift += 7) {
    const auto byte = static_cast<uint8_t>(bytes[(*at)++]);
    value |= uint64_t{byte & 0x7fu} << shift;
    if (byte < 128) break;
  }
  return value;
}

inline void SealBlock(std::string* table, uint64_t offset, uint64_t size) {
  if (offset > table->size() || size > table->size() || offset + size + 5 > table->size()) return;
  const uint32_t crc = MaskedCrc32c(std::string_view(*table).substr(offset, size + 1));
  for (size_t i = 0; i < 4; ++i) (*table)[offset + size + 1 + i] = static_cast<char>(crc >> 8 * i);
}

/// Ends `table` in the magic bytes and seals its metaindex, its data blocks as far as the index
/// says them, and its index.
inline void SealTable(std::string* table) {
  if (table->size() < 48) return;
  table->replace(table->size() - 8, 8, kTableMagic);
  size_t at = table->size() - 48;
  const uint64_t meta = LooseVarint(*table, &at);
  SealBlock(table, meta, LooseVarint(*table, &at));
  const uint64_t index = LooseVarint(*table, &at);
  const uint64_t index_size = LooseVarint(*table, &at);
  at = index;
  for (int entries = 0; entries < 64 && at < table->size() && at < index + index_size; ++entries) {
    LooseVarint(*table, &at);
    const uint64_t unshared = LooseVarint(*table, &at);
    LooseVarint(*table, &at);
    if (unshared > table->size()) break;
    at += unshared;
    const uint64_t offset = LooseVarint(*table, &at);
    SealBlock(table, offset, LooseVarint(*table, &at));
  }
  SealBlock(table, index, index_size);
}

}  // namespace magenta
