#include "magenta/cli/serve/running_studio.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <netinet/in.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <sstream>
#include <thread>
#include <utility>

#include "magenta/base/files.h"
#include "magenta/base/status.h"
#include "magenta/base/threads.h"
#include "magenta/cli/serve/silent_process.h"

namespace magenta::cli {
namespace {

constexpr auto kAnswerTime = std::chrono::seconds(10);
constexpr auto kAskEvery = std::chrono::milliseconds(100);

/// The first bytes of what `port` of this machine answers to GET `path`; "" for nothing.
std::string AnswerOf(int port, const std::string& path) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return "";
  const timeval most{1, 0};
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &most, sizeof(most));
  ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &most, sizeof(most));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::string answer;
  const std::string request =
      fmt::format("GET {} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", path);
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0 &&
      ::send(socket, request.data(), request.size(), MSG_NOSIGNAL) ==
          static_cast<ssize_t>(request.size())) {
    char bytes[4096];
    ssize_t read = 0;
    while (answer.size() < (size_t{64} << 10) &&
           (read = ::recv(socket, bytes, sizeof(bytes), 0)) > 0) {
      answer.append(bytes, static_cast<size_t>(read));
    }
  }
  ::close(socket);
  return answer;
}

/// Whether a server of ours listens at `port` and takes requests.
bool IsServer(int port) {
  const std::string answer = AnswerOf(port, "/v1/generators");
  return answer.starts_with("HTTP/1.1 200") && answer.find("Server: magenta") != answer.npos &&
         answer.find("\"generators\"") != answer.npos;
}

/// The program of the folders of $PATH; "" where none has it.
std::string OnPath(const std::string& name) {
  const char* path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "" : path);
  for (std::string folder; std::getline(folders, folder, ':');) {
    folder.append("/").append(name);
    if (folder.starts_with('/') && ::access(folder.c_str(), X_OK) == 0) return folder;
  }
  return "";
}

bool IsSet(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

}  // namespace

absl::StatusOr<RunningStudio> RunningStudio::At(const std::string& studio_dir) {
  if (studio_dir.empty()) {
    return OutsideError("", "there is no home folder to keep anything in", "Give --studio_dir");
  }
  MAGENTA_RETURN_IF_ERROR(MakeFolder(studio_dir));
  const std::string path = studio_dir + "/server.lock";
  const int lock = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock < 0) {
    return OutsideError(path, "cannot be written", "Give --studio_dir a folder of yours");
  }
  return RunningStudio(studio_dir, lock, ::flock(lock, LOCK_EX | LOCK_NB) == 0);
}

RunningStudio::RunningStudio(RunningStudio&& other) noexcept
    : folder_(std::move(other.folder_)),
      lock_(std::exchange(other.lock_, -1)),
      is_ours_(other.is_ours_) {}

RunningStudio::~RunningStudio() {
  if (lock_ >= 0) ::close(lock_);
}

std::optional<int> RunningStudio::Port() const {
  const auto text = ReadFile(folder_ + "/server.json", 4096);
  if (!text.ok()) return std::nullopt;
  constexpr std::string_view kName = "\"port\":";
  const size_t at = text->find(kName);
  const int port = at == text->npos ? 0 : std::atoi(text->c_str() + at + kName.size());
  return port > 0 && port <= 65535 ? std::optional(port) : std::nullopt;
}

absl::StatusOr<int> RunningStudio::WaitForPort() const {
  const auto end = std::chrono::steady_clock::now() + kAnswerTime;
  while (std::chrono::steady_clock::now() < end) {
    const std::optional<int> port = Port();
    if (port.has_value() && IsServer(*port)) return *port;
    std::this_thread::sleep_for(kAskEvery);
  }
  return OutsideError(folder_, "a studio runs on this folder, and does not answer",
                      "End it (`fuser server.lock` there names its process), or give another "
                      "--studio_dir");
}

absl::Status RunningStudio::Tell(int port) const {
  return WriteFile(folder_ + "/server.json", fmt::format("{{\"port\": {}}}\n", port));
}

bool OpenBrowser(const std::string& url) {
  if (!IsSet("DISPLAY") && !IsSet("WAYLAND_DISPLAY")) return false;
  const std::string program = OnPath("xdg-open");
  if (program.empty()) return false;
  const auto child = StartSilent({program, url}, /*own_session=*/true);
  if (!child.ok()) return false;
  auto waiting = StartThread([child = *child] { ::waitpid(child, nullptr, 0); });
  if (waiting.ok()) waiting->detach();
  return true;
}

}  // namespace magenta::cli
