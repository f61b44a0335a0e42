// Scores against what the reference read (scores.jsonl). Known and wanted differences: ties are
// joined, grace notes left out, C flat and B sharp lie in the octave where they are written, and
// octave-change moves what it names; programs, which the reference counts from 1, are not compared.
// What records another reading than the format's specification is named in kReadWrongly and
// kFaultsOfTheReference.

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

/// Where `make corpus` puts music21's tunes.
std::string CorpusFolder() {
  const char* corpus = std::getenv("MAGENTA_CORPUS");
  return corpus == nullptr ? "corpus" : corpus;
}

/// Of data/scores of the shared folder, or of the corpus.
std::optional<std::string> ScoreText(const std::string& name) {
  if (auto text = FileText(SharedFolder() + "/data/scores/" + name)) return text;
  return FileText(CorpusFolder() + "/" + name);
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

/// What the reference reads wrongly or not at all, row by row (docs/parity.md); everything else of
/// these rows is compared.
struct KnownFault {
  const char* file;
  const char* sign;
};
constexpr KnownFault kFaultsOfTheReference[] = {
    // Its reader knows no repeats.
    {"el_capitan.xml", "sections"},
    {"el_capitan.xml", "section_groups"},
    // It moves the key of a transposing part only where the transposition is said anew.
    {"el_capitan.xml", "key_signatures"},
    // It takes "D.C." and "D.S." for chords.
    {"ryansMammoth/AlistairMaclalastairStrathspey.abc", "chords"},
    {"ryansMammoth/BarneysGoatJig.abc", "chords"},
    {"ryansMammoth/CheeseItReel.abc", "chords"},
    {"ryansMammoth/CorneyIsComing.abc", "chords"},
    {"ryansMammoth/DanBackusFavoriteReel.abc", "chords"},
};

bool IsKnownFault(const std::string& file, const std::string& sign) {
  return std::any_of(
      std::begin(kFaultsOfTheReference), std::end(kFaultsOfTheReference),
      [&](const KnownFault& fault) { return file == fault.file && sign == fault.sign; });
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
        std::all_of(signs.items().begin(), signs.items().end(), [&](const auto& item) {
          return IsKnownFault(row["file"], item.key()) || Near(row[item.key()], item.value());
        });
    if (same && SameNotes(row["notes"], sequence, count)) return true;
  }
  return false;
}

/// Rows in which the reference reads other music than is written; docs/parity.md says what.
struct WrongRow {
  const char* file;
  int number;  // X:
};
constexpr WrongRow kReadWrongly[] = {
    {"oneills1850/0001-0050.abc", 3},  // >> moves a quarter of the note instead of three
};

bool IsReadWrongly(const std::string& file, const Json& row) {
  return std::any_of(std::begin(kReadWrongly), std::end(kReadWrongly), [&](const WrongRow& wrong) {
    return file == wrong.file && row["reference_number"] == wrong.number;
  });
}

/// The rows of a file: those with notes, and how many are errors of the reference. Its empty tune
/// of a book's header, which is none of ours, is left out.
struct FileRows {
  std::vector<Json> equal;
  size_t refused = 0;
  size_t headers = 0;
};

std::map<std::string, FileRows> RowsByFile(std::istream& lines) {
  std::map<std::string, FileRows> files;
  for (std::string line; std::getline(lines, line);) {
    Json row = Json::parse(line);
    const std::string file = row["file"];
    FileRows& rows = files[file];
    if (row.contains("error")) {
      ++rows.refused;
    } else if (row["notes"].empty() && IsAbc(file)) {
      ++rows.headers;
    } else {
      rows.equal.push_back(std::move(row));
    }
  }
  return files;
}

constexpr size_t kAllRows = 521;

TEST(ScoreGoldenTest, EveryRow) {
  std::ifstream lines(SharedFolder() + "/goldens/scores.jsonl");
  if (!lines) GTEST_SKIP() << RowsLeftOut(kAllRows, "scores.jsonl");
  size_t equal = 0, refused = 0, headers = 0, left_out = 0, wrong = 0;
  NoteCount count;
  for (const auto& [file, rows] : RowsByFile(lines)) {
    const auto text = ScoreText(file);
    if (!text) {
      left_out += rows.equal.size() + rows.refused + rows.headers;
      continue;
    }
    const std::vector<NoteSequence> sequences = Sequences(file, *text);
    for (const Json& row : rows.equal) {
      if (IsReadWrongly(file, row)) {
        EXPECT_FALSE(MatchesOne(row, sequences, &count)) << file << " is no exception any more";
        ++wrong;
        continue;
      }
      EXPECT_TRUE(MatchesOne(row, sequences, &count)) << file << " X:" << row["reference_number"];
    }
    // A tune that the reference refuses has notes, too.
    const auto notes = std::count_if(rows.equal.begin(), rows.equal.end(),
                                     [](const Json& row) { return !row["notes"].empty(); });
    const auto tunes = std::count_if(sequences.begin(), sequences.end(),
                                     [](const auto& tune) { return tune.notes_size() > 0; });
    EXPECT_EQ(static_cast<size_t>(tunes), static_cast<size_t>(notes) + rows.refused) << file;
    equal += rows.equal.size();
    refused += rows.refused;
    headers += rows.headers;
  }
  EXPECT_EQ(equal + refused + headers + left_out, kAllRows);
  EXPECT_GE(equal, 14u);
  RowsChecked(equal - wrong, "scores.jsonl");
  RowsChecked(wrong, "scores.jsonl, read wrongly by the reference: ours differs");
  RowsChecked(refused, "scores.jsonl, errors of the reference: ours reads the tune");
  RowsChecked(headers, "scores.jsonl, headers of books that the reference takes for tunes");
  if (left_out > 0) {
    RowsLeftOut(left_out, "scores.jsonl, of music21's tunes (`make corpus` fetches them)");
  }
  std::cout << count.joined << " notes tied, " << count.octaves << " in another octave\n";
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
