#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "magenta/studio/studio_test_util.h"

namespace magenta {
namespace {

using testing::RandomModel;
using testing::StudioServer;

constexpr char kScale[] = "X:1\nT:T\nM:4/4\nL:1/8\nK:C\nCDEF GABc|\n";

nlohmann::json EventsOfScore(StudioServer& server, const std::string& model) {
  const HttpResponse response =
      server.Ask("POST", "/v1/generators/" + model + ":score?distributions=1", kScale,
                 {.content_type = "text/vnd.abc"});
  EXPECT_EQ(response.status, 200) << response.body;
  return nlohmann::json::parse(response.body)["events"];
}

TEST(ScoreRoute, TellsWhereAttentionLooksBack) {
  StudioServer server;
  for (const char* model : {"attention_rnn", "lookback_rnn"}) {
    ASSERT_TRUE(server.service().AddGenerator(RandomModel(model), model).ok());
  }
  const nlohmann::json events = EventsOfScore(server, "attention_rnn");
  ASSERT_EQ(events.size(), 15u);
  for (const nlohmann::json& event : events) {
    const auto weights = event["distribution"]["attention"].get<std::vector<double>>();
    ASSERT_EQ(weights.size(), 40u);
    double sum = 0;
    for (const double weight : weights) sum += weight;
    EXPECT_NEAR(sum, 1, 1e-4);
    EXPECT_GE(*std::min_element(weights.begin(), weights.end()), 0);
  }
  for (const nlohmann::json& event : EventsOfScore(server, "lookback_rnn")) {
    EXPECT_TRUE(event["distribution"].contains("hold"));
    EXPECT_FALSE(event["distribution"].contains("attention"));
  }
}

TEST(ScoreRoute, Adapts) {
  StudioServer server;
  ASSERT_TRUE(server.service().AddGenerator(RandomModel("lookback_rnn"), "lookback_rnn").ok());
  const auto score = [&](const std::string& query) {
    return server.Ask("POST", "/v1/generators/lookback_rnn:score" + query,
                      "X:1\nT:T\nM:4/4\nL:1/8\nK:C\nCDEF CDEF|CDEF CDEF|\n",
                      {.content_type = "text/vnd.abc"});
  };
  const auto bits = [&](const std::string& query) {
    return nlohmann::json::parse(score(query).body)["bits"].get<double>();
  };
  EXPECT_LT(bits("?adapt=1"), bits("") - 1);
  EXPECT_EQ(bits("?adapt=0"), bits(""));
  EXPECT_EQ(score("?adapt=yes").status, 400);
}

}  // namespace
}  // namespace magenta
