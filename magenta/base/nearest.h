#pragma once
// "Did you mean ...?"

#include <span>
#include <string>
#include <string_view>

namespace magenta {

/// Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`.
int EditDistance(std::string_view a, std::string_view b);

/// The name of `names` nearest to `typed` (the first on ties), "" when none is near: it takes more
/// changes than a third of its length and two, or than half of what was typed.
std::string NearestName(std::string_view typed, std::span<const std::string> names);

}  // namespace magenta
