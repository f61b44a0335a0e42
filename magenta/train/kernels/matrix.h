#pragma once
// A row-major matrix in somebody's memory: element (r, c) is data[r * stride + c].
// Plain values: threads may use their own copies at once; who writes what they look at is alone.

namespace magenta {

/// Views: what they look at outlives them. `stride` is in floats, at least the columns of a row.
struct ConstMatrix {
  const float* data = nullptr;
  int stride = 0;
  ConstMatrix FromRow(int row) const { return {data + static_cast<long>(row) * stride, stride}; }
};

struct Matrix {
  float* data = nullptr;
  int stride = 0;
  Matrix FromRow(int row) const { return {data + static_cast<long>(row) * stride, stride}; }
};

}  // namespace magenta
