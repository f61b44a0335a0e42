#pragma once
// A named array of numbers as checkpoints hold them: the currency between io/tensor, nn and train.

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace magenta {

/// The element types that checkpoints of these models have.
enum class DType { kFloat32, kFloat64, kInt32, kInt64, kUint8, kBool };

/// Bytes an element of `dtype` takes.
size_t DTypeSize(DType dtype);
/// "float32", "int64", ...
const char* DTypeName(DType dtype);

/// Row-major, little-endian; an empty shape is a scalar.
struct Tensor {
  DType dtype = DType::kFloat32;
  std::vector<int64_t> shape;
  std::string bytes;

  /// `values` in row-major order, as many as the product of `shape` (checked).
  static Tensor Floats(std::vector<int64_t> shape, std::span<const float> values);
  static Tensor Float(float value) { return Floats({}, {&value, 1}); }
  /// A scalar: global_step is one.
  static Tensor Int64(int64_t value);
  /// `text` as a vector of uint8.
  static Tensor Text(std::string text);

  /// Product of the shape.
  int64_t size() const;
  /// The elements of a kFloat32 tensor (checked; the bytes are aligned as std::string aligns).
  std::span<const float> floats() const;
  /// The elements of a kInt64 tensor (checked).
  std::span<const int64_t> int64s() const;
  /// "[121, 256]"
  std::string ShapeText() const;

  bool operator==(const Tensor&) const = default;
};

/// Sorted by name (bytes), as checkpoint files are.
using TensorMap = std::map<std::string, Tensor>;

}  // namespace magenta
