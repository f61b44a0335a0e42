// The kernels by Highway, compiled once for each vector width (foreach_target.h includes this file
// again and again). A lane is an output column, so every width adds the same numbers in the same
// order as scalar.cc, each product by a fused multiply-add; processors without one run scalar.cc.
//
// A tile of sums stays in registers while its weights go by: one row by two panels, or up to three
// rows by one, which are as many chains as keep two fused multiply-adds a cycle busy.

// What has no fused multiply-add would give other bits; what has vectors of no fixed size, no
// tiles.
#define HWY_DISABLED_TARGETS \
  (HWY_SSE4 | HWY_SSSE3 | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128)

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "magenta/nn/kernels/simd.cc"  // NOLINT
#include <hwy/foreach_target.h>
// After foreach_target.h, which must come first.
#include <hwy/highway.h>

#include <algorithm>
#include <type_traits>
#include <vector>

#include "magenta/nn/kernels/exp_constants.h"
#include "magenta/nn/kernels/kernels.h"

#if HWY_TARGET != HWY_SCALAR && HWY_TARGET != HWY_EMU128
HWY_BEFORE_NAMESPACE();
namespace magenta {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D = hn::CappedTag<float, kLaneBlock>;
using V = hn::Vec<D>;

constexpr int kLanes = static_cast<int>(hn::MaxLanes(D()));
constexpr int kPanel = kPanelVectors * kLanes;

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
  return {power, hn::MulAdd(hn::Mul(r, r), p, r)};
}

/// Where x is no number, Min and Max give their other argument on every machine.
HWY_INLINE V Clamp(V x, float limit) {
  const D d;
  return hn::Max(hn::Min(x, hn::Set(d, limit)), hn::Set(d, -limit));
}

HWY_INLINE V ClampedExp(V x, float limit) {
  const SplitVec e = SplitExp(Clamp(x, limit));
  return hn::MulAdd(e.power, e.rest, e.power);
}

HWY_INLINE V Exp(V x) {
  using exp_constants::kExpLimit;
  const V limit = hn::Set(D(), -kExpLimit);
  return hn::IfThenZeroElse(hn::Lt(x, limit), ClampedExp(x, kExpLimit));
}

HWY_INLINE V ExpTwice(V x) { return ClampedExp(hn::Add(x, x), exp_constants::kExpLimit); }

HWY_INLINE V OnePlusExp(V x) {
  return hn::Add(ClampedExp(hn::Neg(x), exp_constants::kSigmoidLimit), hn::Set(D(), 1.0f));
}

HWY_INLINE V ExpTwiceMinusOne(V x) {
  const SplitVec e = SplitExp(Clamp(hn::Add(x, x), 2 * exp_constants::kTanhLimit));
  return hn::MulAdd(e.power, e.rest, hn::Sub(e.power, hn::Set(D(), 1.0f)));
}

template <V (*kFunction)(V)>
void Each(const float* x, float* y, int padded) {
  const D d;
  for (int i = 0; i < padded; i += kLanes) hn::StoreU(kFunction(hn::LoadU(d, x + i)), d, y + i);
}

// --- tiles of sums ---

HWY_INLINE V LoadWeights(const float* from) { return hn::LoadU(D(), from); }

HWY_INLINE V LoadWeights(const uint16_t* from) {
  const hn::Rebind<hwy::float16_t, D> half;
  const hn::RebindToUnsigned<decltype(half)> bits;
  return hn::PromoteTo(D(), hn::BitCast(half, hn::LoadU(bits, from)));
}

/// Sums of kRows rows by kVectors vectors of columns.
template <int kRows, int kVectors>
struct Tile {
  V v[kRows][kVectors];

