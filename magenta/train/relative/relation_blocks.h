#pragma once
// The product that makes T of nn/relative_gru.h, of which a step asks for a few shifts and its
// marks and values: block by block, on the rows that ask for it.

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <vector>

#include "magenta/base/sparse_vector.h"
#include "magenta/nn/relative_sizes.h"

namespace magenta {

class RelationBlocks {
 public:
  /// For a matrix of `rows` of `inputs`, in their order.
  RelationBlocks(const RelativeSizes& sizes, const SparseMatrix& inputs,
                 std::span<const int64_t> rows);

  /// z [rows, width] times `kernel` [width, relations()] plus `bias`; what no row asks for is any
  /// number.
  at::Tensor Product(const at::Tensor& z, const at::Tensor& kernel, const at::Tensor& bias) const;

  /// Gradients of Product: d_kernel, d_bias and d_z += what comes of `d_product`.
  void AddGradients(const at::Tensor& z, const at::Tensor& kernel, const at::Tensor& d_product,
                    const at::Tensor& d_kernel, const at::Tensor& d_bias,
                    const at::Tensor& d_z) const;

 private:
  /// Columns of T.
  struct Block {
    int64_t first, width;
    at::Tensor rows;  // which, int64; undefined: all
  };

  int64_t relations_;
  std::vector<Block> blocks_;
};

}  // namespace magenta
