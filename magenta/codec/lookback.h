#pragma once
// Looking back by whole bars: what the lookback and the key codec share.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "magenta/base/sparse_vector.h"
#include "magenta/music/event.h"

namespace magenta {

/// The distances at which an event may repeat, in steps, shortest first: one and two bars of 4/4 at
/// four steps per quarter, whatever the meter of the music (docs/rules.md section 4).
inline constexpr std::array<int, 2> kLookbackDistances = {16, 32};
/// Steps of the bar that the key codec counts in.
inline constexpr int kCodecStepsPerBar = 16;

/// The last events of a sequence, as far back as the longest distance, in constant memory.
class RecentEvents {
 public:
  /// Constant work; what lies further back than any distance is overwritten.
  void Push(Event event) {
    ring_[count_ % kCapacity] = event;
    ++count_;
  }
  void Reset() { count_ = 0; }
  /// Events pushed so far.
  int64_t count() const { return count_; }
  /// The event `distance` before the next one to come (1: the last one pushed); `before_start`
  /// where the sequence had not begun. 1 <= distance <= the longest of kLookbackDistances + 1.
  Event Back(int distance, Event before_start) const {
    return distance > count_ ? before_start : ring_[(count_ - distance) % kCapacity];
  }
  /// Whether the event last pushed equals the one `distance` before it.
  bool LastRepeats(int distance) const {
    return count_ > distance && Back(1, kNoEvent) == Back(distance + 1, kNoEvent);
  }

 private:
  static constexpr int64_t kCapacity = kLookbackDistances.back() + 1;
  std::array<Event, kCapacity> ring_{};
  int64_t count_ = 0;
};

/// Which of `distances` (shortest first, at most kLookbackDistances.back()) the label of `next`
/// names, if `next` is a repeat: the longest that fits. `nothing`, before the longest distance is
/// reached, counts as a repeat at that distance.
std::optional<size_t> RepeatOf(const RecentEvents& events, Event next,
                               std::span<const int> distances, Event nothing);

/// `bits` lowest bits of `number` as +1 and -1 at index `offset` and after, lowest first.
void AddCounter(int64_t number, int bits, int32_t offset, SparseVector& input);

}  // namespace magenta
