// A bundle that we wrote ends in its own checksum, so that the file needs no second one and remains
// one message. A reader that finds the field's tag six bytes before the end believes it; where the
// four bytes after are the right sum and the tag is not, the tag is what was damaged.
#include "magenta/io/tensor/bundle.h"

#include <fmt/core.h>

#include <filesystem>
#include <system_error>
#include <vector>

#include "magenta/base/error_message.h"
#include "magenta/base/files.h"
#include "magenta/base/status.h"
#include "magenta/io/record/crc32c.h"
#include "magenta/io/tensor/checkpoint.h"
#include "magenta/io/tensor/table_reader.h"

namespace magenta {
namespace {

constexpr size_t kMostBundleBytes = (size_t{1} << 31) - 1;  // protobuf's limit
constexpr std::string_view kChecksumTag = "\xdd\x3e";       // field 1003, fixed32
constexpr size_t kChecksumBytes = 6;
constexpr char kCopyBundleRemedy[] = "Copy or make the bundle again";
constexpr char kBundleRemedy[] = "Name a .mag file, such as `magenta bundle` writes";

std::string Trailer(std::string_view bytes) {
  std::string trailer(kChecksumTag);
  const uint32_t crc = Crc32c(bytes);
  for (int shift = 0; shift < 32; shift += 8) trailer += static_cast<char>(crc >> shift);
  return trailer;
}

enum class Checksum { kNone, kRight, kWrong };

Checksum ChecksumOf(std::string_view bytes) {
  if (bytes.size() < kChecksumBytes) return Checksum::kNone;
  const std::string_view found = bytes.substr(bytes.size() - kChecksumBytes);
  const std::string expected = Trailer(bytes.substr(0, bytes.size() - kChecksumBytes));
  if (found == expected) return Checksum::kRight;
  const size_t tag = kChecksumTag.size();
  const bool ours = found.starts_with(kChecksumTag) ||
                    found.substr(tag) == std::string_view(expected).substr(tag);
  return ours ? Checksum::kWrong : Checksum::kNone;
}

// Magenta puts one V1 file there. An index with its data shards would be V2.
absl::StatusOr<TensorMap> ReadInnerCheckpoint(const GeneratorBundle& proto,
                                              const std::string& name) {
  const auto& files = proto.checkpoint_file();
  if (files.size() > 1) {
    const std::vector<std::string_view> shards(files.begin() + 1, files.end());
    if (auto tensors = ReadV2(files[0], shards, name); tensors.ok()) return tensors;
  }
  return ReadV1(files[0], name);
}

// What can be said of a file that is too damaged, or too foreign, to be parsed.
absl::Status NoBundle(const std::string& name, std::string_view bytes, std::string_view why) {
  if (ChecksumOf(bytes) == Checksum::kWrong) {
    return InputError(name, "wrong checksum of the bundle, which is damaged", kCopyBundleRemedy);
  }
  if (bytes.ends_with(kTableMagic)) {
    return InputError(name, "is a checkpoint, not a bundle", "Name it as --checkpoint_file");
  }
  return InputError(name, fmt::format("is no generator bundle{}", why), kBundleRemedy);
}

// An error where `path` is a model of another kind, which another flag or another name asks for.
absl::Status SomethingElse(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path name(path);
  if (fs::is_directory(name, error)) {
    return InputError(path, "is a folder, not a bundle", "A run's folder is named by --run_dir");
  }
  if (!fs::exists(name, error) && fs::exists(path + ".index", error)) {
    return InputError(path, "is a checkpoint, not a bundle", "Name it as --checkpoint_file");
  }
  if (fs::exists(name, error) && fs::exists(name.parent_path() / "weights_manifest.json", error) &&
      !path.ends_with(".mag")) {
    return InputError(
        path, "is a part of a model for pages",
        fmt::format("Name the folder: {}",
                    name.has_parent_path() ? name.parent_path().string() : std::string(".")));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Bundle> ParseBundle(const std::string& bytes, const std::string& name_for_errors) {
  Bundle bundle;
  const Checksum checksum = ChecksumOf(bytes);
  if (bytes.size() > kMostBundleBytes || !bundle.proto.ParseFromString(bytes)) {
    return NoBundle(name_for_errors, bytes, ", or is cut short");
  }
  if (bundle.proto.generator_details().id().empty()) {
    return NoBundle(name_for_errors, bytes, ": it names no generator");
  }
  if (bundle.proto.checkpoint_file().empty()) {
    if (checksum == Checksum::kWrong) return NoBundle(name_for_errors, bytes, "");
    return InputError(name_for_errors, "the bundle holds no checkpoint", kBundleRemedy);
  }
  absl::StatusOr<TensorMap> tensors = ReadInnerCheckpoint(bundle.proto, name_for_errors);
  if (!tensors.ok()) {
    return InputError(name_for_errors,
                      fmt::format("its checkpoint: {}", ErrorMessage(tensors.status())),
                      kCopyBundleRemedy);
  }
  if (checksum == Checksum::kWrong) {
    return InputError(name_for_errors,
                      "wrong checksum of the bundle: its weights are whole, what is beside them "
                      "(name, descriptions, hparams, graph) is damaged",
                      kCopyBundleRemedy);
  }
  bundle.tensors = *std::move(tensors);
  bundle.has_checksum = checksum == Checksum::kRight;
  bundle.proto.clear_checksum();
  return bundle;
}

absl::StatusOr<Bundle> ReadBundle(const std::string& path) {
  MAGENTA_RETURN_IF_ERROR(SomethingElse(path));
  MAGENTA_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path, kMostBundleBytes));
  return ParseBundle(bytes, path);
}

std::string SerializeBundle(const GeneratorBundle& bundle) {
  GeneratorBundle without = bundle;
  without.clear_checksum();
  std::string bytes = without.SerializeAsString();
  bytes += Trailer(bytes);
  return bytes;
}

absl::Status WriteBundle(const std::string& path, const GeneratorBundle& details_and_metagraph,
                         const TensorMap& tensors) {
  GeneratorBundle proto = details_and_metagraph;
  proto.clear_checkpoint_file();
  MAGENTA_ASSIGN_OR_RETURN(*proto.add_checkpoint_file(), SerializeV1(tensors));
  return WriteBundle(path, proto);
}

absl::Status WriteBundle(const std::string& path, const GeneratorBundle& bundle) {
  if (bundle.ByteSizeLong() > kMostBundleBytes - kChecksumBytes) {
    return UsageError(
        fmt::format("the bundle would take {} bytes, more than 2 GiB", bundle.ByteSizeLong()));
  }
  return WriteFile(path, SerializeBundle(bundle));
}

}  // namespace magenta
