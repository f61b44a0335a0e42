// A sequence's window is one block of memory (10 KiB of 40 outputs of 64 units), so a row's scores
// and sums run over it in the nearest cache. Backwards the window's reciprocals are made again:
// kept, they would be 40 times the outputs.

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "magenta/train/kernels/attention.cc"
#include <hwy/foreach_target.h>
// After foreach_target.h, which must come first.
#include <hwy/highway.h>

#include "magenta/train/kernels/attention.h"
#include "magenta/train/kernels/tile-inl.h"

HWY_BEFORE_NAMESPACE();
namespace magenta::HWY_NAMESPACE {

// Of the sum of an exponential's product and 1: more has no reciprocal.
constexpr float kMostSum = 5e37f;

// The vector that begins at unit u of row r.
HWY_INLINE float* VectorAt(const PanelRows& rows, int u, int r) {
  const int width = 4 * Lanes();
  return rows.data + u / width * rows.stride + r * width + u % width;
}

HWY_INLINE V ExpTwice(V x) { return FastExp(hn::Add(x, x)); }

// A number whose e^2x no float holds is far. It stands itself in the place of the exponential, told
// from one by being negative: x > 0 as -x, which is below -1, x < 0 as 1 / x, which is not.
HWY_INLINE V FarNumber(V stored) {
  const D d;
  return hn::IfThenElse(hn::Lt(stored, hn::Set(d, -1.0f)), hn::Neg(stored),
                        hn::Div(hn::Set(d, 1.0f), stored));
}

// e^2x of the vectors of `width` units of row r, or what stands for it; whether some number is far.
HWY_INLINE bool StoreRowExponentials(const PanelRows& x, int r, int width, float* to) {
  const D d;
  const V limit = hn::Set(d, exp_constants::kExpLimit / 2);
  auto any_far = hn::FirstN(d, 0);
  for (int u = 0; u < width; u += Lanes()) {
    const V value = hn::LoadU(d, VectorAt(x, u, r));
    const auto far = hn::Gt(hn::Abs(value), limit);
    any_far = hn::Or(any_far, far);
    const V itself = hn::IfThenElse(hn::Gt(value, hn::Zero(d)), hn::Neg(value),
                                    hn::Div(hn::Set(d, 1.0f), value));
    hn::StoreU(hn::IfThenElse(far, itself, ExpTwice(value)), d, to + u);
  }
  return !hn::AllFalse(d, any_far);
}

// The product of exponentials of which at least one is far.
HWY_INLINE V FarProduct(V key, V query) {
  const D d;
  const auto far_key = hn::Lt(key, hn::Zero(d)), far_query = hn::Lt(query, hn::Zero(d));
  const V k = FarNumber(key), q = FarNumber(query);
  const V near = hn::IfThenElse(far_key, query, key);
  // In four parts, so that none is beyond a float unless the product is. Sums over 97 in size are
  // all the same to tanh.
  const V most = hn::Set(d, 100.0f);
  const V held = hn::Max(hn::Min(hn::IfThenElse(far_key, k, q), most), hn::Neg(most));
  const V part = FastExp(hn::Mul(held, hn::Set(d, 0.5f)));
  const V with_near = hn::Mul(hn::Mul(hn::Mul(hn::Mul(near, part), part), part), part);
  return hn::IfThenElse(hn::And(far_key, far_query), ExpTwice(hn::Add(k, q)), with_near);
}

// 1 / (1 + key query), for exponentials: (1 - tanh(key + query)) / 2. kFar: some may be far.
template <bool kFar>
HWY_INLINE V HalfFromOne(V key, V query) {
  const D d;
  const V one = hn::Set(d, 1.0f);
  V sum = hn::MulAdd(key, query, one);
  if constexpr (kFar) {
    const auto far = hn::Lt(hn::Min(key, query), hn::Zero(d));
    sum = hn::IfThenElse(far, hn::Add(FarProduct(key, query), one), sum);
  }
  return FastReciprocal(hn::Min(sum, hn::Set(d, kMostSum)));
}

void StoreExponentialsImpl(int rows, const PanelRows& x, int step, const SequenceRows& keys,
                           uint8_t* far) {
  for (int r = 0; r < rows; ++r) {
    float* to = keys.data + r * keys.stride + int64_t{step} * keys.width;
    if (StoreRowExponentials(x, r, keys.width, to)) far[r] = 1;
  }
}

void StoreRowsImpl(int rows, const PanelRows& x, int step, const SequenceRows& to) {
  const D d;
  for (int r = 0; r < rows; ++r) {
    float* row = to.data + r * to.stride + int64_t{step} * to.width;
    for (int u = 0; u < to.width; u += Lanes()) {
      hn::StoreU(hn::LoadU(d, VectorAt(x, u, r)), d, row + u);
    }
  }
}

void LoadRowsImpl(int rows, const SequenceRows& from, int step, const PanelRows& x) {
  const D d;
  for (int r = 0; r < rows; ++r) {
    const float* row = from.data + r * from.stride + int64_t{step} * from.width;
    for (int u = 0; u < from.width; u += Lanes()) {
      hn::StoreU(hn::LoadU(d, row + u), d, VectorAt(x, u, r));
    }
  }
}

HWY_INLINE const float* WindowOf(const SequenceRows& rows, const AttentionWindow& w, int r) {
  return rows.data + r * rows.stride + int64_t{w.step - w.filled} * rows.width;
}

// Four rows of a window at once: their sums are four chains that do not wait for each other.
struct FourSums {
  V s0, s1, s2, s3;
};

HWY_INLINE FourSums NoSums() {
  const V zero = hn::Zero(D());
  return {zero, zero, zero, zero};
}

HWY_INLINE void StoreTotals(const FourSums& s, float factor, float* to) {
  const D d;
  to[0] = factor * hn::GetLane(hn::SumOfLanes(d, s.s0));
  to[1] = factor * hn::GetLane(hn::SumOfLanes(d, s.s1));
  to[2] = factor * hn::GetLane(hn::SumOfLanes(d, s.s2));
  to[3] = factor * hn::GetLane(hn::SumOfLanes(d, s.s3));
}

template <bool kFar>
HWY_INLINE V PlusQuotient(V v, V key, V query, V sum) {
  return hn::MulAdd(v, HalfFromOne<kFar>(key, query), sum);
}

// -2 sum(v / (1 + key query)), for exponentials.
template <bool kFar>
HWY_INLINE float Score(int width, const float* key, const float* query, const float* v) {
  const D d;
  V sum = hn::Zero(d);
  for (int u = 0; u < width; u += Lanes()) {
    sum = PlusQuotient<kFar>(hn::LoadU(d, v + u), hn::LoadU(d, key + u), hn::LoadU(d, query + u),
                             sum);
  }
  return -2 * hn::GetLane(hn::SumOfLanes(d, sum));
}

template <bool kFar>
HWY_INLINE void Scores(int n, int width, const float* keys, const float* query, const float* v,
                       float* scores) {
  const D d;
  int k = 0;
  for (; k + 4 <= n; k += 4, keys += 4 * width) {
    FourSums s = NoSums();
    for (int u = 0; u < width; u += Lanes()) {
      const V q = hn::LoadU(d, query + u), factor = hn::LoadU(d, v + u);
      s.s0 = PlusQuotient<kFar>(factor, hn::LoadU(d, keys + u), q, s.s0);
      s.s1 = PlusQuotient<kFar>(factor, hn::LoadU(d, keys + width + u), q, s.s1);
      s.s2 = PlusQuotient<kFar>(factor, hn::LoadU(d, keys + 2 * width + u), q, s.s2);
      s.s3 = PlusQuotient<kFar>(factor, hn::LoadU(d, keys + 3 * width + u), q, s.s3);
    }
    StoreTotals(s, -2, scores + k);
  }
  for (; k < n; ++k, keys += width) scores[k] = Score<kFar>(width, keys, query, v);
}

HWY_INLINE float Dot(int width, const float* a, const float* b) {
  const D d;
  V sum = hn::Zero(d);
  for (int u = 0; u < width; u += Lanes()) {
    sum = hn::MulAdd(hn::LoadU(d, a + u), hn::LoadU(d, b + u), sum);
  }
  return hn::GetLane(hn::SumOfLanes(d, sum));
}

HWY_INLINE void Dots(int n, int width, const float* rows, const float* x, float* dots) {
  const D d;
  int k = 0;
  for (; k + 4 <= n; k += 4, rows += 4 * width) {
    FourSums s = NoSums();
    for (int u = 0; u < width; u += Lanes()) {
      const V factor = hn::LoadU(d, x + u);
      s.s0 = hn::MulAdd(factor, hn::LoadU(d, rows + u), s.s0);
      s.s1 = hn::MulAdd(factor, hn::LoadU(d, rows + width + u), s.s1);
      s.s2 = hn::MulAdd(factor, hn::LoadU(d, rows + 2 * width + u), s.s2);
      s.s3 = hn::MulAdd(factor, hn::LoadU(d, rows + 3 * width + u), s.s3);
    }
    StoreTotals(s, 1, dots + k);
  }
  for (; k < n; ++k, rows += width) dots[k] = Dot(width, x, rows);
}

// Weights and their gradients are padded to whole vectors; what is beyond the entries counts as 0.

// x = e^(x - largest) / sum of those, the last entry `times` times in the sum.
HWY_INLINE void SoftmaxInPlace(int entries, float times, float* x) {
  const D d;
  const int n = Lanes();
  const V none = hn::Set(d, -1e30f);
  for (int k = entries; k % n != 0; ++k) x[k] = -1e30f;
  V largest = none;
  for (int k = 0; k < entries; k += n) largest = hn::Max(largest, hn::LoadU(d, x + k));
  largest = hn::MaxOfLanes(d, largest);
  V sums = hn::Zero(d);
  for (int k = 0; k < entries; k += n) {
    const V less = hn::Sub(hn::LoadU(d, x + k), largest);
    const V e =
        hn::IfThenElseZero(hn::Gt(less, hn::Set(d, -exp_constants::kExpLimit)), FastExp(less));
    hn::StoreU(e, d, x + k);
    sums = hn::Add(sums, e);
  }
  const float sum = hn::GetLane(hn::SumOfLanes(d, sums)) + (times - 1) * x[entries - 1];
  const V factor = hn::Set(d, 1 / sum);
  for (int k = 0; k < entries; k += n) hn::StoreU(hn::Mul(factor, hn::LoadU(d, x + k)), d, x + k);
}

// slopes = alpha * (slopes - sum of alpha * slopes); gives that sum.
HWY_INLINE float SoftmaxBackward(int entries, const float* alpha, float* slopes) {
  const D d;
  const int n = Lanes();
  for (int k = entries; k % n != 0; ++k) slopes[k] = 0;
  V sums = hn::Zero(d);
  for (int k = 0; k < entries; k += n) {
    sums = hn::MulAdd(hn::LoadU(d, alpha + k), hn::LoadU(d, slopes + k), sums);
  }
  const V mean = hn::SumOfLanes(d, sums);
  for (int k = 0; k < entries; k += n) {
    const V x = hn::Mul(hn::LoadU(d, alpha + k), hn::Sub(hn::LoadU(d, slopes + k), mean));
    hn::StoreU(x, d, slopes + k);
  }
  return hn::GetLane(mean);
}

// Four vectors of to = sum over k < n of weights[k] * rows[k], even and odd k apart.
template <int kVectors>
HWY_INLINE void WeightedVectors(int n, int width, const float* weights, const float* rows,
                                float* to) {
  const D d;
  const V zero = hn::Zero(d);
  RowSums even = {zero, zero, zero, zero}, odd = even, row;
  int k = 0;
  for (; k + 2 <= n; k += 2, rows += 2 * width) {
    LoadSums<kVectors>(rows, row);
    AddTimes<kVectors>(hn::Set(d, weights[k]), row, even);
    LoadSums<kVectors>(rows + width, row);
    AddTimes<kVectors>(hn::Set(d, weights[k + 1]), row, odd);
  }
  if (k < n) {
    LoadSums<kVectors>(rows, row);
    AddTimes<kVectors>(hn::Set(d, weights[k]), row, even);
  }
  AddTimes<kVectors>(hn::Set(d, 1.0f), odd, even);
  StoreSums<kVectors>(even, to);
}

// to = sum over k < n of weights[k] * rows[k]
HWY_INLINE void WeightedSum(int n, int width, const float* weights, const float* rows,
                            const PanelRows& to, int r) {
  const int lanes = Lanes();
  int u = 0;
  for (; u + 4 * lanes <= width; u += 4 * lanes) {
    WeightedVectors<4>(n, width, weights, rows + u, VectorAt(to, u, r));
  }
  for (; u < width; u += lanes) WeightedVectors<1>(n, width, weights, rows + u, VectorAt(to, u, r));
}

// e^2q of row r into scratch; whether it, or a key of the row, is far.
HWY_INLINE bool MakeQuery(const AttentionWindow& w, int r) {
  return StoreRowExponentials(w.query, r, w.keys.width, w.scratch) || w.far[r] != 0;
}

// alpha = the scores of row r's window under the query in scratch; `ones` is e^0, the key of a zero
// row.
template <bool kFar>
HWY_INLINE void RowScores(const AttentionWindow& w, int r, const float* ones, float* alpha) {
  Scores<kFar>(w.filled, w.keys.width, WindowOf(w.keys, w, r), w.scratch, w.v, alpha);
  if (w.filled < w.length) alpha[w.filled] = Score<kFar>(w.keys.width, ones, w.scratch, w.v);
}

void AttentionForwardImpl(const AttentionWindow& w, const PanelRows& attended) {
  const D d;
  const int width = w.keys.width;
  const int zeros = w.length - w.filled;
  float* ones = w.scratch + width;
  for (int u = 0; u < width; u += Lanes()) hn::StoreU(hn::Set(d, 1.0f), d, ones + u);
  for (int r = 0; r < w.rows; ++r) {
    float* alpha = w.alpha + int64_t{r} * AlphaStride(w.length);
    MakeQuery(w, r) ? RowScores<true>(w, r, ones, alpha) : RowScores<false>(w, r, ones, alpha);
    const int entries = w.filled + (zeros > 0 ? 1 : 0);
    SoftmaxInPlace(entries, zeros > 0 ? static_cast<float>(zeros) : 1.0f, alpha);
    WeightedSum(w.filled, width, alpha, WindowOf(w.outputs, w, r), attended, r);
  }
}

// What one row of the window takes part in, backwards, a vector of units at a time.
struct WindowSums {
  V d_query, d_v;
};

// `slope` is the gradient of the row's score. With x = 1 / (1 + key query), the score's gradient by
// its key and query is 4 v (x - x^2), by v it is -2 x.
template <bool kFar>
HWY_INLINE V ScoreBackward(V key, V query, V slope, WindowSums& sums) {
  const V x = HalfFromOne<kFar>(key, query);
  const V gradient = hn::Mul(slope, hn::NegMulAdd(x, x, x));
  sums.d_query = hn::Add(sums.d_query, gradient);
  sums.d_v = hn::MulAdd(slope, x, sums.d_v);
  return gradient;
}

// Gradients of the scores of row r, in `slopes`; the last one is of all zero rows together.
HWY_INLINE void ScoreSlopes(const AttentionWindow& w, const float* d_attended, const float* outputs,
                            const float* alpha, float* slopes) {
  // A zero row's weight has the gradient 0.
  Dots(w.filled, w.keys.width, outputs, d_attended, slopes);
  const float mean = SoftmaxBackward(w.filled, alpha, slopes);
  slopes[w.filled] = 0;
  if (w.filled < w.length) {
    slopes[w.filled] = -mean * alpha[w.filled] * static_cast<float>(w.length - w.filled);
  }
}

// Where row r's window begins, backwards.
struct BackwardRow {
  const float *query, *d_attended, *alpha, *slopes, *keys;
  float *d_keys, *d_outputs;
};

// The units u .. u + kVectors * L of a row's window.
template <int kVectors, bool kFar>
HWY_INLINE void BackwardUnits(const AttentionWindow& w, const AttentionGradients& g,
                              const BackwardRow& row, int u, int r) {
  const D d;
  const int n = Lanes();
  const bool pair = kVectors == 2;
  const V q0 = hn::LoadU(d, row.query + u), q1 = hn::LoadU(d, row.query + u + (pair ? n : 0));
  const V a0 = hn::LoadU(d, row.d_attended + u);
  const V a1 = hn::LoadU(d, row.d_attended + u + (pair ? n : 0));
  WindowSums s0 = {hn::Zero(d), hn::Zero(d)}, s1 = s0;
  int64_t at = u;
  for (int k = 0; k < w.filled; ++k, at += w.keys.width) {
    const V slope = hn::Set(d, row.slopes[k]), alpha = hn::Set(d, row.alpha[k]);
    const V g0 = ScoreBackward<kFar>(hn::LoadU(d, row.keys + at), q0, slope, s0);
    hn::StoreU(hn::Add(g0, hn::LoadU(d, row.d_keys + at)), d, row.d_keys + at);
    hn::StoreU(hn::MulAdd(alpha, a0, hn::LoadU(d, row.d_outputs + at)), d, row.d_outputs + at);
    if constexpr (pair) {
      const V g1 = ScoreBackward<kFar>(hn::LoadU(d, row.keys + at + n), q1, slope, s1);
      hn::StoreU(hn::Add(g1, hn::LoadU(d, row.d_keys + at + n)), d, row.d_keys + at + n);
      hn::StoreU(hn::MulAdd(alpha, a1, hn::LoadU(d, row.d_outputs + at + n)), d,
                 row.d_outputs + at + n);
    }
  }
  const V one = hn::Set(d, 1.0f), slope = hn::Set(d, row.slopes[w.filled]);
  const bool zeros = w.filled < w.length;
  if (zeros) ScoreBackward<kFar>(one, q0, slope, s0);
  if (zeros && pair) ScoreBackward<kFar>(one, q1, slope, s1);
  const auto finish = [&](const WindowSums& s, int at_unit) {
    const V four_v = hn::Mul(hn::Set(d, 4.0f), hn::LoadU(d, w.v + at_unit));
    hn::StoreU(hn::Mul(four_v, s.d_query), d, VectorAt(g.d_query, at_unit, r));
    hn::StoreU(hn::MulAdd(hn::Set(d, -2.0f), s.d_v, hn::LoadU(d, g.d_v + at_unit)), d,
               g.d_v + at_unit);
  };
  finish(s0, u);
  if (pair) finish(s1, u + n);
}

template <bool kFar>
HWY_INLINE void BackwardRowUnits(const AttentionWindow& w, const AttentionGradients& g,
                                 const BackwardRow& row, int r) {
  const int width = w.keys.width, n = Lanes();
  int u = 0;
  for (; u + 2 * n <= width; u += 2 * n) BackwardUnits<2, kFar>(w, g, row, u, r);
  if (u < width) BackwardUnits<1, kFar>(w, g, row, u, r);
}

void AttentionBackwardImpl(const AttentionWindow& w, const AttentionGradients& g) {
  const D d;
  const int width = w.keys.width, n = Lanes();
  float* d_attended = w.scratch + width;
  float* slopes = w.scratch + 2 * width;
  for (int r = 0; r < w.rows; ++r) {
    const float* alpha = w.alpha + int64_t{r} * AlphaStride(w.length);
    for (int u = 0; u < width; u += n) {
      hn::StoreU(hn::LoadU(d, VectorAt(g.d_attended, u, r)), d, d_attended + u);
    }
    ScoreSlopes(w, d_attended, WindowOf(w.outputs, w, r), alpha, slopes);
    const bool far = MakeQuery(w, r);
    const BackwardRow row = {w.scratch,
                             d_attended,
                             alpha,
                             slopes,
                             WindowOf(w.keys, w, r),
                             const_cast<float*>(WindowOf(g.d_keys, w, r)),
                             const_cast<float*>(WindowOf(g.d_outputs, w, r))};
    far ? BackwardRowUnits<true>(w, g, row, r) : BackwardRowUnits<false>(w, g, row, r);
  }
}

void ScaleKeysImpl(int rows, int width, const float* v, const PanelRows& x) {
  const D d;
  for (int u = 0; u < width; u += Lanes()) {
    const V factor = hn::Mul(hn::Set(d, 4.0f), hn::LoadU(d, v + u));
    for (int r = 0; r < rows; ++r) {
      float* at = VectorAt(x, u, r);
      hn::StoreU(hn::Mul(factor, hn::LoadU(d, at)), d, at);
    }
  }
}

}  // namespace magenta::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace magenta {

