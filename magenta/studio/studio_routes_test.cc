#include "magenta/studio/studio_routes.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "magenta/base/files.h"
#include "magenta/io/tensor/bundle.h"
#include "magenta/studio/studio_test_util.h"

namespace magenta {
namespace {

using testing::StudioServer;

std::string SmallBundle() {
  GeneratorBundle bundle;
  bundle.mutable_generator_details()->set_id("basic_rnn");
  TemporaryFolder folder;
  const std::string path = *folder.Path() + "/a.mag";
  EXPECT_TRUE(WriteBundle(path, bundle, testing::RandomWeights("basic_rnn").tensors).ok());
  return *ReadFile(path);
}

TEST(StudioRoutes, AFolderThatIsFullIs507) {
  StudioOptions options;
  options.most_bytes = 1000;
  StudioServer server(options);
  const auto made = nlohmann::json::parse(server.Ask("POST", "/v1/collections").body);
  const std::string files = "/v1/collections/" + made["id"].get<std::string>() + "/files";
  EXPECT_EQ(server.Ask("POST", files, std::string(600, 'x')).status, 200);
  const HttpResponse full = server.Ask("POST", files, std::string(600, 'x'));
  EXPECT_EQ(full.status, 507);
  EXPECT_NE(full.body.find("Delete trainings and models"), std::string::npos) << full.body;
  // Models have the same room.
  EXPECT_EQ(server.Ask("POST", "/v1/models?name=mine", SmallBundle()).status, 507);
}

TEST(StudioRoutes, AFolderOfAnotherServerIs503) {
  TemporaryFolder folder;
  StudioOptions options;
  options.studio_dir = *folder.Path();
  StudioServer first(options), second(options);
  EXPECT_EQ(first.Ask("POST", "/v1/collections").status, 200);
  EXPECT_EQ(second.Ask("POST", "/v1/collections").status, 503);
  EXPECT_EQ(second.Ask("GET", "/v1/jobs/0123456789ab/nothing").status, 404);
}

}  // namespace
}  // namespace magenta
