// Magenta.js's folder has no checksums. Ours go into our own object of config.json, which stands
// last in it: those of the other files, and at the very end, at a fixed distance from it, that of
// all of config.json before.
#include "magenta/io/tensor/magentajs.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <system_error>
#include <utility>

#include "magenta/base/check.h"
#include "magenta/base/error_message.h"
#include "magenta/base/files.h"
#include "magenta/base/status.h"
#include "magenta/io/record/crc32c.h"

namespace magenta {
namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

constexpr char kConfig[] = "config.json";
constexpr char kManifest[] = "weights_manifest.json";
constexpr char kShard[] = "group1-shard1of1";
constexpr uint64_t kMostJsonBytes = uint64_t{16} << 20;
constexpr int64_t kMostElements = int64_t{1} << 29;  // 2 GiB of float32
constexpr char kCopyFolderRemedy[] = "Copy the folder again";
constexpr char kChangedRemedy[] =
    "Copy the folder again, or, if you changed it yourself, take \"checksums\" out of config.json";

// The end of a config.json of ours: kOwnSumBegin, eight digits, kOwnSumEnd.
constexpr std::string_view kOwnSumBegin = "\"config.json\": \"";
constexpr std::string_view kOwnSumEnd = "\"\n    }\n  }\n}\n";
constexpr size_t kSumDigits = 8;
constexpr size_t kOwnSumBytes = kOwnSumBegin.size() + kSumDigits + kOwnSumEnd.size();

std::string PathIn(const std::string& folder, const std::string& name) {
  return (fs::path(folder) / name).string();
}

std::string SumText(std::string_view bytes) { return fmt::format("{:08x}", Crc32c(bytes)); }

absl::StatusOr<std::string> ReadJsonText(const std::string& path) {
  std::error_code error;
  if (!fs::exists(path, error)) {
    return MissingInputError(path, "is missing", "Copy all files of the folder");
  }
  return ReadFile(path, kMostJsonBytes);
}

absl::StatusOr<Json> ParseJson(const std::string& path, const std::string& text) {
  Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) return InputError(path, "is no JSON", kCopyFolderRemedy);
  return json;
}

/// Whether `text`, a config.json, ends in its own checksum; an error where that, or what it stands
/// in, is damaged.
absl::StatusOr<bool> EndsInItsChecksum(const std::string& path, std::string_view text) {
  if (text.size() < kOwnSumBytes) return false;
  const std::string_view before = text.substr(0, text.size() - kOwnSumBytes);
  std::string_view sum = text.substr(before.size());
  const bool framed = sum.starts_with(kOwnSumBegin) && sum.ends_with(kOwnSumEnd);
  const bool right = sum.substr(kOwnSumBegin.size(), kSumDigits) == SumText(before);
  if (framed == right) return framed;
  return InputError(path, "wrong checksum of its text", kChangedRemedy);
}

/// The value at `key` of an object, or null.
const Json& Field(const Json& json, const char* key) {
  static const Json nothing;
  if (!json.is_object()) return nothing;
  const auto found = json.find(key);
  return found == json.end() ? nothing : *found;
}

std::string TextOf(const Json& json) {
  return json.is_string() ? json.get<std::string>() : std::string();
}

int IntOf(const Json& json, int otherwise) {
  if (!json.is_number_integer()) return otherwise;
  const auto value = json.get<int64_t>();
  return value < 0 || value > 1 << 20 ? otherwise : static_cast<int>(value);
}

/// Checksums of files by name, as config.json has them.
using Checksums = std::map<std::string, std::string>;

absl::Status CheckSum(const Checksums& sums, const std::string& folder, const std::string& name,
                      std::string_view bytes) {
  if (sums.empty()) return absl::OkStatus();
  const auto found = sums.find(name);
  if (found == sums.end()) {
    return InputError(PathIn(folder, name), "config.json has no checksum of it", kChangedRemedy);
  }
  if (found->second == SumText(bytes)) return absl::OkStatus();
  return InputError(PathIn(folder, name),
                    fmt::format("wrong checksum of its {} bytes", bytes.size()), kChangedRemedy);
}

