#pragma once
// Answers as sound (accept: audio/wav). Sound takes a hundred times as long as the notes and is
// made elsewhere, by whatever ServeOptions::sound is; here it is bounded: a few at a time, on
// threads of their own, so that neither networks nor connections wait for it.

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/music.pb.h"
#include "magenta/serve/metrics.h"
#include "magenta/serve/options.h"
#include "magenta/serve/scheduler.h"

namespace magenta {

/// Sounds that are made at a time, and that wait.
inline constexpr int kSoundThreads = 2;
inline constexpr size_t kMaxSoundsWaiting = 32;

/// Thread-safe.
class SoundMaker {
 public:
  /// `options` and `metrics` outlive it.
  SoundMaker(const ServeOptions& options, ServerMetrics& metrics);
  /// Stop()s.
  ~SoundMaker() { Stop(); }

  /// Whether there is anything that makes sound.
  bool available() const { return options_.sound != nullptr; }

  /// Calls `done` once, with the bytes of a WAV file, from a thread of its own or within Submit.
  /// What they take is held by `ticket`. Errors: what makes the sound; more bytes than may be held
  /// or too many that wait (kResourceExhausted), options.max_seconds have passed
  /// (kDeadlineExceeded), nobody waits any more (kCancelled), the server ends (kUnavailable).
  void Submit(NoteSequence music, std::shared_ptr<Ticket> ticket,
              const std::function<void(absl::StatusOr<std::string> wav)>& done);

  /// Waits until none is made or waits, at most until `deadline`.
  void Drain(Clock::time_point deadline);
  /// Ends those that are made or wait, and takes no more. Everybody was told when it returns.
  void Stop();

 private:
  struct Job {
    NoteSequence music;
    std::shared_ptr<Ticket> ticket;
    Clock::time_point deadline;
    std::function<void(absl::StatusOr<std::string> wav)> done;
  };
  bool HaveThreads();
  void Work();
  absl::StatusOr<std::string> Make(const Job& job);
  absl::Status Hold(const NoteSequence& music, Ticket& ticket);

  const ServeOptions& options_;
  ServerMetrics& metrics_;
  std::mutex mutex_;
  std::condition_variable arrived_, idle_;
  std::deque<Job> waiting_;
  int making_ = 0;
  std::atomic<bool> stop_{false};
  std::vector<std::thread> threads_;  // begun with the first
};

}  // namespace magenta
