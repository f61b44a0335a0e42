#pragma once
// What the codecs of performances share whose labels are the classes of events.

#include <span>

#include "magenta/base/check.h"
#include "magenta/codec/codec.h"
#include "magenta/music/performance/performance_event.h"

namespace magenta {

/// One of the 388 classes is predicted, whatever a network reads.
class PerformanceClassCodec : public EventCodec {
 public:
  std::span<const int> head_sizes() const override { return {&kClasses, 1}; }
  int default_label() const override { return default_event(); }
  Event default_event() const override { return ShiftBy(kMostShift); }
  bool Accepts(Event event) const override { return event >= 0 && event < kClasses; }

 private:
  static constexpr int kClasses = kPerformanceEvents;
};

class PerformanceClassEncoder : public EventEncoder {
 public:
  void Push(Event event) override {
    MAGENTA_CHECK(event >= 0 && event < kPerformanceEvents);
    last_ = event;
    step_ += ShiftOf(event);
  }
  void Labels(Event next, std::span<int> labels) const override { labels[0] = next; }
  Event Decode(std::span<const int> labels) const override { return labels[0]; }
  void Reset() override {
    last_ = kNothingPushed;
    step_ = 0;
  }

 protected:
  /// The last event that was pushed; there must be one (checked).
  Event last() const {
    MAGENTA_CHECK(last_ >= 0);
    return last_;
  }
  /// The step on which the event to come stands.
  int64_t step() const { return step_; }

 private:
  static constexpr Event kNothingPushed = -1;
  Event last_ = kNothingPushed;
  int64_t step_ = 0;
};

}  // namespace magenta
