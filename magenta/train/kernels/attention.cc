// A sequence's window is one block of memory (10 KiB of 40 outputs of 64 units), so a row's scores
// and sums run over it in the nearest cache. Backwards the window's reciprocals are made again, for
// the query and for the keys: kept, they would be 40 times the outputs.

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "magenta/train/kernels/attention.cc"
#include <hwy/foreach_target.h>
// After foreach_target.h, which must come first.
#include <hwy/highway.h>

#include <algorithm>
#include <bit>
#include <cstring>

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

HWY_INLINE float* RowOf(const SequenceRows& rows, int r, int step) {
  return rows.data + r * rows.stride + int64_t{step} * rows.width;
}

void StoreExponentialsImpl(int rows, const PanelRows& x, int step, const SequenceRows& keys,
                           uint8_t* far) {
  for (int r = 0; r < rows; ++r) {
    float* to = RowOf(keys, r, step);
    if (StoreRowExponentials(x, r, keys.width, to)) far[r] = 1;
  }
}

void StoreRowsImpl(int rows, const PanelRows& x, int step, const SequenceRows& to) {
  const D d;
  for (int r = 0; r < rows; ++r) {
    float* row = RowOf(to, r, step);
    for (int u = 0; u < to.width; u += Lanes()) {
      hn::StoreU(hn::LoadU(d, VectorAt(x, u, r)), d, row + u);
    }
  }
}

void TakeRowsImpl(int rows, const SequenceRows& from, int step, const PanelRows& x) {
  const D d;
  for (int r = 0; r < rows; ++r) {
    float* row = RowOf(from, r, step);
    for (int u = 0; u < from.width; u += Lanes()) {
      hn::StoreU(hn::LoadU(d, row + u), d, VectorAt(x, u, r));
      hn::StoreU(hn::Zero(d), d, row + u);
    }
  }
}

HWY_INLINE const float* WindowOf(const SequenceRows& rows, const AttentionWindow& w, int r) {
  return RowOf(rows, r, w.step - w.filled);
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

// e^2q of row r; whether it, or a key of the row, is far.
HWY_INLINE bool MakeQuery(const AttentionWindow& w, int r, float* query) {
  return StoreRowExponentials(w.query, r, w.keys.width, query) || w.far[r] != 0;
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
    float* alpha = w.alpha + int64_t{r} * AlphaStride(w.max_rows);
    MakeQuery(w, r, w.scratch) ? RowScores<true>(w, r, ones, alpha)
                               : RowScores<false>(w, r, ones, alpha);
    const int entries = w.filled + (zeros > 0 ? 1 : 0);
    SoftmaxInPlace(entries, zeros > 0 ? static_cast<float>(zeros) : 1.0f, alpha);
    WeightedSum(w.filled, width, alpha, WindowOf(w.outputs, w, r), attended, r);
  }
}

// What one row of the window takes part in, backwards, a vector of units at a time: sums of
// slope x and slope (x - x^2).
struct WindowSums {
  V first, second;
};

// `slope` is the gradient of the row's score. With x = 1 / (1 + key query), the score's gradient by
// its key and query is 4 v (x - x^2), by v it is -2 x.
template <bool kFar>
HWY_INLINE void AddScore(V key, V query, V slope, WindowSums& sums) {
  const V x = HalfFromOne<kFar>(key, query);
  sums.first = hn::MulAdd(slope, x, sums.first);
  sums.second = hn::MulAdd(slope, hn::NegMulAdd(x, x, x), sums.second);
}

