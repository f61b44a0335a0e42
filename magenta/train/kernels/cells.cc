// Each function is a loop over rows and a body over a vector of units, written once as a template
// over Highway's descriptor: full vectors, then the units left over one by one.

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "magenta/train/kernels/cells.cc"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
// clang-format off: after highway.h
#include "hwy/contrib/math/math-inl.h"
// clang-format on

#include "magenta/train/kernels/cells.h"

HWY_BEFORE_NAMESPACE();
namespace magenta::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Full = hn::ScalableTag<float>;
using Single = hn::CappedTag<float, 1>;

// Beyond this exp(x) is infinite and the functions below have reached their limits.
constexpr float kLargestExponent = 88.0f;

// 1 / (1 + exp(-x))
template <class D, class V>
HWY_INLINE V FastSigmoid(D d, V x) {
  const V one = hn::Set(d, 1.0f);
  const V e = hn::Exp(d, hn::Min(hn::Neg(x), hn::Set(d, kLargestExponent)));
  return hn::Div(one, hn::Add(one, e));
}

// 1 - 2 / (1 + exp(2x)): absolute error below 2e-7, half the time of a tanh that is exact near 0.
template <class D, class V>
HWY_INLINE V FastTanh(D d, V x) {
  const V one = hn::Set(d, 1.0f);
  const V two = hn::Set(d, 2.0f);
  const V e = hn::Exp(d, hn::Min(hn::Add(x, x), hn::Set(d, kLargestExponent)));
  return hn::Sub(one, hn::Div(two, hn::Add(one, e)));
}

template <class D>
HWY_INLINE void LstmForwardBody(D d, int u, const LstmForwardStep& s, float* gates,
                                const float* c_before, float* c, float* tanh_c, float* h) {
  const auto one = hn::Set(d, 1.0f);
  const auto i = FastSigmoid(d, hn::LoadU(d, gates + u));
  const auto j = FastTanh(d, hn::LoadU(d, gates + s.units + u));
  const auto f = FastSigmoid(d, hn::Add(hn::LoadU(d, gates + 2 * s.units + u), one));
  const auto o = FastSigmoid(d, hn::LoadU(d, gates + 3 * s.units + u));
  auto cell = hn::Mul(i, j);
  if (c_before != nullptr) cell = hn::MulAdd(f, hn::LoadU(d, c_before + u), cell);
  const auto tanh_cell = FastTanh(d, cell);
  hn::StoreU(i, d, gates + u);
  hn::StoreU(j, d, gates + s.units + u);
  hn::StoreU(f, d, gates + 2 * s.units + u);
  hn::StoreU(o, d, gates + 3 * s.units + u);
  hn::StoreU(cell, d, c + u);
  hn::StoreU(tanh_cell, d, tanh_c + u);
  hn::StoreU(hn::Mul(tanh_cell, o), d, h + u);
}

void LstmForwardImpl(const LstmForwardStep& s) {
  const Full d;
  const Single one;
  const int lanes = static_cast<int>(hn::Lanes(d));
  for (int r = 0; r < s.rows; ++r) {
    float* gates = s.gates.data + int64_t{r} * s.gates.stride;
    const float* before =
        s.c_before.data == nullptr ? nullptr : s.c_before.data + int64_t{r} * s.c_before.stride;
    float* c = s.c.data + int64_t{r} * s.c.stride;
    float* tanh_c = s.tanh_c.data + int64_t{r} * s.tanh_c.stride;
    float* h = s.h.data + int64_t{r} * s.h.stride;
    int u = 0;
    for (; u + lanes <= s.units; u += lanes) {
      LstmForwardBody(d, u, s, gates, before, c, tanh_c, h);
    }
    for (; u < s.units; ++u) LstmForwardBody(one, u, s, gates, before, c, tanh_c, h);
  }
}

