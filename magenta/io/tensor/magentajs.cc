#include "magenta/io/tensor/magentajs.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "magenta/base/files.h"
#include "magenta/base/status.h"

namespace magenta {
namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

constexpr char kConfig[] = "config.json";
constexpr char kManifest[] = "weights_manifest.json";
constexpr char kShard[] = "group1-shard1of1";
constexpr uint64_t kMostJsonBytes = uint64_t{16} << 20;
constexpr int64_t kMostElements = int64_t{1} << 31;

std::string PathIn(const std::string& folder, const std::string& name) {
  return (fs::path(folder) / name).string();
}

absl::StatusOr<Json> ReadJson(const std::string& path) {
  MAGENTA_ASSIGN_OR_RETURN(const std::string text, ReadFile(path, kMostJsonBytes));
  Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) return InputError(path, "is no JSON", "Copy the folder again");
  return json;
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

absl::Status ReadConfig(const std::string& path, MagentaJsModel* model) {
  MAGENTA_ASSIGN_OR_RETURN(const Json config, ReadJson(path));
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

Tensor Unpacked(const Stored& stored, const char* bytes) {
  std::vector<float> values(static_cast<size_t>(stored.elements));
  for (int64_t i = 0; i < stored.elements; ++i) {
    values[static_cast<size_t>(i)] = ElementAt(stored, bytes, i);
  }
  return Tensor::Floats(stored.shape, values);
}

/// The files of one group of weights, one after the other.
absl::StatusOr<std::string> ReadShards(const std::string& folder, const Json& group) {
  std::string bytes;
  for (const Json& entry : Field(group, "paths")) {
    const std::string name = TextOf(entry);
    if (name.empty() || name != fs::path(name).filename().string() || name == "..") {
      return InputError(PathIn(folder, kManifest),
                        fmt::format("'{}' is no name of a file beside it", name));
    }
    const std::string path = PathIn(folder, name);
    if (!fs::exists(path)) {
      return MissingInputError(path, fmt::format("is missing, though {} names it", kManifest),
                               "Copy all files of the folder");
    }
    MAGENTA_ASSIGN_OR_RETURN(const std::string shard, ReadFile(path));
    bytes += shard;
  }
  return bytes;
}

absl::Status ReadGroup(const std::string& folder, const Json& group, TensorMap* tensors) {
  const std::string manifest = PathIn(folder, kManifest);
  MAGENTA_ASSIGN_OR_RETURN(const std::string bytes, ReadShards(folder, group));
  size_t at = 0;
  for (const Json& weight : Field(group, "weights")) {
    const absl::StatusOr<Stored> stored = ReadDeclared(weight);
    if (!stored.ok()) {
      return InputError(manifest, fmt::format("variable {}: {}", TextOf(Field(weight, "name")),
                                              std::string(stored.status().message())));
    }
    const size_t size = static_cast<size_t>(stored->elements) * stored->element_bytes;
    if (size > bytes.size() - at) {
      return InputError(manifest,
                        fmt::format("variable {}: the weights end at byte {}, it takes {} from {}",
                                    stored->name, bytes.size(), size, at),
                        "Copy the folder again");
    }
    if (!tensors->emplace(stored->name, Unpacked(*stored, bytes.data() + at)).second) {
      return InputError(manifest, fmt::format("variable {} stands there twice", stored->name));
    }
    at += size;
  }
  if (at == bytes.size()) return absl::OkStatus();
  return InputError(
      manifest, fmt::format("its variables take {} bytes, the weights have {}", at, bytes.size()));
}

Json ConfigOf(const MagentaJsModel& model) {
  Json config = {{"type", "MusicRNN"},
                 {"dataConverter",
                  {{"type", "MelodyConverter"},
                   {"args", {{"minPitch", model.min_pitch}, {"maxPitch", model.max_pitch}}}}}};
  config["magenta"] = {{"id", model.id},
                       {"description", model.description},
                       {"bundle_description", model.bundle_description},
                       {"hparams", model.hparams},
                       {"steps_per_quarter", model.steps_per_quarter}};
  return config;
}

std::string TextOfFile(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

bool IsMagentaJsFolder(const std::string& path) {
  std::error_code error;
  return fs::is_regular_file(PathIn(path, kManifest), error);
}

absl::StatusOr<MagentaJsModel> ReadMagentaJs(const std::string& folder) {
  MagentaJsModel model;
  MAGENTA_RETURN_IF_ERROR(ReadConfig(PathIn(folder, kConfig), &model));
  MAGENTA_ASSIGN_OR_RETURN(const Json manifest, ReadJson(PathIn(folder, kManifest)));
  if (!manifest.is_array() || manifest.empty()) {
    return InputError(PathIn(folder, kManifest), "is no list of weights");
  }
  for (const Json& group : manifest) {
    MAGENTA_RETURN_IF_ERROR(ReadGroup(folder, group, &model.tensors));
  }
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
  const Json manifest(std::vector<Json>{group});
  MAGENTA_RETURN_IF_ERROR(MakeFolder(folder));
  MAGENTA_RETURN_IF_ERROR(WriteFile(PathIn(folder, kShard), bytes));
  MAGENTA_RETURN_IF_ERROR(WriteFile(PathIn(folder, kManifest), TextOfFile(manifest)));
  return WriteFile(PathIn(folder, kConfig), TextOfFile(ConfigOf(model)));
}

}  // namespace magenta
