// What every pattern of data/drums holds to (its README says why): it reads without a remark, lies
// on sixteenths, is neither thin nor there already, and strung together is a track to learn from.

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "magenta/base/files.h"
#include "magenta/io/drums/drum_grid.h"
#include "magenta/io/score/sections.h"
#include "magenta/music/drums/extract_drum_tracks.h"
#include "magenta/music/quantize.h"

namespace magenta {
namespace {

constexpr const char* kFolder = "data/drums";
constexpr int kStepsPerQuarter = 4;

struct DrumFile {
  std::string name;  // "rock"
  std::string text;
  std::vector<DrumGridPattern> patterns;
};

/// In order of their names.
std::vector<DrumFile> Collection() {
  std::set<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    if (entry.path().extension() == ".drums") paths.insert(entry.path());
  }
  std::vector<DrumFile> files;
  for (const auto& path : paths) {
    auto text = ReadFile(path.string());
    EXPECT_TRUE(text.ok()) << text.status();
    auto patterns = ReadDrumGrids(*text);
    EXPECT_TRUE(patterns.ok()) << path << patterns.status();
    files.push_back({path.stem().string(), *std::move(text), *std::move(patterns)});
  }
  return files;
}

/// Each part of a file as a pattern of its own, under the headers of the pattern it is of; the
/// first line says which it is.
std::vector<std::string> PartsOf(const DrumFile& file) {
  std::vector<std::string> parts;
  std::string headers;
  bool in_part = false;
  for (size_t at = 0; at < file.text.size();) {
    const size_t end = file.text.find('\n', at);
    const std::string line = file.text.substr(at, end - at);
    at = end + 1;
    if (line.empty() || line.starts_with('#')) continue;
    const bool is_drum = line.ends_with('|');
    if (line.starts_with("pattern:")) headers.clear();
    if (is_drum && in_part) {
      parts.back() += line + "\n";
    } else if (is_drum) {
      parts.push_back(headers + line + "\n");
    } else if (line.starts_with("variation:") || line.starts_with("fill:")) {
      headers.insert(headers.find('\n'),
                     ", " + line.substr(0, line.find(':')) + line.substr(line.find(':') + 1));
      in_part = false;
      continue;
    } else {
      headers += line + "\n";
    }
    in_part = is_drum;
  }
  return parts;
}

int BarsIn(const NoteSequence& sequence) { return sequence.section_annotations_size(); }

/// What drum_kit hears of a part, a mask a step, over and over for four bars: parts of 1, 2 and 4
/// bars compare.
std::vector<Event> FourBarsOf(const NoteSequence& sequence) {
  const auto quantized = Quantize(sequence, Grid::PerQuarter(kStepsPerQuarter));
  EXPECT_TRUE(quantized.ok()) << quantized.status();
  const auto steps = static_cast<size_t>(quantized->steps_per_bar()) * BarsIn(sequence);
  std::vector<Event> masks(steps, 0);
  for (const auto& note : quantized->proto().notes()) {
    masks[note.quantized_start_step()] |= DrumKitTypes().MaskOf(std::vector<int>{note.pitch()});
  }
  const size_t all = steps * 4 / BarsIn(sequence);
  for (size_t step = 0; masks.size() < all; ++step) masks.push_back(masks[step]);
  return masks;
}

/// Fewest strokes of a bar, by types of drum_kit.
int ThinnestBar(const std::vector<Event>& four_bars) {
  const size_t bar = four_bars.size() / 4;
  int thinnest = 1000;
  for (size_t first = 0; first < four_bars.size(); first += bar) {
    int strokes = 0;
    for (size_t step = first; step < first + bar; ++step) {
      strokes += std::popcount(static_cast<uint32_t>(four_bars[step]));
    }
    thinnest = std::min(thinnest, strokes);
  }
  return thinnest;
}

TEST(DrumCollection, ReadsWithoutARemark) {
  const auto readme = ReadFile(std::string(kFolder) + "/README.md");
  ASSERT_TRUE(readme.ok()) << readme.status();
  std::set<std::string> titles;
  size_t patterns = 0;
  const std::vector<DrumFile> files = Collection();
  for (const DrumFile& file : files) {
    for (const DrumGridPattern& pattern : file.patterns) {
      const auto& metadata = pattern.sequence.sequence_metadata();
      const std::string where = file.name + ": " + metadata.title();
      EXPECT_TRUE(pattern.status.ok()) << where << pattern.status;
      EXPECT_TRUE(pattern.left_out.empty()) << where;
      EXPECT_EQ(metadata.genre_size(), 1) << where << " has no style";
      EXPECT_NE(metadata.title(), "") << where;
      EXPECT_TRUE(titles.insert(metadata.title()).second) << where << " is a name of another, too";
    }
    const std::string row =
        fmt::format("| [{0}]({0}.drums) | {1} | ", file.name, file.patterns.size());
    EXPECT_NE(readme->find(row), std::string::npos) << "README.md has no row " << row;
    patterns += file.patterns.size();
  }
  EXPECT_GE(patterns, 150u);
  const std::string total =
      fmt::format("\n{} patterns of a drum set in {} files", patterns, files.size());
  EXPECT_NE(readme->find(total), std::string::npos) << "README.md does not say" << total;
}

TEST(DrumCollection, NoPartIsThinOrThereAlready) {
  std::map<std::vector<Event>, std::string> known;
  for (const DrumFile& file : Collection()) {
    for (const std::string& part : PartsOf(file)) {
      const std::string where = file.name + ", " + part.substr(0, part.find('\n'));
      const auto read = ReadDrumGrids(part);
      ASSERT_TRUE(read.ok() && read->at(0).status.ok()) << part;
      const NoteSequence& sequence = read->at(0).sequence;
      EXPECT_EQ(4 % BarsIn(sequence), 0) << where << " has " << BarsIn(sequence) << " bars";
      for (const auto& note : sequence.notes()) {
        const double step = note.start_time() * sequence.tempos(0).qpm() / 60 * kStepsPerQuarter;
        ASSERT_NEAR(step, std::round(step), 1e-6) << where << " has a stroke off the sixteenths";
      }
      std::vector<Event> masks = FourBarsOf(sequence);
      Event types = 0;
      for (const Event mask : masks) types |= mask;
      EXPECT_GE(std::popcount(static_cast<uint32_t>(types)), 2) << where << " is one drum alone";
      EXPECT_GE(ThinnestBar(masks), 4) << where;
      const auto& meter = sequence.time_signatures(0);
      masks.push_back(meter.numerator() * 100 + meter.denominator());
      const auto [same, is_new] = known.emplace(std::move(masks), where);
      EXPECT_TRUE(is_new) << where << " is the same as " << same->second;
    }
  }
}

TEST(DrumCollection, TwoHandsCanPlayIt) {
  constexpr int kClosedHat = 42;
  constexpr int kPedalHat = 44;
  constexpr int kOpenHat = 46;
  // What a drummer strikes by hand; claps, shakers and the like are somebody else's.
  const std::set<int> kit = {37, 38, 42, 43, 45, 46, 48, 49, 50, 51, 52, 53, 55, 56};
  for (const DrumFile& file : Collection()) {
    for (const DrumGridPattern& pattern : file.patterns) {
      std::map<double, std::set<int>> struck;
      for (const auto& note : pattern.sequence.notes()) {
        struck[note.start_time()].insert(note.pitch());
      }
      for (const auto& [time, pitches] : struck) {
        const std::string where = fmt::format("{}: {} at {:.3f} s", file.name,
                                              pattern.sequence.sequence_metadata().title(), time);
        int hands = 0;
        for (const int pitch : pitches) hands += static_cast<int>(kit.count(pitch));
        EXPECT_LE(hands, 2) << where;
        const auto hats =
            pitches.count(kClosedHat) + pitches.count(kPedalHat) + pitches.count(kOpenHat);
        EXPECT_LE(hats, 1u) << where << " wants the hi-hat twice";
      }
    }
  }
}

TEST(DrumCollection, StrungTogetherIsATrackToLearnFrom) {
  for (const DrumFile& file : Collection()) {
    for (const DrumGridPattern& pattern : file.patterns) {
      const std::string where = file.name + ": " + pattern.sequence.sequence_metadata().title();
      const auto strung = UnrollSections(pattern.sequence);
      ASSERT_TRUE(strung.ok()) << where << strung.status();
      EXPECT_GE(BarsIn(*strung), 8) << where;
      const auto quantized = Quantize(*strung, Grid::PerQuarter(kStepsPerQuarter));
      ASSERT_TRUE(quantized.ok()) << where << quantized.status();
      const DrumExtraction extraction = ExtractDrumTracks(*quantized, {});
      ASSERT_EQ(extraction.tracks.size(), 1u) << where;
      EXPECT_EQ(extraction.decisions[0].outcome, DrumOutcome::kKept) << where;
    }
  }
}

}  // namespace
}  // namespace magenta