  HWY_INLINE void Load(const float* from, size_t stride) {
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 8
      for (int i = 0; i < kVectors; ++i) v[r][i] = hn::LoadU(D(), from + r * stride + i * kLanes);
    }
  }
  HWY_INLINE void Store(float* to, size_t stride) const {
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 8
      for (int i = 0; i < kVectors; ++i) hn::StoreU(v[r][i], D(), to + r * stride + i * kLanes);
    }
  }
  /// Adds x[r] * w to each row r, for one row of weights.
  template <class T>
  HWY_INLINE void Add(const T* w, const float* x, size_t x_stride) {
    V weights[kVectors];
#pragma GCC unroll 8
    for (int i = 0; i < kVectors; ++i) weights[i] = LoadWeights(w + i * kLanes);
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
      const V value = hn::Set(D(), x[r * x_stride]);
#pragma GCC unroll 8
      for (int i = 0; i < kVectors; ++i) v[r][i] = hn::MulAdd(weights[i], value, v[r][i]);
    }
  }
};

/// tile += x * w for `count` rows of weights, which are kVectors wide.
template <int kRows, int kVectors, class T>
HWY_INLINE void AddRows(const T* w, const float* x, size_t x_stride, int count,
                        Tile<kRows, kVectors>& tile) {
  Tile<kRows, kVectors> sums = tile;
  for (int k = 0; k < count; ++k, w += kVectors * kLanes) sums.Add(w, x + k, x_stride);
  tile = sums;
}

/// The same for one row and two panels, the second of which begins `next` weights on and is
/// kVectors wide.
template <int kVectors, class T>
HWY_INLINE void AddRowsTwice(const T* w, size_t next, const float* x, int count,
                             Tile<1, kPanelVectors>& a, Tile<1, kVectors>& b) {
  Tile<1, kPanelVectors> sums_a = a;
  Tile<1, kVectors> sums_b = b;
  const T* w_b = w + next;
  for (int k = 0; k < count; ++k, w += kPanel, w_b += kVectors * kLanes) {
    sums_a.Add(w, x + k, 0);
    sums_b.Add(w_b, x + k, 0);
  }
  a = sums_a;
  b = sums_b;
}

/// tile += x * w for one row, most of whose entries are zeros. `w` is row 0 of the panel.
template <int kVectors, class T>
HWY_INLINE void AddSparse(const T* w, const SparseVector& x, V (&sums)[kVectors]) {
  Tile<1, kVectors> tile;
#pragma GCC unroll 8
  for (int i = 0; i < kVectors; ++i) tile.v[0][i] = sums[i];
  const size_t count = x.index.size();
  for (size_t k = 0; k < count; ++k) {
    tile.Add(w + size_t{kVectors * kLanes} * x.index[k], &x.value[k], 0);
  }
#pragma GCC unroll 8
  for (int i = 0; i < kVectors; ++i) sums[i] = tile.v[0][i];
}

/// Calls visit(std::integral_constant) for the 1 to 4 vectors of a panel.
template <class Visit>
HWY_INLINE void WithVectors(int width, const Visit& visit) {
  switch (width / kLanes) {
    case 1: return visit(std::integral_constant<int, 1>());
    case 2: return visit(std::integral_constant<int, 2>());
    case 3: return visit(std::integral_constant<int, 3>());
    default: return visit(std::integral_constant<int, 4>());
  }
}

// --- products ---

/// What a product reads and writes, but for its weights.
struct Rows {
  const float* x;
  size_t x_stride;
  int columns;
  float* y;
  size_t y_stride;
};

template <int kRows, int kVectors, class T>
HWY_INLINE void MultiplyTile(const T* w, const Rows& rows, int first_row) {
  Tile<kRows, kVectors> tile;
  float* y = rows.y + first_row * rows.y_stride;
  tile.Load(y, rows.y_stride);
  AddRows(w, rows.x + first_row * rows.x_stride, rows.x_stride, rows.columns, tile);
  tile.Store(y, rows.y_stride);
}

/// One panel for `count` rows, three at a time.
template <int kVectors, class T>
HWY_NOINLINE void MultiplyPanel(const T* w, const Rows& rows, int count) {
  int r = 0;
  for (; count - r >= 3; r += 3) MultiplyTile<3, kVectors>(w, rows, r);
  if (count - r == 2) MultiplyTile<2, kVectors>(w, rows, r);
  if (count - r == 1) MultiplyTile<1, kVectors>(w, rows, r);
}

