#pragma once
// `~` in the paths of flags and environment variables: a shell expands it where a word begins, not
// after the '='.

#include <string>
#include <string_view>

namespace magenta::cli {

/// `path` with a leading `~` or `~user` (up to the first '/') replaced by that home folder: $HOME,
/// else what the system says of the user. A user that nobody knows leaves it as it is, as in a
/// shell; `./~` names a file called so.
std::string ExpandHome(std::string_view path);

/// The same for the path in the environment variable `name`, here and in programs that are started.
void ExpandHomeIn(const char* name);

/// The same for each path of a list by commas.
std::string ExpandHomes(std::string_view paths);

}  // namespace magenta::cli
