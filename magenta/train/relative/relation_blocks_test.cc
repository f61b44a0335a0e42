// Block by block against the whole product.

#include "magenta/train/relative/relation_blocks.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <vector>

namespace magenta {
namespace {

const RelativeSizes kSizes = {.state_rows = 4,
                              .head_rows = 3,
                              .bias_rows = 2,
                              .shifts = 3,
                              .marks = 2,
                              .values = 1,
                              .classes = 12};

/// Shifts that each of five steps asks for, some twice; the last one nobody does.
const std::vector<std::vector<int>> kAsked = {{0}, {}, {0, 1}, {0}, {1}};

SparseMatrix Inputs() {
  SparseMatrix inputs;
  for (const std::vector<int>& shifts : kAsked) {
    inputs.Add(kSizes.HeadAt(1), 1);
    for (const int shift : shifts) {
      inputs.Add(kSizes.ShiftAt(shift, 3), 1);
      inputs.Add(kSizes.ShiftAt(shift, 7), 1);
    }
    inputs.Add(kSizes.MarkAt(1, 5, 2), 1);
    inputs.EndRow();
  }
  return inputs;
}

struct Parts {
  std::vector<int64_t> rows;  // of the inputs
  at::Tensor z, kernel, bias;
  at::Tensor asked;  // 1 where a row asks for a column, else 0
};

Parts PartsOf(std::vector<int64_t> rows) {
  constexpr int kWidth = 6;
  const int64_t count = static_cast<int64_t>(rows.size()), relations = kSizes.relations();
  Parts parts;
  parts.z = at::randn({count, kWidth});
  parts.kernel = at::randn({kWidth, relations});
  parts.bias = at::randn({relations});
  parts.asked = at::zeros({count, relations});
  parts.asked.narrow(1, kShiftWidth * kSizes.shifts, relations - kShiftWidth * kSizes.shifts)
      .fill_(1);
  for (int64_t i = 0; i < count; ++i) {
    for (const int shift : kAsked[rows[i]]) {
      parts.asked[i].narrow(0, kShiftWidth * shift, kShiftWidth).fill_(1);
    }
  }
  parts.rows = std::move(rows);
  return parts;
}

void ExpectSame(const at::Tensor& found, const at::Tensor& expected) {
  EXPECT_TRUE(at::allclose(found, expected, 1e-5, 1e-5)) << found << expected;
}

class RelationBlocksTest : public ::testing::TestWithParam<std::vector<int64_t>> {
 protected:
  void SetUp() override { at::manual_seed(1); }
};

TEST_P(RelationBlocksTest, WhatIsAskedForIsThatOfTheWholeProduct) {
  const Parts parts = PartsOf(GetParam());
  const RelationBlocks blocks(kSizes, Inputs(), parts.rows);
  const at::Tensor product = blocks.Product(parts.z, parts.kernel, parts.bias);
  const at::Tensor whole = at::addmm(parts.bias, parts.z, parts.kernel);
  ExpectSame(at::where(parts.asked > 0, product, at::zeros_like(product)), whole * parts.asked);
}

TEST_P(RelationBlocksTest, GradientsAreAddedToWhatIsThere) {
  const Parts parts = PartsOf(GetParam());
  const RelationBlocks blocks(kSizes, Inputs(), parts.rows);
  const at::Tensor d_product = at::randn_like(parts.asked) * parts.asked;
  const at::Tensor d_kernel = at::randn_like(parts.kernel), d_bias = at::randn_like(parts.bias);
  const at::Tensor d_z = at::randn_like(parts.z);
  const at::Tensor kernel_after = d_kernel + parts.z.t().mm(d_product);
  const at::Tensor bias_after = d_bias + d_product.sum(0);
  const at::Tensor z_after = d_z + d_product.mm(parts.kernel.t());
  blocks.AddGradients(parts.z, parts.kernel, d_product, d_kernel, d_bias, d_z);
  ExpectSame(d_kernel, kernel_after);
  ExpectSame(d_bias, bias_after);
  ExpectSame(d_z, z_after);
}

INSTANTIATE_TEST_SUITE_P(Rows, RelationBlocksTest,
                         ::testing::Values(std::vector<int64_t>{0, 1, 2, 3, 4},
                                           std::vector<int64_t>{4, 2, 2, 0},
                                           std::vector<int64_t>{1}));

}  // namespace
}  // namespace magenta
