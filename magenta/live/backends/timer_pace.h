#pragma once
// Blocks at even times of the system's clock, for what has no clock of its own.

#include <chrono>
#include <cstdint>

namespace magenta {

/// When blocks of a fixed length begin. A thread that was held up catches up block by block; one
/// that was away for long (a laptop that slept) goes on from now, and no frame is left out either
/// way. One thread's; times are of the monotonic clock.
class TimerPace {
 public:
  using Time = std::chrono::steady_clock::time_point;
  /// More than this behind is given up.
  static constexpr std::chrono::milliseconds kLongAway{250};

  /// The first block begins at `start`.
  TimerPace(Time start, uint32_t block_frames, double rate)
      : anchor_(start), block_frames_(block_frames), rate_(rate) {}

  /// When the block that is next begins.
  Time NextBlock() const { return At(0); }
  /// When frame `frame` of the next block sounds.
  Time At(uint32_t frame) const {
    const double seconds = (static_cast<double>(blocks_) * block_frames_ + frame) / rate_;
    return anchor_ + std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                         std::chrono::duration<double>(seconds));
  }
  /// Frame of the next block for what came at `time`, one block earlier.
  uint32_t FrameOf(Time time) const {
    const std::chrono::duration<double> since = time - At(0);
    const double frame = since.count() * rate_ + block_frames_;
    if (!(frame > 0)) return 0;
    return frame < block_frames_ ? static_cast<uint32_t>(frame) : block_frames_ - 1;
  }
  /// To the block after; `now` says how late we are. True when it was late by more than a block.
  bool Step(Time now) {
    ++blocks_;
    const bool is_late = now > At(block_frames_);
    if (now - NextBlock() > kLongAway) {
      anchor_ = now;
      blocks_ = 0;
    }
    return is_late;
  }

 private:
  Time anchor_;
  uint32_t block_frames_;
  double rate_;
  int64_t blocks_ = 0;
};

}  // namespace magenta
