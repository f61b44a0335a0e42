// A command line, an argument a line: old names become new ones, every verb's flags are read or
// refused with exit 2, and a primer melody is notes or an error.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "magenta/base/check.h"
#include "magenta/base/status.h"
#include "magenta/cli/aliases.h"
#include "magenta/cli/input/primer.h"
#include "magenta/cli/verb.h"
#include "magenta/models/model_spec.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace magenta::cli;
  if (size == 0) return 0;
  const uint8_t which = data[0];
  std::vector<std::string> args(1);
  for (const char c : std::string_view(reinterpret_cast<const char*>(data) + 1, size - 1)) {
    if (c == '\n') {
      args.emplace_back();
    } else {
      args.back() += c;
    }
  }
  if (args[0].starts_with('[')) {
    const auto primer = magenta::cli::ReadPrimerFlags(
        {.typed = {{"primer_melody", args[0]}}}, *magenta::FindModel("lookback_rnn").value()->kind,
        magenta::Grid());
    if (primer.ok()) MAGENTA_CHECK(primer->sequence.notes_size() > 0 && primer->steps > 0);
    if (!primer.ok()) MAGENTA_CHECK(magenta::ExitStatus(primer.status()) == 2);
    return 0;
  }
  const size_t verbs = AllVerbs().size(), names = verbs + AllAliases().size();
  const size_t chosen = which % names;
  Command command{chosen < verbs ? std::string(AllVerbs()[chosen].name) : "", args};
  if (chosen >= verbs) {
    auto expanded = ExpandAlias(AllAliases()[chosen - verbs], args);
    if (!expanded.ok()) {
      MAGENTA_CHECK(magenta::ExitStatus(expanded.status()) == 2);
      return 0;
    }
    command = *std::move(expanded);
  }
  SaveBundleInstead(command);
  const VerbEntry* entry = FindVerb(AllVerbs(), command.verb);
  MAGENTA_CHECK(entry != nullptr);
  const std::unique_ptr<Verb> verb = entry->make();
  GlobalFlags globals;
  Flags flags(command.verb);
  verb->Describe(flags);
  globals.Describe(flags);
  const absl::Status status = flags.Parse(command.args);
  MAGENTA_CHECK(status.ok() || magenta::ExitStatus(status) == 2);
  return 0;
}
