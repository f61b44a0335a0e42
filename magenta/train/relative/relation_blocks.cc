#include "magenta/train/relative/relation_blocks.h"

#include <ATen/ATen.h>

#include "magenta/train/relative/sparse_rows.h"

namespace magenta {
namespace {

at::Tensor RowsOf(const at::Tensor& matrix, const at::Tensor& rows) {
  return rows.defined() ? matrix.index_select(0, rows) : matrix;
}

}  // namespace

RelationBlocks::RelationBlocks(const RelativeSizes& sizes, const SparseMatrix& inputs,
                               std::span<const int64_t> rows)
    : relations_(sizes.relations()) {
  std::vector<std::vector<int64_t>> askers(static_cast<size_t>(sizes.shifts));
  for (size_t i = 0; i < rows.size(); ++i) {
    EntryWalk walk(inputs, rows[i]);
    walk.Skip(sizes.shift_begin());
    walk.Take(sizes.shift_begin(), sizes.mark_begin(), [&](int place, float) {
      std::vector<int64_t>& of_shift = askers[static_cast<size_t>(place / sizes.classes)];
      const auto row = static_cast<int64_t>(i);
      if (of_shift.empty() || of_shift.back() != row) of_shift.push_back(row);
    });
  }
  for (int s = 0; s < sizes.shifts; ++s) {
    if (!askers[s].empty())
      blocks_.push_back({kShiftWidth * s, kShiftWidth, at::tensor(askers[s])});
  }
  const int64_t others = kShiftWidth * sizes.shifts;
  if (others < relations_) blocks_.push_back({others, relations_ - others, {}});
}

at::Tensor RelationBlocks::Product(const at::Tensor& z, const at::Tensor& kernel,
                                   const at::Tensor& bias) const {
  at::Tensor product = at::empty({z.size(0), relations_});
  for (const auto& [first, width, rows] : blocks_) {
    at::Tensor to = product.narrow(1, first, width);
    const at::Tensor part =
        at::addmm(bias.narrow(0, first, width), RowsOf(z, rows), kernel.narrow(1, first, width));
    if (rows.defined()) {
      to.index_copy_(0, rows, part);
    } else {
      to.copy_(part);
    }
  }
  return product;
}

void RelationBlocks::AddGradients(const at::Tensor& z, const at::Tensor& kernel,
                                  const at::Tensor& d_product, const at::Tensor& d_kernel,
                                  const at::Tensor& d_bias, const at::Tensor& d_z) const {
  for (const auto& [first, width, rows] : blocks_) {
    const at::Tensor d_part = RowsOf(d_product.narrow(1, first, width), rows);
    d_kernel.narrow(1, first, width).addmm_(RowsOf(z, rows).t(), d_part);
    d_bias.narrow(0, first, width).add_(d_part.sum(0));
    const at::Tensor d_rows = d_part.mm(kernel.narrow(1, first, width).t());
    if (rows.defined()) {
      at::Tensor(d_z).index_add_(0, rows, d_rows);
    } else {
      at::Tensor(d_z).add_(d_rows);
    }
  }
}

}  // namespace magenta
