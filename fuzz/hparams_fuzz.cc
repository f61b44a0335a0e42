// Hyper-parameters as people type them: any text ends in values or an error, and values written out
// read back the same.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "magenta/base/check.h"
#include "magenta/models/hparams.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto hparams = magenta::ParseHParams(text, {});
  if (!hparams.ok()) return 0;
  const auto again = magenta::ParseHParams(magenta::HParamsText(*hparams), {});
  MAGENTA_CHECK(again.ok() && *again == *hparams);
  return 0;
}