// to += slope (x - x^2)
template <bool kFar>
HWY_INLINE V PlusKeyGradient(V key, V query, V slope, V to) {
  const V x = HalfFromOne<kFar>(key, query);
  return hn::MulAdd(slope, hn::NegMulAdd(x, x, x), to);
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

// The units u .. u + kVectors * L of row r: d_query and d_v.
template <int kVectors, bool kFar>
HWY_INLINE void QueryUnits(const AttentionWindow& w, const AttentionGradients& g,
                           const float* query, const float* slopes, int u, int r) {
  const D d;
  const int n = Lanes(), second = kVectors == 2 ? n : 0;
  const V q0 = hn::LoadU(d, query + u), q1 = hn::LoadU(d, query + u + second);
  WindowSums s0 = {hn::Zero(d), hn::Zero(d)}, s1 = s0;
  const float* key = WindowOf(w.keys, w, r) + u;
  for (int k = 0; k < w.filled; ++k, key += w.keys.width) {
    const V slope = hn::Set(d, slopes[k]);
    AddScore<kFar>(hn::LoadU(d, key), q0, slope, s0);
    if constexpr (kVectors == 2) AddScore<kFar>(hn::LoadU(d, key + n), q1, slope, s1);
  }
  if (w.filled < w.length) {
    const V one = hn::Set(d, 1.0f), slope = hn::Set(d, slopes[w.filled]);
    AddScore<kFar>(one, q0, slope, s0);
    AddScore<kFar>(one, q1, slope, s1);
  }
  const auto finish = [&](const WindowSums& s, int at) {
    const V four_v = hn::Mul(hn::Set(d, 4.0f), hn::LoadU(d, w.v + at));
    hn::StoreU(hn::Mul(four_v, s.second), d, VectorAt(g.d_query, at, r));
    hn::StoreU(hn::MulAdd(hn::Set(d, -2.0f), s.first, hn::LoadU(d, g.d_v + at)), d, g.d_v + at);
  };
  finish(s0, u);
  if constexpr (kVectors == 2) finish(s1, u + n);
}

// Where the weights of a step that waits hold that of output s: at the same place in all steps of a
// block.
HWY_INLINE int WaitingPlace(const AttentionWindow& w, int s) {
  return s - w.step / kWindowBlock * kWindowBlock + w.max_rows;
}

// What steps of a row that wait say about one output of it.
struct WaitingSteps {
  int count, width;
  const float *query, *d_attended;  // of the first step, those of the others `width` apart
  const float *slope, *alpha;       // of the first step, those of the others `stride` apart
  int stride;
};

// The units u .. u + kVectors * L of an output.
template <int kVectors, bool kFar>
HWY_INLINE void OutputUnits(const WaitingSteps& steps, const float* key, int u, float* d_key,
                            float* d_output) {
  const D d;
  const int n = Lanes(), second = kVectors == 2 ? n : 0;
  const V k0 = hn::LoadU(d, key + u), k1 = hn::LoadU(d, key + u + second);
  V dk0 = hn::LoadU(d, d_key + u), dk1 = hn::LoadU(d, d_key + u + second);
  V do0 = hn::LoadU(d, d_output + u), do1 = hn::LoadU(d, d_output + u + second);
  const float *q = steps.query + u, *a = steps.d_attended + u;
  for (int i = 0; i < steps.count; ++i, q += steps.width, a += steps.width) {
    const V slope = hn::Set(d, steps.slope[i * steps.stride]);
    const V alpha = hn::Set(d, steps.alpha[i * steps.stride]);
    dk0 = PlusKeyGradient<kFar>(k0, hn::LoadU(d, q), slope, dk0);
    do0 = hn::MulAdd(alpha, hn::LoadU(d, a), do0);
    if constexpr (kVectors == 2) {
      dk1 = PlusKeyGradient<kFar>(k1, hn::LoadU(d, q + n), slope, dk1);
      do1 = hn::MulAdd(alpha, hn::LoadU(d, a + n), do1);
    }
  }
  hn::StoreU(dk0, d, d_key + u);
  hn::StoreU(do0, d, d_output + u);
  if constexpr (kVectors == 2) {
    hn::StoreU(dk1, d, d_key + u + n);
    hn::StoreU(do1, d, d_output + u + n);
  }
}

// Adds to the gradients of the outputs first .. end - 1 of row r what the next `count` steps, from
// the window's on, say about them.
template <bool kFar>
HWY_INLINE void AddSteps(const AttentionWindow& w, const WindowGradients& g, int first, int end,
                         int count, int r) {
  const int width = w.keys.width, n = Lanes();
  const int row = w.step % kWindowBlock;
  for (int s = first; s < end; ++s) {
    const int at = WaitingPlace(w, s);
    const WaitingSteps steps = {std::min(count, s + w.length - w.step + 1),
                                width,
                                RowOf(g.queries, r, row),
                                RowOf(g.d_attended, r, row),
                                RowOf(g.slopes, r, row) + at,
                                RowOf(g.alpha, r, row) + at,
                                g.slopes.width};
    const float* key = RowOf(w.keys, r, s);
    float *d_key = RowOf(g.d_keys, r, s & g.mask), *d_output = RowOf(g.d_outputs, r, s & g.mask);
    int u = 0;
    for (; u + 2 * n <= width; u += 2 * n) OutputUnits<2, kFar>(steps, key, u, d_key, d_output);
    if (u < width) OutputUnits<1, kFar>(steps, key, u, d_key, d_output);
  }
}

// Row r of a step.
template <bool kFar>
HWY_INLINE void BackwardRow(const AttentionWindow& w, const AttentionGradients& g,
                            const float* slopes, int r) {
  const WindowGradients& windows = g.windows;
  const int width = w.keys.width, n = Lanes();
  const float* query = RowOf(windows.queries, r, w.step % kWindowBlock);
  int u = 0;
  for (; u + 2 * n <= width; u += 2 * n) QueryUnits<2, kFar>(w, g, query, slopes, u, r);
  if (u < width) QueryUnits<1, kFar>(w, g, query, slopes, u, r);
  const int oldest = w.step - w.filled, block = w.step / kWindowBlock * kWindowBlock;
  AddSteps<kFar>(w, windows, std::max(oldest, block), w.step, 1, r);
  if (w.step == block) AddSteps<kFar>(w, windows, oldest, block, windows.waiting[r], r);
}

void AttentionBackwardImpl(const AttentionWindow& w, const AttentionGradients& g) {
  const D d;
  const int width = w.keys.width, n = Lanes();
  const WindowGradients& windows = g.windows;
  const int row = w.step % kWindowBlock;
  float* slopes = w.scratch;
  for (int r = 0; r < w.rows; ++r) {
    const float* alpha = w.alpha + int64_t{r} * AlphaStride(w.max_rows);
    float* d_attended = RowOf(windows.d_attended, r, row);
    for (int u = 0; u < width; u += n) {
      hn::StoreU(hn::LoadU(d, VectorAt(g.d_attended, u, r)), d, d_attended + u);
    }
    ScoreSlopes(w, d_attended, WindowOf(w.outputs, w, r), alpha, slopes);
    const size_t bytes = static_cast<size_t>(w.filled) * sizeof(float);
    const int at = WaitingPlace(w, w.step - w.filled);
    std::memcpy(RowOf(windows.slopes, r, row) + at, slopes, bytes);
    std::memcpy(RowOf(windows.alpha, r, row) + at, alpha, bytes);
    if (MakeQuery(w, r, RowOf(windows.queries, r, row))) windows.far[r] = 1;
    ++windows.waiting[r];
    windows.far[r] != 0 ? BackwardRow<true>(w, g, slopes, r) : BackwardRow<false>(w, g, slopes, r);
    if (row == 0) windows.far[r] = windows.waiting[r] = 0;
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
HWY_EXPORT(TakeRowsImpl);
HWY_EXPORT(AttentionForwardImpl);
HWY_EXPORT(AttentionBackwardImpl);
HWY_EXPORT(ScaleKeysImpl);

void StoreExponentials(int rows, PanelRows x, int step, SequenceRows keys, uint8_t* far) {
  HWY_DYNAMIC_DISPATCH(StoreExponentialsImpl)(rows, x, step, keys, far);
}

void StoreRows(int rows, PanelRows x, int step, SequenceRows to) {
  HWY_DYNAMIC_DISPATCH(StoreRowsImpl)(rows, x, step, to);
}

void TakeRows(int rows, SequenceRows from, int step, PanelRows x) {
  HWY_DYNAMIC_DISPATCH(TakeRowsImpl)(rows, from, step, x);
}

int WindowRingSteps(int max_rows) {
  return static_cast<int>(std::bit_ceil(static_cast<unsigned>(max_rows)));
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
