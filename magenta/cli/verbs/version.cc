#include <fmt/core.h>

#include "magenta/cli/help.h"
#include "magenta/cli/verb.h"

namespace magenta::cli {
namespace {

class VersionVerb : public Verb {
 public:
  void Describe(Flags& flags) override {
    flags.About("The same as `magenta --version`.");
    flags.AddExample("magenta version", "\"magenta\" and the number.");
    flags.AddExample("magenta version --json", "{\"version\": \"...\"}");
  }

  absl::Status Run(Context& context) override {
    PrintVersion(context.out);
    return absl::OkStatus();
  }
};

}  // namespace

std::unique_ptr<Verb> NewVersionVerb() { return std::make_unique<VersionVerb>(); }

}  // namespace magenta::cli