template <class D>
HWY_INLINE void LstmBackwardBody(D d, int u, const LstmBackwardStep& s, float* gates,
                                 const float* c_before, const float* tanh_c, const float* dh,
                                 float* dc) {
  const auto one = hn::Set(d, 1.0f);
  const auto i = hn::LoadU(d, gates + u);
  const auto j = hn::LoadU(d, gates + s.units + u);
  const auto f = hn::LoadU(d, gates + 2 * s.units + u);
  const auto o = hn::LoadU(d, gates + 3 * s.units + u);
  const auto tanh_cell = hn::LoadU(d, tanh_c + u);
  const auto d_h = hn::LoadU(d, dh + u);
  const auto d_cell =
      hn::MulAdd(hn::Mul(d_h, o), hn::NegMulAdd(tanh_cell, tanh_cell, one), hn::LoadU(d, dc + u));
  const auto d_i = hn::Mul(hn::Mul(d_cell, j), hn::Mul(i, hn::Sub(one, i)));
  const auto d_j = hn::Mul(hn::Mul(d_cell, i), hn::NegMulAdd(j, j, one));
  auto d_f = hn::Zero(d);
  if (c_before != nullptr) {
    d_f = hn::Mul(hn::Mul(d_cell, hn::LoadU(d, c_before + u)), hn::Mul(f, hn::Sub(one, f)));
  }
  const auto d_o = hn::Mul(hn::Mul(d_h, tanh_cell), hn::Mul(o, hn::Sub(one, o)));
  hn::StoreU(d_i, d, gates + u);
  hn::StoreU(d_j, d, gates + s.units + u);
  hn::StoreU(d_f, d, gates + 2 * s.units + u);
  hn::StoreU(d_o, d, gates + 3 * s.units + u);
  hn::StoreU(hn::Mul(d_cell, f), d, dc + u);
}

void LstmBackwardImpl(const LstmBackwardStep& s) {
  const Full d;
  const Single one;
  const int lanes = static_cast<int>(hn::Lanes(d));
  for (int r = 0; r < s.rows; ++r) {
    float* gates = s.gates.data + int64_t{r} * s.gates.stride;
    const float* before =
        s.c_before.data == nullptr ? nullptr : s.c_before.data + int64_t{r} * s.c_before.stride;
    const float* tanh_c = s.tanh_c.data + int64_t{r} * s.tanh_c.stride;
    const float* dh = s.dh.data + int64_t{r} * s.dh.stride;
    float* dc = s.dc.data + int64_t{r} * s.dc.stride;
    int u = 0;
    for (; u + lanes <= s.units; u += lanes) {
      LstmBackwardBody(d, u, s, gates, before, tanh_c, dh, dc);
    }
    for (; u < s.units; ++u) LstmBackwardBody(one, u, s, gates, before, tanh_c, dh, dc);
  }
}

// sum over units of v * tanh(projected + query); a null `projected` is a zero row.
HWY_INLINE float Score(int units, const float* projected, const float* query, const float* v) {
  const Full d;
  const Single one;
  const int lanes = static_cast<int>(hn::Lanes(d));
  auto sum = hn::Zero(d);
  auto rest = hn::Zero(one);
  int u = 0;
  for (; u + lanes <= units; u += lanes) {
    auto x = hn::LoadU(d, query + u);
    if (projected != nullptr) x = hn::Add(x, hn::LoadU(d, projected + u));
    sum = hn::MulAdd(hn::LoadU(d, v + u), FastTanh(d, x), sum);
  }
  for (; u < units; ++u) {
    auto x = hn::LoadU(one, query + u);
    if (projected != nullptr) x = hn::Add(x, hn::LoadU(one, projected + u));
    rest = hn::MulAdd(hn::LoadU(one, v + u), FastTanh(one, x), rest);
  }
  return hn::GetLane(hn::SumOfLanes(d, sum)) + hn::GetLane(rest);
}

HWY_INLINE float Dot(int units, const float* a, const float* b) {
  const Full d;
  const int lanes = static_cast<int>(hn::Lanes(d));
  auto sum = hn::Zero(d);
  float rest = 0;
  int u = 0;
  for (; u + lanes <= units; u += lanes) {
    sum = hn::MulAdd(hn::LoadU(d, a + u), hn::LoadU(d, b + u), sum);
  }
  for (; u < units; ++u) rest += a[u] * b[u];
  return hn::GetLane(hn::SumOfLanes(d, sum)) + rest;
}

