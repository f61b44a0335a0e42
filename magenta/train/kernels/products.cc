// A product goes through the columns panel by panel and through the inner dimension in blocks of
// panels whose weights (16 KiB) stay in the nearest cache while tile after tile of rows uses them.
// Sums begin where the block before left them, so blocks change no bit.

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "magenta/train/kernels/products.cc"
#include <hwy/foreach_target.h>
// After foreach_target.h, which must come first.
#include <hwy/highway.h>

#include <algorithm>
#include <numeric>
#include <string_view>

#include "magenta/nn/kernels/kernels.h"
#include "magenta/train/kernels/products.h"
#include "magenta/train/kernels/tile-inl.h"

HWY_BEFORE_NAMESPACE();
namespace magenta::HWY_NAMESPACE {

// Half of a first-level cache of 32 KiB: four panels of vectors of eight, one of sixteen.
constexpr size_t kBlockFloats = 4096;

struct ProductBlock {
  const PanelProduct& product;
  int first, end;        // panels of the inner dimension
  const float* weights;  // of panel `first`
  const float* start;    // where sums begin: a bias; null: at what `out` holds
  float* out;            // row 0 of the panel
};

template <int kRows, int kVectors>
void ProductTile(const ProductBlock& b, int r) {
  const size_t width = 4 * hn::Lanes(D());
  TileSums<kRows> t;
  float* out = b.out + r * width;
  LoadTile<kRows, kVectors>(b.start != nullptr ? b.start : out, b.start != nullptr ? 0 : width, t);
  const float* w = b.weights;
  const PanelRows& in = b.product.in;
  for (int p = b.first; p < b.end; ++p, w += width * width) {
    AddProducts<kRows, kVectors>(in.data + p * in.stride + r * width, width, 1,
                                 b.product.in_axis->counts[p], w, t);
  }
  StoreTile<kRows, kVectors>(t, out, width);
}

template <int kVectors>
void ProductRows(const ProductBlock& b) {
  ForEachTile(b.product.rows, [&](int r, auto rows) { ProductTile<rows(), kVectors>(b, r); });
}

void MultiplyImpl(const PanelProduct& m) {
  const size_t width = 4 * hn::Lanes(D());
  HWY_ALIGN static const float zeros[256] = {};
  const int inner = m.in_axis->panels();
  const int at_a_time = static_cast<int>(std::max<size_t>(1, kBlockFloats / (width * width)));
  for (int c = 0; c < m.out_axis->panels(); ++c) {
    const int vectors = (m.out_axis->counts[c] + Lanes() - 1) / Lanes();
    for (int p = 0; p < inner; p += at_a_time) {
      const float* start = m.bias != nullptr ? m.bias + c * width : zeros;
      if (m.add || p > 0) start = nullptr;
      const ProductBlock block{m,
                               p,
                               std::min(p + at_a_time, inner),
                               m.weights + (size_t{1} * c * inner + p) * width * width,
                               start,
                               m.out.data + c * m.out.stride};
      WithConstant<4>(vectors, [&](auto constant) { ProductRows<constant()>(block); });
    }
  }
}

// Rows of sums are columns of the left factor.
template <int kRows, int kVectors>
void GradientTile(int rows, const float* left, const float* right, float* sums) {
  const size_t width = 4 * hn::Lanes(D());
  TileSums<kRows> t;
  LoadTile<kRows, kVectors>(sums, width, t);
  AddProducts<kRows, kVectors>(left, 1, width, rows, right, t);
  StoreTile<kRows, kVectors>(t, sums, width);
}

template <int kVectors>
void GradientPanels(const GradientProduct& g, const float* left, int count, const float* right,
                    float* sums) {
  const size_t width = 4 * hn::Lanes(D());
  ForEachTile(count, [&](int k, auto rows) {
    GradientTile<rows(), kVectors>(g.rows, left + k, right, sums + k * width);
  });
}

void AddGradientImpl(const GradientProduct& g) {
  const size_t width = 4 * hn::Lanes(D());
  float* sums = g.sums;
  for (int c = 0; c < g.right_axis->panels(); ++c) {
    const float* right = g.right.data + c * g.right.stride;
    const int vectors = (g.right_axis->counts[c] + Lanes() - 1) / Lanes();
    for (int p = 0; p < g.left_axis->panels(); ++p, sums += width * width) {
      const float* left = g.left.data + p * g.left.stride;
      const int count = g.left_axis->counts[p];
      WithConstant<4>(
          vectors, [&](auto constant) { GradientPanels<constant()>(g, left, count, right, sums); });
    }
  }
}

void AddColumnSumsImpl(int rows, int panels, const PanelRows& from, float* sums) {
  const D d;
  const size_t width = 4 * hn::Lanes(d);
  for (int p = 0; p < panels; ++p, sums += width) {
    const float* x = from.data + p * from.stride;
    RowSums s, row;
    LoadSums<4>(sums, s);
    for (int r = 0; r < rows; ++r, x += width) {
      LoadSums<4>(x, row);
      AddTimes<4>(hn::Set(d, 1.0f), row, s);
    }
    StoreSums<4>(s, sums);
  }
}

void MultiplySparseImpl(const SparseProduct& m) {
  const D d;
  const size_t width = 4 * hn::Lanes(d);
  for (int c = 0; c < m.out_panels; ++c) {
    const float* weights = m.weights + size_t{1} * c * m.inputs * width;
    for (int r = 0; r < m.rows; ++r) {
      RowSums s, w;
      LoadSums<4>(m.bias + c * width, s);
      for (int64_t e = m.in.starts[r]; e < m.in.starts[r + 1]; ++e) {
        LoadSums<4>(weights + m.in.index[e] * width, w);
        AddTimes<4>(hn::Set(d, m.in.value[e]), w, s);
      }
      StoreSums<4>(s, m.out.data + c * m.out.stride + r * width);
    }
  }
}

template <int kVectors>
void SparseGradientPanel(const SparseColumns& left, const float* right, float* sums) {
  const D d;
  const size_t width = 4 * hn::Lanes(d);
  for (size_t i = 0; i + 1 < left.starts.size(); ++i, sums += width) {
    if (left.starts[i] == left.starts[i + 1]) continue;
    RowSums s, row;
    LoadSums<kVectors>(sums, s);
    for (int e = left.starts[i]; e < left.starts[i + 1]; ++e) {
      LoadSums<kVectors>(right + left.row[e] * width, row);
      AddTimes<kVectors>(hn::Set(d, left.value[e]), row, s);
    }
    StoreSums<kVectors>(s, sums);
  }
}

void AddSparseGradientImpl(const SparseColumns& left, const PanelRows& right,
                           const PanelAxis& right_axis, float* sums) {
  const size_t panel = (left.starts.size() - 1) * 4 * hn::Lanes(D());
  for (int c = 0; c < right_axis.panels(); ++c) {
    const int vectors = (right_axis.counts[c] + Lanes() - 1) / Lanes();
    WithConstant<4>(vectors, [&](auto constant) {
      SparseGradientPanel<constant()>(left, right.data + c * right.stride, sums + c * panel);
    });
  }
}

int VectorLanesImpl() { return Lanes(); }

}  // namespace magenta::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace magenta {

