// Scores against what the reference read (scores.jsonl). Known and wanted differences: ties are
// joined, grace notes left out, and C flat and B sharp lie in the octave where they are written.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "magenta/io/abc/abc.h"
#include "magenta/io/musicxml/musicxml.h"
#include "tests/parity/rows_checked.h"

namespace magenta {
namespace {

using Json = nlohmann::json;

std::string SharedFolder() {
  const char* folder = std::getenv("MAGENTA_SHARED");
  return folder == nullptr ? "../shared" : folder;
}

std::optional<std::string> FileText(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

/// data/scores of the shared folder, or the music21 corpus that MAGENTA_CORPUS names.
std::optional<std::string> ScoreText(const std::string& name) {
  if (auto text = FileText(SharedFolder() + "/data/scores/" + name)) return text;
  const char* corpus = std::getenv("MAGENTA_CORPUS");
  return corpus == nullptr ? std::nullopt : FileText(std::string(corpus) + "/" + name);
}

bool IsAbc(const std::string& name) {
  return name.size() > 4 && name.substr(name.size() - 4) == ".abc";
}

/// What a row calls `file`: one sequence a tune.
std::vector<NoteSequence> Sequences(const std::string& name, const std::string& text) {
  std::vector<NoteSequence> sequences;
  if (IsAbc(name)) {
    auto tunes = ReadAbc(text);
    EXPECT_TRUE(tunes.ok()) << name << tunes.status();
    for (AbcTune& tune : *tunes) sequences.push_back(std::move(tune.sequence));
  } else {
    auto reading = ReadMusicXml(text);
    EXPECT_TRUE(reading.ok()) << name << reading.status();
    if (reading.ok()) sequences.push_back(std::move(reading->sequence));
  }
  return sequences;
}

bool Near(const Json& a, const Json& b) {
  if (a.is_array()) {
    return b.is_array() && std::equal(a.begin(), a.end(), b.begin(), b.end(), Near);
  }
  if (!a.is_number()) return a == b;
  return b.is_number() && std::abs(a.get<double>() - b.get<double>()) <=
                              1e-9 * std::max(1.0, std::abs(a.get<double>()));
}

Json Signs(const NoteSequence& sequence) {
  Json signs = {{"reference_number", sequence.reference_number()},
                {"title", sequence.sequence_metadata().title()},
                {"ticks_per_quarter", sequence.ticks_per_quarter()},
                {"total_time", sequence.total_time()}};
  for (const char* list : {"composers", "tempos", "time_signatures", "key_signatures", "sections",
                           "section_groups", "chords", "parts"}) {
    signs[list] = Json::array();
  }
  for (const auto& x : sequence.sequence_metadata().composers()) signs["composers"].push_back(x);
  for (const auto& x : sequence.tempos()) signs["tempos"].push_back({x.time(), x.qpm()});
  for (const auto& x : sequence.time_signatures()) {
    signs["time_signatures"].push_back({x.time(), x.numerator(), x.denominator()});
  }
  for (const auto& x : sequence.key_signatures()) {
    signs["key_signatures"].push_back(
        {x.time(), static_cast<int>(x.key()), static_cast<int>(x.mode())});
  }
  for (const auto& x : sequence.section_annotations()) {
    signs["sections"].push_back({x.time(), x.section_id()});
  }
  for (const auto& x : sequence.section_groups()) {
    Json ids = Json::array();
    for (const auto& section : x.sections()) ids.push_back(section.section_id());
    signs["section_groups"].push_back({ids, x.num_times()});
  }
  for (const auto& x : sequence.text_annotations()) {
    signs["chords"].push_back(Json::array({x.time(), x.text()}));
  }
  for (const auto& x : sequence.part_infos()) {
    signs["parts"].push_back(Json::array({x.part(), x.name()}));
  }
  return signs;
}

struct NoteCount {
  int joined = 0;   // notes of the reference that ties join to others
  int octaves = 0;  // notes an octave away
};

/// Whether each of our notes is one of the row's, or several tied; and all of them are used.
bool SameNotes(const Json& row, const NoteSequence& sequence, NoteCount* count) {
  std::multimap<std::vector<int64_t>, double> wanted;  // {pitch class, part, voice, start} -> end
  std::multimap<std::vector<int64_t>, int> pitches;
  const auto key = [](int pitch, int part, int voice, double start) {
    return std::vector<int64_t>{pitch % 12, part, voice, std::llround(start * 1e6)};
  };
  for (const Json& note : row) {
    if (note[3] <= note[2]) continue;  // a grace note
    const auto where = key(note[0], note[7], note[8], note[2]);
    wanted.emplace(where, note[3]);
    pitches.emplace(where, note[0]);
  }
  for (const auto& note : sequence.notes()) {
    double at = note.start_time();
    for (int pieces = 0; at < note.end_time() - 1e-6; ++pieces) {
      const auto where = key(note.pitch(), note.part(), note.voice(), at);
      const auto found = wanted.find(where);
      if (found == wanted.end()) return false;
      at = found->second;
      wanted.erase(found);
      const auto pitch = pitches.find(where);
      if (pitch->second != note.pitch()) ++count->octaves;
      pitches.erase(pitch);
      if (pieces > 0) ++count->joined;
    }
  }
  return wanted.empty();
}

/// Whether some sequence is the row; counts what ties and spelling change.
bool MatchesOne(const Json& row, const std::vector<NoteSequence>& sequences, NoteCount* count) {
  for (const NoteSequence& sequence : sequences) {
    if (sequence.reference_number() != row["reference_number"]) continue;
    const Json signs = Signs(sequence);
    const bool same =
        std::all_of(signs.items().begin(), signs.items().end(),
                    [&](const auto& item) { return Near(row[item.key()], item.value()); });
    if (same && SameNotes(row["notes"], sequence, count)) return true;
  }
  return false;
}

TEST(ScoreGoldenTest, RowsWithoutErrorAreEqual) {
  std::ifstream rows(SharedFolder() + "/goldens/scores.jsonl");
  if (!rows) GTEST_SKIP() << RowsLeftOut(240, "scores.jsonl");
  std::map<std::string, std::vector<NoteSequence>> read;
  int left_out = 0, abc = 0, xml = 0, only_theirs = 0;
  NoteCount count;
  for (std::string line; std::getline(rows, line);) {
    const Json row = Json::parse(line);
    const std::string file = row["file"];
    const bool header = row.contains("notes") && row["notes"].empty() && IsAbc(file);
    if (row.contains("error") || header) {
      ++only_theirs;
      continue;
    }
    if (read.find(file) == read.end()) {
      const auto text = ScoreText(file);
      read[file] = text ? Sequences(file, *text) : std::vector<NoteSequence>();
    }
    if (read[file].empty()) {
      ++left_out;
      continue;
    }
    ++(IsAbc(file) ? abc : xml);
    EXPECT_TRUE(MatchesOne(row, read[file], &count)) << file << " X:" << row["reference_number"];
  }
  EXPECT_GE(abc, 1);
  EXPECT_GE(xml, 13);
  RowsChecked(static_cast<size_t>(abc + xml), "scores.jsonl");
  if (left_out > 0) {
    RowsLeftOut(static_cast<size_t>(left_out), "scores.jsonl (MAGENTA_CORPUS names no corpus)");
  }
  std::cout << abc << " ABC and " << xml << " MusicXML rows compared, " << left_out
            << " left out (their files are not here; MAGENTA_CORPUS may name music21's corpus), "
            << only_theirs << " are errors of the reference; " << count.joined << " notes tied, "
            << count.octaves << " in another octave\n";
}

TEST(ScoreGoldenTest, ReadsWhatTheReferenceRefuses) {
  const std::map<std::string, int> notes = {{"alternating_meter.xml", 0},
                                            {"mid_measure_time_signature.xml", 0},
                                            {"unpitched.xml", 3},
                                            {"zocharti_loch.abc", 64},
                                            {"english.abc", 0}};
  for (const auto& [file, wanted] : notes) {
    const auto text = ScoreText(file);
    if (!text) GTEST_SKIP() << RowsLeftOut(5, "scores that the reference refuses");
    for (const NoteSequence& sequence : Sequences(file, *text)) {
      EXPECT_GT(sequence.notes_size(), 0) << file;
      EXPECT_TRUE(wanted == 0 || sequence.notes_size() == wanted) << file;
    }
  }
}

}  // namespace
}  // namespace magenta