absl::StatusOr<Json> ReadConfigJson(const std::string& path, Checksums* sums) {
  MAGENTA_ASSIGN_OR_RETURN(const std::string text, ReadJsonText(path));
  MAGENTA_ASSIGN_OR_RETURN(const bool checked, EndsInItsChecksum(path, text));
  MAGENTA_ASSIGN_OR_RETURN(Json config, ParseJson(path, text));
  const Json& listed = Field(Field(config, "magenta"), "checksums");
  if (listed.is_null()) return config;
  if (!checked) return InputError(path, "its checksum is not at its end", kChangedRemedy);
  for (const auto& [name, sum] : listed.items()) sums->emplace(name, TextOf(sum));
  return config;
}

absl::Status ReadConfig(const std::string& path, MagentaJsModel* model, Checksums* sums) {
  MAGENTA_ASSIGN_OR_RETURN(const Json config, ReadConfigJson(path, sums));
  model->has_checksums = !sums->empty();
  constexpr char kRemedy[] = "basic_rnn and mono_rnn are the models that Magenta.js shares with us";
  const std::string type = TextOf(Field(config, "type"));
  if (type != "MusicRNN") {
    return InputError(path, fmt::format("the model is a {}, not a MusicRNN", type), kRemedy);
  }
  const Json& converter = Field(config, "dataConverter");
  const std::string kind = TextOf(Field(converter, "type"));
  if (kind != "MelodyConverter") {
    return InputError(path, fmt::format("its events are those of {}, not melodies", kind), kRemedy);
  }
  for (const char* more : {"chordEncoder", "auxInputs", "attentionLength"}) {
    if (Field(config, more).is_null()) continue;
    return InputError(path, fmt::format("it has {}, which no model here has", more), kRemedy);
  }
  const Json& args = Field(converter, "args");
  model->min_pitch = IntOf(Field(args, "minPitch"), -1);
  model->max_pitch = IntOf(Field(args, "maxPitch"), -1);
  if (model->min_pitch < 0 || model->max_pitch > 127 || model->min_pitch > model->max_pitch) {
    return InputError(path, "minPitch and maxPitch are no range of MIDI pitches");
  }
  const Json& ours = Field(config, "magenta");
  model->id = TextOf(Field(ours, "id"));
  model->description = TextOf(Field(ours, "description"));
  model->bundle_description = TextOf(Field(ours, "bundle_description"));
  model->hparams = TextOf(Field(ours, "hparams"));
  model->steps_per_quarter = IntOf(Field(ours, "steps_per_quarter"), 0);
  return absl::OkStatus();
}

/// How the elements of one variable are stored.
struct Stored {
  std::string name;
  std::vector<int64_t> shape;
  int64_t elements = 1;
  size_t element_bytes = 4;
  /// value = integer * scale + min, where element_bytes is 1 or 2.
  double scale = 1;
  double min = 0;
};

absl::Status ReadStoredType(const Json& weight, Stored* stored) {
  if (TextOf(Field(weight, "dtype")) != "float32") {
    return InputError(
        "", fmt::format("its type ({}) is none that is read", TextOf(Field(weight, "dtype"))));
  }
  const Json& quantization = Field(weight, "quantization");
  if (quantization.is_null()) return absl::OkStatus();
  const std::string dtype = TextOf(Field(quantization, "dtype"));
  const Json& scale = Field(quantization, "scale");
  const Json& min = Field(quantization, "min");
  if ((dtype != "uint8" && dtype != "uint16") || !scale.is_number() || !min.is_number()) {
    return InputError("", fmt::format("its quantization ({}) is none that is read", dtype));
  }
  stored->element_bytes = dtype == "uint8" ? 1 : 2;
  stored->scale = scale.get<double>();
  stored->min = min.get<double>();
  return absl::OkStatus();
}

absl::StatusOr<Stored> ReadDeclared(const Json& weight) {
  Stored stored;
  stored.name = TextOf(Field(weight, "name"));
  const Json& shape = Field(weight, "shape");
  if (stored.name.empty() || !shape.is_array()) return InputError("", "it lacks name or shape");
  for (const Json& extent : shape) {
    const int size = IntOf(extent, -1);
    if (size < 0 || (size > 0 && stored.elements > kMostElements / size)) {
      return InputError("", "its shape is none that is read");
    }
    stored.shape.push_back(size);
    stored.elements *= size;
  }
  MAGENTA_RETURN_IF_ERROR(ReadStoredType(weight, &stored));
  return stored;
}