// y += a * x
HWY_INLINE void AddScaled(int units, float a, const float* x, float* y) {
  const Full d;
  const int lanes = static_cast<int>(hn::Lanes(d));
  const auto factor = hn::Set(d, a);
  int u = 0;
  for (; u + lanes <= units; u += lanes) {
    hn::StoreU(hn::MulAdd(factor, hn::LoadU(d, x + u), hn::LoadU(d, y + u)), d, y + u);
  }
  for (; u < units; ++u) y[u] += a * x[u];
}

HWY_INLINE void ExpInPlace(int n, float less, float* x) {
  const Full d;
  const Single one;
  const int lanes = static_cast<int>(hn::Lanes(d));
  int i = 0;
  for (; i + lanes <= n; i += lanes) {
    hn::StoreU(hn::Exp(d, hn::Sub(hn::LoadU(d, x + i), hn::Set(d, less))), d, x + i);
  }
  for (; i < n; ++i) {
    hn::StoreU(hn::Exp(one, hn::Sub(hn::LoadU(one, x + i), hn::Set(one, less))), one, x + i);
  }
}

void AttentionForwardImpl(const AttentionWindow& w, const Matrix& weights, const Matrix& attended) {
  const int zeros = w.length - w.filled;
  for (int r = 0; r < w.rows; ++r) {
    const float* query = w.query.data + int64_t{r} * w.query.stride;
    float* alpha = weights.data + int64_t{r} * weights.stride;
    const int64_t row = int64_t{r} * w.units;
    for (int k = 0; k < w.filled; ++k) alpha[k] = Score(w.units, w.projected[k] + row, query, w.v);
    const int entries = w.filled + (zeros > 0 ? 1 : 0);
    if (zeros > 0) alpha[w.filled] = Score(w.units, nullptr, query, w.v);
    float largest = alpha[0];
    for (int k = 1; k < entries; ++k) largest = alpha[k] > largest ? alpha[k] : largest;
    ExpInPlace(entries, largest, alpha);
    float sum = zeros > 0 ? static_cast<float>(zeros) * alpha[w.filled] : 0.0f;
    for (int k = 0; k < w.filled; ++k) sum += alpha[k];
    float* out = attended.data + int64_t{r} * attended.stride;
    for (int u = 0; u < w.units; ++u) out[u] = 0;
    for (int k = 0; k < entries; ++k) alpha[k] /= sum;
    for (int k = 0; k < w.filled; ++k) AddScaled(w.units, alpha[k], w.outputs[k] + row, out);
  }
}

// One window row backwards, a vector of units at a time: `weight` is the gradient of its score.
template <class D>
HWY_INLINE void ScoreBackwardBody(D d, int u, float weight, const float* projected,
                                  const float* query, const float* v, float* d_projected,
                                  float* d_query, float* d_v) {
  auto x = hn::LoadU(d, query + u);
  if (projected != nullptr) x = hn::Add(x, hn::LoadU(d, projected + u));
  const auto tanh_x = FastTanh(d, x);
  const auto factor = hn::Set(d, weight);
  const auto slope = hn::NegMulAdd(tanh_x, tanh_x, hn::Set(d, 1.0f));
  const auto gradient = hn::Mul(hn::Mul(factor, hn::LoadU(d, v + u)), slope);
  hn::StoreU(hn::Add(gradient, hn::LoadU(d, d_query + u)), d, d_query + u);
  if (d_projected != nullptr) {
    hn::StoreU(hn::Add(gradient, hn::LoadU(d, d_projected + u)), d, d_projected + u);
  }
  hn::StoreU(hn::MulAdd(factor, tanh_x, hn::LoadU(d, d_v + u)), d, d_v + u);
}

