// The network against the reference's: softmax of each step and log-likelihood of whole melodies.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "magenta/generate/likelihood.h"
#include "magenta/generate/model.h"
#include "magenta/generate/sequence_generator.h"
#include "magenta/generate/session.h"
#include "tests/parity/golden_rows.h"
#include "tests/parity/rows_checked.h"

namespace magenta {
namespace {

std::shared_ptr<const Model> GoldenModel(const std::string& config) {
  ModelSource source;
  source.config = config;
  // The same weights: a run's are not in the tree.
  if (HasSharedFolder()) {
    source.run_dir = GoldensFolder() + "/models/" + config;
  } else {
    source.bundle_file = GoldensFolder() + "/models/" + config + "/" + config + ".mag";
  }
  auto model = LoadModel(source);
  EXPECT_TRUE(model.ok()) << model.status();
  return model.ok() ? *model : nullptr;
}

TEST(InferenceParityTest, SoftmaxAndLogLikelihood) {
  const auto rows = GoldenRows("inference.jsonl", 18);
  EXPECT_EQ(rows.size(), HasSharedFolder() ? 18u : 6u);
  std::map<std::string, std::shared_ptr<const Model>> models;
  double worst_softmax = 0, worst_likelihood = 0;
  for (const auto& row : rows) {
    const std::string config = row["config"];
    auto& model = models[config];
    if (model == nullptr) model = GoldenModel(config);
    ASSERT_NE(model, nullptr);
    const std::vector<Event> events = row["events"];
    const auto& softmax = row["softmax"];
    Session session(model, 1);
    for (size_t step = 0; step < softmax.size(); ++step) {
      session.Push(events[step]);
      session.Step();
      const std::vector<float> got = session.Distribution(0);
      ASSERT_EQ(got.size(), softmax[step].size());
      for (size_t i = 0; i < got.size(); ++i) {
        worst_softmax = std::max(worst_softmax, std::abs(got[i] - double(softmax[step][i])));
      }
    }
    const auto likelihood = LogLikelihood(model, {events, {}});
    ASSERT_TRUE(likelihood.ok());
    EXPECT_EQ(likelihood->per_event.size(), events.size() - 1);
    const double want = row["log_likelihood"];
    worst_likelihood = std::max(worst_likelihood, std::abs(likelihood->total / want - 1));
  }
  RecordProperty("worst_softmax", std::to_string(worst_softmax * 1e9) + "e-9");
  RecordProperty("worst_likelihood", std::to_string(worst_likelihood * 1e9) + "e-9");
  EXPECT_LT(worst_softmax, 1e-5);
  EXPECT_LT(worst_likelihood, 1e-4);
  RowsChecked(rows.size(), "inference.jsonl");
}

TEST(InferenceParityTest, BundleV1AndRunAreTheSameModel) {
  if (!HasSharedFolder()) {
    GTEST_SKIP() << RowsLeftOut(9, "weights as run, V1 file and bundle");
  }
  for (const std::string config : {"basic_rnn", "lookback_rnn", "attention_rnn"}) {
    const std::string folder = SharedFolder() + "/goldens/models/" + config;
    const std::vector<Event> events = {60, kNoEvent, 62, kNoteOff, 64, 64, kNoEvent};
    ModelSource run{config, folder, "", "", ""}, v1{config, "", folder + "/v1.ckpt", "", ""},
        bundle{"", "", "", folder + "/" + config + ".mag", ""};
    std::vector<double> totals;
    for (const ModelSource& source : {run, v1, bundle}) {
      const auto model = LoadModel(source);
      ASSERT_TRUE(model.ok()) << model.status();
      const GeneratorDetails details = SequenceGenerator(*model).details();
      EXPECT_EQ(details.id(), config) << details.ShortDebugString();
      totals.push_back(LogLikelihood(*model, {events, {}})->total);
    }
    EXPECT_EQ(totals[0], totals[1]);
    EXPECT_EQ(totals[0], totals[2]);
  }
  RowsChecked(9, "weights as run, V1 file and bundle");
}

}  // namespace
}  // namespace magenta
