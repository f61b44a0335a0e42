#pragma once
// Text from outside, which may be no UTF-8.

#include <string>
#include <string_view>

namespace magenta {

/// `text` with every byte that is no UTF-8 replaced by U+FFFD.
std::string ValidUtf8(std::string_view text);

}  // namespace magenta
