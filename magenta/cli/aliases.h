#pragma once
// Magenta's old program names, of 2016 and of 2.x, as verbs of ours.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace magenta::cli {

/// An old name, the verb it stands for, and the flags that the reference's defaults amount to.
struct Alias {
  std::string name;
  std::string verb;
  std::vector<std::string> defaults;
  /// The reference's default of --config, where it has one; a bundle's own wins.
  std::string config = {};
};

/// Every old name, in alphabetical order of its verb's place in the loop.
std::span<const Alias> AllAliases();
/// Null when `name` is none.
const Alias* FindAlias(std::string_view name);

/// A verb with its arguments.
struct Command {
  std::string verb;
  std::vector<std::string> args;
};

/// What `alias` with `args` means in verbs and flags of ours: the reference's defaults first, then
/// `args` under their new names. Flags that only choose between programs of ours (--eval,
/// --save_generator_bundle) are used up. Errors (exit 2): two flags that the reference refuses
/// together.
absl::StatusOr<Command> ExpandAlias(const Alias& alias, const std::vector<std::string>& args);

/// The error (exit 2) that says what `name`, which is no verb and no old name, may have been meant
/// for; of a program for a model that is known but not here, which models are.
absl::Status UnknownVerb(std::string_view name);

/// Magenta's `generate --save_generator_bundle --bundle_file=X`, which generates nothing and packs
/// the model: turns `command` into `bundle`, without the flags that only generation has use for.
/// Other commands stay as they are. Returns whether it did.
bool SaveBundleInstead(Command& command);

}  // namespace magenta::cli