/// The panel at column `first` and the one after it for one row.
template <class T>
HWY_NOINLINE void MultiplyTwoPanels(const PackedMatrix& w, int first, int first_row,
                                    const Rows& rows) {
  const T* panel = w.Panel<T>(first, first_row);
  const size_t next = w.Panel<T>(first + kPanel, first_row) - panel;
  WithVectors(w.PanelWidth(first + kPanel), [&](auto vectors) {
    Tile<1, kPanelVectors> a;
    Tile<1, vectors()> b;
    a.Load(rows.y + first, 0);
    b.Load(rows.y + first + kPanel, 0);
    AddRowsTwice(panel, next, rows.x, rows.columns, a, b);
    a.Store(rows.y + first, 0);
    b.Store(rows.y + first + kPanel, 0);
  });
}

template <class T>
void MultiplyBy(const PackedMatrix& w, int first_row, const RowsView& x, Rows rows) {
  int first = 0;
  for (; x.rows == 1 && first + kPanel < w.width(); first += 2 * kPanel) {
    MultiplyTwoPanels<T>(w, first, first_row, rows);
  }
  rows.y += first;
  for (; first < w.width(); first += kPanel, rows.y += kPanel) {
    WithVectors(w.PanelWidth(first), [&](auto vectors) {
      MultiplyPanel<vectors()>(w.Panel<T>(first, first_row), rows, x.rows);
    });
  }
}

void Multiply(const PackedMatrix& w, int first_row, int columns, const RowsView& x, float* y,
              size_t y_stride) {
  const Rows rows = {x.data, x.stride, columns, y, y_stride};
  if (w.type() == WeightType::kFloat16) {
    MultiplyBy<uint16_t>(w, first_row, x, rows);
  } else {
    MultiplyBy<float>(w, first_row, x, rows);
  }
}

template <class T>
void MultiplySparseBy(const PackedMatrix& w, const SparseVector& x, float* y) {
  for (int first = 0; first < w.width(); first += kPanel) {
    WithVectors(w.PanelWidth(first), [&](auto vectors) {
      Tile<1, vectors()> tile;
      tile.Load(y + first, 0);
      AddSparse(w.Panel<T>(first, 0), x, tile.v[0]);
      tile.Store(y + first, 0);
    });
  }
}

void MultiplySparse(const PackedMatrix& w, const SparseVector& x, float* y) {
  if (w.type() == WeightType::kFloat16) {
    MultiplySparseBy<uint16_t>(w, x, y);
  } else {
    MultiplySparseBy<float>(w, x, y);
  }
}

// --- cells ---

// A cell is a long chain of operations, so it is done in two halves, each for several vectors of
// units before the other: the processor then works on several chains at once.

/// Of one vector of units the gates i, j, f, o: c' and the output gate's divisor.
HWY_INLINE void CellMemory(const V (&gates)[kPanelVectors], float* c, V& next, V& divisor) {
  const D d;
  const V forget = OnePlusExp(gates[2]);
  const V added = ExpTwiceMinusOne(gates[1]);
  const V both = hn::Mul(OnePlusExp(gates[0]), hn::Add(added, hn::Set(d, 2.0f)));
  const V sum = hn::MulAdd(hn::LoadU(d, c), both, hn::Mul(added, forget));
  next = hn::Div(sum, hn::Mul(both, forget));
  divisor = OnePlusExp(gates[3]);
  hn::StoreU(next, d, c);
}

/// h' of one vector.
HWY_INLINE void CellOutput(V next, V divisor, float* h) {
  const D d;
  const V out = ExpTwiceMinusOne(next);
  hn::StoreU(hn::Div(out, hn::Mul(hn::Add(out, hn::Set(d, 2.0f)), divisor)), d, h);
}

/// The cells of `panels` panels of gates, for one row; `gates` is used up.
HWY_INLINE void Cells(float* gates, int panels, float* c, float* h) {
  const D d;
  for (int p = 0; p < panels; ++p) {
    Tile<1, kPanelVectors> z;
    V next, divisor;
    z.Load(gates + p * kPanel, 0);
    CellMemory(z.v[0], c + p * kLanes, next, divisor);
    hn::StoreU(divisor, d, gates + p * kPanel);
  }
  for (int p = 0; p < panels; ++p) {
    const V divisor = hn::LoadU(d, gates + p * kPanel);
    CellOutput(hn::LoadU(d, c + p * kLanes), divisor, h + p * kLanes);
  }
}

