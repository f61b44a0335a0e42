#pragma once
// TensorFlow checkpoints, without TensorFlow: tensor bundles (V2, an index and data shards) and the
// older one-file form (V1). Grammar, example and rationale: docs/formats/checkpoint.md.

#include <span>
#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "magenta/base/tensor.h"

namespace magenta {

/// Whether the tensor of this name is wanted.
using TensorFilter = absl::FunctionRef<bool(std::string_view name)>;
inline bool EveryTensor(std::string_view) { return true; }

/// The wanted tensors of a checkpoint. Of others a V2 checkpoint's index is checked, and their
/// bytes are not read; a V1 checkpoint is read whole. `path` is a V1 file, a V2 prefix
/// (".../model.ckpt-561") or its ".index". The checksum of all that is read is verified. Errors
/// (exit 3) name the file, the variable and the byte offset: wrong checksum, cut or missing shard,
/// keys out of order or twice, a type or shape that we do not read, sizes that do not fit. Memory
/// is bounded by a small multiple of the files' size.
absl::StatusOr<TensorMap> ReadCheckpoint(const std::string& path,
                                         TensorFilter wanted = EveryTensor);

/// A V1 checkpoint in memory; `name_for_errors` stands for its file.
absl::StatusOr<TensorMap> ReadV1(std::string_view bytes, const std::string& name_for_errors);

/// A V2 checkpoint in memory: the index and every shard in order.
absl::StatusOr<TensorMap> ReadV2(std::string_view index, std::span<const std::string_view> shards,
                                 const std::string& name_for_errors);

/// Writes `prefix`.data-00000-of-00001, then `prefix`.index, each under a temporary name, fsynced
/// and renamed: the index's rename makes the checkpoint whole. An index that is already there is
/// removed first, so that no old index ever stands beside new data. Bytes equal TensorFlow's.
absl::Status WriteV2(const std::string& prefix, const TensorMap& tensors);

/// The index that belongs to `tensors` lying back to back in name order in one shard.
absl::StatusOr<std::string> SerializeV2Index(const TensorMap& tensors);

/// A V1 checkpoint, byte for byte what TensorFlow writes. Errors (exit 2): a name that is not
/// ASCII, a tensor of 2 GiB.
absl::StatusOr<std::string> SerializeV1(const TensorMap& tensors);

/// Whether `path` (as for ReadCheckpoint) is there with all its shards, long enough for what the
/// index says. Tensor checksums are not read. Errors (exit 3): kNotFound where nothing is there, or
/// data without an index, as a save that was broken off leaves them; else what is damaged.
absl::Status CheckWhole(const std::string& path);

/// ".data-00000-of-00001" and the like, with shard and num_shards padded to five digits.
std::string ShardSuffix(int shard, int num_shards);

}  // namespace magenta
