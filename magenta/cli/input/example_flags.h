#pragma once
// What counts as an example, as flags: a flag for each option of the models' kinds.

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "magenta/cli/terminal/flags.h"
#include "magenta/kinds/kind.h"

namespace magenta::cli {

/// The example options of all kinds of the table of models. An option that several kinds have is
/// one flag.
class ExampleFlags {
 public:
  void Describe(Flags& flags);
  /// What the user said, for `kind`; `config` names its model in the error (exit 2) for an option
  /// that it does not have.
  absl::Status Take(const MusicKind& kind, const std::string& config,
                    ExampleOptions& options) const;

 private:
  struct Value {
    bool switched = false;
    int whole = 0;
    double number = 0;
  };
  struct Row {
    const ExampleOption* option;  // the first kind's
    std::vector<std::string> kinds;
    std::string differences;  // sentences about kinds that take it otherwise than the first
  };
  const Flags* flags_ = nullptr;
  std::vector<Row> rows_;
  std::map<std::string, Value, std::less<>> values_;
};

}  // namespace magenta::cli
