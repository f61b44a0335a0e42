#include "magenta/io/request/request_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "magenta/base/status.h"

namespace magenta {
namespace {

using ::testing::HasSubstr;

TEST(RequestText, OldNames) {
  const struct {
    const char* old_text;
    const char* text;
  } rows[] = {
      {"input_sequence { tempos { bpm: 90 } }", "input_sequence { tempos { qpm: 90 } }"},
      {"input_sequence { ticks_per_beat: 220 # bpm: 3\n id: 'bpm: 1' }",
       "input_sequence { ticks_per_quarter: 220 id: 'bpm: 1' }"},
      {"generator_options { generate_sections { start_time_seconds: 0\nend_time_seconds: 2 } "
       "input_sections { end_time_seconds: 1 } }",
       "generator_options { generate_sections { end_time: 2 } input_sections { end_time: 1 } }"},
      {"{\"inputSequence\": {\"ticksPerBeat\": 96, \"tempos\": [{\"bpm\": 60}]}}",
       "input_sequence { ticks_per_quarter: 96 tempos { qpm: 60 } }"},
  };
  for (const auto& row : rows) {
    const auto old = ParseRequest(row.old_text), modern = ParseRequest(row.text);
    ASSERT_TRUE(old.ok() && modern.ok()) << old.status() << modern.status();
    EXPECT_EQ(old->SerializeAsString(), modern->SerializeAsString()) << row.old_text;
    EXPECT_FALSE(IsOf2016(*old));
  }
}

TEST(RequestText, OldNamesInAMessage) {
  GenerateSequenceRequest request;
  request.mutable_input_sequence()->add_tempos()->set_qpm(90);
  auto* section = request.mutable_generator_options()->add_generate_sections();
  section->set_end_time(4);
  const std::string modern = request.SerializeAsString();
  EXPECT_FALSE(IsOf2016(request));
  request.mutable_input_sequence()->mutable_tempos(0)->clear_qpm();
  request.mutable_input_sequence()->mutable_tempos(0)->set_bpm(90);
  EXPECT_TRUE(IsOf2016(request));
  section->clear_end_time();
  section->set_end_time_seconds(4);
  Modernize(request);
  EXPECT_EQ(request.SerializeAsString(), modern);
}

TEST(RequestText, FormsAreToldApart) {
  EXPECT_EQ(FormOf(" \n{\"a\": 1}"), MessageForm::kJson);
  EXPECT_EQ(FormOf("input_sequence { }"), MessageForm::kText);
  EXPECT_EQ(FormOf("# \xc3\xa4\n"), MessageForm::kText);
  EXPECT_EQ(FormOf("\xff\xfe"), MessageForm::kBinary);
  EXPECT_EQ(FormOf(std::string_view("\n\x02\x08\x00", 4)), MessageForm::kBinary);
}

TEST(RequestText, ReadsEveryForm) {
  const auto text = ParseRequest(
      "input_sequence { tempos { bpm: 90 } notes { pitch: 60 end_time: 1 } } "
      "generator_options { generate_sections { start_time_seconds: 1 end_time: 2 } }");
  ASSERT_TRUE(text.ok()) << ErrorLine(text.status());
  EXPECT_EQ(text->input_sequence().tempos(0).qpm(), 90);
  const auto json = ParseRequest(
      "{\"inputSequence\": {\"tempos\": [{\"bpm\" : 90}], \"notes\": [{\"pitch\": 60, "
      "\"end_time\": 1}]}, \"generator_options\": {\"generateSections\": "
      "[{\"startTimeSeconds\": 1, \"endTime\": 2}]}}");
  ASSERT_TRUE(json.ok()) << ErrorLine(json.status());
  EXPECT_EQ(json->SerializeAsString(), text->SerializeAsString());
  const auto binary = ParseRequest(text->SerializeAsString());
  ASSERT_TRUE(binary.ok());
  EXPECT_EQ(binary->SerializeAsString(), text->SerializeAsString());
}

TEST(RequestText, A2016BinaryHasItsSectionsInField1) {
  GenerateSequenceRequest old;
  old.mutable_input_sequence()->add_notes()->set_end_time(1);
  auto* section = old.mutable_generator_options()->add_input_sections();
  section->set_start_time(1);
  section->set_end_time(4);
  const auto request = ParseRequest(old.SerializeAsString());
  ASSERT_TRUE(request.ok());
  EXPECT_EQ(request->generator_options().input_sections_size(), 0);
  EXPECT_EQ(request->generator_options().generate_sections(0).end_time(), 4);
}

TEST(RequestText, NamesThePlaceOfAnError) {
  const auto error = [](std::string_view bytes) { return ErrorLine(ParseRequest(bytes).status()); };
  EXPECT_EQ(error(""), "the request is empty. Give a GenerateSequenceRequest.");
  EXPECT_THAT(error("input_sequence {\n  pitches: 3 }"), HasSubstr("line 2, column 10"));
  EXPECT_THAT(error("{\"input_sequence\": 3}"), HasSubstr("in JSON: (input_sequence)"));
  EXPECT_THAT(error("{"), HasSubstr("line 1, column 2: Unexpected end"));
  EXPECT_THAT(error("{\"generatorOptions\" 3}"), HasSubstr("line 1, column 21: Expected :"));
  EXPECT_THAT(error("{\n\"inputSequence\": {\n  \"notes\" []}}"),
              HasSubstr("line 3, column 11: Expected :"));
  EXPECT_THAT(error("{} {}"), HasSubstr("line 1, column 4: Parsing terminated"));
  EXPECT_THAT(error("{\"inputSequence\": {\"notes\": [{\"pich\": 60}]}}"),
              HasSubstr("(input_sequence.notes[0]) pich: Cannot find field"));
  for (const char* text : {"{\"a\":", "{\"a\": 1 \"b\"}", "{\"a\": \xff\n}\n"}) {
    EXPECT_EQ(error(text).find('\n'), std::string::npos) << error(text);
  }
  EXPECT_THAT(error("{\"a\": 1 \"b\"}"), HasSubstr("line 1, column 9: Expected ,"));
  EXPECT_THAT(error(std::string(5000, '{')), HasSubstr("nested deeper than 100 levels"));
  EXPECT_EQ(ExitStatus(ParseRequest("\xff\xff").status()), 3);
  EXPECT_EQ(error("\xff\xff"), "is no GenerateSequenceRequest. Give one as text, JSON or binary.");
  EXPECT_EQ(ErrorLine(ParseRequestAs("\xff\xff", MessageForm::kBinary).status()),
            "the bytes are no GenerateSequenceRequest. Give those of a serialized "
            "GenerateSequenceRequest.");
}

TEST(RequestText, TextThatIsNoUtf8IsAnError) {
  for (const char* text : {"input_sequence { id: \"\xfe\" }", "input_sequence { id: \"\\376\" }",
                           "generator_options { args { key: \"t\xff\" value { int_value: 1 } } }",
                           "{\"input_sequence\": {\"id\": \"\xfe\"}}"}) {
    const auto request =
        ParseRequestAs(text, *text == '{' ? MessageForm::kJson : MessageForm::kText);
    EXPECT_EQ(ExitStatus(request.status()), 3) << text;
  }
  const auto escaped = ParseRequest("input_sequence { id: \"\\303\\244\" }");
  ASSERT_TRUE(escaped.ok()) << escaped.status();
  EXPECT_EQ(escaped->input_sequence().id(), "\xc3\xa4");
}

TEST(RequestText, ResponsesInEveryForm) {
  GenerateSequenceResponse response;
  response.mutable_generated_sequence()->add_notes()->set_pitch(60);
  EXPECT_EQ(*FormatResponse(response, MessageForm::kText),
            "generated_sequence {\n  notes {\n    pitch: 60\n  }\n}\n");
  EXPECT_EQ(*FormatResponse(response, MessageForm::kJson),
            "{\"generatedSequence\":{\"notes\":[{\"pitch\":60}]}}\n");
  EXPECT_EQ(*FormatResponse(response, MessageForm::kBinary), response.SerializeAsString());
}

}  // namespace
}  // namespace magenta
