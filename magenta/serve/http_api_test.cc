#include "magenta/serve/http_api.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <nlohmann/json.hpp>

#include "magenta/generate/random_model.h"
#include "magenta/io/midi/midi_file.h"
#include "magenta/music/melody.h"

namespace magenta {
namespace {

using ::testing::HasSubstr;
using testing::RandomModel;

/// Keeps what is said.
class Kept final : public HttpReply {
 public:
  void Send(HttpResponse response) override { said.set_value(std::move(response)); }
  void BeginStream() override { stream = "begin\n"; }
  void Event(const std::string& name, const std::string& data) override {
    stream += name + " " + data + "\n";
  }
  void EndStream() override { said.set_value({}); }

  std::promise<HttpResponse> said;
  std::string stream;
};

class HttpApiTest : public ::testing::Test {
 protected:
  HttpResponse Ask(HttpRequest request) {
    reply_ = std::make_shared<Kept>();
    api_.Handle(std::move(request), reply_, std::make_shared<Ticket>());
    return reply_->said.get_future().get();
  }
  HttpResponse Get(const std::string& target) {
    HttpRequest request;
    request.method = "GET";
    request.target = target;
    return Ask(request);
  }
  HttpResponse Post(const std::string& target, const std::string& type, const std::string& body,
                    const std::string& accept = "*/*") {
    HttpRequest request;
    request.method = "POST";
    request.target = target;
    request.content_type = type;
    request.accept = accept;
    request.body = body;
    return Ask(request);
  }

  GeneratorService service_{
      {RandomModel("lookback_rnn"), RandomModel("basic_rnn"), RandomModel("basic_rnn")}, {}};
  HttpApi api_{service_};
  std::shared_ptr<Kept> reply_;
};

constexpr char kSlides[] = R"(input_sequence {
  ticks_per_beat: 96 tempos { bpm: 120 }
  notes { pitch: 60 velocity: 100 end_time: 0.125 } total_time: 0.125 }
generator_options { generate_sections { start_time_seconds: 0.25 end_time_seconds: 16 } })";
constexpr char kJson[] =
    R"({"inputSequence": {"notes": [{"pitch": 60, "velocity": 100, "endTime": 0.125}]},
        "generatorOptions": {"generateSections": [{"startTime": 0.25, "endTime": 4}],
                             "args": {"seed": {"intValue": 7}}}})";
constexpr char kNoSection[] =
    R"({"inputSequence": {"notes": [{"pitch": 60, "velocity": 100, "endTime": 0.125}]}})";
constexpr char kGenerate[] = "/v1/generators/lookback_rnn:generate";

TEST_F(HttpApiTest, ListsGenerators) {
  const auto json = nlohmann::json::parse(Get("/v1/generators").body)["generators"];
  ASSERT_EQ(json.size(), 3u);
  EXPECT_EQ(json[0]["id"], "lookback_rnn");
  EXPECT_EQ(json[2]["id"], "basic_rnn-2");
  EXPECT_FALSE(json[0]["description"].get<std::string>().empty());
}

TEST_F(HttpApiTest, EveryFormInAndOut) {
  GenerateSequenceRequest request;
  request.mutable_generator_options()->add_generate_sections()->set_end_time(2);
  const std::string binary = request.SerializeAsString();
  const std::string midi = *WriteMidi(Melody::FromEvents({60, 62, 64, 65})->ToSequence());
  const struct {
    const char* type;
    std::string body;
    const char* accept;
    const char* answer;
  } rows[] = {{"application/json", kJson, "*/*", "application/json"},
              {"Application/JSON; charset=utf-8", kJson, "", "application/json"},
              {"text/plain", kSlides, "*/*", "text/plain"},
              {"application/x-protobuf", binary, "", "application/x-protobuf"},
              {"audio/midi", midi, "*/*", "audio/midi"},
              {"audio/midi", midi, "application/json", "application/json"},
              {"application/json", kJson, "text/html, audio/midi;q=0.5", "audio/midi"},
              // curl --data says the first of these, whatever it sends.
              {"application/x-www-form-urlencoded", kSlides, "*/*", "text/plain"},
              {"application/x-www-form-urlencoded", midi, "*/*", "audio/midi"},
              {"", kJson, "*/*", "application/json"}};
  for (const auto& row : rows) {
    const HttpResponse response = Post(kGenerate, row.type, row.body, row.accept);
    EXPECT_EQ(response.status, 200) << row.type << response.body;
    EXPECT_EQ(response.content_type, row.answer) << row.type;
    if (response.content_type == "audio/midi") {
      EXPECT_TRUE(ReadMidi(response.body).ok());
    }
  }
}

