// Sorted string tables: any bytes end in entries whose keys rise, or an error; the same entries
// written again read the same. The first byte picks whether checksums are made right first.
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "fuzz/seal_table.h"
#include "magenta/base/check.h"
#include "magenta/io/tensor/table_reader.h"
#include "magenta/io/tensor/table_writer.h"

namespace {

using Entries = std::map<std::string, std::string>;

bool Read(const std::string& table, Entries* entries) {
  return magenta::VisitTable(table, "fuzz",
                             [&](std::string_view key, std::string_view value, uint64_t) {
                               MAGENTA_CHECK(entries->empty() || entries->rbegin()->first < key);
                               entries->emplace(key, value);
                               return absl::OkStatus();
                             })
      .ok();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  std::string table(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] % 2 == 1) magenta::SealTable(&table);
  Entries entries, again;
  if (!Read(table, &entries)) return 0;
  MAGENTA_CHECK(Read(magenta::BuildTable(entries), &again) && again == entries);
  return 0;
}
