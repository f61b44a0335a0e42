#include "magenta/cli/verb.h"

#include <algorithm>
#include <thread>

#include "magenta/base/status.h"

namespace magenta::cli {

void GlobalFlags::Describe(Flags& flags) {
  flags.Group("Flags of every verb");
  flags.Bool("json", &json, "Results, and errors, as JSON for machines.");
  flags.Bool("quiet", &quiet, "No progress and no notes on stderr.");
  flags.Text("log_level", &log_level, "What is said on stderr.")
      .Choices({"debug", "info", "warning", "error"}, true)
      .Value("LEVEL");
  flags.Int("num_threads", &num_threads, "Threads to use; results do not depend on it.")
      .Range(0, 1024)
      .Default("one a core");
  flags.OptionalSeed("seed", &seed, "Seed of all that is drawn: the same seed, the same result.");
}

int GlobalFlags::Threads() const {
  if (num_threads > 0) return num_threads;
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

std::vector<const ModelSpec*> Context::Models() const {
  std::vector<const ModelSpec*> models;
  for (const ModelSpec& model : BuiltInModels()) models.push_back(&model);
  for (const ModelSpec& model : extra_models) models.push_back(&model);
  return models;
}

std::span<const VerbEntry> AllVerbs() {
  static constexpr VerbEntry kVerbs[] = {
#define MAGENTA_VERB(Class, name, program, summary) \
  {name, Program::program, summary, &New##Class##Verb},
#include "magenta/cli/verbs.def"
#undef MAGENTA_VERB
  };
  return kVerbs;
}

const VerbEntry* FindVerb(std::span<const VerbEntry> verbs, std::string_view name) {
  const auto found = std::find_if(verbs.begin(), verbs.end(),
                                  [&](const VerbEntry& entry) { return entry.name == name; });
  return found == verbs.end() ? nullptr : &*found;
}

}  // namespace magenta::cli