TEST_F(HttpApiTest, TheSlidesRequest) {
  const HttpResponse response = Post(kGenerate, "text/plain", kSlides, "application/json");
  ASSERT_EQ(response.status, 200) << response.body;
  const auto notes = nlohmann::json::parse(response.body)["generatedSequence"]["notes"];
  ASSERT_GT(notes.size(), 3u);
  EXPECT_EQ(notes[0]["pitch"], 60);
  EXPECT_EQ(notes[0]["endTime"], 0.125);
  for (size_t i = 1; i < notes.size(); ++i) {
    const double start = notes[i]["startTime"], end = notes[i]["endTime"];
    EXPECT_GE(start, 0.25);
    EXPECT_LE(end, 16);
    EXPECT_EQ(start * 8, std::round(start * 8));
    EXPECT_EQ(end * 8, std::round(end * 8));
  }
}

TEST_F(HttpApiTest, ParametersAreArguments) {
  const std::string target = std::string(kGenerate) + "?seed=11&temperature=0.5";
  const HttpResponse first = Post(target, "text/plain", kSlides);
  EXPECT_EQ(first.body, Post(target, "text/plain", kSlides).body);
  EXPECT_EQ(first.headers.at(0).second, "11");
  const std::string midi = *WriteMidi(Melody::FromEvents({60, 62, 64, 65})->ToSequence());
  const HttpResponse tune =
      Post("/v1/generators/default:generate?steps=32&seed=4294967295", "audio/midi", midi);
  ASSERT_EQ(tune.status, 200) << tune.body;
  EXPECT_EQ(tune.headers.at(0).second, "4294967295");
  EXPECT_LE(ReadMidi(tune.body)->sequence.total_time(), 4.001);
}

/// A quarter at 60, a quarter at 120 beats a minute: eight steps, 1.5 s.
NoteSequence TwoTempos() {
  NoteSequence music;
  for (const auto& [time, qpm] : {std::pair{0.0, 60.0}, {1.0, 120.0}}) {
    auto* tempo = music.add_tempos();
    tempo->set_time(time);
    tempo->set_qpm(qpm);
  }
  for (const auto& [start, end] : {std::pair{0.0, 1.0}, {1.0, 1.5}}) {
    auto* note = music.add_notes();
    note->set_pitch(60 + static_cast<int>(start));
    note->set_velocity(100);
    note->set_start_time(start);
    note->set_end_time(end);
  }
  music.set_total_time(1.5);
  return music;
}

TEST_F(HttpApiTest, StepsCountTheWholeThroughChangesOfTempo) {
  // 4 + 4 steps are there; 16 more, of an eighth of a second, end at 3.5 s.
  GenerateSequenceRequest request;
  *request.mutable_input_sequence() = TwoTempos();
  const std::pair<std::string, std::string> rows[] = {
      {"audio/midi", *WriteMidi(TwoTempos())},
      {"application/x-protobuf", request.SerializeAsString()}};
  double latest = 0;
  for (const auto& [type, body] : rows) {
    for (int seed = 0; seed < 20; ++seed) {
      const HttpResponse response =
          Post(std::string(kGenerate) + "?steps=24&seed=" + std::to_string(seed), type, body,
               "application/x-protobuf");
      ASSERT_EQ(response.status, 200) << response.body;
      GenerateSequenceResponse made;
      ASSERT_TRUE(made.ParseFromString(response.body));
      for (const auto& note : made.generated_sequence().notes()) {
        latest = std::max(latest, note.end_time());
      }
    }
    EXPECT_LE(latest, 3.5 + 1e-9) << type;
    EXPECT_GT(latest, 3.2) << type;
  }
}

TEST_F(HttpApiTest, WhatAMidiFileWasMendedByIsTold) {
  std::string midi = *WriteMidi(Melody::FromEvents({60, 62, 64, 65})->ToSequence());
  midi += '\0';  // after its end
  const HttpResponse response = Post(kGenerate, "audio/midi", midi);
  ASSERT_EQ(response.status, 200) << response.body;
  EXPECT_THAT(response.headers,
              ::testing::Contains(::testing::Pair("magenta-note", HasSubstr("byte"))));
}

