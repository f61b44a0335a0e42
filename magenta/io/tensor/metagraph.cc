// Magenta's attention cell begins with four tensors of zeros, [batch, width]: the cell's c and h,
// the last attention and the window, flattened. TensorFlow notes the shape of what each node gives.
#include "magenta/io/tensor/metagraph.h"

#include <google/protobuf/arena.h>

#include <string>

#include "tensorflow/meta_graph.pb.h"

namespace magenta {
namespace {

constexpr size_t kMostGraphBytes = size_t{64} << 20;
constexpr int64_t kMostSteps = int64_t{1} << 20;
constexpr std::string_view kLastAttention = "AttentionCellWrapperZeroState/zeros_2";
constexpr std::string_view kWindow = "AttentionCellWrapperZeroState/zeros_3";

// The second extent of what `node` gives, or 0.
int64_t WidthOf(const tensorflow::NodeDef& node) {
  const auto shapes = node.attr().find("_output_shapes");
  if (shapes == node.attr().end() || shapes->second.list().shape_size() != 1) return 0;
  const tensorflow::TensorShapeProto& shape = shapes->second.list().shape(0);
  return shape.dim_size() == 2 ? shape.dim(1).size() : 0;
}

}  // namespace

int AttentionLengthOf(std::string_view metagraph) {
  if (metagraph.empty() || metagraph.size() > kMostGraphBytes) return 0;
  google::protobuf::Arena arena;
  auto& graph = *google::protobuf::Arena::CreateMessage<tensorflow::MetaGraphDef>(&arena);
  if (!graph.ParseFromArray(metagraph.data(), static_cast<int>(metagraph.size()))) return 0;
  int64_t attention = 0, window = 0;
  for (const tensorflow::NodeDef& node : graph.graph_def().node()) {
    if (node.name().ends_with(kLastAttention)) attention = WidthOf(node);
    if (node.name().ends_with(kWindow)) window = WidthOf(node);
  }
  if (attention <= 0 || window <= 0 || window % attention != 0) return 0;
  return window / attention > kMostSteps ? 0 : static_cast<int>(window / attention);
}

}  // namespace magenta