/// The panel whose first unit is `unit`, for rows [r, r + kRows).
template <int kRows, class T>
HWY_INLINE void LstmTile(const LstmStep& step, int unit, int r) {
  const PackedMatrix& w = *step.kernel;
  const size_t padded = w.width() / 4;
  Tile<kRows, kPanelVectors> z;
  z.Load(step.bias + 4 * unit, 0);
  if (step.sparse != nullptr) {
#pragma GCC unroll 8
    for (int i = 0; i < kRows; ++i) {
      AddSparse(w.Panel<T>(4 * unit, 0), step.sparse[r + i], z.v[i]);
    }
  } else {
    const RowsView& x = step.dense;
    AddRows(w.Panel<T>(4 * unit, 0), x.data + r * x.stride, x.stride, step.inputs, z);
  }
  AddRows(w.Panel<T>(4 * unit, step.inputs), step.h + r * padded, padded, step.units, z);
  V next[kRows], divisor[kRows];
#pragma GCC unroll 8
  for (int i = 0; i < kRows; ++i) {
    CellMemory(z.v[i], step.c + (r + i) * padded + unit, next[i], divisor[i]);
  }
#pragma GCC unroll 8
  for (int i = 0; i < kRows; ++i) {
    CellOutput(next[i], divisor[i], step.next_h + (r + i) * padded + unit);
  }
}

template <class T>
HWY_NOINLINE void LstmPanel(const LstmStep& step, int unit) {
  int r = 0;
  for (; step.rows - r >= 3; r += 3) LstmTile<3, T>(step, unit, r);
  if (step.rows - r == 2) LstmTile<2, T>(step, unit, r);
  if (step.rows - r == 1) LstmTile<1, T>(step, unit, r);
}

/// The gates of the panels of `unit` and of the vector of units after it, for one row.
template <class T>
HWY_INLINE void GatesOfTwoPanels(const LstmStep& step, int unit, float* gates) {
  const PackedMatrix& w = *step.kernel;
  const size_t next = static_cast<size_t>(w.rows()) * kPanel;
  Tile<1, kPanelVectors> a, b;
  a.Load(step.bias + 4 * unit, 0);
  b.Load(step.bias + 4 * unit + kPanel, 0);
  const T* panel = w.Panel<T>(4 * unit, 0);
  if (step.sparse != nullptr) {
    AddSparse(panel, *step.sparse, a.v[0]);
    AddSparse(panel + next, *step.sparse, b.v[0]);
  } else {
    AddRowsTwice(panel, next, step.dense.data, step.inputs, a, b);
  }
  AddRowsTwice(w.Panel<T>(4 * unit, step.inputs), next, step.h, step.units, a, b);
  a.Store(gates, 0);
  b.Store(gates + kPanel, 0);
}

/// As many panels in pairs as there are, for one row; returns the units that are done.
template <class T>
HWY_NOINLINE int LstmOneRow(const LstmStep& step) {
  constexpr int kAtOnce = 8;
  HWY_ALIGN float gates[kAtOnce * kPanel];
  const int pairs = step.kernel->width() / (2 * kPanel) * 2;
  int unit = 0;
  for (int done = 0; done < pairs;) {
    const int panels = std::min(kAtOnce, pairs - done), first = unit;
    for (int p = 0; p < panels; p += 2, unit += 2 * kLanes) {
      GatesOfTwoPanels<T>(step, unit, gates + p * kPanel);
    }
    Cells(gates, panels, step.c + first, step.next_h + first);
    done += panels;
  }
  return unit;
}

template <class T>
void LstmBy(const LstmStep& step) {
  const int padded = step.kernel->width() / 4;
  int unit = step.rows == 1 ? LstmOneRow<T>(step) : 0;
  for (; unit < padded; unit += kLanes) LstmPanel<T>(step, unit);
}

