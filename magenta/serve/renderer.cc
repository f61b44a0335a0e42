#include "magenta/serve/renderer.h"

#include <fmt/core.h>

#include <system_error>
#include <utility>

#include "magenta/base/status.h"

namespace magenta {
namespace {

/// Of WAV, stereo, 16 bit, 44,100 frames a second; and what sounds on behind the last note.
constexpr double kBytesPerSecond = 4 * 44100.0;
constexpr double kTailSeconds = 4;
/// Of a picture: its frame, and a note of it.
constexpr double kPictureBytes = 1 << 20, kBytesPerDrawnNote = 512;

}  // namespace

Renderer::Renderer(const ServeOptions& options, ServerMetrics& metrics)
    : options_(options), metrics_(metrics) {}

void Renderer::Submit(NoteSequence music, RenderFormat format, std::shared_ptr<Ticket> ticket,
                      const Done& done) {
  if (!available()) return done(absl::UnimplementedError("this server makes no sound or pictures"));
  const absl::Status held = Hold(music, format, *ticket);
  if (!held.ok()) return done(held);
  const auto most = std::chrono::duration_cast<Clock::duration>(
      std::chrono::duration<double>(options_.max_seconds));
  absl::Status refused;
  {
    const std::lock_guard lock(mutex_);
    if (stop_) {
      refused = absl::UnavailableError("the server is being stopped");
    } else if (waiting_.size() == kMaxRendersWaiting) {
      refused = BusyError("too many wait for sound or pictures");
    } else if (!HaveThreads()) {
      refused = BusyError("the system has no thread left to make sound or pictures");
    } else {
      waiting_.push_back({std::move(music), format, std::move(ticket), Clock::now() + most, done});
      arrived_.notify_one();
    }
  }
  if (!refused.ok()) done(refused);
}

/// Locked. Whether there is a thread to work; one fewer does, too.
bool Renderer::HaveThreads() {
  try {
    while (threads_.size() < kRenderThreads) threads_.emplace_back([this] { Work(); });
  } catch (const std::system_error&) {
  }
  return !threads_.empty();
}

/// What is made, and the copy of it that is sent.
absl::Status Renderer::Hold(const NoteSequence& music, RenderFormat format, Ticket& ticket) {
  const double seconds = music.total_time() + kTailSeconds;
  const bool sounds = format == RenderFormat::kWav;
  const double bytes = 2 * (sounds ? seconds * kBytesPerSecond
                                   : kPictureBytes + music.notes_size() * kBytesPerDrawnNote);
  if (!(bytes <= static_cast<double>(options_.max_held_bytes))) {
    return LimitError(
        sounds ? fmt::format("{:.0f} s of sound take {:.0f} bytes", seconds, bytes)
               : fmt::format("a picture of {} notes takes {:.0f} bytes", music.notes_size(), bytes),
        fmt::format("At most {} are allowed here", options_.max_held_bytes));
  }
  ticket.Hold(metrics_.held_bytes, static_cast<int64_t>(bytes));
  if (metrics_.held_bytes <= options_.max_held_bytes) return absl::OkStatus();
  ticket.Free();
  return BusyError("the requests in progress are too large together");
}

absl::StatusOr<std::string> Renderer::Make(const Job& job) {
  const auto ended = [&]() -> absl::Status {
    if (stop_) return absl::UnavailableError("the server is being stopped");
    if (job.ticket->cancelled()) return absl::CancelledError("the client has gone");
    if (Clock::now() >= job.deadline) {
      return absl::DeadlineExceededError("it took too long to make");
    }
    return absl::OkStatus();
  };
  MAGENTA_RETURN_IF_ERROR(ended());
  auto bytes = options_.render(job.music, job.format, [&] { return !ended().ok(); });
  if (!bytes.ok()) MAGENTA_RETURN_IF_ERROR(ended());
  return bytes;
}

void Renderer::Work() {
  std::unique_lock lock(mutex_);
  while (true) {
    arrived_.wait(lock, [this] { return stop_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    Job job = std::move(waiting_.front());
    waiting_.pop_front();
    ++making_;
    lock.unlock();
    job.done(Make(job));
    job = Job();  // what it held
    lock.lock();
    --making_;
    if (making_ == 0 && waiting_.empty()) idle_.notify_all();
  }
}

void Renderer::Drain(Clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  idle_.wait_until(lock, deadline, [this] { return making_ == 0 && waiting_.empty(); });
}

void Renderer::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
    arrived_.notify_all();
  }
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

}  // namespace magenta
