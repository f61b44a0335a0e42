#include "magenta/studio/convert_route.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "magenta/io/abc/abc_writer.h"
#include "magenta/io/midi/midi_file.h"
#include "magenta/io/music/read_music.h"
#include "magenta/io/request/request_text.h"
#include "magenta/studio/studio_test_util.h"

namespace magenta {
namespace {

using ::testing::HasSubstr;
using testing::HeaderOf;
using ::testing::StartsWith;
using testing::StudioServer;

constexpr char kBook[] =
    "X:1\nT:First\nK:C\n\"Am\"CDEF|\nX:2\nT:Second\nK:G\nGABc|\nX:3\nT:Third\nK:none of these\n";
constexpr char kScoreType[] = "application/vnd.recordare.musicxml+xml";

/// Two parts, drums, a chord, a title.
NoteSequence Band() {
  NoteSequence band;
  band.mutable_sequence_metadata()->set_title("Band");
  band.add_tempos()->set_qpm(120);
  const auto add = [&](int pitch, double start, int instrument, int program, bool drum) {
    auto& note = *band.add_notes();
    note.set_pitch(pitch);
    note.set_velocity(90);
    note.set_start_time(start);
    note.set_end_time(start + 0.5);
    note.set_instrument(instrument);
    note.set_program(program);
    note.set_is_drum(drum);
  };
  add(60, 0, 0, 0, false);
  add(64, 0.5, 0, 0, false);
  add(43, 0, 1, 33, false);
  add(36, 0, 9, 0, true);
  auto& chord = *band.add_text_annotations();
  chord.set_text("F#m7");
  chord.set_annotation_type(NoteSequence::TextAnnotation::CHORD_SYMBOL);
  band.set_total_time(1);
  return band;
}

std::string JsonOf(const NoteSequence& sequence) {
  return *FormatMessage(sequence, MessageForm::kJson);
}

nlohmann::json PiecesOf(const HttpResponse& response) {
  EXPECT_EQ(response.status, 200) << response.body;
  return nlohmann::json::parse(response.body);
}

TEST(ConvertRouteTest, FilesBecomeNoteSequences) {
  StudioServer server;
  const auto midi = PiecesOf(server.Ask("POST", "/v1/convert?name=band.mid", *WriteMidi(Band())));
  ASSERT_EQ(midi["pieces"].size(), 1u);
  EXPECT_EQ(midi["pieces"][0]["sequence"]["notes"].size(), 4u);
  const auto book = PiecesOf(server.Ask("POST", "/v1/convert?name=b.abc", kBook));
  EXPECT_EQ(book["pieces"][0]["title"], "First");
  EXPECT_EQ(book["pieces"][0]["sequence"]["notes"].size(), 4u);
  EXPECT_EQ(book["pieces"][0]["sequence"]["textAnnotations"][0]["text"], "Am");
  EXPECT_EQ(book["pieces"][1]["title"], "Second");
  const auto second = PiecesOf(server.Ask("POST", "/v1/convert?tune=second", kBook));
  ASSERT_EQ(second["pieces"].size(), 1u);
  EXPECT_EQ(second["pieces"][0]["title"], "Second");
  // A name is a title where there is no better one, whatever it is.
  const auto named =
      PiecesOf(server.Ask("POST", "/v1/convert?name=..%2F%22x%ff%22.abc", "X:1\nK:C\nCDE|\n"));
  EXPECT_EQ(named["pieces"][0]["title"], "\"x\xc3\xbf\"");
}

TEST(ConvertRouteTest, EveryFormBringsAllTracksAndChords) {
  StudioServer server;
  const std::string json = JsonOf(Band());
  const std::pair<const char*, const char*> rows[] = {{"audio/midi", "F#m7"},
                                                      {kScoreType, "minor-seventh"},
                                                      {"text/vnd.abc", "F#m7"},
                                                      {"application/x-protobuf", "F#m7"}};
  for (const auto& [type, chord] : rows) {
    SCOPED_TRACE(type);
    const HttpResponse response = server.Ask("POST", "/v1/convert", json,
                                             {.content_type = "application/json", .accept = type});
    ASSERT_EQ(response.status, 200) << response.body;
    EXPECT_EQ(response.content_type, type);
    EXPECT_THAT(response.body, HasSubstr(chord));
    const auto again =
        PiecesOf(server.Ask("POST", "/v1/convert", response.body, {.content_type = type}));
    EXPECT_EQ(again["pieces"][0]["sequence"]["notes"].size(), 4u);
    EXPECT_EQ(again["pieces"][0]["title"], "Band");
  }
}

TEST(ConvertRouteTest, ChordsNeedNoNotes) {
  StudioServer server;
  const std::string chart = "X:1\nT:Chart\nM:4/4\nL:1/8\nK:C\n\"Am\"z4\"F#m7\"z4|\"C\"z8|\n";
  for (const char* type : {"audio/midi", kScoreType, "text/vnd.abc", "application/x-protobuf"}) {
    SCOPED_TRACE(type);
    const HttpResponse response = server.Ask("POST", "/v1/convert", chart, {.accept = type});
    ASSERT_EQ(response.status, 200) << response.body;
    const auto again =
        PiecesOf(server.Ask("POST", "/v1/convert", response.body, {.content_type = type}));
    const auto& texts = again["pieces"][0]["sequence"]["textAnnotations"];
    ASSERT_EQ(texts.size(), 3u);
    EXPECT_EQ(texts[1]["text"], "F#m7");
    EXPECT_EQ(texts[2]["time"], 2.0);
  }
  // Nothing at all is no score.
  for (const char* type : {kScoreType, "text/vnd.abc"}) {
    EXPECT_EQ(server.Ask("POST", "/v1/convert", "{}", {.accept = type}).status, 400);
  }
}

TEST(ConvertRouteTest, SequencesComeBackAsTheyWere) {
  StudioServer server;
  const auto got = PiecesOf(server.Ask("POST", "/v1/convert", JsonOf(Band())));
  EXPECT_EQ(got["pieces"][0]["sequence"], nlohmann::json::parse(JsonOf(Band())));
  const auto bytes = PiecesOf(server.Ask("POST", "/v1/convert", Band().SerializeAsString(),
                                         {.content_type = "application/x-protobuf"}));
  EXPECT_EQ(bytes["pieces"], got["pieces"]);
}

TEST(ConvertRouteTest, SoundAndPictures) {
  ServeOptions options;
  options.render = [](const NoteSequence& music, RenderFormat format,
                      const std::function<bool()>&) {
    return absl::StatusOr<std::string>(std::to_string(static_cast<int>(format)) + " " +
                                       std::to_string(music.total_time()));
  };
  StudioServer server({}, options);
  NoteSequence band = Band();
  band.clear_total_time();
  const std::pair<const char*, const char*> rows[] = {
      {"audio/wav", "0 1.0"}, {"image/svg+xml", "1 1.0"}, {"image/png", "2 1.0"}};
  for (const auto& [type, begin] : rows) {
    const HttpResponse response = server.Ask("POST", "/v1/convert", JsonOf(band), {.accept = type});
    EXPECT_EQ(response.status, 200) << response.body;
    EXPECT_EQ(response.content_type, type);
    EXPECT_THAT(response.body, StartsWith(begin));
    EXPECT_EQ(server.Ask("POST", "/v1/convert", "{}", {.accept = type}).status, 400);
    EXPECT_EQ(StudioServer().Ask("POST", "/v1/convert", JsonOf(band), {.accept = type}).status,
              501);
  }
}

/// `count` notes as JSON.
std::string Many(int count) {
  std::string json = "{\"notes\":[{}";
  for (int i = 1; i < count; ++i) json += ",{}";
  return json + "]}";
}

TEST(ConvertRouteTest, SaysWhatIsWrongWithABody) {
  StudioOptions options;
  options.max_notes = 1000;
  StudioServer server(options);
  const std::string midi = *WriteMidi(Band());
  const struct {
    const char* what;
    std::string body;
    int status;
    const char* says;
    const char* query = "";
  } rows[] = {
      {"nothing", "", 400, "the body is empty"},
      {"noise", std::string("\x01\x02\x03\xff\x00\x10", 6), 400, "no music that can be read"},
      {"a picture", "\x89PNG\r\n\x1a\n....", 400, "no music"},
      {"JSON that ends", "{\"notes\": [", 400, "line 1, column"},
      {"another message", "{\"notez\": []}", 400, "notez"},
      {"a pitch", R"({"notes": [{}, {"pitch": 200}]})", 400, "notes[1] has pitch 200"},
      {"a time", R"({"notes": [{"endTime": "NaN"}]})", 400, "notes[0] lasts"},
      {"a note backwards", R"({"notes": [{"startTime": 2, "endTime": 1}]})", 400, "notes[0] lasts"},
      {"a long note", R"({"notes": [{"endTime": 1e300}]})", 400, "notes[0] lasts"},
      {"a total", R"({"totalTime": -1})", 400, "totalTime"},
      {"deep JSON", std::string(100000, '{'), 400, "nested"},
      {"many notes", Many(1001), 413, "the limit for a piece is 1000"},
      {"a head alone", midi.substr(0, 14), 400, "MIDI"},
      {"a name that is none", "noise", 400, "MIDI", "?name=x.mid"},
      {"no such tune", kBook, 400, "There are: 1 (First), 2 (Second)", "?tune=9"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.what);
    const HttpResponse response =
        server.Ask("POST", std::string("/v1/convert") + row.query, row.body);
    EXPECT_EQ(response.status, row.status) << response.body;
    EXPECT_THAT(response.body, HasSubstr(row.says));
  }
  EXPECT_EQ(server.Get("/v1/convert").status, 405);
  EXPECT_EQ(
      server
          .Ask("POST", "/v1/convert", "--B--", {.content_type = "multipart/form-data; boundary=B"})
          .status,
      415);
  const HttpResponse two = server.Ask("POST", "/v1/convert", kBook, {.accept = "audio/midi"});
  EXPECT_EQ(two.status, 400);
  EXPECT_THAT(two.body, HasSubstr("tune=NUMBER"));
}

// Whatever is cut or changed, something is said and nothing is held.
TEST(ConvertRouteTest, BrokenFilesEndWell) {
  StudioServer server;
  const std::string whole[] = {*WriteMidi(Band()), *WriteAbc(Band()), JsonOf(Band())};
  for (const std::string& file : whole) {
    for (size_t i = 0; i < file.size(); i += 7) {
      std::string changed = file;
      changed[i] = static_cast<char>(changed[i] ^ 0x55);
      for (const std::string& body : {file.substr(0, i), changed}) {
        const int status = server.Ask("POST", "/v1/convert?name=x.mid", body).status;
        EXPECT_TRUE(status == 200 || status == 400 || status == 413) << status << " at " << i;
      }
    }
  }
  EXPECT_EQ(server.service().metrics().held_bytes, 0);
}

TEST(ConvertRouteTest, AnswersAreHeldUntilTheyAreTaken) {
  ServeOptions options;
  options.max_held_bytes = 100;
  StudioServer server({}, options);
  EXPECT_EQ(server.Ask("POST", "/v1/convert", JsonOf(Band())).status, 429);
  EXPECT_EQ(server.service().metrics().held_bytes, 0);
}

}  // namespace
}  // namespace magenta
