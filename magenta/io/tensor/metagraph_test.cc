#include "magenta/io/tensor/metagraph.h"

#include <google/protobuf/stubs/logging.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "magenta/io/tensor/bundle.h"
#include "tensorflow/meta_graph.pb.h"

namespace magenta {
namespace {

constexpr char kScope[] = "MultiRNNCellZeroState/DropoutWrapperZeroState/";

struct Node {
  std::string name;
  std::vector<int64_t> shape;
};

std::string Graph(const std::vector<Node>& nodes) {
  tensorflow::MetaGraphDef graph;
  for (const Node& node : nodes) {
    auto& added = *graph.mutable_graph_def()->add_node();
    added.set_name(kScope + node.name);
    auto& shape = *(*added.mutable_attr())["_output_shapes"].mutable_list()->add_shape();
    for (const int64_t extent : node.shape) shape.add_dim()->set_size(extent);
  }
  return graph.SerializeAsString();
}

TEST(Metagraph, TellsTheLengthOfAttention) {
  const std::string last = "AttentionCellWrapperZeroState/zeros_2";
  const std::string window = "AttentionCellWrapperZeroState/zeros_3";
  const struct {
    const char* what;
    std::string graph;
    int length;
  } rows[] = {
      {"40 steps of 64", Graph({{last, {1, 64}}, {window, {1, 2560}}}), 40},
      {"any order, any batch", Graph({{window, {128, 34}}, {"x", {1}}, {last, {128, 2}}}), 17},
      {"no attention", Graph({{"BasicLSTMCellZeroState/zeros_1", {1, 64}}}), 0},
      {"one is missing", Graph({{window, {1, 2560}}}), 0},
      {"they do not divide", Graph({{last, {1, 64}}, {window, {1, 2561}}}), 0},
      {"unknown width", Graph({{last, {1, -1}}, {window, {1, -1}}}), 0},
      {"another rank", Graph({{last, {64}}, {window, {2560}}}), 0},
      {"nothing", "", 0},
      {"no graph", "\xff\xff\xff", 0},
  };
  const google::protobuf::LogSilencer quiet;
  for (const auto& row : rows) EXPECT_EQ(AttentionLengthOf(row.graph), row.length) << row.what;
}

TEST(Metagraph, TellsHowManyNumbersItReads) {
  const struct {
    const char* what;
    std::vector<int64_t> shape;
    int width;
  } rows[] = {{"one, an index", {1, -1, 1}, 1},
              {"388", {64, -1, 388}, 388},
              {"unknown", {1, -1, -1}, 0},
              {"another rank", {1, 388}, 0},
              {"a scalar", {}, 0}};
  for (const auto& row : rows) {
    tensorflow::MetaGraphDef graph;
    EXPECT_TRUE(graph.ParseFromString(Graph({{"Placeholder", row.shape}})));
    graph.mutable_graph_def()->mutable_node(0)->set_name("Placeholder");
    EXPECT_EQ(InputWidthOf(graph.SerializeAsString()), row.width) << row.what;
  }
  const google::protobuf::LogSilencer quiet;
  EXPECT_EQ(InputWidthOf(Graph({{"Placeholder", {1, -1, 388}}})), 0);  // another scope's
  EXPECT_EQ(InputWidthOf(""), 0);
  EXPECT_EQ(InputWidthOf("\xff\xff\xff"), 0);
}

TEST(MetagraphGolden, OfMagentasBundles) {
  const char* shared = std::getenv("MAGENTA_SHARED");
  std::string models = std::string(shared ? shared : "../shared") + "/goldens/models/";
  if (!std::filesystem::exists(models)) models = "tests/golden/models/";
  for (const std::string config : {"basic_rnn", "lookback_rnn", "attention_rnn"}) {
    const auto bundle = ReadBundle(models + config + "/" + config + ".mag");
    ASSERT_TRUE(bundle.ok()) << bundle.status();
    EXPECT_EQ(AttentionLengthOf(bundle->proto.metagraph_file()), config == "attention_rnn" ? 40 : 0)
        << config;
  }
}

}  // namespace
}  // namespace magenta
