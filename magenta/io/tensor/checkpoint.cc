#include "magenta/io/tensor/checkpoint.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <system_error>
#include <utility>

#include "magenta/base/files.h"
#include "magenta/base/status.h"
#include "magenta/io/tensor/checkpoint_v2.h"
#include "magenta/io/tensor/table_reader.h"

namespace magenta {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kIndexSuffix = ".index";
constexpr uint64_t kMostIndexBytes = uint64_t{64} << 20;

bool IsFile(const std::string& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

// The prefix of the V2 checkpoint that `path` means; empty when it can only be a V1 file.
std::string V2Prefix(const std::string& path) {
  if (path.ends_with(kIndexSuffix)) return path.substr(0, path.size() - kIndexSuffix.size());
  return IsFile(path + std::string(kIndexSuffix)) ? path : "";
}

bool EndsInTableMagic(const std::string& path) {
  char tail[8];
  std::ifstream file(path, std::ios::binary);
  file.seekg(-static_cast<int>(sizeof tail), std::ios::end);
  return file.read(tail, sizeof tail) && std::string_view(tail, sizeof tail) == kTableMagic;
}

// A data file, open for reading here and there.
class Shard {
 public:
  static absl::StatusOr<std::unique_ptr<Shard>> Open(const std::string& path) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return CannotOpen(path, errno);
    auto shard = std::make_unique<Shard>(path, fd);
    struct stat info {};
    if (::fstat(fd, &info) != 0) return shard->Unreadable(std::strerror(errno));
    shard->size_ = static_cast<uint64_t>(info.st_size);
    return shard;
  }
  Shard(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}
  ~Shard() { ::close(fd_); }
  Shard(const Shard&) = delete;
  Shard& operator=(const Shard&) = delete;

  uint64_t size() const { return size_; }

  absl::Status Read(uint64_t offset, std::string* bytes) const {
    for (size_t done = 0; done < bytes->size();) {
      const ssize_t n = ::pread(fd_, bytes->data() + done, bytes->size() - done,
                                static_cast<off_t>(offset + done));
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return Unreadable(n < 0 ? std::strerror(errno) : "it became shorter");
      done += static_cast<size_t>(n);
    }
    return absl::OkStatus();
  }

 private:
  absl::Status Unreadable(const char* why) const {
    return InputError(path_, fmt::format("cannot be read: {}", why));
  }

  const std::string path_;
  const int fd_;
  uint64_t size_ = 0;
};

// A sparse file of any size costs nothing to make.
absl::Status CheckFitsMemory(const V2Index& index, int shard, const std::string& path) {
  uint64_t left = kMostFileBytes;
  for (const V2Entry& entry : index.entries) {
    if (entry.shard != shard) continue;
    if (entry.size > left) {
      return InputError(
          path, fmt::format("holds more than the {} bytes that are read at once", kMostFileBytes));
    }
    left -= entry.size;
  }
  return absl::OkStatus();
}

absl::Status ShardMissing(const std::string& path) {
  return InputError(path, "is missing, though the checkpoint's index names it",
                    "Copy the .index and every .data file together");
}

absl::StatusOr<TensorMap> ReadV2Files(const std::string& prefix, TensorFilter wanted) {
  const std::string index_path = prefix + std::string(kIndexSuffix);
  MAGENTA_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(index_path, kMostIndexBytes));
  MAGENTA_ASSIGN_OR_RETURN(V2Index index, ReadV2Index(bytes, index_path));
  std::erase_if(index.entries, [&](const V2Entry& entry) { return !wanted(entry.name); });
  const std::vector<uint64_t> needed = ShardBytesNeeded(index);
  TensorMap tensors;
  for (int shard = 0; shard < index.num_shards; ++shard) {
    const std::string path = prefix + ShardSuffix(shard, index.num_shards);
    if (!IsFile(path)) return ShardMissing(path);
    MAGENTA_ASSIGN_OR_RETURN(const std::unique_ptr<Shard> file, Shard::Open(path));
    MAGENTA_RETURN_IF_ERROR(CheckFitsMemory(index, shard, path));
    const auto read = [&](uint64_t offset, std::string* into) { return file->Read(offset, into); };
    // What lies behind the last tensor makes no room for overlaps.
    MAGENTA_RETURN_IF_ERROR(TakeShard(index, shard,
                                      std::min(file->size(), needed[static_cast<size_t>(shard)]),
                                      read, path, &tensors));
  }
  return tensors;
}

