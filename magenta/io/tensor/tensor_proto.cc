#include "magenta/io/tensor/tensor_proto.h"

#include <fmt/core.h>

#include <utility>

#include "magenta/base/status.h"

namespace magenta {
namespace {

constexpr int64_t kMostTensorBytes = int64_t{1} << 62;

constexpr std::pair<tensorflow::DataType, DType> kTypes[] = {
    {tensorflow::DT_FLOAT, DType::kFloat32}, {tensorflow::DT_DOUBLE, DType::kFloat64},
    {tensorflow::DT_INT32, DType::kInt32},   {tensorflow::DT_INT64, DType::kInt64},
    {tensorflow::DT_UINT8, DType::kUint8},   {tensorflow::DT_BOOL, DType::kBool},
};

std::string TypeText(tensorflow::DataType dtype) {
  switch (dtype) {
    case tensorflow::DT_INVALID: return "none";
    case tensorflow::DT_STRING: return "string";
    case tensorflow::DT_INT16: return "int16";
    case tensorflow::DT_INT8: return "int8";
    case tensorflow::DT_COMPLEX64: return "complex64";
    case tensorflow::DT_BFLOAT16: return "bfloat16";
    case tensorflow::DT_HALF: return "float16";
    default: return fmt::format("number {}", static_cast<int>(dtype));
  }
}

}  // namespace

absl::StatusOr<DType> FromTensorFlow(tensorflow::DataType dtype) {
  for (const auto& [theirs, ours] : kTypes) {
    if (theirs == dtype) return ours;
  }
  return InputError("", fmt::format("its type ({}) is none that we read", TypeText(dtype)));
}

tensorflow::DataType ToTensorFlow(DType dtype) {
  for (const auto& [theirs, ours] : kTypes) {
    if (ours == dtype) return theirs;
  }
  return tensorflow::DT_INVALID;
}

absl::StatusOr<std::vector<int64_t>> ReadShape(const tensorflow::TensorShapeProto& shape,
                                               DType dtype) {
  if (shape.unknown_rank()) return InputError("", "its shape is unknown");
  std::vector<int64_t> extents;
  auto bytes = static_cast<int64_t>(DTypeSize(dtype));
  for (const auto& dim : shape.dim()) {
    if (dim.size() < 0) return InputError("", fmt::format("an extent is {}", dim.size()));
    if (dim.size() > 0 && bytes > kMostTensorBytes / dim.size()) {
      return InputError("", "its shape has too many elements");
    }
    bytes *= dim.size();
    extents.push_back(dim.size());
  }
  return extents;
}

void WriteShape(const std::vector<int64_t>& shape, tensorflow::TensorShapeProto* out) {
  out->Clear();
  for (const int64_t extent : shape) out->add_dim()->set_size(extent);
}

}  // namespace magenta
