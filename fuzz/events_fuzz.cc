// Event files: any bytes end in scalars and texts, or an error. The first byte picks whether the
// rest is the file as it stands or, behind a sound first event, the data of one sound record, so
// that the messages in it are reached.
#include <google/protobuf/stubs/logging.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "magenta/base/check.h"
#include "magenta/io/record/event_reader.h"
#include "magenta/io/record/tfrecord.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const google::protobuf::LogSilencer quiet;
  if (size == 0) return 0;
  std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const bool framed = data[0] % 2 == 1;
  if (framed) {
    const std::string version =
        "\x1a\x0d"
        "brain.Event:2";
    bytes = magenta::FrameRecord(version) + magenta::FrameRecord(bytes);
  }
  const auto file = magenta::ParseEventFile(bytes, "fuzz");
  if (!file.ok()) return 0;
  MAGENTA_CHECK(!framed || (file->events == 2 && !file->cut));
  MAGENTA_CHECK(file->events > 0 || (file->scalars.empty() && file->texts.empty()));
  return 0;
}
