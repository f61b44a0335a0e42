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
constexpr int64_t kMostInputs = int64_t{1} << 20;
constexpr std::string_view kLastAttention = "AttentionCellWrapperZeroState/zeros_2";
constexpr std::string_view kWindow = "AttentionCellWrapperZeroState/zeros_3";

constexpr std::string_view kInputs = "Placeholder";

using Graph = tensorflow::MetaGraphDef;

/// The graph that `metagraph` is, on `arena`; null: none.
const Graph* Parsed(std::string_view metagraph, google::protobuf::Arena& arena) {
  if (metagraph.empty() || metagraph.size() > kMostGraphBytes) return nullptr;
  auto* graph = google::protobuf::Arena::CreateMessage<Graph>(&arena);
  const int size = static_cast<int>(metagraph.size());
  return graph->ParseFromArray(metagraph.data(), size) ? graph : nullptr;
}

/// The last extent of what `node` gives, of `rank` extents, or 0.
int64_t WidthOf(const tensorflow::NodeDef& node, int rank) {
  const auto shapes = node.attr().find("_output_shapes");
  if (shapes == node.attr().end() || shapes->second.list().shape_size() != 1) return 0;
  const tensorflow::TensorShapeProto& shape = shapes->second.list().shape(0);
  return shape.dim_size() == rank ? shape.dim(rank - 1).size() : 0;
}

}  // namespace

int AttentionLengthOf(std::string_view metagraph) {
  google::protobuf::Arena arena;
  const Graph* graph = Parsed(metagraph, arena);
  if (graph == nullptr) return 0;
  int64_t attention = 0, window = 0;
  for (const tensorflow::NodeDef& node : graph->graph_def().node()) {
    if (node.name().ends_with(kLastAttention)) attention = WidthOf(node, 2);
    if (node.name().ends_with(kWindow)) window = WidthOf(node, 2);
  }
  if (attention <= 0 || window <= 0 || window % attention != 0) return 0;
  return window / attention > kMostSteps ? 0 : static_cast<int>(window / attention);
}

int InputWidthOf(std::string_view metagraph) {
  google::protobuf::Arena arena;
  const Graph* graph = Parsed(metagraph, arena);
  if (graph == nullptr) return 0;
  for (const tensorflow::NodeDef& node : graph->graph_def().node()) {
    if (node.name() != kInputs) continue;
    const int64_t width = WidthOf(node, 3);
    return width <= 0 || width > kMostInputs ? 0 : static_cast<int>(width);
  }
  return 0;
}

}  // namespace magenta
