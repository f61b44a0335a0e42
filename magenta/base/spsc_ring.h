#pragma once
// A queue between two threads that neither ever waits for.

#include <atomic>
#include <bit>
#include <cstddef>
#include <vector>

namespace magenta {

/// One thread pushes, one pops. Nothing allocates after construction, locks or waits; what was
/// written before a Push is seen after the Pop that returns it.
template <class T>
class SpscRing {
 public:
  /// Room for at least `capacity` (>= 1) values.
  explicit SpscRing(size_t capacity) : slots_(std::bit_ceil(capacity)), mask_(slots_.size() - 1) {}
  SpscRing(const SpscRing&) = delete;
  SpscRing& operator=(const SpscRing&) = delete;

  /// False, and nothing happens, when it is full.
  bool Push(const T& value) noexcept {
    const size_t tail = tail_.load(std::memory_order_relaxed);
    if (tail - head_.load(std::memory_order_acquire) > mask_) return false;
    slots_[tail & mask_] = value;
    tail_.store(tail + 1, std::memory_order_release);
    return true;
  }

  /// False, and `value` stays, when it is empty.
  bool Pop(T& value) noexcept {
    const size_t head = head_.load(std::memory_order_relaxed);
    if (head == tail_.load(std::memory_order_acquire)) return false;
    value = slots_[head & mask_];
    head_.store(head + 1, std::memory_order_release);
    return true;
  }

  /// Values that may be pushed before it is full, seen from the pushing thread.
  size_t Free() const noexcept {
    return slots_.size() -
           (tail_.load(std::memory_order_relaxed) - head_.load(std::memory_order_acquire));
  }

 private:
  std::vector<T> slots_;
  const size_t mask_;
  // Apart, so that the two threads don't share a cache line.
  alignas(64) std::atomic<size_t> head_ = 0;
  alignas(64) std::atomic<size_t> tail_ = 0;
};

}  // namespace magenta
