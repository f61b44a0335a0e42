#include "magenta/cli/completion.h"

#include "magenta/base/status.h"
#include "magenta/cli/verb.h"

namespace magenta::cli {
namespace {

class CompletionVerb : public Verb {
 public:
  void Describe(Flags& flags) override {
    flags.Usage("bash|zsh");
    flags.About(
        "Prints a script that completes verbs, flags, the values of flags and file names when the "
        "tab key is pressed.");
    flags.Positional("SHELL", &shells_, "bash or zsh.", 1, 1);
    flags.AddExample("source <(magenta completion bash)", "In ~/.bashrc, for every new shell.");
    flags.AddExample("magenta completion zsh > ~/.zfunc/_magenta",
                     "For zsh, with ~/.zfunc in fpath before compinit.");
  }

  absl::Status Run(Context& context) override {
    if (shells_[0] == "bash") {
      context.out.Raw(BashCompletion());
    } else if (shells_[0] == "zsh") {
      context.out.Raw(ZshCompletion());
    } else {
      return UsageError("completion is there for bash and zsh, not for " + shells_[0]);
    }
    return absl::OkStatus();
  }

 private:
  std::vector<std::string> shells_;
};

}  // namespace

std::unique_ptr<Verb> NewCompletionVerb() { return std::make_unique<CompletionVerb>(); }

}  // namespace magenta::cli
