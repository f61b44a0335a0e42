// Folders of Magenta.js's: any bytes end in a model whose tensors fit their shapes, or an error;
// what was read is written and reads the same. The first three bytes say how much of the rest is
// config.json and how much weights_manifest.json; what is left is the weights.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "fuzz/memory_folder.h"
#include "magenta/base/check.h"
#include "magenta/io/tensor/magentajs.h"

namespace {

const std::string& Folder() { return magenta::MemoryFolder("magentajs"); }

void Write(const std::string& name, std::string_view bytes) {
  magenta::WriteInto(Folder(), name, bytes);
}

constexpr std::string_view kConfig =
    R"({"type":"MusicRNN","dataConverter":{"type":"MelodyConverter",)"
    R"("args":{"minPitch":48,"maxPitch":83}}})";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 3) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 3, size - 3);
  const std::string_view config = rest.substr(0, data[0] * 8u);
  const std::string_view manifest = rest.substr(config.size(), data[1] * 8u);
  Write("config.json", data[2] % 2 == 1 ? kConfig : config);
  Write("weights_manifest.json", manifest);
  Write("group1-shard1of1", rest.substr(config.size() + manifest.size()));
  const auto model = magenta::ReadMagentaJs(Folder());
  if (!model.ok()) return 0;
  for (const auto& [name, tensor] : model->tensors) {
    MAGENTA_CHECK(tensor.bytes.size() ==
                  static_cast<size_t>(tensor.size()) * magenta::DTypeSize(tensor.dtype));
  }
  if (data[2] & 2) return 0;  // writing fsyncs
  MAGENTA_CHECK(magenta::WriteMagentaJs(Folder(), *model).ok());
  const auto again = magenta::ReadMagentaJs(Folder());
  MAGENTA_CHECK(again.ok() && again->has_checksums && again->min_pitch == model->min_pitch);
  for (const auto& [name, tensor] : model->tensors) {
    const auto found = again->tensors.find(name);
    // A name that is no UTF-8 is written with marks in its place.
    if (found != again->tensors.end()) MAGENTA_CHECK(found->second == tensor);
  }
  return 0;
}
