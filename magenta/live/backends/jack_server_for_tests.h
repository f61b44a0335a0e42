#pragma once
// For tests: a JACK server of their own without hardware, and a partner to play with.

#include <fcntl.h>
#include <jack/jack.h>
#include <jack/midiport.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "magenta/live/realtime/midi_io.h"

namespace magenta {

/// Calls `done` each few milliseconds until it is true; false after `seconds`.
template <typename Done>
bool WaitUntil(Done done, double seconds = 20) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  while (!done()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(3));
  }
  return true;
}

inline jack_client_t* OpenTestClient(const char* name) {
  return jack_client_open(name, JackNoStartServer, nullptr);
}

/// `jackd -d dummy` under a name of this process, which JACK_DEFAULT_SERVER is set to. It dies with
/// its test, however that ends. One at a time for each user, tests of other builds included: a
/// server that ends takes the property store of all others away, and clients of theirs then fail to
/// open.
class TestJackServer {
 public:
  TestJackServer() {
    const std::string lock = "/tmp/magenta-jack-tests-" + std::to_string(::getuid()) + ".lock";
    lock_ = ::open(lock.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    TakeTurn();
    static int count = 0;
    name_ = "magenta-test-" + std::to_string(::getpid()) + "-" + std::to_string(count++);
    ::setenv("JACK_DEFAULT_SERVER", name_.c_str(), 1);
    ::setenv("JACK_NO_START_SERVER", "1", 1);
    ::setenv("JACK_NO_AUDIO_RESERVATION", "1", 1);
    jack_set_error_function([](const char*) {});
    jack_set_info_function([](const char*) {});
  }
  ~TestJackServer() {
    // A killed server keeps one of the machine's eight places until its name is used again.
    if (killed_) Start();
    Stop(SIGTERM);
    RemoveSemaphores();
    ::close(lock_);
  }

  /// For what runs long: others may have servers between EndTurn and TakeTurn, while no client of
  /// this one opens and it goes on.
  void EndTurn() { ::flock(lock_, LOCK_UN); }
  void TakeTurn() {
    while (::flock(lock_, LOCK_EX) != 0 && errno == EINTR) {
    }
  }

  static bool Installed() { return std::system("command -v jackd >/dev/null 2>&1") == 0; }

  /// Period of 256 frames at 48 kHz. Synchronous, or events are lost under load. Real time needs
  /// the right to it.
  bool Start(bool real_time = false) {
    pid_ = ::fork();
    if (pid_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGTERM);
      const bool quiet = std::freopen("/dev/null", "w", stdout) != nullptr &&
                         std::freopen("/dev/null", "w", stderr) != nullptr;
      std::vector<const char*> args = {"jackd", "-n", name_.c_str(), "-p", "64"};
      if (real_time) {
        args.insert(args.end(), {"-R", "-P", "10"});
      } else {
        args.push_back("-r");
      }
      args.insert(args.end(), {"-S", "-d", "dummy", "-r", "48000", "-p", "256", nullptr});
      ::execvp("jackd", const_cast<char* const*>(args.data()));
      std::_Exit(quiet ? 127 : 126);
    }
    return WaitUntil([] {
      jack_client_t* client = OpenTestClient("ready");
      if (client != nullptr) jack_client_close(client);
      return client != nullptr;
    });
  }
  void Stop(int signal) {
    if (pid_ <= 0) return;
    ::kill(pid_, signal);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
    killed_ = signal == SIGKILL;
  }
  const std::string& name() const { return name_; }

 private:
  /// What clients of a killed server leave.
  void RemoveSemaphores() const {
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator("/dev/shm", ignored)) {
      const std::string file = entry.path().filename();
      if (file.starts_with("jack_sem.") && file.find("_" + name_ + "_") != file.npos) {
        std::filesystem::remove(entry.path(), ignored);
      }
    }
  }

  std::string name_;
  pid_t pid_ = -1;
  bool killed_ = false;
  int lock_ = -1;
};

/// Another client, with a port "out" that plays what it is told to and a port "in" that notes what
/// comes, both by frames of the server.
class TestJackPartner {
 public:
  struct Message {
    uint32_t frame;
    std::vector<uint8_t> bytes;
    bool operator==(const Message&) const = default;
  };

  explicit TestJackPartner(const char* name = "partner") : client_(OpenTestClient(name)) {
    out_ = jack_port_register(client_, "out", JACK_DEFAULT_MIDI_TYPE, JackPortIsOutput, 0);
    in_ = jack_port_register(client_, "in", JACK_DEFAULT_MIDI_TYPE, JackPortIsInput, 0);
    jack_set_process_callback(
        client_,
        [](jack_nframes_t frames, void* self) {
          static_cast<TestJackPartner*>(self)->Process(frames);
          return 0;
        },
        this);
    jack_activate(client_);
  }
  ~TestJackPartner() { jack_client_close(client_); }

  jack_client_t* client() { return client_; }
  /// Frames of the server now.
  uint32_t now() const { return jack_last_frame_time(client_); }
  /// In order of frames. A frame that is over goes out at the next period's start.
  void Play(std::vector<Message> messages) {
    const std::lock_guard lock(mutex_);
    to_play_.insert(to_play_.end(), messages.begin(), messages.end());
  }
  std::vector<Message> heard() {
    const std::lock_guard lock(mutex_);
    return heard_;
  }
  /// Those of Play in the order and at the frames at which they went.
  std::vector<Message> played() {
    const std::lock_guard lock(mutex_);
    return played_;
  }
  bool idle() {
    const std::lock_guard lock(mutex_);
    return to_play_.empty();
  }
  bool Connect(const std::string& from, const std::string& to) {
    return jack_connect(client_, from.c_str(), to.c_str()) == 0;
  }

 private:
  void Process(jack_nframes_t frames) {
    const std::lock_guard lock(mutex_);
    const uint32_t start = jack_last_frame_time(client_);
    void* in = jack_port_get_buffer(in_, frames);
    for (uint32_t i = 0; i < jack_midi_get_event_count(in); ++i) {
      jack_midi_event_t event;
      jack_midi_event_get(&event, in, i);
      heard_.push_back({start + event.time, {event.buffer, event.buffer + event.size}});
    }
    void* out = jack_port_get_buffer(out_, frames);
    jack_midi_clear_buffer(out);
    size_t done = 0;
    for (; done < to_play_.size(); ++done) {
      Message& message = to_play_[done];
      const auto ahead = static_cast<int32_t>(message.frame - start);
      if (ahead >= static_cast<int32_t>(frames)) break;
      if (ahead < 0) message.frame = start;
      if (jack_midi_event_write(out, message.frame - start, message.bytes.data(),
                                message.bytes.size()) != 0) {
        break;
      }
      played_.push_back(message);
    }
    to_play_.erase(to_play_.begin(), to_play_.begin() + done);
  }

  jack_client_t* client_;
  jack_port_t* out_;
  jack_port_t* in_;
  std::mutex mutex_;
  std::vector<Message> to_play_, played_, heard_;
};

}  // namespace magenta
