#include "magenta/serve/http_api.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "magenta/generate/generator_details.h"
#include "magenta/generate/random_model.h"
#include "magenta/io/midi/midi_file.h"
#include "magenta/io/music/read_music.h"
#include "magenta/io/musicxml/musicxml_writer.h"
#include "magenta/music/melody.h"
#include "magenta/request/generate_args.h"

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
  HttpResponse Ask(HttpRequest request) { return Ask(api_, std::move(request)); }
  HttpResponse Ask(HttpApi& api, HttpRequest request) {
    reply_ = std::make_shared<Kept>();
    api.Handle(std::move(request), reply_, std::make_shared<Ticket>());
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
    return Ask(PostOf(target, type, body, accept));
  }
  static HttpRequest PostOf(const std::string& target, const std::string& type,
                            const std::string& body, const std::string& accept = "*/*") {
    HttpRequest request;
    request.method = "POST";
    request.target = target;
    request.content_type = type;
    request.accept = accept;
    request.body = body;
    return request;
  }

  GeneratorService service_{
      {RandomModel("lookback_rnn"), RandomModel("basic_rnn"), RandomModel("basic_rnn")}, {}};
  HttpApi api_{service_};
  GeneratorService improv_{{RandomModel("basic_improv")}, {}};
  HttpApi improv_api_{improv_};
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
  EXPECT_EQ(json[2]["kind"], "melody");
  EXPECT_EQ(json[2]["stepsPerQuarter"], 4);
  EXPECT_EQ(json[2]["arguments"][0],
            nlohmann::json::parse(R"({"name": "temperature", "type": "FLOAT", "low": 0,
                                      "high": 1000000, "defaultValue": {"floatValue": 1},
                                      "help": "Above 1 wilder, below 1 tamer, 0 always the most )"
                                  R"(probable event."})"));
}

// The description repeats the table of arguments, and says the same.
TEST_F(HttpApiTest, ParametersAreDescribedAsTheTableSays) {
  const auto all = nlohmann::json::parse(Get("/openapi.json").body)["components"]["parameters"];
  for (const GeneratorArgument& argument : GenerateArguments()) {
    SCOPED_TRACE(argument.name());
    const auto found = all.find(argument.name());
    ASSERT_NE(found, all.end());
    const auto& schema = (*found)["schema"];
    if (argument.type() == GeneratorArgument::INT || argument.type() == GeneratorArgument::FLOAT) {
      EXPECT_EQ(schema.value("minimum", -1.0), argument.has_low() ? argument.low() : -1.0);
      EXPECT_EQ(schema.value("maximum", -1.0), argument.has_high() ? argument.high() : -1.0);
      EXPECT_EQ(schema.value("exclusiveMinimum", false), argument.low_excluded());
    }
    // A model may have a temperature of its own.
    if (argument.name() == "temperature") continue;
    EXPECT_EQ(schema.contains("default"), argument.has_default_value());
  }
}

TEST_F(HttpApiTest, BothWaysToGenerateListEveryParameter) {
  const auto json = nlohmann::json::parse(Get("/openapi.json").body);
  for (const char* way : {"generate", "stream"}) {
    std::set<std::string> listed;
    const auto& path = json["paths"][std::string("/v1/generators/{id}:") + way];
    for (const auto& parameter : path["post"]["parameters"]) {
      const std::string ref = parameter.value("$ref", "");
      if (!ref.empty()) listed.insert(ref.substr(ref.rfind('/') + 1));
    }
    for (const auto& [name, parameter] : json["components"]["parameters"].items()) {
      EXPECT_TRUE(listed.contains(name)) << way << " " << name;
      EXPECT_EQ(parameter["name"], name);
    }
  }
}

constexpr char kMusicXml[] = "application/vnd.recordare.musicxml+xml";
constexpr char kAbc[] = "X:1\nT:Scale\nM:4/4\nL:1/8\nK:C\nCDEF GABc|\n";

/// A form of fields {name, value}, between B.
std::string FormOf(const std::vector<std::pair<std::string, std::string>>& fields) {
  std::string form;
  for (const auto& [name, value] : fields) {
    form += "--B\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
  }
  return form + "--B--\r\n";
}

TEST_F(HttpApiTest, FieldsOfAFormAreParameters) {
  const std::string plain =
      Post("/v1/generators/default:generate?seed=3&top_k=4", "text/vnd.abc", kAbc).body;
  const std::string form = FormOf({{"seed", "3"}, {"file", kAbc}, {"top_k", "4"}});
  EXPECT_EQ(Post("/v1/generators/default:generate", "multipart/form-data; boundary=B", form).body,
            plain);
  const std::string half = FormOf({{"file", kAbc}, {"top_k", "4"}});
  EXPECT_EQ(
      Post("/v1/generators/default:generate?seed=3", "multipart/form-data; boundary=B", half).body,
      plain);
}

/// The end of the last note of what `body` is made to by `query`, and what was said of it.
std::pair<double, std::string> EndOf(const HttpResponse& response) {
  const auto made = ReadMidi(response.body);
  EXPECT_TRUE(made.ok()) << response.body;
  std::string notes;
  for (const auto& [name, value] : response.headers) {
    if (name == "magenta-note") notes += value + "|";
  }
  return {made.ok() ? made->sequence.total_time() : 0, notes};
}