HWY_EXPORT(MultiplyImpl);
HWY_EXPORT(AddGradientImpl);
HWY_EXPORT(AddColumnSumsImpl);
HWY_EXPORT(MultiplySparseImpl);
HWY_EXPORT(AddSparseGradientImpl);
HWY_EXPORT(VectorLanesImpl);

namespace {

// The vectors of the table that nn runs, so that MAGENTA_KERNEL chooses for both. Of Highway's bits
// for a processor the lower is the better.
int ChooseVectors() {
  const std::string_view name = DefaultKernels().name;
  const bool has_better = AllKernels().size() > 1;  // else nn's is the scalar one by itself
  if (name == "scalar" && has_better) hwy::DisableTargets(HWY_STATIC_TARGET - 1);
  if (name == "avx2") hwy::DisableTargets(HWY_AVX2 - 1);
  return HWY_DYNAMIC_DISPATCH(VectorLanesImpl)();
}

}  // namespace

int VectorLanes() {
  static const int lanes = ChooseVectors();
  return lanes;
}

void Multiply(const PanelProduct& product) { HWY_DYNAMIC_DISPATCH(MultiplyImpl)(product); }

void AddGradient(const GradientProduct& product) { HWY_DYNAMIC_DISPATCH(AddGradientImpl)(product); }

void AddColumnSums(int rows, int panels, PanelRows from, float* sums) {
  HWY_DYNAMIC_DISPATCH(AddColumnSumsImpl)(rows, panels, from, sums);
}

void MultiplySparse(const SparseProduct& product) {
  HWY_DYNAMIC_DISPATCH(MultiplySparseImpl)(product);
}

void SparseColumns::Assign(int rows, int columns, SparseRows in) {
  const int64_t first = in.starts[0], end = in.starts[rows];
  starts.assign(static_cast<size_t>(columns) + 1, 0);
  row.resize(static_cast<size_t>(end - first));
  value.resize(row.size());
  for (int64_t e = first; e < end; ++e) ++starts[in.index[e]];
  // Each column's end, and then, entry by entry from the last, its start.
  std::partial_sum(starts.begin(), starts.end(), starts.begin());
  for (int r = rows - 1; r >= 0; --r) {
    for (int64_t e = in.starts[r + 1] - 1; e >= in.starts[r]; --e) {
      const int to = --starts[in.index[e]];
      row[to] = r;
      value[to] = in.value[e];
    }
  }
}

void AddSparseGradient(const SparseColumns& left, PanelRows right, const PanelAxis& right_axis,
                       float* sums) {
  HWY_DYNAMIC_DISPATCH(AddSparseGradientImpl)(left, right, right_axis, sums);
}

}  // namespace magenta
#endif  // HWY_ONCE