TEST_F(HttpApiTest, StreamsPiecesThatMakeTheWhole) {
  Post("/v1/generators/lookback_rnn:stream", "application/json", kJson);
  EXPECT_THAT(reply_->stream, ::testing::StartsWith("begin\npiece {"));
  std::istringstream lines(reply_->stream);
  std::string line, last;
  size_t notes = 0;
  int pieces = 0;
  while (std::getline(lines, line)) {
    last = line;
    if (!line.starts_with("piece ")) continue;
    ++pieces;
    const auto piece = nlohmann::json::parse(line.substr(6))["generatedSequence"];
    notes += piece.contains("notes") ? piece["notes"].size() : 0;
  }
  EXPECT_GT(pieces, 3);
  EXPECT_THAT(last, HasSubstr("done {\"logLikelihood\":"));
  const auto whole = nlohmann::json::parse(Post(kGenerate, "application/json", kJson).body);
  EXPECT_EQ(notes, whole["generatedSequence"]["notes"].size());
}

TEST_F(HttpApiTest, Errors) {
  const struct {
    const char* target;
    const char* type;
    const char* body;
    int status;
    const char* message;
  } rows[] = {
      {"/v1/generators/drums:generate", "text/plain", kSlides, 404, "no generator 'drums'"},
      {kGenerate, "text/plain", "what is this?", 400, "line 1, column"},
      {kGenerate, "application/json", "{", 400, "JSON"},
      {kGenerate, "application/json", "{\"tempo\": 3}", 400, "tempo"},
      {kGenerate, "application/x-protobuf", "\xff\xff\xff", 400, "no GenerateSequenceRequest"},
      {kGenerate, "application/xml", "<a/>", 415, "application/xml is not taken"},
      {kGenerate, "audio/midi", "MThd", 400, "byte"},
      {kGenerate, "application/json", "{}", 400, "no section to generate"},
      {"/v1/generators/basic_rnn:generate?temprature=1", "text/plain", kSlides, 400, "temprature"},
      {"/v1/generators/basic_rnn:generate?seed=x", "text/plain", kSlides, 400, "seed=x"},
      {"/v1/generators/basic_rnn:generate?beam_size=1000", "text/plain", kSlides, 413, "1000 seq"},
      {"/v1/generators/basic_rnn:generate?temperature=1e999", "text/plain", kSlides, 400, "1e999"},
      {"/v1/generators/basic_rnn:generate?seed=9e9", "text/plain", kSlides, 400, "seed"},
      {"/v1/generators/basic_rnn:stream", "application/json", "{}", 400, "no section"},
      {"/v1/generators/basic_rnn:generate?steps=32", "text/plain", kSlides, 400,
       "has sections to generate, and the query has steps"},
      {"/v1/generators/basic_rnn:generate?steps=0", "application/json", kNoSection, 400, "steps=0"},
      {"/v1/generators/basic_rnn:generate?steps=1", "application/json", kNoSection, 400,
       "the input takes 1 step, and steps=1 counts it too"},
      {"/v1/generators/basic_rnn:generate?steps=9", "application/json", "{}", 400,
       "the input holds no note"},
      {"/nowhere", "", "", 404, "nothing at /nowhere"},
      {"/v1/generators/basic_rnn", "", "", 404, "nothing at"},
      {"/metrics", "", "", 405, "takes GET"},
  };
  for (const auto& row : rows) {
    const HttpResponse response = Post(row.target, row.type, row.body);
    EXPECT_EQ(response.status, row.status) << row.target << response.body;
    const auto error = nlohmann::json::parse(response.body)["error"];
    EXPECT_THAT(error["message"].get<std::string>(), HasSubstr(row.message));
    EXPECT_TRUE(error.contains("code"));
  }
  EXPECT_EQ(Get(kGenerate).status, 405);
}

