// A V1 checkpoint: one table. The empty key holds the names, types and shapes of all variables;
// each other key, an order-preserving code of name and slice, holds a variable's values as a
// TensorProto.
#include <fmt/core.h>
#include <google/protobuf/arena.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <map>

#include "magenta/base/check.h"
#include "magenta/base/error_message.h"
#include "magenta/base/status.h"
#include "magenta/io/tensor/checkpoint.h"
#include "magenta/io/tensor/table_reader.h"
#include "magenta/io/tensor/table_writer.h"
#include "magenta/io/tensor/tensor_proto.h"
#include "tensorflow/saved_tensor_slice.pb.h"

namespace magenta {
namespace {

static_assert(std::endian::native == std::endian::little, "tensors are little-endian in memory");

constexpr size_t kMostValueBytes = (size_t{1} << 31) - 1;  // protobuf's limit

// 00, the name with 00 -> 00 FF and FF -> FF 00, its end 00 01, the rank (nothing follows 00 for a
// scalar, else 01 and the rank), and for each dimension start 0 (80) and length -1 = all (7F).
std::string SliceKey(std::string_view name, size_t rank) {
  std::string key(1, '\0');
  for (const char c : name) {
    key += c;
    if (c == '\0') key += '\xff';
    if (c == '\xff') key += '\0';
  }
  key += std::string("\0\1", 2);
  if (rank == 0) return key + '\0';
  key += '\1';
  key += static_cast<char>(rank);
  for (size_t i = 0; i < rank; ++i) key += "\x80\x7f";
  return key;
}

bool ParseSlices(std::string_view bytes, tensorflow::SavedTensorSlices* slices) {
  return bytes.size() <= kMostValueBytes &&
         slices->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

template <typename Stored, typename Values>
void CopyNumbers(const Values& values, std::string* bytes) {
  bytes->resize(static_cast<size_t>(values.size()) * sizeof(Stored));
  char* out = bytes->data();
  for (const auto value : values) {
    const auto stored = static_cast<Stored>(value);
    std::memcpy(out, &stored, sizeof stored);
    out += sizeof stored;
  }
}

template <typename Stored, typename Repeated>
void AddNumbers(std::string_view bytes, Repeated* values) {
  values->Reserve(static_cast<int>(bytes.size() / sizeof(Stored)));
  for (size_t i = 0; i < bytes.size(); i += sizeof(Stored)) {
    Stored stored;
    std::memcpy(&stored, bytes.data() + i, sizeof stored);
    values->Add(stored);
  }
}

absl::Status ReadValues(const tensorflow::TensorProto& proto, Tensor* tensor) {
  switch (tensor->dtype) {
    case DType::kFloat32: CopyNumbers<float>(proto.float_val(), &tensor->bytes); break;
    case DType::kFloat64: CopyNumbers<double>(proto.double_val(), &tensor->bytes); break;
    case DType::kInt32: CopyNumbers<int32_t>(proto.int_val(), &tensor->bytes); break;
    case DType::kInt64: CopyNumbers<int64_t>(proto.int64_val(), &tensor->bytes); break;
    case DType::kUint8: CopyNumbers<uint8_t>(proto.int_val(), &tensor->bytes); break;
    case DType::kBool: CopyNumbers<uint8_t>(proto.bool_val(), &tensor->bytes); break;
  }
  const auto found = static_cast<int64_t>(tensor->bytes.size() / DTypeSize(tensor->dtype));
  if (found != tensor->size()) {
    return InputError("", fmt::format("holds {} values, but its shape {} takes {}", found,
                                      tensor->ShapeText(), tensor->size()));
  }
  return absl::OkStatus();
}

absl::Status WriteValues(const Tensor& tensor, tensorflow::TensorProto* proto) {
  const std::string_view bytes = tensor.bytes;
  switch (tensor.dtype) {
    case DType::kFloat32: AddNumbers<float>(bytes, proto->mutable_float_val()); break;
    case DType::kFloat64: AddNumbers<double>(bytes, proto->mutable_double_val()); break;
    case DType::kInt32: AddNumbers<int32_t>(bytes, proto->mutable_int_val()); break;
    case DType::kInt64: AddNumbers<int64_t>(bytes, proto->mutable_int64_val()); break;
    case DType::kUint8: AddNumbers<uint8_t>(bytes, proto->mutable_int_val()); break;
    case DType::kBool: AddNumbers<uint8_t>(bytes, proto->mutable_bool_val()); break;
  }
  return absl::OkStatus();
}

// Whether `slice` is the whole of a tensor of this shape.
bool IsWholeSlice(const tensorflow::TensorSliceProto& slice, const std::vector<int64_t>& shape) {
  if (slice.extent_size() != static_cast<int>(shape.size())) return false;
  for (int i = 0; i < slice.extent_size(); ++i) {
    const auto& extent = slice.extent(i);
    const bool all =
        extent.has_length_case() == tensorflow::TensorSliceProto::Extent::HAS_LENGTH_NOT_SET;
    if (extent.start() != 0 || (!all && extent.length() != shape[static_cast<size_t>(i)])) {
      return false;
    }
  }
  return true;
}

class V1Reader {
 public:
  explicit V1Reader(const std::string& file) : file_(file) {}

  absl::StatusOr<TensorMap> Read(std::string_view bytes) {
    MAGENTA_RETURN_IF_ERROR(VisitTable(
        bytes, file_, [this](std::string_view key, std::string_view value, uint64_t offset) {
          return key.empty() ? ReadMeta(value) : ReadSlice(key, value, offset);
        }));
    for (const auto& [name, declared] : declared_) {
      if (!tensors_.contains(name)) return About(name, "is declared, but its values are missing");
    }
    return std::move(tensors_);
  }

 private:
  absl::Status About(const std::string& variable, std::string_view what) const {
    return InputError(file_, fmt::format("variable {}: {}", variable, what),
                      "Copy or make the checkpoint again");
  }

  absl::Status ReadMeta(std::string_view value) {
    tensorflow::SavedTensorSlices slices;
    if (!ParseSlices(value, &slices) || !slices.has_meta()) {
      return InputError(file_, "its list of variables is corrupt",
                        "If this is the .index of a V2 checkpoint, keep that ending");
    }
    for (const auto& meta : slices.meta().tensor()) {
      absl::StatusOr<Tensor> tensor = ReadDeclaration(meta);
      if (!tensor.ok()) return About(meta.name(), ErrorMessage(tensor.status()));
      if (!declared_.emplace(meta.name(), *std::move(tensor)).second) {
        return About(meta.name(), "is declared twice");
      }
    }
    return absl::OkStatus();
  }

  static absl::StatusOr<Tensor> ReadDeclaration(const tensorflow::SavedSliceMeta& meta) {
    Tensor tensor;
    MAGENTA_ASSIGN_OR_RETURN(tensor.dtype, FromTensorFlow(meta.type()));
    MAGENTA_ASSIGN_OR_RETURN(tensor.shape, ReadShape(meta.shape(), tensor.dtype));
    if (meta.slice_size() != 1 || !IsWholeSlice(meta.slice(0), tensor.shape)) {
      return InputError("", "is stored in slices, which we do not read");
    }
    return tensor;
  }

  absl::Status ReadSlice(std::string_view key, std::string_view value, uint64_t offset) {
    google::protobuf::Arena arena;
    auto& slices = *google::protobuf::Arena::CreateMessage<tensorflow::SavedTensorSlices>(&arena);
    if (!ParseSlices(value, &slices) || !slices.has_data()) {
      return InputError(file_, fmt::format("an entry of the block at byte {} is corrupt", offset));
    }
    const std::string& name = slices.data().name();
    const auto declared = declared_.find(name);
    if (declared == declared_.end()) return About(name, "has values, but is not declared");
    Tensor tensor = declared->second;
    if (key != SliceKey(name, tensor.shape.size()) ||
        !IsWholeSlice(slices.data().slice(), tensor.shape)) {
      return About(name, fmt::format("its key or slice is wrong (block at byte {})", offset));
    }
    if (const absl::Status status = ReadValues(slices.data().data(), &tensor); !status.ok()) {
      return About(name, fmt::format("{} (block at byte {})", ErrorMessage(status), offset));
    }
    tensors_.emplace(name, std::move(tensor));
    return absl::OkStatus();
  }

  const std::string& file_;
  std::map<std::string, Tensor> declared_;  // without bytes
  TensorMap tensors_;
};

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c & 0x80) == 0; });
}

