#include "magenta/cli/input/relay_frame.h"

#include <google/protobuf/message_lite.h>
#include <sys/socket.h>
#include <sys/types.h>

#include <cerrno>
#include <string>

namespace magenta::cli {
namespace {

bool ReadBytes(int socket, char* to, size_t size) {
  while (size > 0) {
    const ssize_t count = ::recv(socket, to, size, 0);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    to += count;
    size -= static_cast<size_t>(count);
  }
  return true;
}

}  // namespace

bool WriteFrame(int socket, const google::protobuf::MessageLite& message) {
  const std::string bytes = message.SerializeAsString();
  const auto size = static_cast<uint32_t>(bytes.size());
  std::string framed = {static_cast<char>(size), static_cast<char>(size >> 8),
                        static_cast<char>(size >> 16), static_cast<char>(size >> 24)};
  framed += bytes;
  for (size_t sent = 0; sent < framed.size();) {
    const ssize_t count = ::send(socket, framed.data() + sent, framed.size() - sent, MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    sent += static_cast<size_t>(count);
  }
  return true;
}

bool ReadFrame(int socket, uint32_t most, google::protobuf::MessageLite& message) {
  unsigned char head[4];
  if (!ReadBytes(socket, reinterpret_cast<char*>(head), sizeof head)) return false;
  const uint32_t size = head[0] | head[1] << 8 | head[2] << 16 | uint32_t{head[3]} << 24;
  if (size > most) return false;
  std::string bytes(size, '\0');
  return ReadBytes(socket, bytes.data(), size) && message.ParseFromString(bytes);
}

}  // namespace magenta::cli
