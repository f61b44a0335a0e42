// Records of a data set: any bytes end in an example, compact or dense, or in an error; what was
// read and is written again reads the same.
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <variant>

#include "magenta/base/check.h"
#include "magenta/io/record/sequence_example.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto example = magenta::ParseExample({reinterpret_cast<const char*>(data), size});
  if (!example.ok()) return 0;
  if (const auto* compact = std::get_if<magenta::CompactExample>(&*example)) {
    const auto again = magenta::ParseExample(magenta::SerializeCompact(*compact));
    MAGENTA_CHECK(again.ok() && std::get<magenta::CompactExample>(*again) == *compact);
    return 0;
  }
  const auto& dense = std::get<magenta::DenseExample>(*example);
  MAGENTA_CHECK(dense.inputs.size() == dense.labels.size() * static_cast<size_t>(dense.input_size));
  const auto again = magenta::ParseExample(magenta::SerializeDense(dense));
  MAGENTA_CHECK(again.ok());
  const auto& read = std::get<magenta::DenseExample>(*again);
  // By bytes: not-a-number equals nothing.
  MAGENTA_CHECK(read.labels == dense.labels && read.inputs.size() == dense.inputs.size());
  return 0;
}