void DeclareVariable(const std::string& name, const Tensor& tensor,
                     tensorflow::SavedTensorSliceMeta* meta) {
  auto* declared = meta->add_tensor();
  declared->set_name(name);
  declared->set_type(ToTensorFlow(tensor.dtype));
  WriteShape(tensor.shape, declared->mutable_shape());
  auto* slice = declared->add_slice();
  for (size_t i = 0; i < tensor.shape.size(); ++i) slice->add_extent();
}

}  // namespace

absl::StatusOr<TensorMap> ReadV1(std::string_view bytes, const std::string& name_for_errors) {
  return V1Reader(name_for_errors).Read(bytes);
}

absl::StatusOr<std::string> SerializeV1(const TensorMap& tensors) {
  std::map<std::string, std::string> entries;
  tensorflow::SavedTensorSlices head;
  head.mutable_meta()->mutable_versions()->set_producer(1);
  for (const auto& [name, tensor] : tensors) {
    if (!IsAscii(name)) {
      return UsageError(fmt::format("variable {}: only ASCII names can be written", name));
    }
    DeclareVariable(name, tensor, head.mutable_meta());
    MAGENTA_CHECK(tensor.bytes.size() ==
                  static_cast<size_t>(tensor.size()) * DTypeSize(tensor.dtype));
    tensorflow::SavedTensorSlices slices;
    auto& data = *slices.mutable_data();
    data.set_name(name);
    for (size_t i = 0; i < tensor.shape.size(); ++i) data.mutable_slice()->add_extent();
    data.mutable_slice();
    MAGENTA_RETURN_IF_ERROR(WriteValues(tensor, data.mutable_data()));
    if (tensor.shape.size() > 255 || slices.ByteSizeLong() > kMostValueBytes) {
      return UsageError(fmt::format("variable {} is too large for a V1 checkpoint", name));
    }
    entries.emplace(SliceKey(name, tensor.shape.size()), slices.SerializeAsString());
  }
  entries.emplace("", head.SerializeAsString());
  return BuildTable(entries);
}

}  // namespace magenta
