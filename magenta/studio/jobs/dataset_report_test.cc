#include "magenta/studio/jobs/dataset_report.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <string>

namespace magenta {
namespace {

std::string File(const std::string& name, bool kept, const std::string& reason,
                 const std::string& detail = "", const std::string& flag = "") {
  return fmt::format(
      R"({{"file":"{}","kept":{},"outputs":1,"reason":"{}","detail":"{}","flag":"{}","tracks":[]}},)",
      name, kept, reason, detail, flag);
}

std::string Report(std::string files) {
  if (!files.empty()) files.pop_back();
  return "{\"files\": [" + files + "],\n\"counts\": {}}\n";
}

std::string Dump(const DatasetReport& report) {
  std::string dump = fmt::format("{} of {}", report.kept, report.files);
  for (const DiscardedFiles& files : report.discarded) {
    dump += fmt::format("; {} {}", files.count, files.reason);
    if (files.remedy) {
      dump += fmt::format(" ({}={}{})", files.remedy->option, files.remedy->value,
                          files.remedy->is_bool ? " bool" : "");
    }
  }
  for (const LeftOutFile& file : report.left_out) {
    dump += fmt::format("; {}: {}", file.file, file.why);
  }
  return dump;
}

struct Row {
  std::string name;
  std::string files;
  std::map<std::string, std::string> names;
  std::string dump;
};

TEST(DatasetReport, SaysWhatBecameOfEachFile) {
  const Row rows[] = {
      {"nothing", "", {}, "0 of 0"},
      {"kept", File("0001.mid", true, "kept"), {{"0001.mid", "Jig.mid"}}, "1 of 1"},
      {"the shown name, the reader's words",
       File("0001.mid", false, "broken_midi", "byte 3: cut short"),
       {{"0001.mid", "Jig.mid"}},
       "0 of 1; 1 broken_midi; Jig.mid: byte 3: cut short"},
      {"what the report does not know is no music",
       "",
       {{"0001.unknown", "letter.txt"}},
       "0 of 1; 1 no_music; letter.txt: They are no MIDI, MusicXML, ABC or drum grid files."},
      {"half of them decide",
       File("0001.mid", false, "too_short", "5 bars", "--min_bars=5") +
           File("0002.mid", false, "too_short", "0 bars", "--min_bars=0") +
           File("0003.mid", false, "too_short", "3 bars", "--min_bars=3"),
       {{"0001.mid", "a"}, {"0002.mid", "b"}, {"0003.mid", "c"}},
       "0 of 3; 3 too_short (min_bars=3); a: 5 bars; b: 0 bars; c: 3 bars"},
      {"never none",
       File("0001.mid", false, "too_short", "0.1 bars", "--min_bars=0"),
       {{"0001.mid", "a"}},
       "0 of 1; 1 too_short (min_bars=1); a: 0.1 bars"},
      {"a switch",
       File("0001.mid", false, "no_chords", "no chord symbol", "--infer_chords"),
       {{"0001.mid", "a"}},
       "0 of 1; 1 no_chords (infer_chords=1 bool); a: no chord symbol"},
      {"a book of tunes counts once, kept where one of them is",
       File("0001.abc", false, "broken_tune") +
           File("0001.abc_1", false, "too_short", "2 bars", "--min_bars=2") +
           File("0001.abc_Jig/reel_2", true, "kept"),
       {{"0001.abc", "book.abc"}},
       "1 of 1"},
      {"the most frequent first",
       File("0001.mid", false, "no_notes") + File("0002.mid", false, "polyphonic") +
           File("0003.mid", false, "polyphonic"),
       {{"0001.mid", "a"}, {"0002.mid", "b"}, {"0003.mid", "c"}},
       "0 of 3; 2 polyphonic; 1 no_notes; a: They have no notes that a melody could be made of.; "
       "b: They play several notes at once, and this model learns one melody.; "
       "c: They play several notes at once, and this model learns one melody."},
  };
  for (const Row& row : rows) {
    const auto report = ReadDatasetReport(Report(row.files), row.names);
    ASSERT_TRUE(report.ok()) << row.name << report.status();
    EXPECT_EQ(Dump(*report), row.dump) << row.name;
  }
}

TEST(DatasetReport, RemediesHaveWords) {
  const auto report =
      ReadDatasetReport(Report(File("0001.mid", false, "too_short", "3 bars", "--min_bars=3") +
                               File("0002.mid", false, "new_reason", "?", "--new_flag=7")),
                        {{"0001.mid", "a"}, {"0002.mid", "b"}});
  ASSERT_TRUE(report.ok());
  ASSERT_EQ(report->discarded.size(), 2u);
  EXPECT_EQ(report->discarded[0].remedy->text, "Set new_flag to 7");
  EXPECT_EQ(report->discarded[1].remedy->text, "Keep what has 3 or more bars");
}

TEST(DatasetReport, RefusesWhatIsNone) {
  for (const char* text : {"", "{", "[]", "{\"files\": 3}", "{\"files\": [{}]}"}) {
    EXPECT_FALSE(ReadDatasetReport(text, {}).ok()) << text;
  }
}

}  // namespace
}  // namespace magenta