TEST_F(HttpApiTest, BarsAndNewStepsCountWhatIsNew) {
  // A bar of 2 s at 120.
  const auto end = [&](const std::string& query) {
    return EndOf(Post("/v1/generators/default:generate?seed=5" + query, "text/vnd.abc", kAbc,
                      "audio/midi"))
        .first;
  };
  const struct {
    const char* query;
    double end;
  } rows[] = {
      {"", 18},        {"&bars=1", 4}, {"&bars=3", 8}, {"&new_steps=8", 3}, {"&num_steps=24", 3},
      {"&steps=24", 3}};
  for (const auto& row : rows) {
    EXPECT_LE(end(row.query), row.end + 1e-6) << row.query;
    EXPECT_GT(end(row.query), row.end - 1) << row.query;
  }
}

TEST_F(HttpApiTest, WithoutAPrimerItIsMiddleCAndIsSaid) {
  const char* kSaid = "no primer is given: starting from middle C|";
  const struct {
    const char *type, *body, *query;
  } rows[] = {
      {"", "", "&bars=1"},
      {"application/json", "{}", "&bars=1"},
      {"application/json", R"({"generatorOptions": {"args": {"bars": {"intValue": 1}}}})", ""},
      {"text/plain", "generator_options { generate_sections { end_time: 2 } }", ""}};
  for (const auto& row : rows) {
    const HttpResponse response =
        Post(std::string("/v1/generators/default:generate?seed=5") + row.query, row.type, row.body,
             "audio/midi");
    ASSERT_EQ(response.status, 200) << response.body;
    EXPECT_EQ(EndOf(response).second, kSaid) << row.body;
    EXPECT_EQ(ReadMidi(response.body)->sequence.notes(0).pitch(), 60);
  }
  // Explicitly empty, it is silence.
  const HttpResponse silent = Post("/v1/generators/default:generate?bars=1", "application/json",
                                   R"({"inputSequence": {}})", "audio/midi");
  EXPECT_THAT(EndOf(silent).second, HasSubstr("taken as silence"));
}

/// What a server that renders by `sound` says to a tune.
HttpResponse Sounded(ServeOptions options, RenderFunction sound, bool cancel = false,
                     const char* accept = "audio/wav") {
  options.render = std::move(sound);
  GeneratorService service({RandomModel("basic_rnn")}, options);
  HttpApi api(service);
  const auto reply = std::make_shared<Kept>();
  const auto ticket = std::make_shared<Ticket>();
  HttpRequest request;
  request.method = "POST";
  request.target = "/v1/generators/default:generate?bars=1&seed=3";
  request.accept = accept;
  request.body = kAbc;
  auto said = reply->said.get_future();
  api.Handle(std::move(request), reply, ticket);
  if (cancel) {
    while (service.metrics().held_bytes == 0) std::this_thread::yield();
    ticket->Cancel();
  }
  HttpResponse response = said.get();
  ticket->Free();
  EXPECT_EQ(service.metrics().held_bytes, 0);
  return response;
}

TEST_F(HttpApiTest, AnswersSound) {
  const auto notes = [](const NoteSequence& music, RenderFormat, const std::function<bool()>&) {
    return absl::StatusOr<std::string>(std::to_string(music.notes_size()));
  };
  const auto for_ever = [](const NoteSequence&, RenderFormat, const std::function<bool()>& stop) {
    while (!stop()) std::this_thread::yield();
    return absl::StatusOr<std::string>(absl::UnknownError("stopped"));
  };
  const HttpResponse response = Sounded({}, notes);
  EXPECT_EQ(response.status, 200) << response.body;
  EXPECT_EQ(response.content_type, "audio/wav");
  EXPECT_GT(std::stoi(response.body), 8);
  EXPECT_EQ(response.headers.at(0), std::pair(std::string("magenta-seed"), std::string("3")));
  EXPECT_EQ(Sounded({}, nullptr).status, 501);
  const auto format = [](const NoteSequence&, RenderFormat format, const std::function<bool()>&) {
    return absl::StatusOr<std::string>(format == RenderFormat::kSvg ? "svg" : "png");
  };
  const std::pair<const char*, const char*> pictures[] = {
      {"image/svg+xml", "svg"}, {"image/png", "png"}, {"image/*", "svg"}};
  for (const auto& [accept, drawn] : pictures) {
    EXPECT_EQ(Sounded({}, format, false, accept).body, drawn) << accept;
    EXPECT_EQ(Sounded({}, nullptr, false, accept).status, 501) << accept;
  }
  ServeOptions hasty;
  hasty.max_seconds = 0.2;
  EXPECT_EQ(Sounded(hasty, for_ever).status, 504);
  ServeOptions small;
  small.max_held_bytes = 1 << 20;
  EXPECT_EQ(Sounded(small, notes).status, 413);
  EXPECT_EQ(Sounded({}, for_ever, /*cancel=*/true).status, 499);
}

