// Every text field of every format, filled with bytes that are no UTF-8: what convert writes of
// them is what every verb reads.

#include <gtest/gtest.h>

#include "magenta/base/status.h"
#include "magenta/base/utf8.h"
#include "magenta/io/midi/midi_test_util.h"
#include "magenta/io/music/sequence_record.h"
#include "magenta/models/model_spec.h"
#include "magenta/pipeline/convert.h"
#include "magenta/pipeline/dataset.h"
#include "magenta/pipeline/pipeline_test_util.h"

namespace magenta {
namespace {

/// Where a text stands in the files below.
constexpr std::string_view kText = "@@";

std::string WithText(std::string file, const std::string& text) {
  for (size_t at = 0; (at = file.find(kText, at)) != std::string::npos; at += text.size()) {
    file.replace(at, kText.size(), text);
  }
  return file;
}

/// Texts 01 to 0F of MIDI, two names, and a chunk of an odd name.
std::string MidiWith(const std::string& text) {
  std::string events;
  for (int type = 1; type <= 15; ++type) {
    events += std::string("\0\xFF", 2) + char(type) + char(text.size()) + text;
  }
  for (int pitch : Scale(8)) {
    events += std::string("\0\x90", 2) + char(pitch) + '\x40' + std::string("\x83\x74\x80", 3) +
              char(pitch) + '\0';
  }
  events += std::string("\0\xFF\x2F\0", 4);
  return MidiBytes({}).SetByte(11, 1).Chunk("MTrk", events).Read();
}

constexpr char kAbcTexts[] =
    "%@@\nX:1\nT:@@\nT:@@ too\nC:@@\nO:@@\nR:@@\nZ:@@\nN:@@\nA:@@\nB:@@\nD:@@\nH:@@\nS:@@\nG:@@\n"
    "I:@@ @@\n%%@@ @@\nM:4/4\nL:1/4\nQ:\"@@\" 1/4=120 \"@@\"\nV:1 name=\"@@\" "
    "sname=\"@@\"\nK:C\nV:1\n"
    "\"@@\"C\"^@@\"D!@@!EF|[r:@@]G[I:@@]A[P:@@]Bc|[V:1]CDEF|GABc|CDEF|GABc|CDEF|GABc|\n"
    "w:@@ @@-@@ \nW:@@\nU:@@=!@@!\nm:@@=a\nCDEF|\n\nX:@@\nT:@@\nK:@@\n";

constexpr char kXmlTexts[] =
    "<?xml version='1.0'?>\n<!-- @@ --><score-partwise "
    "version='@@'><work><work-title>@@</work-title>"
    "<work-number>@@</work-number></work><movement-title>@@</movement-title><identification>"
    "<creator type='composer'>@@</creator><creator type='lyricist'>@@</creator><rights>@@</rights>"
    "<encoding><software>@@</software></encoding></identification><credit><credit-words>@@"
    "</credit-words></credit><part-list><score-part id='P@@'><part-name>@@</part-name>"
    "<part-abbreviation>@@</part-abbreviation><score-instrument id='@@'><instrument-name>@@"
    "</instrument-name></score-instrument></score-part></part-list><part id='P@@'>"
    "<measure "
    "number='@@'><attributes><divisions>1</divisions><key><fifths>0</fifths><mode>@@</mode>"
    "</key><time><beats>4</beats><beat-type>4</beat-type></time></attributes><direction>"
    "<direction-type><words>@@</words></direction-type><direction-type><rehearsal>@@</rehearsal>"
    "</direction-type></direction><harmony><root><root-step>C</root-step></root><kind "
    "text='@@'>major"
    "</kind><degree><degree-value>9</degree-value><degree-type text='@@'>add</degree-type></degree>"
    "</harmony><note><pitch><step>C</step><octave>4</octave></pitch><duration>2</duration><voice>@@"
    "</voice><instrument id='@@'/><lyric><text>@@</text></lyric><notations><@@/></notations></note>"
    "<note><pitch><step>D</step><octave>4</octave></pitch><duration>2</duration><voice>@@</voice>"
    "</note></measure></part></score-partwise>";

TEST(TextFields, WhatConvertWritesEveryVerbReads) {
  for (const std::string& text :
       {std::string("\xE9t\xE9"), std::string("\xC3"), std::string("\xFF\xFE"),
        std::string("\xFE\xFF\x30"), std::string("\xED\xA0\x80"), std::string("\xF4\x90\x80\x80"),
        std::string("\xC0\xAF"), std::string("a\0\xFF", 3), std::string("メロディ")}) {
    SCOPED_TRACE(ValidUtf8(text));
    TempFolder folder;
    const std::string name = "in/" + (text.find('\0') == std::string::npos ? text : "x");
    folder.Write(name + ".mid", MidiWith(text));
    folder.Write(name + ".abc", WithText(kAbcTexts, text));
    folder.Write(name + ".xml", WithText(kXmlTexts, text));
    folder.Write(name + "/" + text.substr(0, 1) + ".mid", MidiWith(text));
    ConvertOptions options;
    options.input_dir = folder.Path("in");
    options.output_file = folder.Path("notes.tfrecord");
    options.report_file = folder.Path("report.json");
    options.recursive = true;
    const auto summary = ConvertFolder(options);
    ASSERT_TRUE(summary.ok()) << ErrorLine(summary.status());
    EXPECT_GE(summary->kept, 3);  // a MusicXML file is whole by its own encoding only
    for (const std::string& record : RecordsOf(options.output_file)) {
      NoteSequence sequence;
      EXPECT_TRUE(*ParseSequenceRecord(record, sequence));
      EXPECT_TRUE(IsUtf8(sequence.DebugString()));
    }
    const nlohmann::json report = JsonOf(options.report_file);
    EXPECT_EQ(report["files"].size(), 4u);
    DatasetOptions dataset;
    dataset.spec = &BuiltInModels().front();
    dataset.input = options.output_file;
    dataset.output_dir = folder.Path("data");
    dataset.eval_ratio = 0;
    const auto built = BuildDataset(dataset);
    EXPECT_TRUE(built.ok()) << ErrorLine(built.status());
  }
}

}  // namespace
}  // namespace magenta
