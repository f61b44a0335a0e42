#include "magenta/base/tensor.h"

#include <fmt/core.h>

#include <cstring>

#include "magenta/base/check.h"

namespace magenta {

size_t DTypeSize(DType dtype) {
  switch (dtype) {
    case DType::kFloat32:
    case DType::kInt32: return 4;
    case DType::kFloat64:
    case DType::kInt64: return 8;
    case DType::kUint8:
    case DType::kBool: return 1;
  }
  return 0;
}

const char* DTypeName(DType dtype) {
  switch (dtype) {
    case DType::kFloat32: return "float32";
    case DType::kFloat64: return "float64";
    case DType::kInt32: return "int32";
    case DType::kInt64: return "int64";
    case DType::kUint8: return "uint8";
    case DType::kBool: return "bool";
  }
  return "unknown";
}

Tensor Tensor::Floats(std::vector<int64_t> shape, std::span<const float> values) {
  Tensor tensor{DType::kFloat32, std::move(shape), {}};
  MAGENTA_CHECK(tensor.size() == static_cast<int64_t>(values.size()));
  tensor.bytes.assign(reinterpret_cast<const char*>(values.data()), values.size_bytes());
  return tensor;
}

Tensor Tensor::Int64(int64_t value) {
  Tensor tensor{DType::kInt64, {}, std::string(sizeof value, '\0')};
  std::memcpy(tensor.bytes.data(), &value, sizeof value);
  return tensor;
}

Tensor Tensor::Text(std::string text) {
  const auto size = static_cast<int64_t>(text.size());
  return Tensor{DType::kUint8, {size}, std::move(text)};
}

int64_t Tensor::size() const {
  int64_t product = 1;
  for (const int64_t extent : shape) product *= extent;
  return product;
}

std::span<const float> Tensor::floats() const {
  MAGENTA_CHECK(dtype == DType::kFloat32);
  return {reinterpret_cast<const float*>(bytes.data()), bytes.size() / sizeof(float)};
}

std::span<const int64_t> Tensor::int64s() const {
  MAGENTA_CHECK(dtype == DType::kInt64);
  return {reinterpret_cast<const int64_t*>(bytes.data()), bytes.size() / sizeof(int64_t)};
}

std::string Tensor::ShapeText() const {
  std::string text = "[";
  for (size_t i = 0; i < shape.size(); ++i) text += fmt::format("{}{}", i ? ", " : "", shape[i]);
  return text + "]";
}

}  // namespace magenta
