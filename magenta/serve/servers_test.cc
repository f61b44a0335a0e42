// Real gRPC and HTTP over loopback; what hostile clients do is in tests/e2e/server_test.py.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "magenta/base/status.h"
#include "magenta/generate/random_model.h"
#include "magenta/music/melody.h"
#include "magenta/serve/grpc_client.h"
#include "magenta/serve/grpc_server.h"
#include "magenta/serve/http_server.h"

namespace magenta {
namespace {

using ::testing::HasSubstr;
using testing::RandomModel;

GenerateSequenceRequest RequestTo(int num_steps, int seed) {
  GenerateSequenceRequest request;
  *request.mutable_input_sequence() = Melody::FromEvents({60, 62, 64})->ToSequence();
  auto& options = *request.mutable_generator_options();
  auto* section = options.add_generate_sections();
  section->set_start_time(request.input_sequence().total_time());
  section->set_end_time(num_steps * 0.125);
  (*options.mutable_args())["seed"].set_int_value(seed);
  return request;
}

ServeOptions FreePorts() {
  ServeOptions options;
  options.http_port = 0;
  options.grpc_port = 0;
  options.max_steps = 1 << 21;
  return options;
}

/// A server with two models, and a client.
struct Running {
  explicit Running(const ServeOptions& options, const std::string& token = "")
      : service({RandomModel("lookback_rnn"), RandomModel("basic_rnn")}, options) {
    auto started = StartGrpcServer(service);
    EXPECT_TRUE(started.ok()) << started.status();
    server = *std::move(started);
    ClientOptions to;
    to.server = "127.0.0.1:" + std::to_string(server->port());
    to.auth_token = token;
    client = MakeGeneratorClient(to);
  }
  GeneratorService service;
  std::unique_ptr<GrpcServer> server;
  std::unique_ptr<GeneratorClient> client;
};

TEST(GrpcTest, AnswersAsTheGeneratorDoes) {
  Running running(FreePorts());
  const auto list = running.client->List();
  ASSERT_TRUE(list.ok()) << list.status();
  EXPECT_EQ(list->generators(1).id(), "basic_rnn");
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&running, i] {
      GenerateSequenceRequest request = RequestTo(64 + i, i);
      request.set_generator_id(i % 2 == 0 ? "" : "basic_rnn");
      const auto got = running.client->Generate(request);
      ASSERT_TRUE(got.ok()) << got.status();
      const SequenceGenerator alone(RandomModel(i % 2 == 0 ? "lookback_rnn" : "basic_rnn"));
      const auto expected = alone.GenerateMany(request, 1);
      const auto& sequence = expected->outputs[0].sequence;
      EXPECT_EQ(got->response.generated_sequence().SerializeAsString(),
                sequence.SerializeAsString());
      EXPECT_EQ(got->seed, static_cast<uint32_t>(i));
      EXPECT_NEAR(got->log_likelihood, expected->outputs[0].log_likelihood, 1e-3);
      int pieces = 0;
      const auto streamed = running.client->GenerateStream(request, [&pieces](const NoteSequence&) {
        ++pieces;
        return true;
      });
      ASSERT_TRUE(streamed.ok()) << streamed.status();
      EXPECT_EQ(streamed->response.SerializeAsString(), got->response.SerializeAsString());
      EXPECT_GT(pieces, 2);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(GrpcTest, ErrorsComeWithTheirCodesAndRemedies) {
  Running running(FreePorts());
  GenerateSequenceRequest request = RequestTo(32, 1);
  request.set_generator_id("drums");
  auto status = running.client->Generate(request).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(ErrorRemedy(status), HasSubstr("lookback_rnn, basic_rnn"));
  request = RequestTo(32, 1);
  request.mutable_generator_options()->mutable_generate_sections(0)->set_start_time(0.1);
  status =
      running.client->GenerateStream(request, [](const NoteSequence&) { return true; }).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("starts at 0.1 s"));
}

TEST(GrpcTest, AClientThatGoesEndsItsWork) {
  Running running(FreePorts());
  int pieces = 0;
  const auto status = running.client
                          ->GenerateStream(RequestTo((1 << 20) - 1, 1),
                                           [&pieces](const NoteSequence&) { return ++pieces < 3; })
                          .status();
  EXPECT_EQ(status.code(), absl::StatusCode::kCancelled);
  ClientOptions hasty;
  hasty.server = "127.0.0.1:" + std::to_string(running.server->port());
  hasty.max_seconds = 0.1;
  EXPECT_EQ(MakeGeneratorClient(hasty)->Generate(RequestTo((1 << 20) - 1, 1)).status().code(),
            absl::StatusCode::kDeadlineExceeded);
  for (int i = 0; i < 1000 && running.service.metrics().sessions > 0; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_EQ(running.service.metrics().sessions, 0);
}

TEST(GrpcTest, Limits) {
  ServeOptions options = FreePorts();
  options.max_body_bytes = 2000;
  options.max_notes = 10;
  options.max_seconds = 0.05;
  Running running(options);
  GenerateSequenceRequest request = RequestTo(64, 1);
  for (int i = 0; i < 9; ++i) {
    *request.mutable_input_sequence()->add_notes() = request.input_sequence().notes(0);
  }
  EXPECT_THAT(std::string(running.client->Generate(request).status().message()),
              HasSubstr("12 notes"));
  request.mutable_input_sequence()->mutable_notes()->DeleteSubrange(0, 5);
  for (int i = 0; i < 11; ++i) request.mutable_input_sequence()->add_tempos()->set_qpm(100 + i);
  EXPECT_THAT(std::string(running.client->Generate(request).status().message()),
              HasSubstr("changes of tempo"));
  request.mutable_input_sequence()->set_id(std::string(3000, 'x'));
  EXPECT_EQ(running.client->Generate(request).status().code(),
            absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(running.client->Generate(RequestTo((1 << 20) - 1, 1)).status().code(),
            absl::StatusCode::kDeadlineExceeded);
}

TEST(GrpcTest, Tokens) {
  ServeOptions options = FreePorts();
  options.auth_token = "s3cret";
  Running friends(options, "s3cret");
  EXPECT_TRUE(friends.client->List().ok());
  EXPECT_TRUE(friends.client->Generate(RequestTo(16, 1)).ok());
  for (const char* token : {"", "s3crets", "S3cret"}) {
    Running strangers(options, token);
    EXPECT_EQ(strangers.client->List().status().code(), absl::StatusCode::kUnauthenticated);
    EXPECT_EQ(strangers.client->Generate(RequestTo(16, 1)).status().code(),
              absl::StatusCode::kUnauthenticated);
    EXPECT_EQ(
        strangers.client->GenerateStream(RequestTo(16, 1), [](const NoteSequence&) { return true; })
            .status()
            .code(),
        absl::StatusCode::kUnauthenticated);
  }
}

TEST(ServersTest, ATakenPortIsTold) {
  Running running(FreePorts());
  const auto http = StartHttpServer(running.service);
  ASSERT_TRUE(http.ok()) << http.status();
  ServeOptions same = FreePorts();
  same.grpc_port = running.server->port();
  same.http_port = (*http)->port();
  GeneratorService second({RandomModel("basic_rnn")}, same);
  EXPECT_EQ(ExitStatus(StartGrpcServer(second).status()), 5);
  const auto refused = StartHttpServer(second).status();
  EXPECT_EQ(ExitStatus(refused), 5);
  EXPECT_THAT(std::string(refused.message()), HasSubstr(std::to_string((*http)->port())));
  ServeOptions nowhere = FreePorts();
  nowhere.host = "not-an-address";
  GeneratorService third({RandomModel("basic_rnn")}, nowhere);
  EXPECT_EQ(ExitStatus(StartHttpServer(third).status()), 2);
}

TEST(GrpcTest, DrainingLetsWhatRunsEnd) {
  Running running(FreePorts());
  absl::StatusOr<GeneratorReply> answer;
  std::thread client([&] { answer = running.client->Generate(RequestTo(20000, 1)); });
  while (running.service.metrics().sessions == 0) std::this_thread::yield();
  const auto deadline = Clock::now() + std::chrono::minutes(1);
  running.service.BeginDrain();
  running.service.Drain(deadline);
  running.server->Drain(deadline);
  client.join();
  EXPECT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(running.client->List().status().code(), absl::StatusCode::kUnavailable);
}

TEST(ServersTest, NoServerIsTold) {
  ClientOptions options;
  options.server = "127.0.0.1:1";
  const auto status = MakeGeneratorClient(options)->List().status();
  EXPECT_EQ(ExitStatus(status), 5);
  EXPECT_THAT(ErrorLine(status), HasSubstr("127.0.0.1:1"));
  EXPECT_THAT(ErrorLine(status), HasSubstr("magenta serve"));
}

}  // namespace
}  // namespace magenta
