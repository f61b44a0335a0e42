#pragma once
// Answers as sound (accept: audio/wav) and as pictures (image/svg+xml, image/png). Sound takes a
// hundred times as long as the notes and is made elsewhere, by whatever ServeOptions::render is;
// here it is bounded: a few at a time, on threads of their own, so that neither networks nor
// connections wait for it.

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

/// How many are made at a time, and how many wait.
inline constexpr int kRenderThreads = 2;
inline constexpr size_t kMaxRendersWaiting = 32;

/// Thread-safe.
class Renderer {
 public:
  /// `options` and `metrics` outlive it.
  Renderer(const ServeOptions& options, ServerMetrics& metrics);
  /// Stop()s.
  ~Renderer() { Stop(); }

  /// Whether there is anything that makes sound and pictures.
  bool available() const { return options_.render != nullptr; }

  using Done = std::function<void(absl::StatusOr<std::string> bytes)>;

  /// Calls `done` once, with the bytes of a file of `format`, from a thread of its own or within
  /// Submit. What they take is held by `ticket`. Errors: what makes the file; more bytes than may
  /// be held or too many that wait (kResourceExhausted), options.max_seconds have passed
  /// (kDeadlineExceeded), nobody waits any more (kCancelled), the server ends (kUnavailable).
  void Submit(NoteSequence music, RenderFormat format, std::shared_ptr<Ticket> ticket,
              const Done& done);

  /// Waits until none is made or waits, at most until `deadline`.
  void Drain(Clock::time_point deadline);
  /// Ends those that are made or wait, and takes no more. Everybody was told when it returns.
  void Stop();

 private:
  struct Job {
    NoteSequence music;
    RenderFormat format;
    std::shared_ptr<Ticket> ticket;
    Clock::time_point deadline;
    Done done;
  };
  bool HaveThreads();
  void Work();
  absl::StatusOr<std::string> Make(const Job& job);
  absl::Status Hold(const NoteSequence& music, RenderFormat format, Ticket& ticket);

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
