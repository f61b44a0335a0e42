#pragma once
// Help as manual pages: what, how, every flag with its default, examples.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "magenta/cli/terminal/flags.h"
#include "magenta/cli/terminal/output.h"
#include "magenta/cli/verb.h"

namespace magenta::cli {

/// "1.0.0"
std::string_view Version();

/// "magenta 1.0.0", or {"version": "1.0.0"} where `out` prints JSON.
void PrintVersion(Output& out);

/// What `magenta --help` prints.
std::string MainHelp();

/// What `magenta VERB --help` prints. `note` stands below the title ("the old name of ...").
std::string VerbHelp(const VerbEntry& entry, const Flags& flags, std::string_view note = "");

/// What the exit statuses of every verb mean, and where results go.
std::string_view ExitStatuses();

/// The headings of what --help shows, in its order; "" for flags without one.
std::vector<std::string> FlagGroups(const Flags& flags);

/// "--num_outputs=N", "--recursive", "--[no]thru".
std::string FlagTitle(const Flag& flag);

/// What a flag is for, what it takes and its default.
std::string FlagText(const Flag& flag);

/// `text` in lines of at most `width` characters, each after the first indented by `indent` blanks.
std::string Wrapped(std::string_view text, int width, int indent);

}  // namespace magenta::cli