float ElementAt(const Stored& stored, const char* bytes, int64_t i) {
  if (stored.element_bytes == 4) {
    float value;
    std::memcpy(&value, bytes + 4 * i, 4);
    return value;
  }
  const auto* p =
      reinterpret_cast<const unsigned char*>(bytes) + static_cast<size_t>(i) * stored.element_bytes;
  const int integer = stored.element_bytes == 1 ? p[0] : p[0] | p[1] << 8;
  return static_cast<float>(integer * stored.scale + stored.min);
}

size_t BytesOf(const Stored& stored) {
  return static_cast<size_t>(stored.elements) * stored.element_bytes;
}

Tensor Unpacked(const Stored& stored, const char* bytes) {
  std::vector<float> values(static_cast<size_t>(stored.elements));
  for (int64_t i = 0; i < stored.elements; ++i) {
    values[static_cast<size_t>(i)] = ElementAt(stored, bytes, i);
  }
  return Tensor::Floats(stored.shape, values);
}

/// Reads the groups of a manifest.
class ManifestReader {
 public:
  ManifestReader(const std::string& folder, const Checksums& sums)
      : folder_(folder), sums_(sums), manifest_(PathIn(folder, kManifest)) {}

  absl::Status Read(TensorMap* tensors) {
    MAGENTA_ASSIGN_OR_RETURN(const std::string text, ReadJsonText(manifest_));
    MAGENTA_RETURN_IF_ERROR(CheckSum(sums_, folder_, kManifest, text));
    MAGENTA_ASSIGN_OR_RETURN(const Json groups, ParseJson(manifest_, text));
    if (!groups.is_array() || groups.empty()) {
      return InputError(manifest_, "is no list of weights");
    }
    for (const Json& group : groups) MAGENTA_RETURN_IF_ERROR(ReadGroup(group, tensors));
    return absl::OkStatus();
  }

 private:
  absl::StatusOr<std::vector<Stored>> DeclaredIn(const Json& group) const {
    std::vector<Stored> declared;
    for (const Json& weight : Field(group, "weights")) {
      absl::StatusOr<Stored> stored = ReadDeclared(weight);
      if (!stored.ok()) {
        return InputError(manifest_, fmt::format("variable {}: {}", TextOf(Field(weight, "name")),
                                                 ErrorMessage(stored.status())));
      }
      declared.push_back(*std::move(stored));
    }
    return declared;
  }

  /// Appends a file of weights, of which no more than `most` bytes are declared.
  absl::Status AppendShard(const Json& entry, uint64_t most, std::string* bytes) {
    const std::string name = TextOf(entry);
    if (name.empty() || name != fs::path(name).filename().string() || name == "..") {
      return InputError(manifest_, fmt::format("'{}' is no name of a file beside it", name));
    }
    if (!shards_.insert(name).second) {
      return InputError(manifest_, fmt::format("{} stands there twice", name));
    }
    const std::string path = PathIn(folder_, name);
    std::error_code error;
    const uint64_t size = fs::file_size(path, error);
    if (error) {
      return MissingInputError(path, fmt::format("is missing, though {} names it", kManifest),
                               "Copy all files of the folder");
    }
    if (size > most) {
      return InputError(manifest_,
                        fmt::format("its variables take {} bytes, the weights have {}",
                                    bytes->size() + most, bytes->size() + size),
                        kCopyFolderRemedy);
    }
    MAGENTA_ASSIGN_OR_RETURN(const std::string shard, ReadFile(path, most));
    MAGENTA_RETURN_IF_ERROR(CheckSum(sums_, folder_, name, shard));
    *bytes += shard;
    return absl::OkStatus();
  }