TEST_F(HttpApiTest, EveryParameterThatIsDescribedIsTaken) {
  const auto all = nlohmann::json::parse(Get("/openapi.json").body)["components"]["parameters"];
  EXPECT_EQ(all.size(), GenerateArguments().size() + 2);  // id and tune
  std::vector<std::pair<GeneratorDetails, std::unique_ptr<GeneratorService>>> services;
  for (const char* config : {"lookback_rnn", "chord_pitches_improv", "score", "polyphony",
                             "optional_multiconditioned_performance_with_dynamics"}) {
    services.emplace_back(
        DetailsOf(**FindModel(config)),
        std::make_unique<GeneratorService>(std::vector{RandomModel(config)}, ServeOptions()));
  }
  const std::map<std::string, std::string> values = {
      {"accompaniment", "drop"},
      {"num_steps", "99"},
      {"backing_chords", "C+F%23m"},
      {"chords_from", "start"},
      {"key", "F%23m"},
      {"scale", "dorian"},
      {"max_pitch", "60"},
      {"add", "bass"},
      {"keep", "rhythm&fill=1"},
      {"density", "busy"},
      {"parallels", "avoid"},
      {"pitch_class_histogram", "[2,0,1,0,1,1,0,2,0,1,0,1]"}};
  for (const auto& [name, parameter] : all.items()) {
    if (name == "id") continue;
    const auto said = values.find(name);
    const std::string value = said == values.end() ? "1" : said->second;
    const bool needs_chords = name == "steps_per_chord" || name == "chords_from";
    const std::string query = name + "=" + value + (needs_chords ? "&backing_chords=C+F" : "");
    const auto taker = std::find_if(services.begin(), services.end(), [&](const auto& service) {
      return TakesArgument(service.first, name);
    });
    HttpApi api(taker == services.end() ? *services[0].second : *taker->second);
    const HttpResponse response =
        Ask(api, PostOf("/v1/generators/default:generate?" + query, "text/vnd.abc", kAbc));
    EXPECT_EQ(response.status, 200) << name << response.body;
  }
}

TEST_F(HttpApiTest, BackingChordsOfAQueryStandInTheAnswer) {
  const auto chords = [&](const std::string& query) {
    const HttpResponse response =
        Ask(improv_api_, PostOf("/v1/generators/default:generate?seed=1&" + query, "text/vnd.abc",
                                kAbc, "application/json"));
    const auto json = nlohmann::json::parse(response.body);
    std::string dump;
    if (response.status != 200) return json["error"]["message"].get<std::string>();
    for (const auto& text : json["generatedSequence"]["textAnnotations"]) {
      dump += text["text"].get<std::string>() + "@" + text.value("time", nlohmann::json(0)).dump();
      dump += " ";
    }
    return dump;
  };
  // After a bar, once through; symbols of any writing.
  EXPECT_EQ(chords("backing_chords=C+F%E2%99%AFm"), "C@2 F#m@4 ");
  EXPECT_EQ(chords("backing_chords=C,G&steps_per_chord=8&bars=2&chords_from=start"),
            "C@0 G@1 C@2 G@3 C@4 G@5 ");
  EXPECT_THAT(chords("backing_chords=%7C"), HasSubstr("'backing_chords' takes a string_value"));
  EXPECT_THAT(chords("steps_per_chord=8"), HasSubstr("are of backing_chords, and there are none"));
}

TEST_F(HttpApiTest, ATuneOfABookIsChosen) {
  const std::string book =
      std::string(kAbc) + "\nX:7\nT:Down the Hill\nM:4/4\nL:1/8\nK:C\ncBAG FEDC|\n";
  const auto first_pitch = [&](const std::string& query) {
    const HttpResponse response =
        Post("/v1/generators/default:generate" + query, "text/vnd.abc", book, "audio/midi");
    if (response.status != 200) return response.body;
    return std::to_string(ReadMidi(response.body)->sequence.notes(0).pitch());
  };
  EXPECT_EQ(first_pitch("?tune=1"), "60");
  EXPECT_EQ(first_pitch("?tune=7"), "72");
  EXPECT_THAT(first_pitch(""), HasSubstr("the file holds 2 pieces"));
  EXPECT_THAT(first_pitch(""), HasSubstr("tune=NUMBER, or primer_part=NUMBER or TITLE"));
  EXPECT_THAT(first_pitch("?tune=2"), HasSubstr("no piece tune=2"));
  for (const char* choice : {"7", "X:7", "down+the+hill", "Hill", "7/1", "Hill/1"}) {
    EXPECT_EQ(first_pitch(std::string("?primer_part=") + choice), "72") << choice;
  }
  EXPECT_EQ(first_pitch("?primer_part=1"), "60");
  EXPECT_EQ(first_pitch("?tune=7&primer_part=1"), "72");
  EXPECT_THAT(first_pitch("?tune=1&primer_part=7"), HasSubstr("primer_part: there is no part 7"));
  EXPECT_THAT(first_pitch("?primer_part=7/2"), HasSubstr("primer_part: there is no part 2"));
  EXPECT_THAT(first_pitch("?primer_part=%ff"), HasSubstr("no piece primer_part="));
  for (const char* query : {"", "?tune=2", "?primer_part=2"}) {
    EXPECT_THAT(first_pitch(query), HasSubstr("There are: 1")) << query;
    EXPECT_THAT(first_pitch(query), HasSubstr("7 (Down the Hill)")) << query;
  }
}