// What to name instead of `path`, which is no table.
std::string RemedyFor(const std::string& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) return "A run's folder is named by --run_dir";
  const size_t data = path.rfind(".data-");
  if (data != std::string::npos && IsFile(path.substr(0, data) + std::string(kIndexSuffix))) {
    return fmt::format("These are the data of a V2 checkpoint: name {}", path.substr(0, data));
  }
  if (path.ends_with(".meta")) return "This is TensorFlow's graph: name the path without .meta";
  if (path.ends_with(".mag")) return "A bundle is named by --bundle_file";
  return "Name a V1 file, a V2 prefix such as model.ckpt-100, or its .index";
}

absl::StatusOr<TensorMap> ReadV1File(const std::string& path) {
  std::error_code error;
  if (!fs::exists(path, error)) {
    return MissingInputError(path, "there is no such checkpoint", RemedyFor(path));
  }
  // Before it is read: it may be large.
  if (!EndsInTableMagic(path)) {
    return InputError(path, "is no checkpoint, or is cut short: its last 8 bytes are wrong",
                      RemedyFor(path));
  }
  MAGENTA_RETURN_IF_ERROR(CheckTableFile(path));
  MAGENTA_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path));
  return ReadV1(bytes, path);
}

absl::Status CheckWholeV2(const std::string& prefix) {
  const std::string index_path = prefix + std::string(kIndexSuffix);
  MAGENTA_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(index_path, kMostIndexBytes));
  MAGENTA_ASSIGN_OR_RETURN(const V2Index index, ReadV2Index(bytes, index_path));
  const std::vector<uint64_t> needed = ShardBytesNeeded(index);
  for (int shard = 0; shard < index.num_shards; ++shard) {
    const std::string path = prefix + ShardSuffix(shard, index.num_shards);
    if (!IsFile(path)) return ShardMissing(path);
    std::error_code error;
    const uint64_t size = fs::file_size(path, error);
    if (!error && size >= needed[static_cast<size_t>(shard)]) continue;
    return InputError(
        path, fmt::format("is cut short: {} bytes of {}", size, needed[static_cast<size_t>(shard)]),
        "Copy or make the checkpoint again");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<TensorMap> ReadCheckpoint(const std::string& path, TensorFilter wanted) {
  const std::string prefix = V2Prefix(path);
  if (!prefix.empty()) return ReadV2Files(prefix, wanted);
  MAGENTA_ASSIGN_OR_RETURN(TensorMap tensors, ReadV1File(path));
  std::erase_if(tensors, [&](const auto& named) { return !wanted(named.first); });
  return tensors;
}

absl::Status WriteV2(const std::string& prefix, const TensorMap& tensors) {
  MAGENTA_ASSIGN_OR_RETURN(const std::string index, SerializeV2Index(tensors));
  const std::string index_path = prefix + std::string(kIndexSuffix);
  MAGENTA_ASSIGN_OR_RETURN(OutputFile data, OutputFile::Create(prefix + ShardSuffix(0, 1)));
  for (const auto& [name, tensor] : tensors) MAGENTA_RETURN_IF_ERROR(data.Write(tensor.bytes));
  if (::unlink(index_path.c_str()) != 0 && errno != ENOENT) {
    return OutsideError(index_path, fmt::format("cannot replace: {}", std::strerror(errno)),
                        "Choose a place that can be written");
  }
  MAGENTA_RETURN_IF_ERROR(data.Commit());
  return WriteFile(index_path, index);
}

absl::Status CheckWhole(const std::string& path) {
  const std::string prefix = V2Prefix(path);
  if (!prefix.empty()) return CheckWholeV2(prefix);
  if (!IsFile(path)) return MissingInputError(path, "there is no such checkpoint");
  return CheckTableFile(path);
}

}  // namespace magenta
