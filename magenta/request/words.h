#pragma once
// Lists in arguments.

#include <string>
#include <string_view>
#include <vector>

namespace magenta {

/// What lies between `separator`s, blanks around it taken away; one at least, perhaps empty ones.
std::vector<std::string_view> WordsOf(std::string_view text, char separator);
/// ASCII letters in lower case.
std::string InLowerCase(std::string_view text);

}  // namespace magenta