TEST_F(HttpApiTest, OfSeveralProgramsTheOneThatIsTakenIsSaid) {
  const auto post = [&](const std::string& program) {
    return Post("/v1/generators/default:generate?bars=1&program=" + program, "text/vnd.abc", kAbc);
  };
  EXPECT_THAT(post("flut").body, HasSubstr("Did you mean flute?"));
  const auto said = [&](const std::string& program) {
    std::string notes;
    for (const auto& [name, value] : post(program).headers) {
      if (name == "magenta-note") notes += value;
    }
    return notes;
  };
  EXPECT_THAT(said("sax"), HasSubstr("sax is program 65, alto sax; there are also soprano sax"));
  EXPECT_EQ(said("flute").find("program"), std::string::npos);
}

TEST_F(HttpApiTest, LimitsOfAPieceHoldForFiles) {
  ServeOptions options;
  options.max_notes = 3;
  GeneratorService service({RandomModel("basic_rnn")}, options);
  HttpApi api(service);
  for (const std::string& body :
       {std::string(kAbc), *WriteMidi(Melody::FromEvents({60, 62, 64, 65})->ToSequence())}) {
    reply_ = std::make_shared<Kept>();
    HttpRequest request;
    request.method = "POST";
    request.target = "/v1/generators/default:generate";
    request.body = body;
    api.Handle(std::move(request), reply_, std::make_shared<Ticket>());
    const HttpResponse response = reply_->said.get_future().get();
    EXPECT_EQ(response.status, 413) << response.body;
    EXPECT_THAT(response.body, HasSubstr("notes"));
    EXPECT_THAT(response.body, HasSubstr("the limit for a piece is 3"));
    EXPECT_THAT(response.body, HasSubstr("RESOURCE_EXHAUSTED"));
  }
}

/// Latin text as UTF-16 that has no byte order mark.
std::string Utf16(const std::string& text, bool big) {
  std::string bytes;
  for (const char c : text) bytes += big ? std::string({'\0', c}) : std::string({c, '\0'});
  return bytes;
}

