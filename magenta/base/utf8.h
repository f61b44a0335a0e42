#pragma once
// Text from outside, which may be no UTF-8, and of messages.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace magenta {

/// Whether all of `text` is UTF-8 (no overlong forms, surrogates, or code points past U+10FFFF).
bool IsUtf8(std::string_view text);

/// `bytes` of an unknown encoding as UTF-8, by the rule of all readers: what is UTF-8 stays as it
/// is; what begins with a byte order mark of UTF-16 is that (half pairs become U+FFFD, the mark
/// goes); anything else is Latin-1. Never fails, and the result of a result is itself. At most
/// twice as long as `bytes`.
std::string ToUtf8(std::string_view bytes);

/// A whole text that is UTF-16, with its byte order mark or (most of its letters being ASCII, as
/// those of scores are) without, as UTF-8. nullopt for any other.
std::optional<std::string> Utf16AsUtf8(std::string_view text);

/// `text` with every byte that is no UTF-8 replaced by U+FFFD. For what is UTF-8 by its nature and
/// only damaged; ToUtf8 for what was written in an encoding that nobody names.
std::string ValidUtf8(std::string_view text);

/// `text`, which somebody gave, for a message: 'text', or "its text" where that is long.
std::string ShownText(std::string_view text);

/// "1 note", "2 notes"; `many` where it isn't `one` and an s.
std::string Counted(int64_t count, std::string_view one, std::string_view many = "");

}  // namespace magenta
