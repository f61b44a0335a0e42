#include "magenta/pipeline/held_out.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iterator>
#include <set>
#include <utility>
#include <variant>

#include "magenta/base/error_message.h"
#include "magenta/base/random.h"
#include "magenta/base/status.h"
#include "magenta/io/record/sequence_example.h"
#include "magenta/io/record/tfrecord.h"

namespace magenta {
namespace {

namespace fs = std::filesystem;

// "data/eval_melodies.tfrecord" of "data/training_melodies.tfrecord"; "" where there is none.
std::string EvalFileBeside(const std::string& training) {
  constexpr std::string_view kTraining = "training";
  const fs::path path(training);
  std::string name = path.filename().string();
  const size_t at = name.find(kTraining);
  if (at == std::string::npos) return "";
  name.replace(at, kTraining.size(), "eval");
  std::error_code ignored;
  const fs::path beside = path.parent_path() / name;
  return fs::is_regular_file(beside, ignored) ? beside.string() : "";
}

// What stays together: all examples of a file; each alone where all come from one, or from
// nobody knows where.
std::vector<std::string> GroupsOf(const std::vector<std::string>& sources) {
  const bool several = std::set<std::string>(sources.begin(), sources.end()).size() > 1;
  std::vector<std::string> groups;
  groups.reserve(sources.size());
  for (size_t i = 0; i < sources.size(); ++i) {
    groups.push_back(several ? sources[i] : fmt::format("example {}", i));
  }
  return groups;
}

std::vector<std::string> GroupsOf(const std::vector<DatasetExample>& examples) {
  std::vector<std::string> sources;
  sources.reserve(examples.size());
  for (const DatasetExample& example : examples) sources.push_back(example.source);
  return GroupsOf(sources);
}

// At least two groups.
std::set<std::string> Chosen(const std::vector<std::string>& groups, uint32_t seed,
                             HeldOutRule rule) {
  std::vector<std::pair<double, std::string>> drawn;
  for (const std::string& group : std::set<std::string>(groups.begin(), groups.end())) {
    drawn.emplace_back(StableUniform("held out/" + group, seed), group);
  }
  std::sort(drawn.begin(), drawn.end());
  const auto all = static_cast<int64_t>(drawn.size());
  int64_t count = std::llround(kHeldOutShare * static_cast<double>(all));
  if (rule == HeldOutRule::kChance) {
    count = std::count_if(drawn.begin(), drawn.end(),
                          [](const auto& each) { return each.first < kHeldOutShare; });
    if (count == all) count = 1;
  }
  std::set<std::string> chosen;
  for (int64_t i = 0; i < std::max<int64_t>(count, 1); ++i) chosen.insert(drawn[i].second);
  return chosen;
}

}  // namespace

HeldOut HoldOut(const std::string& pattern, const ModelSpec& spec, uint32_t seed, HeldOutRule rule,
                std::vector<DatasetExample>& examples) {
  const std::string beside = EvalFileBeside(pattern);
  std::string why;
  if (!beside.empty()) {
    auto read = ReadDataset(beside, spec);
    if (read.ok()) {
      return {*std::move(read),
              fmt::format("measured on {}, which lies beside the training file", beside)};
    }
    why = fmt::format(", since {} can't be measured on: {}", beside, ErrorMessage(read.status()));
  }
  const std::vector<std::string> groups = GroupsOf(examples);
  if (std::set<std::string>(groups.begin(), groups.end()).size() < 2) {
    return {{}, "one example is too few to hold any out: nothing is measured" + why};
  }
  const std::set<std::string> chosen = Chosen(groups, seed, rule);
  HeldOut held_out;
  std::vector<DatasetExample> kept;
  for (size_t i = 0; i < examples.size(); ++i) {
    (chosen.contains(groups[i]) ? held_out.examples : kept).push_back(std::move(examples[i]));
  }
  examples = std::move(kept);
  held_out.note = fmt::format(
      "{} of {} examples are held out to measure on{}; --eval_file=none "
      "learns from all",
      held_out.examples.size(), groups.size(), why);
  return held_out;
}

absl::StatusOr<SplitCounts> SplitDataset(const std::string& training_file,
                                         const std::string& eval_file, uint32_t seed,
                                         int64_t least) {
  std::vector<std::string> records, sources;
  MAGENTA_ASSIGN_OR_RETURN(RecordReader reader, RecordReader::Open(training_file));
  for (std::string record;;) {
    MAGENTA_ASSIGN_OR_RETURN(const bool more, reader.Next(&record));
    if (!more) break;
    const auto example = ParseExample(record);
    if (!example.ok()) return WithFile(example.status(), training_file);
    const auto* compact = std::get_if<CompactExample>(&*example);
    sources.push_back(compact != nullptr ? compact->source : "");
    records.push_back(std::move(record));
  }
  const std::vector<std::string> groups = GroupsOf(sources);
  const std::set<std::string> different(groups.begin(), groups.end());
  std::set<std::string> chosen;
  if (static_cast<int64_t>(different.size()) >= std::max<int64_t>(least, 2)) {
    chosen = Chosen(groups, seed, HeldOutRule::kTenth);
  }
  MAGENTA_ASSIGN_OR_RETURN(RecordWriter training, RecordWriter::Create(training_file));
  MAGENTA_ASSIGN_OR_RETURN(RecordWriter eval, RecordWriter::Create(eval_file));
  for (size_t i = 0; i < records.size(); ++i) {
    RecordWriter& writer = chosen.contains(groups[i]) ? eval : training;
    MAGENTA_RETURN_IF_ERROR(writer.Write(records[i]));
  }
  // The other way round a break between the two would lose examples.
  MAGENTA_RETURN_IF_ERROR(eval.Commit());
  MAGENTA_RETURN_IF_ERROR(training.Commit());
  return SplitCounts{training.records_written(), eval.records_written()};
}

}  // namespace magenta
