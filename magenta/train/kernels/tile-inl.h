// The tile that all products are made of: some rows by four vectors of sums in registers. Three
// rows are twelve chains, as many as keep two fused multiply-adds a cycle busy, and fill 16
// registers with what they multiply; 32 registers hold six, which read each weight half as often.
// Included once a target by the .cc files of this folder (Highway's way).
// No state: on numbers of their own, threads may call at once.

#if defined(MAGENTA_TRAIN_KERNELS_TILE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MAGENTA_TRAIN_KERNELS_TILE_INL_H_
#undef MAGENTA_TRAIN_KERNELS_TILE_INL_H_
#else
#define MAGENTA_TRAIN_KERNELS_TILE_INL_H_
#endif

#include <hwy/highway.h>

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "magenta/nn/kernels/exp_constants.h"

HWY_BEFORE_NAMESPACE();
namespace magenta::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;

inline int Lanes() { return static_cast<int>(hn::Lanes(D())); }

/// Sums of one row: up to four vectors; the others stay unused.
struct RowSums {
  V v0, v1, v2, v3;
};

template <int kVectors>
HWY_INLINE void LoadSums(const float* from, RowSums& s) {
  const D d;
  const size_t n = hn::Lanes(d);
  s.v0 = hn::LoadU(d, from);
  if constexpr (kVectors > 1) s.v1 = hn::LoadU(d, from + n);
  if constexpr (kVectors > 2) s.v2 = hn::LoadU(d, from + 2 * n);
  if constexpr (kVectors > 3) s.v3 = hn::LoadU(d, from + 3 * n);
}

template <int kVectors>
HWY_INLINE void StoreSums(const RowSums& s, float* to) {
  const D d;
  const size_t n = hn::Lanes(d);
  hn::StoreU(s.v0, d, to);
  if constexpr (kVectors > 1) hn::StoreU(s.v1, d, to + n);
  if constexpr (kVectors > 2) hn::StoreU(s.v2, d, to + 2 * n);
  if constexpr (kVectors > 3) hn::StoreU(s.v3, d, to + 3 * n);
}

/// s += x * w
template <int kVectors>
HWY_INLINE void AddTimes(V x, const RowSums& w, RowSums& s) {
  s.v0 = hn::MulAdd(x, w.v0, s.v0);
  if constexpr (kVectors > 1) s.v1 = hn::MulAdd(x, w.v1, s.v1);
  if constexpr (kVectors > 2) s.v2 = hn::MulAdd(x, w.v2, s.v2);
  if constexpr (kVectors > 3) s.v3 = hn::MulAdd(x, w.v3, s.v3);
}

/// Rows of a whole tile.
#if HWY_ARCH_X86 && HWY_TARGET > HWY_AVX3
constexpr int kTileRows = 3;
#else
constexpr int kTileRows = 6;
#endif

template <int kRows>
struct TileSums {
  RowSums row;
  TileSums<kRows - 1> others;
};
template <>
struct TileSums<1> {
  RowSums row;
};

/// Row r of the tile += x[r * stride] * w
template <int kRows, int kVectors>
HWY_INLINE void AddTimesRows(const float* x, size_t stride, const RowSums& w, TileSums<kRows>& t) {
  AddTimes<kVectors>(hn::Set(D(), x[0]), w, t.row);
  if constexpr (kRows > 1) AddTimesRows<kRows - 1, kVectors>(x + stride, stride, w, t.others);
}

/// Adds `count` products to the rows of sums: number k of row r is x[r * row + k * next], vectors k
/// begin at w + k * P.
template <int kRows, int kVectors>
HWY_INLINE void AddProducts(const float* x, size_t row, size_t next, int count, const float* w,
                            TileSums<kRows>& t) {
  const size_t width = 4 * hn::Lanes(D());
  for (int k = 0; k < count; ++k, x += next, w += width) {
    RowSums b;
    LoadSums<kVectors>(w, b);
    AddTimesRows<kRows, kVectors>(x, row, b, t);
  }
}

template <int kRows, int kVectors>
HWY_INLINE void LoadTile(const float* from, size_t row, TileSums<kRows>& t) {
  LoadSums<kVectors>(from, t.row);
  if constexpr (kRows > 1) LoadTile<kRows - 1, kVectors>(from + row, row, t.others);
}

