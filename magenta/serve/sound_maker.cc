#include "magenta/serve/sound_maker.h"

#include <fmt/core.h>

#include <system_error>
#include <utility>

#include "magenta/base/status.h"

namespace magenta {
namespace {

/// Of WAV, stereo, 16 bit, 44,100 frames a second; and what sounds on behind the last note.
constexpr double kBytesPerSecond = 4 * 44100.0;
constexpr double kTailSeconds = 4;

}  // namespace

SoundMaker::SoundMaker(const ServeOptions& options, ServerMetrics& metrics)
    : options_(options), metrics_(metrics) {}

void SoundMaker::Submit(NoteSequence music, std::shared_ptr<Ticket> ticket,
                        const std::function<void(absl::StatusOr<std::string> wav)>& done) {
  if (!available()) return done(absl::UnimplementedError("this server makes no sound"));
  const absl::Status held = Hold(music, *ticket);
  if (!held.ok()) return done(held);
  const auto most = std::chrono::duration_cast<Clock::duration>(
      std::chrono::duration<double>(options_.max_seconds));
  absl::Status refused;
  {
    const std::lock_guard lock(mutex_);
    if (stop_) {
      refused = absl::UnavailableError("the server is being stopped");
    } else if (waiting_.size() == kMaxSoundsWaiting) {
      refused = BusyError("too many wait for sound");
    } else if (!HaveThreads()) {
      refused = BusyError("the system has no thread left to make sound");
    } else {
      waiting_.push_back({std::move(music), std::move(ticket), Clock::now() + most, done});
      arrived_.notify_one();
    }
  }
  if (!refused.ok()) done(refused);
}

/// Locked. Whether there is a thread to work; one fewer does, too.
bool SoundMaker::HaveThreads() {
  try {
    while (threads_.size() < kSoundThreads) threads_.emplace_back([this] { Work(); });
  } catch (const std::system_error&) {
  }
  return !threads_.empty();
}

/// The sound, and the copy of it that is sent.
absl::Status SoundMaker::Hold(const NoteSequence& music, Ticket& ticket) {
  const double seconds = music.total_time() + kTailSeconds;
  const double bytes = 2 * seconds * kBytesPerSecond;
  if (!(bytes <= static_cast<double>(options_.max_held_bytes))) {
    return LimitError(fmt::format("{:.0f} s of sound take {:.0f} bytes", seconds, bytes),
                      fmt::format("At most {} are allowed here", options_.max_held_bytes));
  }
  ticket.Hold(metrics_.held_bytes, static_cast<int64_t>(bytes));
  if (metrics_.held_bytes <= options_.max_held_bytes) return absl::OkStatus();
  ticket.Free();
  return BusyError("the requests in progress are too large together");
}

absl::StatusOr<std::string> SoundMaker::Make(const Job& job) {
  const auto ended = [&]() -> absl::Status {
    if (stop_) return absl::UnavailableError("the server is being stopped");
    if (job.ticket->cancelled()) return absl::CancelledError("the client has gone");
    if (Clock::now() >= job.deadline) {
      return absl::DeadlineExceededError("the sound took too long");
    }
    return absl::OkStatus();
  };
  MAGENTA_RETURN_IF_ERROR(ended());
  auto wav = options_.sound(job.music, [&] { return !ended().ok(); });
  if (!wav.ok()) MAGENTA_RETURN_IF_ERROR(ended());
  return wav;
}

void SoundMaker::Work() {
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

void SoundMaker::Drain(Clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  idle_.wait_until(lock, deadline, [this] { return making_ == 0 && waiting_.empty(); });
}

void SoundMaker::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
    arrived_.notify_all();
  }
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

}  // namespace magenta
