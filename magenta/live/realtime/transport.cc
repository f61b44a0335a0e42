#include "magenta/live/realtime/transport.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace magenta {
namespace {

/// How much of a tick may be over before the next one came.
constexpr double kMostOfTick = 0.999;
/// Share of a new interval in the estimate: a change of tempo is followed within a beat.
constexpr double kNewInterval = 0.25;
/// An interval that many times longer than the estimate is a pause, not a tempo.
constexpr double kPause = 8;
/// Seconds of ticks at the highest tempo that may come at once.
constexpr double kLongestBurst = 0.5;

}  // namespace

Transport::Transport(double qpm, int steps_per_quarter, double steps_per_tick) noexcept
    : steps_per_quarter_(steps_per_quarter),
      steps_per_tick_(steps_per_tick),
      qpm_(std::clamp(qpm, kMinQpm, kMaxQpm)) {}

double Transport::StepsPerFrame() const noexcept { return qpm_ * steps_per_quarter_ / 60 / rate_; }

void Transport::SetRate(int64_t frame, double rate) noexcept {
  if (rate == rate_ && tick_frames_ > 0) return;
  if (!follows()) {
    origin_step_ = PositionAt(frame);
    origin_frame_ = frame;
  }
  rate_ = rate;
  tick_frames_ = steps_per_tick_ / StepsPerFrame();
  if (!follows()) tick_frames_ = 1;
}

void Transport::SetTempo(int64_t frame, double qpm) noexcept {
  if (follows()) return;
  origin_step_ = PositionAt(frame);
  origin_frame_ = frame;
  qpm_ = std::clamp(qpm, kMinQpm, kMaxQpm);
}

void Transport::Start(int64_t frame, double step) noexcept {
  running_ = true;
  origin_frame_ = frame;
  origin_step_ = step;
  tick_step_ = step - steps_per_tick_;
  ticked_ = false;
}

void Transport::Stop(int64_t frame) noexcept {
  origin_step_ = PositionAt(frame);
  origin_frame_ = frame;
  running_ = false;
}

bool Transport::ComesTooFast(int64_t frame, double shortest) noexcept {
  const auto gap = static_cast<double>(frame - tick_frame_);
  const double ahead = seen_ ? std::max(0.0, ahead_ - gap) + shortest : 0;
  const double most = std::max(kLongestBurst * rate_, 2 * shortest);
  if (ahead > most) return true;
  ahead_ = ahead;
  return false;
}

void Transport::Tick(int64_t frame) noexcept {
  const double quarters = steps_per_tick_ / steps_per_quarter_;
  const double shortest = quarters * 60 / kMaxQpm * rate_;
  if (ComesTooFast(frame, shortest)) return;
  if (running_) tick_step_ += steps_per_tick_;
  auto gap = static_cast<double>(frame - tick_frame_);
  tick_frame_ = frame;
  if (running_) ticked_ = true;
  const double longest = quarters * 60 / kMinQpm * rate_;
  if (!std::exchange(seen_, true) || gap <= 0 ||
      gap > (measured_ ? kPause * tick_frames_ : longest))
    return;
  if (measured_) gap = tick_frames_ + kNewInterval * (gap - tick_frames_);
  measured_ = true;
  tick_frames_ = std::clamp(gap, shortest, longest);
  qpm_ = quarters * 60 * rate_ / tick_frames_;
}

bool Transport::Stalled(int64_t frame) const noexcept {
  return follows() && running_ && ticked_ &&
         static_cast<double>(frame - tick_frame_) > 2 * tick_frames_ + rate_ / 2;
}

double Transport::PositionAt(int64_t frame) const noexcept {
  if (!follows()) {
    if (!running_) return origin_step_;
    return origin_step_ + static_cast<double>(frame - origin_frame_) * StepsPerFrame();
  }
  if (!running_) return tick_step_;
  const double share =
      ticked_ ? static_cast<double>(frame - tick_frame_) / tick_frames_ : kMostOfTick;
  return tick_step_ + std::clamp(share, 0.0, kMostOfTick) * steps_per_tick_;
}

int64_t Transport::FrameOf(double step) const noexcept {
  if (!running_) return kNever;
  if (!follows()) {
    const double frames = (step - origin_step_) / StepsPerFrame();
    return origin_frame_ + std::llround(std::max(frames, 0.0));
  }
  if (!ticked_) return kNever;
  const double ticks = (step - tick_step_) / steps_per_tick_;
  if (ticks <= 1e-9) return tick_frame_;
  if (ticks > kMostOfTick) return kNever;
  return tick_frame_ + std::llround(ticks * tick_frames_);
}

}  // namespace magenta
