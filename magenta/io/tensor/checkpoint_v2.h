#pragma once
// The parts of reading a V2 checkpoint, for checkpoint.cc: the index first, then shard by shard.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "magenta/base/tensor.h"

namespace magenta {

/// Where a tensor lies. `tensor` has type and shape, no bytes yet; size fits both.
struct V2Entry {
  std::string name;
  Tensor tensor;
  int shard = 0;
  uint64_t offset = 0;
  uint64_t size = 0;
  uint32_t masked_crc = 0;
};

struct V2Index {
  int num_shards = 1;
  std::vector<V2Entry> entries;
};

/// Reads and checks an index; `file` names it in errors.
absl::StatusOr<V2Index> ReadV2Index(std::string_view bytes, const std::string& file);

/// How long each shard must at least be, in bytes.
std::vector<uint64_t> ShardBytesNeeded(const V2Index& index);

/// Fills `*bytes`, which has its size, with those of a shard from `offset` on.
using ShardReader = absl::FunctionRef<absl::Status(uint64_t offset, std::string* bytes)>;

/// Moves the tensors of `shard`, which has `size` bytes, out of `index` into `*tensors`, with their
/// bytes, each checked by its checksum. All together may be no larger than the shard, so overlaps
/// cannot multiply it.
absl::Status TakeShard(V2Index& index, int shard, uint64_t size, ShardReader read,
                       const std::string& file, TensorMap* tensors);

}  // namespace magenta
