// A V2 checkpoint: the index is a table of BundleEntryProtos by name, each saying where in which
// data file a tensor's bytes lie, and their checksum; the data files hold the bytes and nothing
// else.
#include "magenta/io/tensor/checkpoint_v2.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <utility>

#include "magenta/base/check.h"
#include "magenta/base/error_message.h"
#include "magenta/base/status.h"
#include "magenta/io/record/crc32c.h"
#include "magenta/io/tensor/checkpoint.h"
#include "magenta/io/tensor/table_reader.h"
#include "magenta/io/tensor/table_writer.h"
#include "magenta/io/tensor/tensor_proto.h"
#include "tensorflow/tensor_bundle.pb.h"

namespace magenta {
namespace {

constexpr int kBundleVersion = 1;
constexpr int kMostShards = 99999;

absl::Status AboutVariable(const std::string& file, const std::string& variable,
                           const std::string& what) {
  return InputError(file, fmt::format("variable {}: {}", variable, what),
                    "Copy or make the checkpoint again");
}

absl::Status ReadHeader(std::string_view bytes, const std::string& file, int* num_shards) {
  tensorflow::BundleHeaderProto header;
  if (!header.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return InputError(file, "its header is corrupt");
  }
  if (header.endianness() != tensorflow::BundleHeaderProto::LITTLE) {
    return InputError(file, "its numbers are big-endian, which we do not read");
  }
  if (header.version().min_consumer() > kBundleVersion) {
    return InputError(file, fmt::format("is of a later format (for readers of version {})",
                                        header.version().min_consumer()));
  }
  if (header.num_shards() < 1 || header.num_shards() > kMostShards) {
    return InputError(file, fmt::format("its header speaks of {} shards", header.num_shards()));
  }
  *num_shards = header.num_shards();
  return absl::OkStatus();
}

absl::StatusOr<V2Entry> ReadEntry(std::string_view key, std::string_view bytes, int num_shards) {
  tensorflow::BundleEntryProto proto;
  if (!proto.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return InputError("", "its entry is corrupt");
  }
  if (proto.slices_size() > 0) return InputError("", "is stored in slices, which we do not read");
  if (proto.shard_id() < 0 || proto.shard_id() >= num_shards) {
    return InputError("", fmt::format("lies in shard {} of {}", proto.shard_id(), num_shards));
  }
  V2Entry entry;
  MAGENTA_ASSIGN_OR_RETURN(entry.tensor.dtype, FromTensorFlow(proto.dtype()));
  MAGENTA_ASSIGN_OR_RETURN(entry.tensor.shape, ReadShape(proto.shape(), entry.tensor.dtype));
  const auto expected = static_cast<int64_t>(DTypeSize(entry.tensor.dtype)) * entry.tensor.size();
  if (proto.size() != expected || proto.offset() < 0) {
    return InputError(
        "", fmt::format("{} bytes at offset {}, but shape {} takes {} bytes", proto.size(),
                        proto.offset(), entry.tensor.ShapeText(), expected));
  }
  entry.name = std::string(key);
  entry.shard = proto.shard_id();
  entry.offset = static_cast<uint64_t>(proto.offset());
  entry.size = static_cast<uint64_t>(proto.size());
  entry.masked_crc = proto.crc32c();
  return entry;
}

}  // namespace

absl::StatusOr<V2Index> ReadV2Index(std::string_view bytes, const std::string& file) {
  V2Index index;
  bool first = true;
  MAGENTA_RETURN_IF_ERROR(
      VisitTable(bytes, file, [&](std::string_view key, std::string_view value, uint64_t offset) {
        if (std::exchange(first, false)) {
          if (!key.empty()) return InputError(file, "has no header entry");
          return ReadHeader(value, file, &index.num_shards);
        }
        absl::StatusOr<V2Entry> entry = ReadEntry(key, value, index.num_shards);
        if (!entry.ok()) {
          return AboutVariable(
              file, std::string(key),
              fmt::format("{} (index block at byte {})", ErrorMessage(entry.status()), offset));
        }
        index.entries.push_back(*std::move(entry));
        return absl::OkStatus();
      }));
  if (first) return InputError(file, "holds nothing, not even a header");
  return index;
}

std::vector<uint64_t> ShardBytesNeeded(const V2Index& index) {
  std::vector<uint64_t> needed(static_cast<size_t>(index.num_shards));
  for (const V2Entry& entry : index.entries) {
    uint64_t& bytes = needed[static_cast<size_t>(entry.shard)];
    bytes = std::max(bytes, entry.offset + entry.size);
  }
  return needed;
}

absl::Status TakeShard(V2Index& index, int shard, uint64_t size, ShardReader read,
                       const std::string& file, TensorMap* tensors) {
  uint64_t left = size;
  for (V2Entry& entry : index.entries) {
    if (entry.shard != shard) continue;
    if (entry.offset > size || entry.size > size - entry.offset) {
      return AboutVariable(file, entry.name,
                           fmt::format("its {} bytes at offset {} reach past the file's end ({})",
                                       entry.size, entry.offset, size));
    }
    if (entry.size > left) {
      return AboutVariable(file, entry.name,
                           fmt::format("overlaps another variable (offset {})", entry.offset));
    }
    left -= entry.size;
    std::string& bytes = entry.tensor.bytes;
    bytes.resize(entry.size);
    MAGENTA_RETURN_IF_ERROR(read(entry.offset, &bytes));
    if (MaskedCrc32c(bytes) != entry.masked_crc) {
      return AboutVariable(
          file, entry.name,
          fmt::format("wrong checksum of its {} bytes at offset {}", entry.size, entry.offset));
    }
    tensors->emplace(entry.name, std::move(entry.tensor));
  }
  return absl::OkStatus();
}

absl::StatusOr<TensorMap> ReadV2(std::string_view index_bytes,
                                 std::span<const std::string_view> shards,
                                 const std::string& name_for_errors) {
  MAGENTA_ASSIGN_OR_RETURN(V2Index index, ReadV2Index(index_bytes, name_for_errors));
  if (static_cast<size_t>(index.num_shards) != shards.size()) {
    return InputError(name_for_errors,
                      fmt::format("the index speaks of {} data shards, there are {}",
                                  index.num_shards, shards.size()));
  }
  TensorMap tensors;
  for (int shard = 0; shard < index.num_shards; ++shard) {
    const std::string_view whole = shards[static_cast<size_t>(shard)];
    const auto read = [&](uint64_t offset, std::string* bytes) {
      bytes->assign(whole.substr(offset, bytes->size()));
      return absl::OkStatus();
    };
    MAGENTA_RETURN_IF_ERROR(TakeShard(index, shard, whole.size(), read, name_for_errors, &tensors));
  }
  return tensors;
}

std::string ShardSuffix(int shard, int num_shards) {
  return fmt::format(".data-{:05}-of-{:05}", shard, num_shards);
}

absl::StatusOr<std::string> SerializeV2Index(const TensorMap& tensors) {
  std::map<std::string, std::string> entries;
  tensorflow::BundleHeaderProto header;
  header.set_num_shards(1);
  header.mutable_version()->set_producer(kBundleVersion);
  entries.emplace("", header.SerializeAsString());
  int64_t offset = 0;
  for (const auto& [name, tensor] : tensors) {
    if (name.empty()) return UsageError("a variable without a name cannot be written");
    MAGENTA_CHECK(tensor.bytes.size() ==
                  static_cast<size_t>(tensor.size()) * DTypeSize(tensor.dtype));
    tensorflow::BundleEntryProto entry;
    entry.set_dtype(ToTensorFlow(tensor.dtype));
    WriteShape(tensor.shape, entry.mutable_shape());
    entry.set_offset(offset);
    entry.set_size(static_cast<int64_t>(tensor.bytes.size()));
    entry.set_crc32c(MaskedCrc32c(tensor.bytes));
    offset += entry.size();
    entries.emplace(name, entry.SerializeAsString());
  }
  return BuildTable(entries);
}

}  // namespace magenta
