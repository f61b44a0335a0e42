#pragma once
// A bound of memory for pieces that several threads work on at once: a piece takes some forty times
// its bytes while it is parsed, so large ones wait for each other, and small ones never do.

#include <cstdint>

namespace magenta {

/// Bytes of pieces that are worked on at the same time; one piece alone may have more.
inline constexpr uint64_t kMostBytesInWork = uint64_t{16} << 20;

/// While it lives, its bytes count as being worked on. Its making waits until they fit. A thread
/// may have one at a time, and must not wait for another thread while it has one.
class PieceInWork {
 public:
  PieceInWork() = default;
  explicit PieceInWork(uint64_t bytes);
  PieceInWork(PieceInWork&& other) noexcept;
  PieceInWork& operator=(PieceInWork&& other) noexcept;
  ~PieceInWork();

 private:
  uint64_t bytes_ = 0;
};

}  // namespace magenta