template <int kRows, int kVectors>
HWY_INLINE void StoreTile(const TileSums<kRows>& t, float* to, size_t row) {
  StoreSums<kVectors>(t.row, to);
  if constexpr (kRows > 1) StoreTile<kRows - 1, kVectors>(t.others, to + row, row);
}

/// Rows that the next tile takes of `left`: as many as a tile holds; the last two share what is
/// left.
inline int TileRows(int left) {
  return left <= kTileRows ? left : left < 2 * kTileRows ? (left + 1) / 2 : kTileRows;
}

/// f(rows) with its argument as a constant, for 1 <= rows <= kMost.
template <int kMost, class F>
HWY_INLINE void WithConstant(int rows, const F& f) {
  if (rows == kMost) {
    f(std::integral_constant<int, kMost>());
  } else if constexpr (kMost > 1) {
    WithConstant<kMost - 1>(rows, f);
  }
}

/// f(first row, rows as a constant) for tiles of all `rows`.
template <class F>
HWY_INLINE void ForEachTile(int rows, const F& f) {
  for (int r = 0; r < rows;) {
    const int count = TileRows(rows - r);
    WithConstant<kTileRows>(count, [&](auto constant) { f(r, constant); });
    r += count;
  }
}

// --- exp and its kin, in 12 operations: nn's polynomial with fused multiply-adds ---

/// e^x for |x| <= 87; beyond, that of the nearest bound.
HWY_INLINE V FastExp(V x) {
  namespace k = exp_constants;
  const D d;
  const hn::RebindToUnsigned<D> du;
  x = hn::Min(hn::Max(x, hn::Set(d, -k::kExpLimit)), hn::Set(d, k::kExpLimit));
  const V round = hn::Set(d, k::kRound);
  const V t = hn::MulAdd(x, hn::Set(d, k::kLog2E), round);
  const V n = hn::Sub(t, round);
  const V r =
      hn::NegMulAdd(n, hn::Set(d, k::kLn2Low), hn::NegMulAdd(n, hn::Set(d, k::kLn2High), x));
  V p = hn::MulAdd(hn::Set(d, k::kP4), r, hn::Set(d, k::kP3));
  p = hn::MulAdd(p, r, hn::Set(d, k::kP2));
  p = hn::MulAdd(p, r, hn::Set(d, k::kP1));
  p = hn::MulAdd(p, r, hn::Set(d, k::kP0));
  const auto bits = hn::Add(hn::BitCast(du, t), hn::Set(du, 127u));
  const V power = hn::BitCast(d, hn::ShiftLeft<23>(bits));
  return hn::MulAdd(power, hn::MulAdd(hn::Mul(r, r), p, r), power);
}

/// 1 / x to 4 units in the last place, for 1 <= x < 1e38: an estimate and one step of Newton's
/// method, which unlike a division can begin anew every cycle. Other processors than x86 estimate
/// 8 bits alone, and divide.
HWY_INLINE V FastReciprocal(V x) {
  const D d;
#if HWY_ARCH_X86
  const V estimate = hn::ApproximateReciprocal(x);
  return hn::Mul(estimate, hn::NegMulAdd(x, estimate, hn::Set(d, 2.0f)));
#else
  return hn::Div(hn::Set(d, 1.0f), x);
#endif
}

/// The same to 2 units: by an estimate where that has 14 bits, else by a division. What a cell
/// computes comes back the next step, so its errors add up.
HWY_INLINE V NearReciprocal(V x) {
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3
  return FastReciprocal(x);
#else
  return hn::Div(hn::Set(D(), 1.0f), x);
#endif
}

/// 1 / (1 + e^-x); absolute error below 2e-7.
HWY_INLINE V FastSigmoid(V x) {
  return NearReciprocal(hn::Add(hn::Set(D(), 1.0f), FastExp(hn::Neg(x))));
}

/// 1 - 2 / (1 + e^2x): absolute error below 3e-7, half the time of a tanh that is exact near 0.
HWY_INLINE V FastTanh(V x) {
  const D d;
  const V e = FastExp(hn::Add(x, x));
  return hn::NegMulAdd(hn::Set(d, 2.0f), NearReciprocal(hn::Add(hn::Set(d, 1.0f), e)),
                       hn::Set(d, 1.0f));
}

}  // namespace magenta::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // MAGENTA_TRAIN_KERNELS_TILE_INL_H_
