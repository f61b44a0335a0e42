// The graph in Magenta's bundles: any bytes give a length of attention that a network could have.
// The first byte picks whether the rest is the graph as it stands, or one whose two states have the
// widths that its next eight bytes say.
#include <google/protobuf/stubs/logging.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

#include "magenta/base/check.h"
#include "magenta/io/tensor/metagraph.h"
#include "tensorflow/meta_graph.pb.h"

namespace {

std::string GraphOf(const int32_t (&widths)[2]) {
  tensorflow::MetaGraphDef graph;
  for (int i = 0; i < 2; ++i) {
    auto& node = *graph.mutable_graph_def()->add_node();
    node.set_name("rnn/AttentionCellWrapperZeroState/zeros_" + std::to_string(2 + i));
    auto& shape = *(*node.mutable_attr())["_output_shapes"].mutable_list()->add_shape();
    shape.add_dim()->set_size(1);
    shape.add_dim()->set_size(widths[i]);
  }
  return graph.SerializeAsString();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const google::protobuf::LogSilencer quiet;
  if (size == 0) return 0;
  std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  int32_t widths[2] = {};
  const bool sound = data[0] % 2 == 1 && bytes.size() >= sizeof widths;
  if (sound) {
    std::memcpy(widths, bytes.data(), sizeof widths);
    bytes = GraphOf(widths);
  }
  const int length = magenta::AttentionLengthOf(bytes);
  MAGENTA_CHECK(length >= 0 && length <= 1 << 20);
  if (sound && length > 0) MAGENTA_CHECK(int64_t{length} * widths[0] == widths[1]);
  return 0;
}
