#include "magenta/io/tensor/bundle.h"

#include <fmt/core.h>

#include <vector>

#include "magenta/base/files.h"
#include "magenta/base/status.h"
#include "magenta/io/tensor/checkpoint.h"

namespace magenta {
namespace {

constexpr size_t kMostBundleBytes = (size_t{1} << 31) - 1;  // protobuf's limit
constexpr char kBundleRemedy[] = "Name a .mag file, such as `magenta bundle` writes";

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

}  // namespace

absl::StatusOr<Bundle> ParseBundle(const std::string& bytes, const std::string& name_for_errors) {
  Bundle bundle;
  if (bytes.size() > kMostBundleBytes || !bundle.proto.ParseFromString(bytes)) {
    return InputError(name_for_errors, "is no generator bundle, or is cut short", kBundleRemedy);
  }
  if (bundle.proto.generator_details().id().empty()) {
    return InputError(name_for_errors, "is no generator bundle: it names no generator",
                      kBundleRemedy);
  }
  if (bundle.proto.checkpoint_file().empty()) {
    return InputError(name_for_errors, "the bundle holds no checkpoint", kBundleRemedy);
  }
  MAGENTA_ASSIGN_OR_RETURN(bundle.tensors, ReadInnerCheckpoint(bundle.proto, name_for_errors));
  return bundle;
}

absl::StatusOr<Bundle> ReadBundle(const std::string& path) {
  MAGENTA_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path, kMostBundleBytes));
  return ParseBundle(bytes, path);
}

absl::Status WriteBundle(const std::string& path, const GeneratorBundle& details_and_metagraph,
                         const TensorMap& tensors) {
  GeneratorBundle proto = details_and_metagraph;
  proto.clear_checkpoint_file();
  MAGENTA_ASSIGN_OR_RETURN(*proto.add_checkpoint_file(), SerializeV1(tensors));
  return WriteBundle(path, proto);
}

absl::Status WriteBundle(const std::string& path, const GeneratorBundle& bundle) {
  if (bundle.ByteSizeLong() > kMostBundleBytes) {
    return UsageError(
        fmt::format("the bundle would take {} bytes, more than 2 GiB", bundle.ByteSizeLong()));
  }
  return WriteFile(path, bundle.SerializeAsString());
}

}  // namespace magenta
