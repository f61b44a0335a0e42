#include "magenta/cli/help.h"

#include <fmt/core.h>

#include "magenta/base/files.h"
#include "magenta/base/status.h"
#include "magenta/cli/aliases.h"
#include "magenta/cli/manual.h"
#include "magenta/cli/verb.h"

namespace magenta::cli {
namespace {

class HelpVerb : public Verb {
 public:
  void Describe(Flags& flags) override {
    flags.Usage("[VERB]");
    flags.About("Without a verb: what there is. With one: the same as `magenta VERB --help`.");
    flags.Positional("VERB", &names_, "A verb, or one of Magenta's program names.", 0, 1);
    flags
        .Text(
            "man_dir", &man_dir_,
            "Writes all of it as manual pages into this folder instead: magenta.1, and one a verb.")
        .Value("DIR");
    flags.AddExample("magenta help generate", "Every flag of generate, and examples.");
    flags.AddExample("magenta help --man_dir=man1",
                     "Then `man -l man1/magenta-generate.1` shows one.");
  }

  absl::Status Run(Context& context) override {
    if (!man_dir_.empty()) return WritePages();
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
  absl::Status WritePages() const {
    MAGENTA_RETURN_IF_ERROR(MakeFolder(man_dir_));
    for (const ManualPage& page : ManualPages(ManualDate())) {
      MAGENTA_RETURN_IF_ERROR(WriteFile(man_dir_ + "/" + page.name, page.text));
    }
    return absl::OkStatus();
  }

  std::vector<std::string> names_;
  std::string man_dir_;
};

}  // namespace

std::unique_ptr<Verb> NewHelpVerb() { return std::make_unique<HelpVerb>(); }

}  // namespace magenta::cli