TEST_F(HttpApiTest, EveryFormInAndOut) {
  GenerateSequenceRequest request;
  request.mutable_generator_options()->add_generate_sections()->set_end_time(2);
  const std::string binary = request.SerializeAsString();
  const NoteSequence tune = Melody::FromEvents({60, 62, 64, 65})->ToSequence();
  const std::string midi = *WriteMidi(tune), score = *WriteMusicXml(tune);
  const struct {
    const char* type;
    std::string body;
    const char* accept;
    const char* answer;
  } rows[] = {
      {"application/json", kJson, "*/*", "application/json"},
      {"Application/JSON; charset=utf-8", kJson, "", "application/json"},
      {"text/plain", kSlides, "*/*", "text/plain"},
      {"application/x-protobuf", binary, "", "application/x-protobuf"},
      {"audio/midi", midi, "*/*", "audio/midi"},
      {"audio/midi", midi, "application/json", "application/json"},
      {"application/json", kJson, "text/html, audio/midi;q=0.5", "audio/midi"},
      // The highest q, the more exact, the first; of a range the request's own form, then MIDI.
      {"application/json", kJson, "text/plain;q=0.2, audio/midi;q=0.9", "audio/midi"},
      {"application/json", kJson, "text/plain ; q=0.5, audio/midi;q=0.1;x=1", "text/plain"},
      {"application/json", kJson, "audio/midi;q=0.5, */*", "application/json"},
      {"application/json", kJson, "*/*, text/plain", "text/plain"},
      {"application/json", kJson, "text/vnd.abc, text/plain", "text/vnd.abc"},
      {"application/json", kJson, "audio/*", "audio/midi"},
      {"application/json", kJson, "audio/*;q=0.1", "audio/midi"},
      {"application/json", kJson, "application/json;q=0, */*;q=0.1", "application/x-protobuf"},
      {"text/plain", kSlides, "application/*, text/*", "application/json"},
      {"text/plain", kSlides, "text/plain;q=0, text/*", "text/vnd.abc"},
      {"text/plain", kSlides, "audio/midi;q=two, application/json;q=0.1", "application/json"},
      {"text/plain", kSlides, "image/gif", "text/plain"},
      {"text/plain", kSlides, ",;q=,, ;", "text/plain"},
      // curl --data says the first of these, whatever it sends.
      {"application/x-www-form-urlencoded", kSlides, "*/*", "text/plain"},
      {"application/x-www-form-urlencoded", midi, "*/*", "audio/midi"},
      {"application/octet-stream", binary, "*/*", "application/x-protobuf"},
      // Music is told by its bytes.
      {"application/octet-stream", midi, "*/*", "audio/midi"},
      {"application/octet-stream", score, "*/*", kMusicXml},
      {"application/octet-stream", kAbc, "*/*", "text/vnd.abc"},
      {"application/x-www-form-urlencoded", score, "*/*", kMusicXml},
      {kMusicXml, score, "*/*", kMusicXml},
      {"application/octet-stream", Utf16(kAbc, true), "*/*", "text/vnd.abc"},
      {"application/octet-stream", Utf16(kAbc, false), "*/*", "text/vnd.abc"},
      {"application/octet-stream", Utf16(score, true), "*/*", kMusicXml},
      {"application/xml", score, "", kMusicXml},
      {"text/xml; charset=utf-8", score, "audio/midi", "audio/midi"},
      {"text/vnd.abc", kAbc, "", "text/vnd.abc"},
      {"text/plain", kAbc, "", "text/vnd.abc"},
      {"audio/midi", kAbc, "application/json", "application/json"},
      {"text/plain", kSlides, "text/vnd.abc", "text/vnd.abc"},
      {"text/plain", kSlides, kMusicXml, kMusicXml},
      {"multipart/form-data; boundary=B",
       FormOf({{"file\"; filename=\"t.mid", midi}, {"seed", "3"}}), "", "audio/midi"},
      {"multipart/form-data; boundary=B", FormOf({{"file", kAbc}}), "*/*", "text/vnd.abc"},
      {"multipart/form-data; boundary=B", FormOf({{"request", kJson}}), "audio/midi", "audio/midi"},
      {"", kJson, "*/*", "application/json"}};
  for (const auto& row : rows) {
    const HttpResponse response = Post(kGenerate, row.type, row.body, row.accept);
    EXPECT_EQ(response.status, 200) << row.type << response.body;
    EXPECT_EQ(response.content_type, row.answer) << row.type << " " << row.accept;
    if (response.content_type.starts_with("application/vnd") ||
        response.content_type == "audio/midi" || response.content_type == "text/vnd.abc") {
      const auto music = ReadMusicBytes(response.body);
      ASSERT_TRUE(music.ok() && FirstFailure(*music).ok()) << row.type << response.body;
      EXPECT_EQ(music->pieces[0].sequence.notes(0).pitch(), 60);
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
      {kGenerate, "text/plain", "what is this?", 400,
       "this is no music and no message in text: line 1, column"},
      {kGenerate, "application/json", "{", 400, "JSON"},
      {kGenerate, "application/json", "{\"tempo\": 3}", 400, "tempo"},
      {kGenerate, "application/x-protobuf", "\xff\xff\xff", 400, "no GenerateSequenceRequest"},
      {kGenerate, "application/pdf", "%PDF", 415, "application/pdf is not taken"},
      {kGenerate, "application/octet-stream", "\x89PNG\r\n\x1a\n", 400, "no music and no message"},
      {kGenerate, "audio/wav", "RIFF", 415, "audio/wav is not taken"},
      {kGenerate, "application/xml", "<a/>", 400, "<score-partwise>"},
      {kGenerate, "text/vnd.abc", "", 400, ""},
      {kGenerate, "application/json", "{\"inputSequence\": {\"notes\": [{\"pich\": 60}]}}", 400,
       "(input_sequence.notes[0]) pich"},
      {kGenerate, "application/json", "{\"inputSequence\": {\"notes\": [{\"pitch\": \"C\"}]}}", 400,
       "input_sequence.notes[0].pitch"},
      {kGenerate, "multipart/form-data; boundary=B", "--B", 400, "byte 3 of the form"},
      {kGenerate, "multipart/form-data; boundary=B", "--B--", 400, "the form has no file"},
      {kGenerate, "multipart/form-data; boundary=B",
       "--B\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n\r\n--B--\r\n", 400,
       "is empty"},
      {"/v1/generators/basic_rnn:generate?tune=1", "text/plain", kSlides, 400, "this is no file"},
      {kGenerate, "audio/midi", "MThd", 400, "byte"},
      {kGenerate, "application/json", "{}", 400, "no section to generate"},
      {"/v1/generators/basic_rnn:generate?temprature=1", "text/plain", kSlides, 400, "temprature"},
      {"/v1/generators/basic_rnn:generate?seed=x", "text/plain", kSlides, 400, "'seed' takes"},
      {"/v1/generators/basic_rnn:generate?beam_size=1000", "text/plain", kSlides, 413, "1000 seq"},
      {"/v1/generators/basic_rnn:generate?program=flut", "text/plain", kSlides, 400,
       "argument 'program': no program is called flut"},
      {"/v1/generators/basic_rnn:generate?program=drums", "text/plain", kSlides, 400,
       "channel 10 is for drums"},
      {"/v1/generators/basic_rnn:generate?program=", "text/plain", kSlides, 400,
       "no program is called ''"},
      {"/v1/generators/basic_rnn:generate?temperature=1e999", "text/plain", kSlides, 400,
       "'temperature' takes"},
      {"/v1/generators/basic_rnn:generate?seed=9e9", "text/plain", kSlides, 400, "seed"},
      {"/v1/generators/basic_rnn:stream", "application/json", "{}", 400, "no section"},
      {"/v1/generators/basic_rnn:generate?steps=32", "text/plain", kSlides, 400,
       "has sections to generate, and an argument"},
      {"/v1/generators/basic_rnn:generate?steps=0", "application/json", kNoSection, 400,
       "'num_steps' takes"},
      {"/v1/generators/basic_rnn:generate?steps=1", "application/json", kNoSection, 400,
       "the input takes 1 step, and num_steps=1 counts it too"},
      {"/v1/generators/basic_rnn:generate?steps=9&num_steps=9", "application/json", kNoSection, 400,
       "steps is num_steps"},
      {"/v1/generators/basic_rnn:generate?bars=1", "audio/midi",
       "MThd\0\0\0\6\0\0\0\1\0\xdcMTrk\0\0\0\4\0\xff\x2f\0", 400, "byte"},
      {"/v1/generators/basic_rnn:generate?bars=1", "text/vnd.abc", "X:1\nK:C\nz4|\n", 400,
       "line 3: the tune has no notes"},
      {"/nowhere", "", "", 404, "nothing at /nowhere"},
      {"/v1/generators/basic_rnn", "", "", 404, "nothing at"},
      {"/metrics", "", "", 405, "takes GET"},
  };
  for (const auto& row : rows) {
    const HttpResponse response = Post(row.target, row.type, row.body);
    EXPECT_EQ(response.status, row.status) << row.target << response.body;
    const auto error = nlohmann::json::parse(response.body)["error"];
    EXPECT_THAT(error["message"].get<std::string>(), HasSubstr(row.message));
    EXPECT_EQ(error["code"] == "INVALID_ARGUMENT", row.status == 400 || row.status == 415);
    // A request has no flags.
    EXPECT_THAT(response.body, ::testing::Not(HasSubstr("--")));
  }
  EXPECT_EQ(Get(kGenerate).status, 405);
}

TEST_F(HttpApiTest, WhatIsNoMusicIsToldWhatIsRead) {
  for (const char* type : {"", "text/plain", "application/octet-stream"}) {
    for (const char* body : {"Dear diary,\ntoday", "\xff\xff\xff", "\x89PNG\r\n\x1a\n"}) {
      const HttpResponse response = Post(kGenerate, type, body);
      EXPECT_EQ(response.status, 400);
      EXPECT_EQ(nlohmann::json::parse(response.body)["error"]["remedy"],
                "Send MIDI, MusicXML, ABC or a GenerateSequenceRequest")
          << type << response.body;
    }
  }
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

/// /page for everybody, /kept with the token.
class TwoRoutes : public HttpRoutes {
 public:
  bool IsOpen(const std::string& target) const override { return target == "/page"; }
  bool Handle(HttpRequest& request, const std::shared_ptr<HttpReply>& reply,
              const std::shared_ptr<Ticket>& /*ticket*/) override {
    if (request.target != "/page" && request.target != "/kept") return false;
    HttpResponse response;
    response.body = request.method + " " + request.target;
    reply->Send(std::move(response));
    return true;
  }
};

TEST_F(HttpApiTest, MoreRoutesAnswerWhatIsNoneOfItsOwn) {
  ServeOptions options;
  options.auth_token = "secret";
  GeneratorService service({RandomModel("basic_rnn")}, options);
  TwoRoutes routes;
  HttpApi api(service, &routes);
  const auto asked = [&](const char* method, const char* target) {
    HttpRequest request;
    request.method = method;
    request.target = target;
    const absl::Status status = api.CheckHead(request);
    return status.ok() ? Ask(api, request).body : std::string(status.message());
  };
  EXPECT_EQ(asked("GET", "/page"), "GET /page");
  EXPECT_THAT(asked("POST", "/page"), HasSubstr("token"));
  EXPECT_THAT(asked("GET", "/kept"), HasSubstr("token"));
  EXPECT_THAT(asked("GET", "/v1/generators"), HasSubstr("token"));
  HttpRequest request;
  request.method = "POST";
  request.target = "/kept";
  EXPECT_EQ(Ask(api, request).body, "POST /kept");
  request.target = "/none";
  EXPECT_EQ(Ask(api, request).status, 404);
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

TEST(HttpTargetTest, NamesAndValuesOfAQuery) {
  const struct {
    const char* target;
    const char* value;  // of "a b"
  } rows[] = {
      {"/x?a%20b=1", "1"},
      {"/x?a+b=pan+flute", "pan flute"},
      {"/x?a%20b=C%2B%2B", "C++"},
      {"/x?c=2&a+b=%zz%", "%zz%"},
      {"/x?a+b", ""},
      {"/x?a+b=1=2", "1=2"},
  };
  for (const auto& row : rows) {
    const HttpTarget target(row.target);
    ASSERT_TRUE(target.query.contains("a b")) << row.target;
    EXPECT_EQ(target.query.at("a b"), row.value) << row.target;
  }
  EXPECT_EQ(HttpTarget("/a+b").path, "/a+b");
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
    const char* fetch_site = "";
  } rows[] = {
      {false, "/v1/generators", "localhost:8080", "", absl::StatusCode::kOk},
      {false, "/v1/generators", "127.0.0.1", "", absl::StatusCode::kOk},
      {false, "/v1/generators", "[::1]:80", "", absl::StatusCode::kOk},
      {false, "/v1/generators", "", "", absl::StatusCode::kOk},
      {false, "/v1/generators", "evil.example:8080", "", absl::StatusCode::kPermissionDenied},
      {false, "/v1/generators", "127.evil.example", "", absl::StatusCode::kPermissionDenied},
      // A page of the server's own, whatever is in front of it.
      {false, "/v1/generators", "localhost:8080", "", absl::StatusCode::kOk,
       "http://localhost:8080"},
      {false, "/v1/generators", "localhost:8080", "", absl::StatusCode::kOk,
       "https://LocalHost:8080"},
      {false, "/v1/generators", "localhost", "", absl::StatusCode::kOk, "http://localhost:80"},
      {false, "/v1/generators", "localhost:443", "", absl::StatusCode::kOk, "https://localhost"},
      {false, "/v1/generators", "[::1]", "", absl::StatusCode::kOk, "http://[::1]:80"},
      // One of another program of this machine.
      {false, "/v1/generators", "localhost:8080", "", absl::StatusCode::kPermissionDenied,
       "http://localhost:5173"},
      {false, "/v1/generators", "localhost", "", absl::StatusCode::kPermissionDenied,
       "http://localhost:443"},
      {false, "/v1/generators", "localhost:8080", "", absl::StatusCode::kPermissionDenied,
       "http://127.0.0.1:8080"},
      {false, "/v1/generators", "localhost", "", absl::StatusCode::kPermissionDenied,
       "https://[::1]"},
      {false, "/v1/generators", "localhost:80", "", absl::StatusCode::kPermissionDenied,
       "file://localhost:80"},
      {false, "/v1/generators", "", "", absl::StatusCode::kPermissionDenied, "http://localhost"},
      {false, "/v1/generators", "localhost", "", absl::StatusCode::kPermissionDenied,
       "http://evil.example"},
      {false, "/v1/generators", "localhost", "", absl::StatusCode::kPermissionDenied,
       "https://localhost.evil.example:8080"},
      {false, "/v1/generators", "localhost", "", absl::StatusCode::kPermissionDenied, "null"},
      {false, "/v1/generators", "localhost", "", absl::StatusCode::kOk, "", "same-origin"},
      {false, "/v1/generators", "localhost", "", absl::StatusCode::kOk, "", "none"},
      {false, "/v1/generators", "localhost", "", absl::StatusCode::kPermissionDenied, "",
       "same-site"},
      {false, "/v1/generators", "localhost", "", absl::StatusCode::kPermissionDenied, "",
       "cross-site"},
      {false, "/healthz", "localhost", "", absl::StatusCode::kOk, "", "cross-site"},
      {true, "/v1/generators", "music.example", "Bearer s3cret", absl::StatusCode::kOk,
       "http://page.example", "cross-site"},
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
    request.method = "GET";
    request.target = row.target;
    request.host = row.host;
    request.origin = row.origin;
    request.fetch_site = row.fetch_site;
    request.authorization = row.authorization;
    const HttpApi api(row.token ? closed_service : open_service);
    EXPECT_EQ(api.CheckHead(request).code(), row.code)
        << row.host << row.authorization << row.origin << row.fetch_site;
  }
}

/// The data of the events `name` of a stream.
std::vector<nlohmann::json> EventsNamed(const std::string& name, const std::string& stream) {
  std::vector<nlohmann::json> events;
  for (size_t at = 0; (at = stream.find("\n" + name + " ", at)) != std::string::npos;) {
    at += name.size() + 2;
    events.push_back(nlohmann::json::parse(stream.substr(at, stream.find('\n', at) - at)));
    --at;
  }
  return events;
}

TEST_F(HttpApiTest, AStreamTellsWhatWasExpectedWhereThatIsAskedFor) {
  const std::string target = "/v1/generators/lookback_rnn:stream?seed=5&bars=2";
  Post(target, "text/vnd.abc", kAbc);
  const std::string plain = reply_->stream;
  EXPECT_EQ(plain.find("\ndistribution "), std::string::npos);
  Post(target + "&distributions=1", "text/vnd.abc", kAbc);
  const std::string stream = reply_->stream;
  EXPECT_EQ(EventsNamed("piece", stream), EventsNamed("piece", plain));
  const auto told = EventsNamed("distribution", stream);
  ASSERT_EQ(told.size(), 32u);
  for (size_t i = 0; i < told.size(); ++i) {
    EXPECT_NEAR(told[i]["time"].get<double>(), 2 + static_cast<double>(i) / 8, 1e-9);
    EXPECT_EQ(told[i]["step"], 16 + i);
    double sum = told[i]["hold"].get<double>() + told[i]["rest"].get<double>();
    for (const auto& [pitch, probability] : told[i]["pitches"].items()) {
      sum += probability.get<double>();
    }
    EXPECT_NEAR(sum, 1, 1e-4);
    EXPECT_FALSE(told[i].contains("attention"));
  }
  // Beside the notes, not after them.
  EXPECT_LT(stream.find("\npiece "), stream.rfind("\ndistribution "));
  // A form says it, too; nothing else has it, and it is 0 or 1.
  const std::string form = FormOf({{"file", kAbc}, {"distributions", "1"}});
  Post(target, "multipart/form-data; boundary=B", form);
  EXPECT_EQ(EventsNamed("distribution", reply_->stream).size(), 32u);
  EXPECT_THAT(Post("/v1/generators/default:generate?distributions=1", "text/vnd.abc", kAbc).body,
              HasSubstr("are events of :stream"));
  EXPECT_THAT(Post(target + "&distributions=yes", "text/vnd.abc", kAbc).body,
              HasSubstr("Give 0 or 1"));
}

TEST_F(HttpApiTest, AStreamTellsWhereAttentionLooksBack) {
  GeneratorService service{{RandomModel("attention_rnn")}, {}};
  HttpApi api(service);
  Ask(api,
      PostOf("/v1/generators/default:stream?seed=5&bars=1&distributions=1", "text/vnd.abc", kAbc));
  const auto told = EventsNamed("distribution", reply_->stream);
  ASSERT_EQ(told.size(), 16u);
  for (const auto& step : told) {
    double sum = 0;
    for (const auto& weight : step["attention"]) sum += weight.get<double>();
    EXPECT_NEAR(sum, 1, 1e-4);
    EXPECT_EQ(step["attention"].size(), 40u);
  }
  // Event 16 is expected, 15 is read, 0 to 14 are remembered; the zeros behind them are alike.
  EXPECT_EQ(told[0]["attention"][15], told[0]["attention"][39]);
  EXPECT_NE(told[0]["attention"][14], told[0]["attention"][39]);
}

TEST_F(HttpApiTest, GeneratorsComeAndGo) {
  const auto ids = [&] {
    std::string list;
    const auto all = nlohmann::json::parse(Get("/v1/generators").body);
    for (const auto& one : all["generators"]) {
      list += one["id"].get<std::string>() + " ";
    }
    return list;
  };
  const auto mine = RandomModel("mono_rnn");
  ASSERT_TRUE(service_.AddGenerator(mine, "mine").ok());
  EXPECT_EQ(ids(), "lookback_rnn basic_rnn basic_rnn-2 mine ");
  EXPECT_TRUE(absl::IsAlreadyExists(service_.AddGenerator(mine, "mine")));
  EXPECT_EQ(Post("/v1/generators/mine:generate?bars=1", "text/vnd.abc", kAbc).status, 200);
  for (const char* id : {"lookback_rnn", "mine", "basic_rnn"}) {
    EXPECT_TRUE(service_.RemoveGenerator(id).ok()) << id;
  }
  EXPECT_TRUE(absl::IsNotFound(service_.RemoveGenerator("mine")));
  EXPECT_EQ(ids(), "basic_rnn-2 ");
  const HttpResponse gone = Post("/v1/generators/mine:generate?bars=1", "text/vnd.abc", kAbc);
  EXPECT_EQ(gone.status, 404);
  EXPECT_THAT(gone.body, HasSubstr("The generators are basic_rnn-2"));
  EXPECT_EQ(Post("/v1/generators/default:generate?bars=1", "text/vnd.abc", kAbc).status, 200);
  EXPECT_TRUE(absl::IsFailedPrecondition(service_.RemoveGenerator("basic_rnn-2")));
}

// A model may go, and another one stand where it stood in memory.
TEST_F(HttpApiTest, ModelsThatGoLeaveNothingBehind) {
  const std::string target = "/v1/generators/passing:generate?seed=2&bars=1";
  for (const char* id : {"basic_rnn", "mono_rnn", "attention_rnn", "lookback_rnn", "basic_rnn"}) {
    auto model = RandomModel(id);
    ASSERT_TRUE(service_.AddGenerator(std::move(model), "passing").ok());
    const std::string first = Post(target, "text/vnd.abc", kAbc).body;
    ASSERT_TRUE(service_.RemoveGenerator("passing").ok());
    ASSERT_TRUE(service_.AddGenerator(RandomModel(id), "passing").ok());
    EXPECT_EQ(Post(target, "text/vnd.abc", kAbc).body, first) << id;
    ASSERT_TRUE(service_.RemoveGenerator("passing").ok());
  }
}

TEST_F(HttpApiTest, AModelThatIsRemovedPlaysToItsEnd) {
  ASSERT_TRUE(service_.AddGenerator(RandomModel("basic_rnn", 7), "mine").ok());
  const std::string target = "/v1/generators/mine:stream?seed=4&bars=64";
  Post(target, "text/vnd.abc", kAbc);
  const std::string whole = reply_->stream;
  const auto reply = std::make_shared<Kept>();
  auto said = reply->said.get_future();
  api_.Handle(PostOf(target, "text/vnd.abc", kAbc), reply, std::make_shared<Ticket>());
  ASSERT_TRUE(service_.RemoveGenerator("mine").ok());
  said.get();
  EXPECT_EQ(EventsNamed("done", reply->stream), EventsNamed("done", whole));
}

}  // namespace
}  // namespace magenta