HWY_EXPORT(StoreExponentialsImpl);
HWY_EXPORT(StoreRowsImpl);
HWY_EXPORT(LoadRowsImpl);
HWY_EXPORT(AttentionForwardImpl);
HWY_EXPORT(AttentionBackwardImpl);
HWY_EXPORT(ScaleKeysImpl);

void StoreExponentials(int rows, PanelRows x, int step, SequenceRows keys, uint8_t* far) {
  HWY_DYNAMIC_DISPATCH(StoreExponentialsImpl)(rows, x, step, keys, far);
}

void StoreRows(int rows, PanelRows x, int step, SequenceRows to) {
  HWY_DYNAMIC_DISPATCH(StoreRowsImpl)(rows, x, step, to);
}

void LoadRows(int rows, SequenceRows from, int step, PanelRows x) {
  HWY_DYNAMIC_DISPATCH(LoadRowsImpl)(rows, from, step, x);
}

void AttentionForward(const AttentionWindow& window, PanelRows attended) {
  HWY_DYNAMIC_DISPATCH(AttentionForwardImpl)(window, attended);
}

void AttentionBackward(const AttentionWindow& window, const AttentionGradients& gradients) {
  HWY_DYNAMIC_DISPATCH(AttentionBackwardImpl)(window, gradients);
}

void ScaleKeys(int rows, int width, const float* v, PanelRows x) {
  HWY_DYNAMIC_DISPATCH(ScaleKeysImpl)(rows, width, v, x);
}

}  // namespace magenta
#endif  // HWY_ONCE
