// Bundles: any bytes end in a bundle or an error. The first byte picks whether the rest is the
// whole file or, sealed, the checkpoint in an otherwise sound one.
#include <google/protobuf/stubs/logging.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "fuzz/seal_table.h"
#include "magenta/base/check.h"
#include "magenta/io/tensor/bundle.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const google::protobuf::LogSilencer quiet;
  if (size == 0) return 0;
  std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] % 2 == 1) {
    magenta::SealTable(&bytes);
    magenta::GeneratorBundle proto;
    proto.mutable_generator_details()->set_id("basic_rnn");
    proto.add_checkpoint_file(bytes);
    bytes = proto.SerializeAsString();
  }
  const auto bundle = magenta::ParseBundle(bytes, "fuzz");
  MAGENTA_CHECK(!bundle.ok() || !bundle->proto.generator_details().id().empty());
  return 0;
}