HWY_INLINE void ScoreBackward(int units, float weight, const float* projected, const float* query,
                              const float* v, float* d_projected, float* d_query, float* d_v) {
  const Full d;
  const Single one;
  const int lanes = static_cast<int>(hn::Lanes(d));
  int u = 0;
  for (; u + lanes <= units; u += lanes) {
    ScoreBackwardBody(d, u, weight, projected, query, v, d_projected, d_query, d_v);
  }
  for (; u < units; ++u) {
    ScoreBackwardBody(one, u, weight, projected, query, v, d_projected, d_query, d_v);
  }
}

void AttentionBackwardImpl(const AttentionWindow& w, const AttentionGradients& g) {
  const int zeros = w.length - w.filled;
  for (int r = 0; r < w.rows; ++r) {
    const float* query = w.query.data + int64_t{r} * w.query.stride;
    const float* alpha = g.weights.data + int64_t{r} * g.weights.stride;
    const float* d_attended = g.d_attended.data + int64_t{r} * g.d_attended.stride;
    float* d_query = g.d_query.data + int64_t{r} * g.d_query.stride;
    const int64_t row = int64_t{r} * w.units;
    for (int u = 0; u < w.units; ++u) d_query[u] = 0;
    // The softmax's gradient needs the mean of its weights' gradients; a zero row's is 0.
    float mean = 0;
    for (int k = 0; k < w.filled; ++k) {
      mean += alpha[k] * Dot(w.units, d_attended, w.outputs[k] + row);
    }
    for (int k = 0; k < w.filled; ++k) {
      const float d_alpha = Dot(w.units, d_attended, w.outputs[k] + row);
      AddScaled(w.units, alpha[k], d_attended, g.d_outputs[k] + row);
      ScoreBackward(w.units, alpha[k] * (d_alpha - mean), w.projected[k] + row, query, w.v,
                    g.d_projected[k] + row, d_query, g.d_v);
    }
    if (zeros > 0) {
      const float all = -mean * alpha[w.filled] * static_cast<float>(zeros);
      ScoreBackward(w.units, all, nullptr, query, w.v, nullptr, d_query, g.d_v);
    }
  }
}

}  // namespace magenta::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace magenta {
namespace {

// SplitMix64's finaliser: every output bit depends on every input bit.
inline uint64_t MixBits(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

}  // namespace

HWY_EXPORT(LstmForwardImpl);
HWY_EXPORT(LstmBackwardImpl);
HWY_EXPORT(AttentionForwardImpl);
HWY_EXPORT(AttentionBackwardImpl);

void LstmForward(const LstmForwardStep& step) { HWY_DYNAMIC_DISPATCH(LstmForwardImpl)(step); }

void LstmBackward(const LstmBackwardStep& step) { HWY_DYNAMIC_DISPATCH(LstmBackwardImpl)(step); }

void AttentionForward(const AttentionWindow& window, Matrix weights, Matrix attended) {
  HWY_DYNAMIC_DISPATCH(AttentionForwardImpl)(window, weights, attended);
}

void AttentionBackward(const AttentionWindow& window, const AttentionGradients& gradients) {
  HWY_DYNAMIC_DISPATCH(AttentionBackwardImpl)(window, gradients);
}

void ScaleByDropout(int rows, int units, const uint64_t* row_ids, uint64_t key, float keep,
                    Matrix values) {
  const uint64_t threshold = static_cast<uint64_t>(static_cast<double>(keep) * 4294967296.0);
  const float scale = 1.0f / keep;
  for (int r = 0; r < rows; ++r) {
    const uint64_t row_key = MixBits(key + (row_ids[r] + 1) * 0x9e3779b97f4a7c15u);
    float* row = values.data + int64_t{r} * values.stride;
    for (int u = 0; u < units; u += 2) {  // two draws of 32 bits from each 64
      const uint64_t bits = MixBits(row_key + static_cast<uint64_t>(u));
      row[u] *= (bits & 0xffffffffu) < threshold ? scale : 0.0f;
      if (u + 1 < units) row[u + 1] *= (bits >> 32) < threshold ? scale : 0.0f;
    }
  }
}

}  // namespace magenta
#endif  // HWY_ONCE