  absl::Status ReadGroup(const Json& group, TensorMap* tensors) {
    MAGENTA_ASSIGN_OR_RETURN(const std::vector<Stored> declared, DeclaredIn(group));
    uint64_t needed = 0;
    for (const Stored& stored : declared) needed += BytesOf(stored);
    std::string bytes;
    for (const Json& entry : Field(group, "paths")) {
      MAGENTA_RETURN_IF_ERROR(AppendShard(entry, needed - bytes.size(), &bytes));
    }
    size_t at = 0;
    for (const Stored& stored : declared) {
      const size_t size = BytesOf(stored);
      if (size > bytes.size() - at) {
        return InputError(manifest_,
                          fmt::format("variable {}: the weights end at byte {}, it takes {} from "
                                      "{}",
                                      stored.name, bytes.size(), size, at),
                          kCopyFolderRemedy);
      }
      if (!tensors->emplace(stored.name, Unpacked(stored, bytes.data() + at)).second) {
        return InputError(manifest_, fmt::format("variable {} stands there twice", stored.name));
      }
      at += size;
    }
    return absl::OkStatus();
  }

  const std::string& folder_;
  const Checksums& sums_;
  const std::string manifest_;
  std::set<std::string> shards_;
};

Json ConfigOf(const MagentaJsModel& model, std::string_view weights, std::string_view manifest) {
  Json config = {{"type", "MusicRNN"},
                 {"dataConverter",
                  {{"type", "MelodyConverter"},
                   {"args", {{"minPitch", model.min_pitch}, {"maxPitch", model.max_pitch}}}}}};
  config["magenta"] = {{"id", model.id},
                       {"description", model.description},
                       {"bundle_description", model.bundle_description},
                       {"hparams", model.hparams},
                       {"steps_per_quarter", model.steps_per_quarter}};
  // The last entry of the last object, as EndsInItsChecksum() looks for it.
  config["magenta"]["checksums"] = {{kShard, SumText(weights)},
                                    {kManifest, SumText(manifest)},
                                    {kConfig, std::string(kSumDigits, '0')}};
  return config;
}

std::string TextOfFile(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string WithItsChecksum(std::string text) {
  const size_t before = text.size() - kOwnSumBytes;
  MAGENTA_CHECK(text.substr(before) ==
                fmt::format("{}{:0{}}{}", kOwnSumBegin, 0, kSumDigits, kOwnSumEnd));
  text.replace(before + kOwnSumBegin.size(), kSumDigits,
               SumText(std::string_view(text).substr(0, before)));
  return text;
}

}  // namespace

bool IsMagentaJsFolder(const std::string& path) {
  std::error_code error;
  return fs::is_regular_file(PathIn(path, kManifest), error) ||
         fs::is_regular_file(PathIn(path, kConfig), error);
}

absl::StatusOr<MagentaJsModel> ReadMagentaJs(const std::string& folder) {
  MagentaJsModel model;
  Checksums sums;
  MAGENTA_RETURN_IF_ERROR(ReadConfig(PathIn(folder, kConfig), &model, &sums));
  MAGENTA_RETURN_IF_ERROR(ManifestReader(folder, sums).Read(&model.tensors));
  return model;
}

absl::Status WriteMagentaJs(const std::string& folder, const MagentaJsModel& model) {
  Json weights = Json::array();
  std::string bytes;
  for (const auto& [name, tensor] : model.tensors) {
    if (tensor.dtype != DType::kFloat32) {
      return UsageError(fmt::format("variable {} is {}; a page takes float32 alone", name,
                                    DTypeName(tensor.dtype)));
    }
    Json weight = {{"name", name}, {"dtype", "float32"}};
    weight["shape"] = tensor.shape;
    weights.push_back(std::move(weight));
    bytes += tensor.bytes;
  }
  Json group;
  group["paths"] = std::vector<std::string>{kShard};
  group["weights"] = std::move(weights);
  const std::string manifest = TextOfFile(Json(std::vector<Json>{group}));
  const std::string config = WithItsChecksum(TextOfFile(ConfigOf(model, bytes, manifest)));
  MAGENTA_RETURN_IF_ERROR(MakeFolder(folder));
  MAGENTA_RETURN_IF_ERROR(WriteFile(PathIn(folder, kShard), bytes));
  MAGENTA_RETURN_IF_ERROR(WriteFile(PathIn(folder, kManifest), manifest));
  return WriteFile(PathIn(folder, kConfig), config);
}

}  // namespace magenta
