#include "magenta/train/distributed/agreement.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "magenta/base/status.h"

namespace magenta {
namespace {

// "O" and one "name=value" a line, or "E", the code's number, and the error's line.
std::string Said(const absl::Status& prepared, const RunFacts& facts) {
  if (!prepared.ok()) {
    return fmt::format("E{}\n{}", static_cast<int>(prepared.code()), ErrorLine(prepared));
  }
  std::string text = "O\n";
  for (const auto& [name, value] : facts) text += fmt::format("{}={}\n", name, value);
  return text;
}

absl::Status OtherFailed(int rank, const std::string& said) {
  const size_t line = said.find('\n');
  const auto code = static_cast<absl::StatusCode>(std::atoi(said.c_str() + 1));
  return absl::Status(code, fmt::format("rank {} could not begin: {}", rank,
                                        line == std::string::npos ? "" : said.substr(line + 1)));
}

// The first line in which `mine` differs from `others`.
absl::Status CompareFacts(int rank, const RunFacts& facts, std::string_view other) {
  if (!other.starts_with("O\n")) other = {};
  other.remove_prefix(std::min<size_t>(2, other.size()));
  for (const auto& [name, value] : facts) {
    const std::string line = fmt::format("{}={}\n", name, value);
    if (other.starts_with(line)) {
      other.remove_prefix(line.size());
      continue;
    }
    std::string_view theirs = other.substr(0, other.find('\n'));
    theirs.remove_prefix(std::min(theirs.size(), theirs.find('=') + 1));
    return UsageError(fmt::format("the ranks are not at one: {} is {} on rank 0 and {} on rank {}",
                                  name, value, theirs, rank),
                      "Start every rank with the same flags, data and --run_dir (one folder that "
                      "all machines see)");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status AgreeOnRun(Ranks& ranks, const absl::Status& prepared, const RunFacts& facts) {
  const auto said = ranks.Gather(Said(prepared, facts));
  if (!prepared.ok()) return prepared;
  if (!said.ok()) return said.status();
  for (int r = 0; r < ranks.size(); ++r) {
    if ((*said)[r].starts_with("E")) return OtherFailed(r, (*said)[r]);
  }
  RunFacts of_leader = facts;
  // Each rank compares rank 0's facts with all others', so that all end with the same words.
  std::string_view leader = (*said)[0];
  leader.remove_prefix(2);
  for (auto& [name, value] : of_leader) {
    const std::string_view line = leader.substr(0, leader.find('\n'));
    value = line.substr(line.find('=') + 1);
    leader.remove_prefix(std::min(leader.size(), line.size() + 1));
  }
  for (int r = 1; r < ranks.size(); ++r) {
    MAGENTA_RETURN_IF_ERROR(CompareFacts(r, of_leader, (*said)[r]));
  }
  return absl::OkStatus();
}

}  // namespace magenta
