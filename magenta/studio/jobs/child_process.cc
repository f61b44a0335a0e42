#include "magenta/studio/jobs/child_process.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>

#include "magenta/base/status.h"

namespace magenta {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr int kLookEveryMs = 50;
constexpr size_t kMostLineBytes = size_t{1} << 20;
constexpr size_t kMostLastWords = size_t{16} << 10;
constexpr int kNotStarted = 127;
constexpr int kLowest = 19;

/// Both ends of a pipe, closed at the end.
struct Pipe {
  Pipe() {
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) ends = {-1, -1};
  }
  ~Pipe() {
    Close(0);
    Close(1);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  void Close(int end) {
    if (ends[end] >= 0) ::close(ends[end]);
    ends[end] = -1;
  }
  std::array<int, 2> ends{-1, -1};  // to read, to write
};

/// In the child, between fork and exec: calls alone that are safe there.
void BecomeQuiet(pid_t parent, int nice) {
  ::setsid();
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(kNotStarted);  // it has gone already
  if (nice <= 0) return;
  ::setpriority(PRIO_PROCESS, 0, nice);
  if (nice == kLowest) {
    const sched_param none{};
    ::sched_setscheduler(0, SCHED_IDLE, &none);
  }
  // Where the system weighs sessions, nice says nothing outside of one.
  const int group = ::open("/proc/self/autogroup", O_WRONLY | O_CLOEXEC);
  if (group >= 0) {
    const char digits[] = {static_cast<char>('0' + nice / 10), static_cast<char>('0' + nice % 10)};
    [[maybe_unused]] const ssize_t told = ::write(group, digits, sizeof(digits));
    ::close(group);
  }
}

/// As a program has them that was started from a shell.
void ResetSignals() {
  sigset_t no_signals;
  sigemptyset(&no_signals);
  ::sigprocmask(SIG_SETMASK, &no_signals, nullptr);
  for (const int number : {SIGPIPE, SIGTERM, SIGINT, SIGHUP, SIGCHLD}) {
    ::signal(number, SIG_DFL);
  }
}

/// The child's process; negative: there is none.
pid_t Start(const ChildProcess& what, const Pipe& out, const Pipe& err) {
  std::vector<std::string> arguments = what.arguments;
  std::vector<char*> pointers;
  pointers.reserve(arguments.size() + 1);
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child != 0) return child;
  BecomeQuiet(parent, what.nice);
  ResetSignals();
  if (::chdir(what.folder.c_str()) != 0) ::_exit(kNotStarted);
  const int nothing = ::open("/dev/null", O_RDONLY);
  ::dup2(nothing, STDIN_FILENO);
  ::dup2(out.ends[1], STDOUT_FILENO);
  ::dup2(err.ends[1], STDERR_FILENO);
  // Not the server's sockets and locks.
  ::close_range(STDERR_FILENO + 1, ~0U, 0);
  ::execv(pointers[0], pointers.data());
  ::_exit(kNotStarted);
}

/// Lines of what comes in pieces.
class LineCutter {
 public:
  explicit LineCutter(const std::function<void(const std::string&)>& on_line) : on_line_(on_line) {}
  void Add(std::string_view bytes) {
    for (const char byte : bytes) {
      if (byte == '\n') {
        if (on_line_) on_line_(line_);
        line_.clear();
      } else if (line_.size() < kMostLineBytes) {
        line_ += byte;
      }
    }
  }

 private:
  const std::function<void(const std::string&)>& on_line_;
  std::string line_;
};

/// Asks a process to end, and ends it where it doesn't.
class Ender {
 public:
  Ender(pid_t child, double seconds) : child_(child), seconds_(seconds) {}
  void Ask() {
    const auto now = SteadyClock::now();
    if (!asked_) {
      asked_ = true;
      deadline_ = now + std::chrono::milliseconds(static_cast<int64_t>(seconds_ * 1000));
      ::kill(child_, SIGTERM);
    } else if (now > deadline_) {
      ::kill(child_, SIGKILL);
    }
  }

 private:
  const pid_t child_;
  const double seconds_;
  bool asked_ = false;
  SteadyClock::time_point deadline_;
};

/// What is there to read; false at the end.
bool ReadSome(int file, std::string& bytes) {
  bytes.resize(size_t{64} << 10);
  const ssize_t got = ::read(file, bytes.data(), bytes.size());
  bytes.resize(got > 0 ? static_cast<size_t>(got) : 0);
  return got > 0 || (got < 0 && (errno == EINTR || errno == EAGAIN));
}

void Listen(const ChildProcess& child, pid_t process, Pipe& out, Pipe& err,
            std::string& last_words) {
  LineCutter lines(child.on_line);
  Ender ender(process, child.seconds_to_end);
  std::string bytes;
  while (out.ends[0] >= 0 || err.ends[0] >= 0) {
    std::array<pollfd, 2> files = {{{out.ends[0], POLLIN, 0}, {err.ends[0], POLLIN, 0}}};
    ::poll(files.data(), files.size(), kLookEveryMs);
    if (child.stop && child.stop()) ender.Ask();
    if (files[0].revents != 0) {
      if (!ReadSome(out.ends[0], bytes)) out.Close(0);
      lines.Add(bytes);
    }
    if (files[1].revents != 0) {
      if (!ReadSome(err.ends[0], bytes)) err.Close(0);
      last_words += bytes;
      if (last_words.size() > kMostLastWords) {
        last_words.erase(0, last_words.size() - kMostLastWords);
      }
    }
  }
}

}  // namespace

absl::StatusOr<ChildEnd> RunChild(const ChildProcess& child) {
  Pipe out, err;
  const std::string& program = child.arguments.at(0);
  pid_t process = -1;
  if (out.ends[0] >= 0 && err.ends[0] >= 0 && ::access(program.c_str(), X_OK) == 0) {
    process = Start(child, out, err);
  }
  if (process < 0) {
    return OutsideError(program, fmt::format("cannot be started: {}", std::strerror(errno)));
  }
  out.Close(1);
  err.Close(1);
  ChildEnd end;
  Listen(child, process, out, err, end.last_words);
  int status = 0;
  while (::waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  end.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return end;
}

}  // namespace magenta
