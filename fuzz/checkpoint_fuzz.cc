// Checkpoints, V1 and V2: any bytes end in tensors whose bytes fit their shapes, or an error; what
// was read is written and reads the same. The first byte picks: bit 0, V1 or V2; bit 1, whether the
// table's checksums are made right. For V2 the next two say how many of the last bytes are the
// data.
#include <cstddef>
#include <cstdint>
#include <string>

#include "fuzz/seal_table.h"
#include "magenta/base/check.h"
#include "magenta/io/tensor/checkpoint.h"

namespace {

void CheckTensors(const magenta::TensorMap& tensors) {
  for (const auto& [name, tensor] : tensors) {
    MAGENTA_CHECK(tensor.bytes.size() ==
                  static_cast<size_t>(tensor.size()) * magenta::DTypeSize(tensor.dtype));
  }
}

void RunV1(const std::string& table) {
  const auto tensors = magenta::ReadV1(table, "fuzz");
  if (!tensors.ok()) return;
  CheckTensors(*tensors);
  const auto again = magenta::SerializeV1(*tensors);
  if (!again.ok()) return;  // a name that is not ASCII
  const auto second = magenta::ReadV1(*again, "fuzz");
  MAGENTA_CHECK(second.ok() && *second == *tensors);
}

void RunV2(const std::string& table, const std::string& shard) {
  const std::string_view shards[] = {shard};
  const auto tensors = magenta::ReadV2(table, shards, "fuzz");
  if (!tensors.ok()) return;
  CheckTensors(*tensors);
  std::string data;
  for (const auto& [name, tensor] : *tensors) data += tensor.bytes;
  const std::string_view again[] = {data};
  const auto second = magenta::ReadV2(*magenta::SerializeV2Index(*tensors), again, "fuzz");
  MAGENTA_CHECK(second.ok() && *second == *tensors);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 3) return 0;
  std::string table(reinterpret_cast<const char*>(data) + 3, size - 3);
  const bool v1 = data[0] % 2 == 1;
  std::string shard;
  if (!v1) {
    const size_t wanted = data[1] + 256u * data[2];
    const size_t shard_bytes = wanted < table.size() ? wanted : table.size();
    shard = table.substr(table.size() - shard_bytes);
    table.resize(table.size() - shard_bytes);
  }
  if (data[0] & 2) magenta::SealTable(&table);
  v1 ? RunV1(table) : RunV2(table, shard);
  return 0;
}
