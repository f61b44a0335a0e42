#pragma once
// How much memory a message will take, told from its bytes before it is parsed: two bytes can stand
// for an empty message of more than a hundred.

#include <google/protobuf/descriptor.h>

#include <cstdint>
#include <string_view>

#include "magenta/music/piece_limits.h"

namespace magenta {

/// About so many bytes of memory does parsing `bytes` as a message of `type` take. What is no
/// message is counted as far as it goes. Linear in `bytes`; nothing is allocated.
uint64_t ParsedSize(std::string_view bytes, const google::protobuf::Descriptor* type);

/// Most memory that a message of one piece of music, or one example, may take.
inline constexpr uint64_t kMostParsedBytes = kPieceLimits.memory_bytes;

/// Whether parsing takes at most kMostParsedBytes. At once for small messages, without a look at
/// them.
bool FitsParsed(std::string_view bytes, const google::protobuf::Descriptor* type);

}  // namespace magenta
