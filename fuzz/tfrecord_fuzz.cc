// TFRecord files, plain and compressed, and the examples in them: any bytes end in records or an
// error. What was read, written again, reads the same. The first byte picks whether the rest is
// read as it stands or as the data of one sound record, so that the example parser is reached.
#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>

#include "magenta/base/check.h"
#include "magenta/io/record/sequence_example.h"
#include "magenta/io/record/tfrecord.h"

namespace {

void ParseAndRepeat(const std::string& record) {
  const auto example = magenta::ParseExample(record);
  if (!example.ok()) return;
  std::string again;
  if (const auto* compact = std::get_if<magenta::CompactExample>(&*example)) {
    again = magenta::SerializeCompact(*compact);
  } else {
    const auto& dense = std::get<magenta::DenseExample>(*example);
    for (const float value : dense.inputs) {
      if (value != value) return;  // equal to nothing
    }
    again = magenta::SerializeDense(dense);
  }
  const auto second = magenta::ParseExample(again);
  MAGENTA_CHECK(second.ok() && *second == *example);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] % 2 == 1) bytes = magenta::FrameRecord(bytes);
  auto reader = magenta::RecordReader::FromBytes(bytes, "fuzz");
  if (!reader.ok()) return 0;
  std::string record;
  for (auto more = reader->Next(&record); more.ok() && *more; more = reader->Next(&record)) {
    ParseAndRepeat(record);
  }
  return 0;
}
