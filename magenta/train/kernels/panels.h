#pragma once
// How the matrices of a training step lie in memory, so that every product walks it forwards.
//
// A panel is as many columns as four vectors of this machine hold (P = 16, 32 or 64). A matrix of
// rows lies panel after panel, in a panel row after row:
//
//   panel 0: row 0 [P floats] row 1 [P floats] ...   panel 1: ...
//
// A row's part of a panel is what a product broadcasts number by number as its left factor, and
// what it loads as four vectors as its right factor: forward, backward and gradient products read
// the same memory without packing it again. Panels of LSTM gates hold the four gates of one vector
// of units, so that one tile of a product has all that a cell needs.
//
// Plain values, and functions that keep nothing: on memory of their own, threads may call at once.

#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <new>
#include <span>
#include <vector>

#include "magenta/train/kernels/matrix.h"
#include "magenta/train/kernels/packing.h"

namespace magenta {

/// Floats of a vector of this machine, or of the kernel that MAGENTA_KERNEL names (scalar: of the
/// least machine). Asked before any product, since matrices are made by it.
int VectorLanes();
/// Columns of a panel.
inline int PanelWidth() { return 4 * VectorLanes(); }

/// Rows in panels: column k of row r is data[k / P * stride + r * P + k % P].
struct PanelRows {
  float* data = nullptr;
  int64_t stride = 0;  // floats from a panel to the next

  /// The same rows from that panel on.
  PanelRows From(int panel) const { return {data + panel * stride, stride}; }
};

/// What the columns of panels are in the plain matrix that they come from.
struct PanelAxis {
  std::vector<int> index;   // one a column: its place in the plain matrix; -1: padding
  std::vector<int> counts;  // one a panel: columns before its padding

  int panels() const { return static_cast<int>(counts.size()); }
  int columns() const { return static_cast<int>(index.size()); }

  /// Parts of these widths after one another, each from a panel of its own on.
  static PanelAxis Parts(std::initializer_list<int> widths);
  /// The gates i, j, f, o of `units` units: a panel holds those of a vector of units.
  static PanelAxis Gates(int units);
};

/// Panels that `width` columns take.
inline int PanelsOf(int width) { return (width + PanelWidth() - 1) / PanelWidth(); }
/// Vectors that `units` take, and the floats of these.
inline int VectorsOf(int units) { return (units + VectorLanes() - 1) / VectorLanes(); }
inline int PaddedUnits(int units) { return VectorsOf(units) * VectorLanes(); }

/// Floats on cache lines, not set to anything.
class FloatBlock {
 public:
  FloatBlock() = default;
  explicit FloatBlock(int64_t count)
      : data_(static_cast<float*>(
            ::operator new (static_cast<size_t>(count) * sizeof(float), std::align_val_t{64}))) {}
  static FloatBlock Zeros(int64_t count) {
    FloatBlock block(count);
    std::memset(block.data(), 0, static_cast<size_t>(count) * sizeof(float));
    return block;
  }
  float* data() const { return data_.get(); }

 private:
  struct Free {
    void operator()(float* p) const { ::operator delete (p, std::align_val_t{64}); }
  };
  std::unique_ptr<float[], Free> data_;
};

/// Steps that follow one another, whose rows enter a gradient product together.
struct StepChunk {
  int first, end;  // steps
  int64_t row;     // the first one's first row
  int rows;
};

/// All steps of a packing in chunks of about as many rows as a product finds in the nearest cache.
std::vector<StepChunk> CutInChunks(const Packing& packing);

/// A matrix over all rows of a packing, each chunk of it in panels.
class PanelTape {
 public:
  PanelTape() = default;
  PanelTape(const Packing& packing, std::span<const StepChunk> chunks, int panels);

  /// The rows of step t; of a chunk.
  PanelRows Step(int t) const { return steps_[t]; }
  PanelRows Chunk(const StepChunk& chunk) const { return steps_[chunk.first]; }

 private:
  FloatBlock data_;
  std::vector<PanelRows> steps_;
};

/// The same for one chunk at a time, each in the place of the one before.
class ChunkBuffer {
 public:
  ChunkBuffer() = default;
  ChunkBuffer(const Packing& packing, std::span<const StepChunk> chunks, int panels);

  PanelRows Step(int t) const { return steps_[t]; }
  PanelRows Chunk(const StepChunk& chunk) const { return steps_[chunk.first]; }

 private:
  FloatBlock data_;
  std::vector<PanelRows> steps_;
};

/// The first `rows` rows of `panels` panels.
void CopyRows(int rows, int panels, PanelRows from, PanelRows to);
void ClearRows(int rows, int panels, PanelRows rows_to_clear);

}  // namespace magenta
