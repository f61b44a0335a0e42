#pragma once
// Between TensorFlow's descriptions of tensors and ours.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/base/tensor.h"
#include "tensorflow/tensor.pb.h"

namespace magenta {

/// Our type for TensorFlow's. The error (without file) names the type by number, or by name where
/// we know it ("string", "float16").
absl::StatusOr<DType> FromTensorFlow(tensorflow::DataType dtype);

tensorflow::DataType ToTensorFlow(DType dtype);

/// The extents of `shape`, [] for a scalar. Errors (without file): unknown rank, a negative extent,
/// more bytes than 2^62 in all.
absl::StatusOr<std::vector<int64_t>> ReadShape(const tensorflow::TensorShapeProto& shape,
                                               DType dtype);

/// Writes the extents; for a scalar `out` is present and empty.
void WriteShape(const std::vector<int64_t>& shape, tensorflow::TensorShapeProto* out);

}  // namespace magenta
