#include <fmt/core.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "magenta/base/status.h"
#include "magenta/studio/jobs/child_process.h"
#include "magenta/studio/jobs/job_work.h"

namespace magenta {
namespace {

constexpr int kInterrupted = 130, kKilled = 128 + 9;

/// {"error": {...}} of the last line of `words`; null: it said none.
nlohmann::json SaidError(const std::string& words) {
  const size_t end = words.find_last_not_of('\n');
  if (end == std::string::npos) return nullptr;
  const size_t begin = words.rfind('\n', end);
  const std::string line =
      words.substr(begin == std::string::npos ? 0 : begin + 1, end - (begin + 1) + 1);
  const auto json = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
  return json.is_object() && json.contains("error") ? json["error"] : nullptr;
}

absl::Status ErrorOf(const ChildEnd& end, const std::string& verb) {
  std::string message = fmt::format("`magenta {}` ended with status {}", verb, end.status), remedy;
  if (end.status == kKilled) {
    message = fmt::format("the system ended `magenta {}`", verb);
    remedy = "It may have had too little memory: close other programs and go on";
  }
  const nlohmann::json said = SaidError(end.last_words);
  if (said.is_object()) {
    message = said.value("message", message);
    remedy = said.value("remedy", remedy);
    // A flag of a program that the job runs is nothing that its owner can give.
    if (remedy.find("--") != std::string::npos) remedy.clear();
  }
  switch (end.status) {
    case 2: return UsageError(message, remedy);
    case 3: return InputError("", message, remedy);
    case 4: return NothingToOutputError(message, remedy);
    case kInterrupted: return InterruptedError(message);
    default: return OutsideError("", message, remedy);
  }
}

}  // namespace

absl::Status RunForJob(const JobAtWork& work, const std::string& program,
                       std::vector<std::string> arguments,
                       const std::function<void(const std::string& line)>& on_line) {
  const std::string verb = arguments.at(0);
  if (program.empty()) {
    return OutsideError("", fmt::format("`magenta {}` is not installed here", verb),
                        work.tools.train_remedy);
  }
  ChildProcess child;
  child.arguments = {program};
  child.arguments.insert(child.arguments.end(), arguments.begin(), arguments.end());
  child.arguments.insert(child.arguments.end(), {"--json", "--quiet"});
  child.folder = work.folder;
  child.nice = work.tools.nice;
  child.on_line = on_line;
  child.stop = work.stop;
  MAGENTA_ASSIGN_OR_RETURN(const ChildEnd end, RunChild(child));
  if (end.status == 0) return absl::OkStatus();
  if (work.stop && work.stop()) return InterruptedError("stopped");
  return ErrorOf(end, verb);
}

}  // namespace magenta
