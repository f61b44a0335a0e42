// A cell's gates never leave the nearest cache between their product and its record: a tile of the
// product is some rows by the four gates of a vector of units.

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "magenta/train/kernels/cells.cc"
#include <hwy/foreach_target.h>
// After foreach_target.h, which must come first.
#include <hwy/highway.h>

#include "magenta/train/kernels/cells.h"
#include "magenta/train/kernels/tile-inl.h"

HWY_BEFORE_NAMESPACE();
namespace magenta::HWY_NAMESPACE {

// The vector `v` of row r.
HWY_INLINE float* UnitsAt(const PanelRows& rows, int v, int r) {
  const size_t n = hn::Lanes(D());
  return rows.data + v / 4 * rows.stride + (4 * r + v % 4) * n;
}

// Adds what the sparse inputs of the tile's rows, from r on, make of `weights`.
template <int kRows>
HWY_INLINE void AddSparse(const LstmForwardStep& s, const float* weights, int r,
                          TileSums<kRows>& z) {
  const D d;
  const size_t width = 4 * hn::Lanes(d);
  RowSums w;
  for (int64_t e = s.sparse.starts[r]; e < s.sparse.starts[r + 1]; ++e) {
    LoadSums<4>(weights + s.sparse.index[e] * width, w);
    AddTimes<4>(hn::Set(d, s.sparse.value[e]), w, z.row);
  }
  if constexpr (kRows > 1) AddSparse(s, weights, r + 1, z.others);
}

HWY_INLINE void ActivateCell(const LstmForwardStep& s, int v, int r, const float* z) {
  const D d;
  const size_t n = hn::Lanes(d);
  float* record = s.record + (size_t{1} * v * s.rows + r) * 6 * n;
  float* c = s.c + (size_t{1} * v * s.c_rows + r) * n;
  const V i = FastSigmoid(hn::Load(d, z));
  const V j = FastTanh(hn::Load(d, z + n));
  const V f = FastSigmoid(hn::Load(d, z + 2 * n));
  const V o = FastSigmoid(hn::Load(d, z + 3 * n));
  const V before = hn::LoadU(d, c);
  const V cell = hn::MulAdd(f, before, hn::Mul(i, j));
  const V tanh_cell = FastTanh(cell);
  hn::StoreU(i, d, record), hn::StoreU(j, d, record + n);
  hn::StoreU(f, d, record + 2 * n), hn::StoreU(o, d, record + 3 * n);
  hn::StoreU(before, d, record + 4 * n), hn::StoreU(tanh_cell, d, record + 5 * n);
  hn::StoreU(cell, d, c);
  hn::StoreU(hn::Mul(tanh_cell, o), d, UnitsAt(s.h, v, r));
  if (s.c_out.data != nullptr) hn::StoreU(cell, d, UnitsAt(s.c_out, v, r));
}

template <int kRows>
void LstmTile(const LstmForwardStep& s, int v, int r) {
  const size_t width = 4 * hn::Lanes(D());
  TileSums<kRows> z;
  LoadTile<kRows, 4>(s.bias + v * width, 0, z);
  if (s.sparse.starts != nullptr) {
    AddSparse(s, s.sparse_weights + size_t{1} * v * s.sparse_inputs * width, r, z);
  }
  const int panels = s.in_axis->panels();
  const float* w = s.weights + size_t{1} * v * panels * width * width;
  for (int p = 0; p < panels; ++p, w += width * width) {
    AddProducts<kRows, 4>(s.in.data + p * s.in.stride + r * width, width, 1, s.in_axis->counts[p],
                          w, z);
  }
  HWY_ALIGN float gates[kRows * 4 * hn::MaxLanes(D())];
  StoreTile<kRows, 4>(z, gates, width);
  for (int k = 0; k < kRows; ++k) ActivateCell(s, v, r + k, gates + k * width);
}

void LstmForwardImpl(const LstmForwardStep& s) {
  for (int v = 0; v < s.vectors; ++v) {
    ForEachTile(s.rows, [&](int r, auto rows) { LstmTile<rows()>(s, v, r); });
  }
}

HWY_INLINE void CellBackward(const LstmBackwardStep& s, int v, int r) {
  const D d;
  const size_t n = hn::Lanes(d);
  const float* record = s.record + (size_t{1} * v * s.rows + r) * 6 * n;
  float* dc = s.dc + (size_t{1} * v * s.c_rows + r) * n;
  float* dz = s.dz.data + v * s.dz.stride + r * 4 * n;
  const V one = hn::Set(d, 1.0f);
  const V i = hn::LoadU(d, record), j = hn::LoadU(d, record + n);
  const V f = hn::LoadU(d, record + 2 * n), o = hn::LoadU(d, record + 3 * n);
  const V before = hn::LoadU(d, record + 4 * n), tanh_cell = hn::LoadU(d, record + 5 * n);
  const V dh = hn::LoadU(d, UnitsAt(s.dh, v, r));
  const V d_cell =
      hn::MulAdd(hn::Mul(dh, o), hn::NegMulAdd(tanh_cell, tanh_cell, one), hn::LoadU(d, dc));
  const V d_i = hn::Mul(hn::Mul(d_cell, j), hn::NegMulAdd(i, i, i));
  const V d_j = hn::Mul(hn::Mul(d_cell, i), hn::NegMulAdd(j, j, one));
  const V d_f = hn::Mul(hn::Mul(d_cell, before), hn::NegMulAdd(f, f, f));
  const V d_o = hn::Mul(hn::Mul(dh, tanh_cell), hn::NegMulAdd(o, o, o));
  hn::StoreU(d_i, d, dz), hn::StoreU(d_j, d, dz + n);
  hn::StoreU(d_f, d, dz + 2 * n), hn::StoreU(d_o, d, dz + 3 * n);
  hn::StoreU(hn::Mul(d_cell, f), d, dc);
}

void LstmBackwardImpl(const LstmBackwardStep& s) {
  for (int v = 0; v < s.vectors; ++v) {
    for (int r = 0; r < s.rows; ++r) CellBackward(s, v, r);
  }
}

// 24 bits of a hash of (row key, unit): three rounds of multiply and shift, each output bit depends
// on each input bit.
template <class DU>
HWY_INLINE hn::Vec<DU> DropoutBits(DU du, hn::Vec<DU> x) {
  x = hn::Xor(x, hn::ShiftRight<16>(x));
  x = hn::Mul(x, hn::Set(du, 0x7feb352du));
  x = hn::Xor(x, hn::ShiftRight<15>(x));
  x = hn::Mul(x, hn::Set(du, 0x846ca68bu));
  return hn::ShiftRight<8>(hn::Xor(x, hn::ShiftRight<16>(x)));
}

void ScaleByDropoutImpl(int rows, int vectors, const PanelRows& from, const PanelRows& also,
                        const Dropout& dropout, const PanelRows& to) {
  const D d;
  const hn::RebindToUnsigned<D> du;
  const hn::RebindToSigned<D> di;
  const auto limit = hn::Set(di, static_cast<int32_t>(dropout.keep * 16777216.0f));
  const V scale = hn::Set(d, 1 / dropout.keep);
  for (int v = 0; v < vectors; ++v) {
    const auto units = hn::Iota(du, static_cast<uint32_t>(v * Lanes()));
    const auto spread = hn::Mul(units, hn::Set(du, 0x9e3779b9u));
    for (int r = 0; r < rows; ++r) {
      V x = hn::LoadU(d, UnitsAt(from, v, r));
      if (also.data != nullptr) x = hn::Add(x, hn::LoadU(d, UnitsAt(also, v, r)));
      if (dropout.row_keys != nullptr) {
        const auto bits = DropoutBits(du, hn::Add(spread, hn::Set(du, dropout.row_keys[r])));
        const auto kept = hn::Lt(hn::BitCast(di, bits), limit);
        x = hn::IfThenElseZero(hn::RebindMask(d, kept), hn::Mul(x, scale));
      }
      hn::StoreU(x, d, UnitsAt(to, v, r));
    }
  }
}

HWY_INLINE float LargestOf(const PanelRows& logits, int vectors, int r) {
  const D d;
  V largest = hn::LoadU(d, UnitsAt(logits, 0, r));
  for (int v = 1; v < vectors; ++v) largest = hn::Max(largest, hn::LoadU(d, UnitsAt(logits, v, r)));
  return hn::GetLane(hn::MaxOfLanes(d, largest));
}

HWY_INLINE int FirstEqual(const PanelRows& logits, int vectors, int r, float value) {
  const D d;
  for (int v = 0; v < vectors; ++v) {
    const auto place =
        hn::FindFirstTrue(d, hn::Eq(hn::LoadU(d, UnitsAt(logits, v, r)), hn::Set(d, value)));
    if (place >= 0) return v * Lanes() + static_cast<int>(place);
  }
  return 0;
}

void ScoreSoftmaxImpl(int rows, int vectors, const PanelRows& logits, const int* labels,
                      float scale, SoftmaxRow* results) {
  const D d;
  for (int r = 0; r < rows; ++r) {
    float* of_label = UnitsAt(logits, labels[r] / Lanes(), r) + labels[r] % Lanes();
    SoftmaxRow& result = results[r];
    result.label_logit = *of_label;
    result.largest = LargestOf(logits, vectors, r);
    result.best = FirstEqual(logits, vectors, r, result.largest);
    const V less = hn::Set(d, result.largest);
    V sums = hn::Zero(d);
    for (int v = 0; v < vectors; ++v) {
      float* x = UnitsAt(logits, v, r);
      const V below = hn::Sub(hn::LoadU(d, x), less);
      // 0, not a number so small that arithmetic on it is slow.
      const V e =
          hn::IfThenElseZero(hn::Gt(below, hn::Set(d, -exp_constants::kExpLimit)), FastExp(below));
      sums = hn::Add(sums, e);
      if (scale != 0) hn::StoreU(e, d, x);
    }
    result.sum = hn::GetLane(hn::SumOfLanes(d, sums));
    if (scale == 0) continue;
    const V factor = hn::Set(d, scale / result.sum);
    for (int v = 0; v < vectors; ++v) {
      float* x = UnitsAt(logits, v, r);
      hn::StoreU(hn::Mul(hn::LoadU(d, x), factor), d, x);
    }
    *of_label -= scale;
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
HWY_EXPORT(ScaleByDropoutImpl);
HWY_EXPORT(ScoreSoftmaxImpl);

void LstmForward(const LstmForwardStep& step) { HWY_DYNAMIC_DISPATCH(LstmForwardImpl)(step); }

void LstmBackward(const LstmBackwardStep& step) { HWY_DYNAMIC_DISPATCH(LstmBackwardImpl)(step); }

std::vector<uint32_t> DropoutKeys(std::span<const uint64_t> row_ids, uint64_t layer_key) {
  std::vector<uint32_t> keys;
  keys.reserve(row_ids.size());
  for (const uint64_t id : row_ids) {
    keys.push_back(static_cast<uint32_t>(MixBits(layer_key + (id + 1) * 0x9e3779b97f4a7c15u)));
  }
  return keys;
}

void ScaleByDropout(int rows, int vectors, PanelRows from, PanelRows also, const Dropout& dropout,
                    PanelRows to) {
  HWY_DYNAMIC_DISPATCH(ScaleByDropoutImpl)(rows, vectors, from, also, dropout, to);
}

void ScoreSoftmax(int rows, int vectors, PanelRows logits, const int* labels, float scale,
                  SoftmaxRow* results) {
  HWY_DYNAMIC_DISPATCH(ScoreSoftmaxImpl)(rows, vectors, logits, labels, scale, results);
}

}  // namespace magenta
#endif  // HWY_ONCE
