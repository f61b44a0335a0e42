#include "magenta/cli/input/remote.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <utility>
#include <vector>

#include "magenta/base/random.h"
#include "magenta/base/status.h"
#include "magenta/cli/programs.h"
#include "magenta/cli/verbs/serve_flags.h"
#include "magenta/generate/generate_args.h"

extern char** environ;

namespace magenta::cli {
namespace {

/// Requests that wait for their replies.
constexpr int kRelayWindow = 32;
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
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

absl::Status RelayEnded() {
  return OutsideError("", "magenta-serve, which talks to the server, has ended",
                      "`magenta serve --help` tells how a server is started");
}

class Relay final : public RemoteGenerator {
 public:
  ~Relay() override {
    if (socket_ >= 0) ::close(socket_);
    int status = 0;
    while (child_ > 0 && ::waitpid(child_, &status, 0) < 0 && errno == EINTR) {
    }
  }

  absl::Status Start(const RemoteFlags& flags) {
    MAGENTA_ASSIGN_OR_RETURN(const std::string path, ProgramPath(Program::kServe));
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
      return OutsideError("", fmt::format("no socket: {}", std::strerror(errno)));
    }
    socket_ = ends[0];
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    std::vector<std::string> args = {std::string(ProgramName(Program::kServe)), "relay",
                                     flags.server};
    std::vector<std::string> variables = EnvironmentWith(flags.auth_token);
    const int error = ::posix_spawn(&child_, path.c_str(), &actions, nullptr, Pointers(args).data(),
                                    Pointers(variables).data());
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    if (error == 0) return absl::OkStatus();
    child_ = 0;
    return OutsideError(path, fmt::format("cannot be started: {}", std::strerror(error)));
  }

  absl::StatusOr<Generation> GenerateMany(const GenerateSequenceRequest& request,
                                          int num_outputs) override {
    MAGENTA_ASSIGN_OR_RETURN(const GenerateArgs args,
                             ParseGenerateArgs(request.generator_options()));
    Generation generation;
    generation.seed = args.seed.has_value() ? *args.seed : DrawSeed();
    int sent = 0;
    for (int received = 0; received < num_outputs; ++received) {
      for (; sent < num_outputs && sent - received < kRelayWindow; ++sent) {
        RelayRequest message;
        *message.mutable_generate() = request;
        auto& all = *message.mutable_generate()->mutable_generator_options()->mutable_args();
        all["seed"].set_int_value(
            static_cast<int32_t>(generation.seed + static_cast<uint32_t>(sent)));
        MAGENTA_RETURN_IF_ERROR(Send(message));
      }
      MAGENTA_ASSIGN_OR_RETURN(RelayReply reply, Receive());
      if (received == 0) generation.notes.assign(reply.notes().begin(), reply.notes().end());
      GeneratedOutput& output = generation.outputs.emplace_back();
      output.sequence = std::move(*reply.mutable_response()->mutable_generated_sequence());
      output.seed = reply.seed();
      output.log_likelihood = reply.log_likelihood();
    }
    return generation;
  }

  absl::StatusOr<ListGeneratorsResponse> List() override {
    RelayRequest message;
    message.mutable_list();
    MAGENTA_RETURN_IF_ERROR(Send(message));
    MAGENTA_ASSIGN_OR_RETURN(RelayReply reply, Receive());
    return std::move(*reply.mutable_generators());
  }

 private:
  absl::Status Send(const RelayRequest& message) const {
    const std::string bytes = message.SerializeAsString();
    const auto size = static_cast<uint32_t>(bytes.size());
    std::string framed = {static_cast<char>(size), static_cast<char>(size >> 8),
                          static_cast<char>(size >> 16), static_cast<char>(size >> 24)};
    framed += bytes;
    for (size_t sent = 0; sent < framed.size();) {
      const ssize_t count =
          ::send(socket_, framed.data() + sent, framed.size() - sent, MSG_NOSIGNAL);
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) return RelayEnded();
      sent += static_cast<size_t>(count);
    }
    return absl::OkStatus();
  }

  bool ReadBytes(char* to, size_t size) const {
    while (size > 0) {
      const ssize_t count = ::recv(socket_, to, size, 0);
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) return false;
      to += count;
      size -= static_cast<size_t>(count);
    }
    return true;
  }

  /// The next reply, or the error that it tells.
  absl::StatusOr<RelayReply> Receive() const {
    unsigned char head[4];
    if (!ReadBytes(reinterpret_cast<char*>(head), 4)) return RelayEnded();
    const uint32_t size = head[0] | head[1] << 8 | head[2] << 16 | uint32_t{head[3]} << 24;
    if (size > kMaxReply) return RelayEnded();
    std::string bytes(size, '\0');
    RelayReply reply;
    if (!ReadBytes(bytes.data(), size) || !reply.ParseFromString(bytes)) return RelayEnded();
    if (reply.code() == 0) return reply;
    const auto code = static_cast<absl::StatusCode>(reply.code());
    return WithRemedy(absl::Status(code, reply.message()), reply.remedy());
  }

  int socket_ = -1;
  pid_t child_ = 0;
};

}  // namespace

void RemoteFlags::Describe(Flags& flags) {
  flags.Group("A model elsewhere");
  flags
      .Text("server", &server,
            "Ask a running `magenta serve` (its gRPC port) instead; --config names its generator.")
      .Value("HOST:PORT");
  flags
      .Text("auth_token", &auth_token,
            "What that server asks for; $MAGENTA_AUTH_TOKEN says it too.")
      .Value("TOKEN");
}

absl::StatusOr<std::unique_ptr<RemoteGenerator>> ConnectTo(const RemoteFlags& flags) {
  const size_t colon = flags.server.rfind(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == flags.server.size()) {
    return UsageError(fmt::format("--server={} is no HOST:PORT", flags.server),
                      "Give the gRPC port that `magenta serve` prints, say localhost:50051");
  }
  auto relay = std::make_unique<Relay>();
  MAGENTA_RETURN_IF_ERROR(relay->Start(flags));
  return relay;
}

}  // namespace magenta::cli
