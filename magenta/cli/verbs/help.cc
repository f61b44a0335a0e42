#include "magenta/cli/help.h"

#include <fmt/core.h>

#include "magenta/base/status.h"
#include "magenta/cli/aliases.h"
#include "magenta/cli/verb.h"

namespace magenta::cli {
namespace {

class HelpVerb : public Verb {
 public:
  void Describe(Flags& flags) override {
    flags.Usage("[VERB]");
    flags.About("Without a verb: what there is. With one: the same as `magenta VERB --help`.");
    flags.Positional("VERB", &names_, "A verb, or one of Magenta's program names.", 0, 1);
    flags.AddExample("magenta help generate", "Every flag of generate, and examples.");
  }

  absl::Status Run(Context& context) override {
    if (names_.empty()) {
      context.out.Raw(MainHelp());
      return absl::OkStatus();
    }
    const Alias* alias = FindAlias(names_[0]);
    const VerbEntry* entry = FindVerb(AllVerbs(), alias == nullptr ? names_[0] : alias->verb);
    if (entry == nullptr) {
      return UnknownVerb(names_[0]);
    }
    const auto verb = entry->make();
    Flags flags{std::string(entry->name)};
    verb->Describe(flags);
    GlobalFlags globals;
    globals.Describe(flags);
    context.out.Raw(VerbHelp(*entry, flags));
    return absl::OkStatus();
  }

 private:
  std::vector<std::string> names_;
};

}  // namespace

std::unique_ptr<Verb> NewHelpVerb() { return std::make_unique<HelpVerb>(); }

}  // namespace magenta::cli
