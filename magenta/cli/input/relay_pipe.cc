#include "magenta/cli/input/relay_pipe.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "magenta/base/address.h"
#include "magenta/base/status.h"
#include "magenta/cli/input/relay_frame.h"
#include "magenta/cli/programs.h"
#include "magenta/cli/verbs/serve_flags.h"

extern char** environ;

namespace magenta::cli {
namespace {

constexpr uint32_t kMaxReply = 512 << 20;

/// The environment with the token in it.
std::vector<std::string> EnvironmentWith(const std::string& token) {
  std::vector<std::string> variables;
  const std::string name = fmt::format("{}=", kTokenVariable);
  for (char** variable = environ; *variable != nullptr; ++variable) {
    if (token.empty() || !std::string_view(*variable).starts_with(name)) {
      variables.emplace_back(*variable);
    }
  }
  if (!token.empty()) variables.push_back(name + token);
  return variables;
}

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

absl::Status RelayEnded() {
  return OutsideError("", "magenta-serve, which talks to the server, has ended",
                      "`magenta serve --help` tells how a server is started");
}

}  // namespace

absl::StatusOr<std::unique_ptr<RelayPipe>> RelayPipe::Start(const RemoteFlags& flags) {
  if (!ParseHostAndPort(flags.server).ok()) {
    return UsageError(fmt::format("--server={} is no HOST:PORT", flags.server),
                      "Give the gRPC port that `magenta serve` prints, say localhost:50051");
  }
  MAGENTA_ASSIGN_OR_RETURN(const std::string path, ProgramPath(Program::kServe));
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    return OutsideError("", fmt::format("no socket: {}", std::strerror(errno)));
  }
  const timeval patience = {10, 0};
  ::setsockopt(ends[0], SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  std::unique_ptr<RelayPipe> pipe(new RelayPipe);
  pipe->socket_ = ends[0];
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  std::vector<std::string> args = {std::string(ProgramName(Program::kServe)), "relay",
                                   flags.server};
  std::vector<std::string> variables = EnvironmentWith(flags.auth_token);
  const int error = ::posix_spawn(&pipe->child_, path.c_str(), &actions, nullptr,
                                  Pointers(args).data(), Pointers(variables).data());
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  if (error == 0) return pipe;
  pipe->child_ = 0;
  return OutsideError(path, fmt::format("cannot be started: {}", std::strerror(error)));
}

RelayPipe::~RelayPipe() {
  if (socket_ >= 0) ::close(socket_);
  int status = 0;
  while (child_ > 0 && ::waitpid(child_, &status, 0) < 0 && errno == EINTR) {
  }
}

void RelayPipe::Close() const { ::shutdown(socket_, SHUT_RDWR); }

absl::Status RelayPipe::Send(const RelayRequest& message) const {
  if (WriteFrame(socket_, message)) return absl::OkStatus();
  Close();  // half a message is worse than none
  return RelayEnded();
}

absl::StatusOr<RelayReply> RelayPipe::Receive() const {
  RelayReply reply;
  if (!ReadFrame(socket_, kMaxReply, reply)) return RelayEnded();
  return reply;
}

absl::Status StatusOf(const RelayReply& reply) {
  if (reply.code() == 0) return absl::OkStatus();
  return WithRemedy(absl::Status(static_cast<absl::StatusCode>(reply.code()), reply.message()),
                    reply.remedy());
}

}  // namespace magenta::cli
