#pragma once
// A weight matrix laid out for row-vector times matrix: panels of 64 columns, each panel's rows one
// after another, so that a kernel walks memory forwards while a panel's sums stay in registers.
//
//   panel 0: row 0 [64 columns] row 1 [64 columns] ...   panel 1: ...   last panel: 16, 32, 48 or
//   64
//
// Columns come in groups (the four gates of an LSTM); each group is padded with zero columns to a
// multiple of 16, so that no kernel needs a tail.

#include <cstddef>
#include <new>
#include <span>
#include <vector>

namespace magenta {

/// Columns are padded to a multiple of this; every vector width divides it.
inline constexpr int kLaneBlock = 16;
/// Columns of a full panel.
inline constexpr int kPanelWidth = 64;

/// `n` rounded up to whole lane blocks.
constexpr int PadToLanes(int n) { return (n + kLaneBlock - 1) / kLaneBlock * kLaneBlock; }

/// Allocates on cache lines, so that no vector load straddles two.
template <class T>
struct CacheLineAllocator {
  using value_type = T;
  CacheLineAllocator() = default;
  template <class U>
  CacheLineAllocator(const CacheLineAllocator<U>&) {}
  T* allocate(size_t n) {
    return static_cast<T*>(::operator new (n * sizeof(T), std::align_val_t{64}));
  }
  void deallocate(T* p, size_t) { ::operator delete (p, std::align_val_t{64}); }
  bool operator==(const CacheLineAllocator&) const = default;
};

/// Floats on cache lines.
using FloatBuffer = std::vector<float, CacheLineAllocator<float>>;

class PackedMatrix {
 public:
  PackedMatrix() = default;
  /// Packs the row-major `values` [rows, columns], whose columns are `groups` equal groups.
  PackedMatrix(std::span<const float> values, int rows, int columns, int groups = 1);

  int rows() const { return rows_; }
  /// Columns with padding: groups * PadToLanes(columns / groups).
  int width() const { return width_; }
  /// Width of the panel that begins at column `first` (a multiple of kPanelWidth).
  int PanelWidth(int first) const {
    return width_ - first < kPanelWidth ? width_ - first : kPanelWidth;
  }
  /// Row `row` of that panel; its next row lies PanelWidth(first) floats on.
  const float* Panel(int first, int row) const {
    return data_.data() + static_cast<size_t>(first) * rows_ +
           static_cast<size_t>(row) * PanelWidth(first);
  }

 private:
  int rows_ = 0;
  int width_ = 0;
  FloatBuffer data_;
};

/// `values` in `groups` equal groups, each padded with zeros as PackedMatrix pads columns.
FloatBuffer PadGroups(std::span<const float> values, int groups = 1);

}  // namespace magenta
