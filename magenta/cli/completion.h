#pragma once
// Tab completion: scripts made from the descriptions of the verbs, so they can't fall behind.

#include <string>

namespace magenta::cli {

/// A script for bash (to be sourced): verbs, flags, values of flags with choices, paths.
std::string BashCompletion();

/// A script for zsh: the same, with what each verb and flag is for.
std::string ZshCompletion();

}  // namespace magenta::cli
