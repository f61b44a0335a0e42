#pragma once
// SHA-1 (FIPS 180-4), for the ids that Magenta gives to NoteSequences. Not for security.

#include <string>
#include <string_view>

namespace magenta {

/// The digest of `bytes` as 40 lower-case hexadecimal digits.
std::string Sha1Hex(std::string_view bytes);

}  // namespace magenta
