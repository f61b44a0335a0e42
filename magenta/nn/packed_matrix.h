#pragma once
// A weight matrix laid out for row-vector times matrix: panels of four vectors of columns, each
// panel's rows one after another, so that a kernel walks memory forwards while a panel's sums stay
// in registers.
//
//   panel 0: row 0 [4 vectors] row 1 [4 vectors] ...   panel 1: ...   last panel: 1 to 4 vectors
//
// Columns come in groups (the four gates of an LSTM), and take turns: a vector of the first group,
// a vector of the second, ...; so a panel of an LSTM's kernel holds all four gates of as many units
// as a vector has lanes. Each group is padded with zero columns to a multiple of 16, so that no
// kernel needs a tail. How long a vector is, each table of kernels says (Kernels::lanes).

#include <cstddef>
#include <cstdint>
#include <new>
#include <span>
#include <vector>

namespace magenta {

/// Columns are padded to a multiple of this; every vector width divides it.
inline constexpr int kLaneBlock = 16;
/// Vectors of columns in a full panel.
inline constexpr int kPanelVectors = 4;

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

/// How weights are kept. Every sum is of float32; what is kept as float16 is rounded once, when it
/// is packed.
enum class WeightType { kFloat32, kFloat16 };

/// What rounds to no finite float16.
inline constexpr float kHalfLimit = 65520.0f;
/// The float16 nearest to `value` (even on ties), as its bits; infinite beyond 65504.
uint16_t ToHalf(float value);
/// The float that the float16 of these bits stands for; exact.
float FromHalf(uint16_t bits);

/// How the columns of a matrix, or the values of a bias, are laid out.
struct PackOptions {
  /// Floats in a vector: 4, 8 or 16.
  int lanes = 8;
  /// Equal groups of columns.
  int groups = 1;
  WeightType type = WeightType::kFloat32;
};

class PackedMatrix {
 public:
  PackedMatrix() = default;
  /// Packs the row-major `values` [rows, columns].
  PackedMatrix(std::span<const float> values, int rows, int columns, const PackOptions& options);

  int rows() const { return rows_; }
  /// Columns with padding: groups * PadToLanes(columns / groups).
  int width() const { return width_; }
  WeightType type() const { return type_; }
  /// Columns of a full panel.
  int panel_width() const { return panel_width_; }
  /// Width of the panel that begins at column `first` (a multiple of panel_width()).
  int PanelWidth(int first) const {
    return width_ - first < panel_width_ ? width_ - first : panel_width_;
  }
  /// Row `row` of that panel; its next row lies PanelWidth(first) weights on. T is float or
  /// uint16_t, as type() says.
  template <class T>
  const T* Panel(int first, int row) const {
    return reinterpret_cast<const T*>(data_.data()) + static_cast<size_t>(first) * rows_ +
           static_cast<size_t>(row) * PanelWidth(first);
  }
  /// The weight of row `row` and packed column `column`: what tests and the scalar kernels read.
  float At(int row, int column) const;

 private:
  int rows_ = 0;
  int width_ = 0;
  int panel_width_ = 0;
  WeightType type_ = WeightType::kFloat32;
  std::vector<std::byte, CacheLineAllocator<std::byte>> data_;
};

/// The place that PackedMatrix gives to column `column` of `columns`.
int PackedColumn(int column, int columns, const PackOptions& options);

/// `values` in the places that PackedMatrix gives to columns, with zeros between.
FloatBuffer PackRow(std::span<const float> values, const PackOptions& options);

}  // namespace magenta
