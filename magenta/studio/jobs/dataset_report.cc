#include "magenta/studio/jobs/dataset_report.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <utility>

#include "magenta/base/status.h"

namespace magenta {
namespace {

using nlohmann::json;

constexpr char kNoMusic[] = "no_music";

/// What a reason is, and what its remedy does; {} stands for the remedy's value.
struct ReasonWords {
  const char* reason;
  const char* text;
  const char* remedy;
};

constexpr ReasonWords kWords[] = {
    {"too_short", "What they play is too short to learn from.", "Keep what has {} or more bars"},
    {"too_few_pitches", "They have too few different notes.", "Keep what has {} or more notes"},
    {"polyphonic", "They play several notes at once, and this model learns one melody.",
     "Learn from the highest notes"},
    {"no_chords", "They have no chord symbols, and this model plays over chords.",
     "Find the chords from the notes"},
    {"coincident_chords", "Two chord symbols stand at the same place.", ""},
    {"chord_symbol_exception", "They have a chord symbol that can't be read.", ""},
    {"no_drums", "They have no drums, and this model learns drums.", ""},
    {"no_notes", "They have no notes that a melody could be made of.", ""},
    {"range_exceeded", "They have notes outside of MIDI's range.", ""},
    {"bad_time_signature", "Their time signature can't be counted in sixteenths.", ""},
    {"multiple_time_signatures", "They change their time signature.", ""},
    {"multiple_tempos", "They change their tempo.", ""},
    {"bad_tempo", "Their tempo can't be right.", ""},
    {"negative_time", "They have notes before their beginning.", ""},
    {"too_long", "They are too long.", ""},
    {"non_integer_steps_per_bar", "A bar of theirs is no whole number of sixteenths.", ""},
    {"empty_file", "They are empty.", ""},
    {"over_limit", "They are larger than a piece may be.", ""},
    {"unreadable", "They could not be opened.", ""},
    {kNoMusic, "They are no MIDI, MusicXML, ABC or drum grid files.", ""},
};

const ReasonWords* WordsOf(const std::string& reason) {
  for (const ReasonWords& words : kWords) {
    if (reason == words.reason) return &words;
  }
  return nullptr;
}

std::string TextOf(const std::string& reason) {
  if (const ReasonWords* words = WordsOf(reason)) return words->text;
  if (reason.starts_with("broken")) return "They are damaged.";
  return "They could not be used.";
}

/// "--min_bars=5" in parts; a flag without a value is 1.
struct SaidFlag {
  std::string option;
  double value = 1;
  bool is_bool = true;
};

std::optional<SaidFlag> FlagOf(const std::string& text) {
  if (!text.starts_with("--")) return std::nullopt;
  SaidFlag flag;
  const size_t at = text.find('=');
  flag.option = text.substr(2, at == std::string::npos ? at : at - 2);
  if (at == std::string::npos) return flag;
  const char* end = text.data() + text.size();
  if (std::from_chars(text.data() + at + 1, end, flag.value).ptr != end) return std::nullopt;
  flag.is_bool = false;
  return flag;
}

/// The files of one reason.
struct ReasonGroup {
  int64_t count = 0;
  std::vector<SaidFlag> flags;  // of each file that one would keep
};

/// Of the values that would keep a file each, the one that keeps half of them: those that are
/// hardly music don't decide. At least 1.
std::optional<DiscardRemedy> RemedyOf(const std::string& reason, ReasonGroup group) {
  const ReasonWords* words = WordsOf(reason);
  if (group.flags.empty()) return std::nullopt;
  const auto middle = group.flags.begin() + static_cast<int64_t>(group.flags.size()) / 2;
  std::nth_element(group.flags.begin(), middle, group.flags.end(),
                   [](const SaidFlag& a, const SaidFlag& b) { return a.value < b.value; });
  DiscardRemedy remedy{"", middle->option, std::max(1.0, middle->value), middle->is_bool};
  remedy.text = words == nullptr || words->remedy[0] == '\0'
                    ? fmt::format("Set {} to {}", remedy.option, remedy.value)
                    : fmt::format(fmt::runtime(words->remedy), remedy.value);
  return remedy;
}

/// Why, in the words of the reader or of the filter.
std::string Sentence(const json& file, const std::string& reason) {
  std::string detail = file.value("detail", "");
  // A book's broken tune is a track of it.
  if (detail.empty() && !file.value("tracks", json::array()).empty()) {
    detail = file["tracks"][0].value("detail", "");
  }
  return detail.empty() ? TextOf(reason) : detail;
}

/// "0002.abc" of "0002.abc_X", a tune of a book, whose title may have any signs.
std::string StoredName(const std::string& file) {
  const std::string path = file.substr(0, file.find('_'));
  return path.substr(path.rfind('/') + 1);
}

void Sort(DatasetReport& report, const std::map<std::string, ReasonGroup>& groups) {
  for (const auto& [reason, group] : groups) {
    report.discarded.push_back({reason, group.count, TextOf(reason), RemedyOf(reason, group)});
  }
  std::stable_sort(report.discarded.begin(), report.discarded.end(),
                   [](const auto& a, const auto& b) { return a.count > b.count; });
}

/// What the report says of a file: of a book of tunes it has several entries.
struct FileFate {
  bool kept = false;
  std::string reason, why, flag;
};

std::map<std::string, FileFate> FatesOf(const json& files) {
  std::map<std::string, FileFate> fates;
  for (const json& file : files) {
    FileFate& fate = fates[StoredName(file.at("file"))];
    fate.kept |= file.at("kept").get<bool>();
    if (!fate.reason.empty()) continue;
    fate.reason = file.at("reason");
    fate.why = Sentence(file, fate.reason);
    fate.flag = file.value("flag", "");
  }
  return fates;
}

}  // namespace

absl::StatusOr<DatasetReport> ReadDatasetReport(const std::string& text,
                                                const std::map<std::string, std::string>& names) {
  DatasetReport report;
  std::map<std::string, ReasonGroup> groups;
  try {
    const std::map<std::string, FileFate> fates = FatesOf(json::parse(text).at("files"));
    report.files = static_cast<int64_t>(names.size());
    for (const auto& [stored, shown] : names) {
      const auto found = fates.find(stored);
      const FileFate fate =
          found != fates.end() ? found->second : FileFate{false, kNoMusic, TextOf(kNoMusic), ""};
      if (fate.kept) {
        ++report.kept;
        continue;
      }
      ReasonGroup& group = groups[fate.reason];
      ++group.count;
      if (const auto flag = FlagOf(fate.flag)) group.flags.push_back(*flag);
      report.left_out.push_back({shown, fate.why});
    }
  } catch (const json::exception& error) {
    return InputError("",
                      fmt::format("the report of the data set can't be read: {}", error.what()));
  }
  Sort(report, groups);
  return report;
}

}  // namespace magenta
