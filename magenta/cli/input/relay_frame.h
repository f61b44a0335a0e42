#pragma once
// A message on the socket between a program and its `magenta-serve relay`: its length (four bytes,
// little-endian), then its bytes.

#include <cstdint>

namespace google::protobuf {
class MessageLite;
}

namespace magenta::cli {

/// False: the other end is gone, or the socket's time to send ran out (half a message may be
/// there).
bool WriteFrame(int socket, const google::protobuf::MessageLite& message);

/// Waits for a message. False: the other end is gone, it has more than `most` bytes, or it is none
/// of this kind.
bool ReadFrame(int socket, uint32_t most, google::protobuf::MessageLite& message);

}  // namespace magenta::cli
