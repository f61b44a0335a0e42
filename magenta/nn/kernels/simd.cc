// The kernels by Highway, compiled once for each vector width (foreach_target.h includes this file
// again and again). A lane is an output column, so every width adds the same numbers in the same
// order as scalar.cc; Mul and Add stay apart, for a fused multiply-add would round once less.

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "magenta/nn/kernels/simd.cc"  // NOLINT
#include <hwy/foreach_target.h>
// After foreach_target.h, which must come first.
#include <hwy/highway.h>

#include <cstring>
#include <vector>

#include "magenta/nn/kernels/exp_constants.h"
#include "magenta/nn/kernels/kernels.h"

HWY_BEFORE_NAMESPACE();
namespace magenta {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D = hn::CappedTag<float, kLaneBlock>;
using V = hn::Vec<D>;

// --- exp and its kin: scalar.h line by line ---

struct SplitVec {
  V power;
  V rest;
};

HWY_INLINE SplitVec SplitExp(V x) {
  namespace k = exp_constants;
  const D d;
  const hn::RebindToUnsigned<D> du;
  const V round = hn::Set(d, k::kRound);
  const V t = hn::Add(hn::Mul(x, hn::Set(d, k::kLog2E)), round);
  const V n = hn::Sub(t, round);
  const V r =
      hn::Sub(hn::Sub(x, hn::Mul(n, hn::Set(d, k::kLn2High))), hn::Mul(n, hn::Set(d, k::kLn2Low)));
  V p = hn::Add(hn::Mul(hn::Set(d, k::kP4), r), hn::Set(d, k::kP3));
  p = hn::Add(hn::Mul(p, r), hn::Set(d, k::kP2));
  p = hn::Add(hn::Mul(p, r), hn::Set(d, k::kP1));
  p = hn::Add(hn::Mul(p, r), hn::Set(d, k::kP0));
  const auto bits = hn::Add(hn::BitCast(du, t), hn::Set(du, 127u));
  const V power = hn::BitCast(d, hn::ShiftLeft<23>(bits));
  return {power, hn::Add(hn::Mul(hn::Mul(r, r), p), r)};
}

HWY_INLINE V ClampedExp(V x) {
  const D d;
  const V limit = hn::Set(d, exp_constants::kExpLimit);
  const V low = hn::Neg(limit);
  // Comparisons, not Min and Max: what those make of a NaN differs between machines.
  x = hn::IfThenElse(hn::Gt(x, low), x, low);
  x = hn::IfThenElse(hn::Lt(x, limit), x, limit);
  const SplitVec e = SplitExp(x);
  return hn::Mul(e.power, hn::Add(e.rest, hn::Set(d, 1.0f)));
}

HWY_INLINE V Exp(V x) {
  const V limit = hn::Set(D(), -exp_constants::kExpLimit);
  return hn::IfThenZeroElse(hn::Lt(x, limit), ClampedExp(x));
}

HWY_INLINE V Sigmoid(V x) {
  const V one = hn::Set(D(), 1.0f);
  return hn::Div(one, hn::Add(ClampedExp(hn::Neg(x)), one));
}

HWY_INLINE V Tanh(V x) {
  const D d;
  const V limit = hn::Set(d, exp_constants::kTanhLimit);
  V y = hn::Abs(x);
  y = hn::IfThenElse(hn::Lt(y, limit), y, limit);
  const SplitVec e = SplitExp(hn::Add(y, y));
  const V minus_one = hn::Add(hn::Mul(e.power, e.rest), hn::Sub(e.power, hn::Set(d, 1.0f)));
  return hn::CopySign(hn::Div(minus_one, hn::Add(minus_one, hn::Set(d, 2.0f))), x);
}

template <V (*kFunction)(V)>
void Each(const float* x, float* y, int padded) {
  const D d;
  const int lanes = static_cast<int>(hn::Lanes(d));
  for (int i = 0; i < padded; i += lanes) hn::StoreU(kFunction(hn::LoadU(d, x + i)), d, y + i);
}

// --- one row times a panel ---

/// A row vector all of whose columns count.
struct DenseRow {
  const float* x;
  int count;
  int Index(int k) const { return k; }
  float Value(int k) const { return x[k]; }
};

/// A row vector given by the entries that are not zero.
struct SparseRow {
  const int32_t* index;
  const float* value;
  int count;
  int Index(int k) const { return index[k]; }
  float Value(int k) const { return value[k]; }
};

/// y[0 .. 8 lanes) of a panel whose rows are `width` apart: eight sums in registers.
template <class Row>
HWY_INLINE void Columns8(const float* panel, int width, const Row& row, float* y) {
  const D d;
  const size_t n = hn::Lanes(d);
  V y0 = hn::LoadU(d, y), y1 = hn::LoadU(d, y + n);
  V y2 = hn::LoadU(d, y + 2 * n), y3 = hn::LoadU(d, y + 3 * n);
  V y4 = hn::LoadU(d, y + 4 * n), y5 = hn::LoadU(d, y + 5 * n);
  V y6 = hn::LoadU(d, y + 6 * n), y7 = hn::LoadU(d, y + 7 * n);
  for (int k = 0; k < row.count; ++k) {
    const float* w = panel + static_cast<size_t>(row.Index(k)) * width;
    const V x = hn::Set(d, row.Value(k));
    y0 = hn::Add(y0, hn::Mul(hn::LoadU(d, w), x));
    y1 = hn::Add(y1, hn::Mul(hn::LoadU(d, w + n), x));
    y2 = hn::Add(y2, hn::Mul(hn::LoadU(d, w + 2 * n), x));
    y3 = hn::Add(y3, hn::Mul(hn::LoadU(d, w + 3 * n), x));
    y4 = hn::Add(y4, hn::Mul(hn::LoadU(d, w + 4 * n), x));
    y5 = hn::Add(y5, hn::Mul(hn::LoadU(d, w + 5 * n), x));
    y6 = hn::Add(y6, hn::Mul(hn::LoadU(d, w + 6 * n), x));
    y7 = hn::Add(y7, hn::Mul(hn::LoadU(d, w + 7 * n), x));
  }
  hn::StoreU(y0, d, y), hn::StoreU(y1, d, y + n);
  hn::StoreU(y2, d, y + 2 * n), hn::StoreU(y3, d, y + 3 * n);
  hn::StoreU(y4, d, y + 4 * n), hn::StoreU(y5, d, y + 5 * n);
  hn::StoreU(y6, d, y + 6 * n), hn::StoreU(y7, d, y + 7 * n);
}

/// y[0 .. 4 lanes).
template <class Row>
HWY_INLINE void Columns4(const float* panel, int width, const Row& row, float* y) {
  const D d;
  const size_t n = hn::Lanes(d);
  V y0 = hn::LoadU(d, y), y1 = hn::LoadU(d, y + n);
  V y2 = hn::LoadU(d, y + 2 * n), y3 = hn::LoadU(d, y + 3 * n);
  for (int k = 0; k < row.count; ++k) {
    const float* w = panel + static_cast<size_t>(row.Index(k)) * width;
    const V x = hn::Set(d, row.Value(k));
    y0 = hn::Add(y0, hn::Mul(hn::LoadU(d, w), x));
    y1 = hn::Add(y1, hn::Mul(hn::LoadU(d, w + n), x));
    y2 = hn::Add(y2, hn::Mul(hn::LoadU(d, w + 2 * n), x));
    y3 = hn::Add(y3, hn::Mul(hn::LoadU(d, w + 3 * n), x));
  }
  hn::StoreU(y0, d, y), hn::StoreU(y1, d, y + n);
  hn::StoreU(y2, d, y + 2 * n), hn::StoreU(y3, d, y + 3 * n);
}

/// y[0 .. lanes).
template <class Row>
HWY_INLINE void Columns1(const float* panel, int width, const Row& row, float* y) {
  const D d;
  V y0 = hn::LoadU(d, y);
  for (int k = 0; k < row.count; ++k) {
    const float* w = panel + static_cast<size_t>(row.Index(k)) * width;
    y0 = hn::Add(y0, hn::Mul(hn::LoadU(d, w), hn::Set(d, row.Value(k))));
  }
  hn::StoreU(y0, d, y);
}

/// y += row * w for the rows of `w` from `first_row` on.
template <class Row>
HWY_INLINE void MultiplyRow(const PackedMatrix& w, int first_row, const Row& row, float* y) {
  const int n = static_cast<int>(hn::Lanes(D()));
  for (int first = 0; first < w.width(); first += kPanelWidth) {
    const float* panel = w.Panel(first, first_row);
    const int width = w.PanelWidth(first);
    int i = 0;
    for (; i + 8 * n <= width; i += 8 * n) Columns8(panel + i, width, row, y + first + i);
    for (; i + 4 * n <= width; i += 4 * n) Columns4(panel + i, width, row, y + first + i);
    for (; i < width; i += n) Columns1(panel + i, width, row, y + first + i);
  }
}

void MultiplySparse(const PackedMatrix& w, const int32_t* index, const float* value, int count,
                    float* y) {
  MultiplyRow(w, 0, SparseRow{index, value, count}, y);
}

// --- four rows at once: each weight is loaded once for all ---

/// Where four rows of x and of y are.
struct FourRows {
  const float* x;
  size_t x_stride;
  int columns;
  float* y;
  size_t y_stride;
};

/// Two vectors of columns for four rows: eight sums in registers.
HWY_INLINE void Tile4x2(const float* panel, int width, const FourRows& rows) {
  const D d;
  const size_t n = hn::Lanes(d), s = rows.y_stride, xs = rows.x_stride;
  float* y = rows.y;
  V a0 = hn::LoadU(d, y), a1 = hn::LoadU(d, y + n);
  V b0 = hn::LoadU(d, y + s), b1 = hn::LoadU(d, y + s + n);
  V c0 = hn::LoadU(d, y + 2 * s), c1 = hn::LoadU(d, y + 2 * s + n);
  V d0 = hn::LoadU(d, y + 3 * s), d1 = hn::LoadU(d, y + 3 * s + n);
  for (int k = 0; k < rows.columns; ++k, panel += width) {
    const V w0 = hn::LoadU(d, panel), w1 = hn::LoadU(d, panel + n);
    const V xa = hn::Set(d, rows.x[k]), xb = hn::Set(d, rows.x[xs + k]);
    a0 = hn::Add(a0, hn::Mul(w0, xa)), a1 = hn::Add(a1, hn::Mul(w1, xa));
    b0 = hn::Add(b0, hn::Mul(w0, xb)), b1 = hn::Add(b1, hn::Mul(w1, xb));
    const V xc = hn::Set(d, rows.x[2 * xs + k]), xd = hn::Set(d, rows.x[3 * xs + k]);
    c0 = hn::Add(c0, hn::Mul(w0, xc)), c1 = hn::Add(c1, hn::Mul(w1, xc));
    d0 = hn::Add(d0, hn::Mul(w0, xd)), d1 = hn::Add(d1, hn::Mul(w1, xd));
  }
  hn::StoreU(a0, d, y), hn::StoreU(a1, d, y + n);
  hn::StoreU(b0, d, y + s), hn::StoreU(b1, d, y + s + n);
  hn::StoreU(c0, d, y + 2 * s), hn::StoreU(c1, d, y + 2 * s + n);
  hn::StoreU(d0, d, y + 3 * s), hn::StoreU(d1, d, y + 3 * s + n);
}

/// One vector of columns for four rows.
HWY_INLINE void Tile4x1(const float* panel, int width, const FourRows& rows) {
  const D d;
  const size_t s = rows.y_stride, xs = rows.x_stride;
  float* y = rows.y;
  V y0 = hn::LoadU(d, y), y1 = hn::LoadU(d, y + s);
  V y2 = hn::LoadU(d, y + 2 * s), y3 = hn::LoadU(d, y + 3 * s);
  for (int k = 0; k < rows.columns; ++k, panel += width) {
    const V w = hn::LoadU(d, panel);
    y0 = hn::Add(y0, hn::Mul(w, hn::Set(d, rows.x[k])));
    y1 = hn::Add(y1, hn::Mul(w, hn::Set(d, rows.x[xs + k])));
    y2 = hn::Add(y2, hn::Mul(w, hn::Set(d, rows.x[2 * xs + k])));
    y3 = hn::Add(y3, hn::Mul(w, hn::Set(d, rows.x[3 * xs + k])));
  }
  hn::StoreU(y0, d, y), hn::StoreU(y1, d, y + s);
  hn::StoreU(y2, d, y + 2 * s), hn::StoreU(y3, d, y + 3 * s);
}

/// The columns [i, i + step) of a panel for as many whole fours of rows as there are.
HWY_INLINE void TileRows(const float* panel, int width, bool pair, FourRows rows, int fours) {
  for (int f = 0; f < fours; ++f) {
    pair ? Tile4x2(panel, width, rows) : Tile4x1(panel, width, rows);
    rows.x += 4 * rows.x_stride;
    rows.y += 4 * rows.y_stride;
  }
}

void Multiply(const PackedMatrix& w, int first_row, int columns, const RowsView& x, float* y,
              size_t y_stride) {
  const int n = static_cast<int>(hn::Lanes(D()));
  const int fours = x.rows / 4;
  for (int first = 0; fours > 0 && first < w.width(); first += kPanelWidth) {
    const float* panel = w.Panel(first, first_row);
    const int width = w.PanelWidth(first);
    for (int i = 0; i < width;) {
      const bool pair = i + 2 * n <= width;
      const FourRows rows = {x.data, x.stride, columns, y + first + i, y_stride};
      TileRows(panel + i, width, pair, rows, fours);
      i += pair ? 2 * n : n;
    }
  }
  for (int r = fours * 4; r < x.rows; ++r) {
    MultiplyRow(w, first_row, DenseRow{x.data + r * x.stride, columns}, y + r * y_stride);
  }
}

// --- cells ---

void Lstm(const float* z, float* c, float* h, int padded) {
  const D d;
  const int lanes = static_cast<int>(hn::Lanes(d));
  for (int u = 0; u < padded; u += lanes) {
    const V i = hn::LoadU(d, z + u);
    const V j = hn::LoadU(d, z + padded + u);
    const V f = hn::LoadU(d, z + 2 * padded + u);
    const V o = hn::LoadU(d, z + 3 * padded + u);
    const V keep = hn::Mul(hn::LoadU(d, c + u), Sigmoid(hn::Add(f, hn::Set(d, 1.0f))));
    const V next = hn::Add(keep, hn::Mul(Sigmoid(i), Tanh(j)));
    hn::StoreU(next, d, c + u);
    hn::StoreU(hn::Mul(Tanh(next), Sigmoid(o)), d, h + u);
  }
}

void AttentionScores(const float* keys, const float* q, const float* v, int rows, int padded,
                     float* scores) {
  const D d;
  const int lanes = static_cast<int>(hn::Lanes(d));
  HWY_ALIGN float partial[kLaneBlock];
  for (int t = 0; t < rows; ++t, keys += padded) {
    for (int lane = 0; lane < kLaneBlock; lane += lanes) {
      V sum = hn::Zero(d);
      for (int u = lane; u < padded; u += kLaneBlock) {
        const V key = hn::Add(hn::LoadU(d, keys + u), hn::LoadU(d, q + u));
        sum = hn::Add(sum, hn::Mul(hn::LoadU(d, v + u), Tanh(key)));
      }
      hn::StoreU(sum, d, partial + lane);
    }
    for (int half = kLaneBlock / 2; half > 0; half /= 2) {
      for (int i = 0; i < half; ++i) partial[i] += partial[i + half];
    }
    scores[t] = partial[0];
  }
}

void WeightedSum(const float* values, const float* weights, int rows, int padded, float* y) {
  const D d;
  const int lanes = static_cast<int>(hn::Lanes(d));
  for (int u = 0; u < padded; u += lanes) {
    V sum = hn::LoadU(d, y + u);
    const float* value = values + u;
    for (int t = 0; t < rows; ++t, value += padded) {
      sum = hn::Add(sum, hn::Mul(hn::LoadU(d, value), hn::Set(d, weights[t])));
    }
    hn::StoreU(sum, d, y + u);
  }
}

const Kernels& Table() {
  constexpr const char* name = HWY_TARGET == HWY_AVX3    ? "avx3"
                               : HWY_TARGET == HWY_AVX2  ? "avx2"
                               : HWY_TARGET == HWY_SSE4  ? "sse4"
                               : HWY_TARGET == HWY_SSSE3 ? "ssse3"
                                                         : "neon";
  static constexpr Kernels kernels = {name,      Multiply,        MultiplySparse,
                                      Lstm,      AttentionScores, WeightedSum,
                                      Each<Exp>, Each<Tanh>,      Each<Sigmoid>};
  return kernels;
}

}  // namespace HWY_NAMESPACE
}  // namespace magenta
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace magenta {
namespace {

/// Highway's bits of what this processor and its system run, asked of the compiler's own library:
/// libhwy measures a timer when it is loaded, for longer than `magenta --help` runs.
int64_t SupportedTargets() {
#if HWY_ARCH_X86
  __builtin_cpu_init();
  int64_t targets = HWY_SCALAR;
  const bool ssse3 = __builtin_cpu_supports("ssse3");
  const bool sse4 = ssse3 && __builtin_cpu_supports("sse4.1") && __builtin_cpu_supports("sse4.2") &&
                    __builtin_cpu_supports("aes") && __builtin_cpu_supports("pclmul");
  // Every processor with these has the F16C and LZCNT that Highway's target wants, too.
  const bool avx2 = sse4 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                    __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
  const bool avx3 = avx2 && __builtin_cpu_supports("avx512f") &&
                    __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
                    __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512cd");
  if (ssse3) targets |= HWY_SSSE3;
  if (sse4) targets |= HWY_SSE4;
  if (avx2) targets |= HWY_AVX2;
  if (avx3) targets |= HWY_AVX3;
  return targets;
#else
  return HWY_ENABLED_BASELINE;
#endif
}

/// The tables that were compiled and that a processor with `supported` targets runs, best first.
std::vector<const Kernels*> CompiledKernels([[maybe_unused]] int64_t supported) {
  std::vector<const Kernels*> tables;
#if HWY_TARGETS & HWY_AVX3
  if (supported & HWY_AVX3) tables.push_back(&N_AVX3::Table());
#endif
#if HWY_TARGETS & HWY_AVX2
  if (supported & HWY_AVX2) tables.push_back(&N_AVX2::Table());
#endif
#if HWY_TARGETS & HWY_SSE4
  if (supported & HWY_SSE4) tables.push_back(&N_SSE4::Table());
#endif
#if HWY_TARGETS & HWY_SSSE3
  if (supported & HWY_SSSE3) tables.push_back(&N_SSSE3::Table());
#endif
#if HWY_TARGETS & HWY_NEON
  if (supported & HWY_NEON) tables.push_back(&N_NEON::Table());
#endif
  return tables;
}

}  // namespace

std::span<const Kernels* const> internal::SimdKernels() {
  static const auto& tables = *new std::vector<const Kernels*>(CompiledKernels(SupportedTargets()));
  return tables;
}

}  // namespace magenta
#endif  // HWY_ONCE