void Lstm(const LstmStep& step) {
  if (step.kernel->type() == WeightType::kFloat16) {
    LstmBy<uint16_t>(step);
  } else {
    LstmBy<float>(step);
  }
}

// --- attention ---

/// The sum of all lanes: the upper half is added to the lower one until one is left.
template <class DN>
HWY_INLINE float Halved(DN d, hn::Vec<DN> v) {
  if constexpr (hn::MaxLanes(d) == 1) {
    return hn::GetLane(v);
  } else {
    const hn::Half<DN> half;
    return Halved(half, hn::Add(hn::LowerHalf(half, v), hn::UpperHalf(half, v)));
  }
}

/// The same for kLaneBlock numbers in vectors.
template <int kVectors>
HWY_INLINE float HalvedBlock(V (&v)[kVectors]) {
  if constexpr (kVectors == 1) {
    return Halved(D(), v[0]);
  } else {
    V sums[kVectors / 2];
    for (int i = 0; i < kVectors / 2; ++i) sums[i] = hn::Add(v[i], v[i + kVectors / 2]);
    return HalvedBlock(sums);
  }
}

void AttentionScores(const float* keys, const float* query, const float* v, int rows, int padded,
                     float* scores) {
  const D d;
  constexpr int kVectors = kLaneBlock / kLanes;
  const V one = hn::Set(d, 1.0f), most = hn::Set(d, exp_constants::kMostSum);
  for (int t = 0; t < rows; ++t, keys += padded) {
    V partial[kVectors];
    for (int i = 0; i < kVectors; ++i) partial[i] = hn::Zero(d);
    for (int u = 0; u < padded; u += kLaneBlock) {
      for (int i = 0; i < kVectors; ++i) {
        const int at = u + i * kLanes;
        const V sum = hn::MulAdd(hn::LoadU(d, keys + at), hn::LoadU(d, query + at), one);
        const V part = hn::Div(hn::LoadU(d, v + at), hn::Min(sum, most));
        partial[i] = hn::Add(partial[i], part);
      }
    }
    scores[t] = -2.0f * HalvedBlock(partial);
  }
}

void WeightedSum(const float* values, const float* weights, int rows, int padded, float* y) {
  // Eight chains at once, where there are as many vectors.
  for (int u = 0; u < padded;) {
    const auto sum = [&](auto vectors) {
      Tile<1, vectors()> tile;
      tile.Load(y + u, 0);
      const float* value = values + u;
      for (int t = 0; t < rows; ++t, value += padded) tile.Add(value, weights + t, 0);
      tile.Store(y + u, 0);
      u += vectors() * kLanes;
    };
    if (padded - u >= 8 * kLanes) {
      sum(std::integral_constant<int, 8>());
    } else {
      WithVectors(std::min(padded - u, kPanel), sum);
    }
  }
}

const Kernels& Table() {
  constexpr const char* name = HWY_TARGET == HWY_AVX3   ? "avx3"
                               : HWY_TARGET == HWY_AVX2 ? "avx2"
                                                        : "neon";
  static constexpr Kernels kernels = {name,           kLanes,    Multiply,
                                      MultiplySparse, Lstm,      AttentionScores,
                                      WeightedSum,    Each<Exp>, Each<ExpTwice>};
  return kernels;
}

}  // namespace HWY_NAMESPACE
}  // namespace magenta
HWY_AFTER_NAMESPACE();
#endif

#if HWY_ONCE
namespace magenta {
namespace {

/// Highway's bits of what this processor and its system run, asked of the compiler's own library:
/// libhwy measures a timer when it is loaded, for longer than `magenta --help` runs.
int64_t SupportedTargets() {
#if HWY_ARCH_X86
  __builtin_cpu_init();
  int64_t targets = 0;
  // Every processor with these has the F16C, LZCNT, AES and so on that Highway's target wants, too.
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                    __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
                    __builtin_cpu_supports("aes") && __builtin_cpu_supports("pclmul");
  const bool avx3 = avx2 && __builtin_cpu_supports("avx512f") &&
                    __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
                    __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512cd");
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