TEST_F(HttpApiTest, HealthAndMetrics) {
  EXPECT_EQ(Get("/healthz").body, "ok\n");
  Post(kGenerate, "text/plain", kSlides);
  Post(kGenerate, "application/json", "{}");
  const std::string metrics = Get("/metrics").body;
  for (const char* line : {"magenta_requests_total{transport=\"http\",code=\"OK\"} 1\n",
                           "magenta_requests_total{transport=\"http\",code=\"INVALID_ARGUMENT\"} 1",
                           "magenta_request_seconds_count 2\n", "magenta_sessions 0\n",
                           "magenta_request_seconds_bucket{le=\"+Inf\"} 2\n"}) {
    EXPECT_THAT(metrics, HasSubstr(line));
  }
  service_.BeginDrain();
  EXPECT_EQ(Get("/healthz").status, 503);
  EXPECT_EQ(Post(kGenerate, "text/plain", kSlides).status, 503);
}

TEST_F(HttpApiTest, TheDescriptionNamesEveryRoute) {
  const auto json = nlohmann::json::parse(Get("/openapi.json").body);
  for (const auto& [path, methods] : json["paths"].items()) {
    std::string target = path;
    if (const size_t at = target.find("{id}"); at != std::string::npos) {
      target.replace(at, 4, "basic_rnn");
    }
    const bool post = methods.contains("post");
    const int status = post ? Post(target, "text/plain", kSlides).status : Get(target).status;
    EXPECT_EQ(status, 200) << path;
  }
  EXPECT_EQ(json["paths"].size(), 6u);
}

TEST(HttpHeadTest, TokensAndHosts) {
  ServeOptions closed;
  closed.auth_token = "s3cret";
  GeneratorService open_service({RandomModel("basic_rnn")}, {});
  GeneratorService closed_service({RandomModel("basic_rnn")}, closed);
  const struct {
    bool token;
    const char *target, *host, *authorization;
    absl::StatusCode code;
    const char* origin = "";
  } rows[] = {
      {false, "/v1/generators", "localhost:8080", "", absl::StatusCode::kOk},
      {false, "/v1/generators", "127.0.0.1", "", absl::StatusCode::kOk},
      {false, "/v1/generators", "[::1]:80", "", absl::StatusCode::kOk},
      {false, "/v1/generators", "", "", absl::StatusCode::kOk},
      {false, "/v1/generators", "evil.example:8080", "", absl::StatusCode::kPermissionDenied},
      {false, "/v1/generators", "127.evil.example", "", absl::StatusCode::kPermissionDenied},
      {false, "/v1/generators", "localhost", "", absl::StatusCode::kOk, "http://localhost:5173"},
      {false, "/v1/generators", "localhost", "", absl::StatusCode::kOk, "https://[::1]"},
      {false, "/v1/generators", "localhost", "", absl::StatusCode::kPermissionDenied,
       "http://evil.example"},
      {false, "/v1/generators", "localhost", "", absl::StatusCode::kPermissionDenied,
       "https://localhost.evil.example:8080"},
      {false, "/v1/generators", "localhost", "", absl::StatusCode::kPermissionDenied, "null"},
      {true, "/v1/generators", "music.example", "Bearer s3cret", absl::StatusCode::kOk,
       "http://page.example"},
      {true, "/v1/generators", "music.example", "Bearer s3cret", absl::StatusCode::kOk},
      {true, "/v1/generators", "music.example", "bearer s3cret", absl::StatusCode::kOk},
      {true, "/healthz", "music.example", "", absl::StatusCode::kOk},
      {true, "/metrics", "localhost", "", absl::StatusCode::kUnauthenticated},
      {true, "/v1/generators", "localhost", "Bearer s3cre", absl::StatusCode::kUnauthenticated},
      {true, "/v1/generators", "localhost", "Bearer s3crets3cret",
       absl::StatusCode::kUnauthenticated},
      {true, "/v1/generators", "localhost", "Basic s3cret", absl::StatusCode::kUnauthenticated},
      {true, "/v1/generators", "localhost", "Bearer ", absl::StatusCode::kUnauthenticated},
  };
  for (const auto& row : rows) {
    HttpRequest request;
    request.target = row.target;
    request.host = row.host;
    request.origin = row.origin;
    request.authorization = row.authorization;
    const HttpApi api(row.token ? closed_service : open_service);
    EXPECT_EQ(api.CheckHead(request).code(), row.code) << row.host << row.authorization;
  }
}

}  // namespace
}  // namespace magenta
