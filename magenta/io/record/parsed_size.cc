#include "magenta/io/record/parsed_size.h"

#include <algorithm>

namespace magenta {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

// Of protocol buffers' C++ classes, rounded up.
constexpr uint64_t kMessageBytes = 40;  // the class, and the pointer to it
constexpr uint64_t kFieldBytes = 8;
constexpr uint64_t kStringBytes = 48;
constexpr uint64_t kMapEntryBytes = 96;
constexpr uint64_t kUnknownBytes = 32;      // an unknown field; their list doubles, too
constexpr uint64_t kUnknownTextBytes = 96;  // one of bytes
constexpr uint64_t kScalarBytes = 16;       // a repeated one: the list doubles as it grows
constexpr int kDeepest = 100;               // where parsing ends too

// No message under this size can take more than kMostParsedBytes: an empty one of two bytes takes
// 200 at most.
constexpr size_t kSmall = size_t{1} << 20;

class Walker {
 public:
  explicit Walker(std::string_view bytes) : rest_(bytes) {}

  bool AtEnd() const { return rest_.empty(); }

  bool Varint(uint64_t& value) {
    value = 0;
    for (int shift = 0; shift < 70 && !rest_.empty(); shift += 7) {
      const auto byte = static_cast<uint8_t>(rest_[0]);
      rest_.remove_prefix(1);
      if (shift < 64) value |= uint64_t{byte & 0x7Fu} << shift;
      if (byte < 0x80) return true;
    }
    return false;
  }

  /// The next `size` bytes; fewer are none.
  bool Take(uint64_t size, std::string_view& taken) {
    if (size > rest_.size()) return false;
    taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return true;
  }

 private:
  std::string_view rest_;
};

uint64_t SizeOf(std::string_view bytes, const Descriptor* type, int depth);

/// Whether a payload of bytes is kept as an unknown field: there is no such field, or it is one
/// number.
bool IsUnknownHere(const FieldDescriptor* field) {
  if (field == nullptr) return true;
  switch (field->type()) {
    case FieldDescriptor::TYPE_MESSAGE:
    case FieldDescriptor::TYPE_STRING:
    case FieldDescriptor::TYPE_BYTES: return false;
    default: return !field->is_repeated();
  }
}

uint64_t SizeOfDelimited(std::string_view payload, const FieldDescriptor* field, int depth) {
  if (IsUnknownHere(field)) return kUnknownTextBytes + payload.size();
  switch (field->type()) {
    case FieldDescriptor::TYPE_MESSAGE:
      return (field->is_map() ? kMapEntryBytes : 0) +
             SizeOf(payload, field->message_type(), depth + 1);
    case FieldDescriptor::TYPE_STRING:
    case FieldDescriptor::TYPE_BYTES: return kStringBytes + payload.size();
    case FieldDescriptor::TYPE_DOUBLE:
    case FieldDescriptor::TYPE_FIXED64:
    case FieldDescriptor::TYPE_SFIXED64:
    case FieldDescriptor::TYPE_FLOAT:
    case FieldDescriptor::TYPE_FIXED32:
    case FieldDescriptor::TYPE_SFIXED32: return 2 * payload.size();
    default: break;
  }
  const auto numbers = std::count_if(payload.begin(), payload.end(),
                                     [](char c) { return static_cast<uint8_t>(c) < 0x80; });
  return static_cast<uint64_t>(numbers) * kScalarBytes + kUnknownBytes + payload.size();
}

/// Whether a number of this wire type (0 varint, 1 eight bytes, 5 four) has a place of its own in
/// the class; else it is an element of a list, or kept as an unknown field.
bool HasPlace(const FieldDescriptor* field, uint64_t wire_type) {
  if (field == nullptr || field->is_repeated()) return false;
  switch (field->type()) {
    case FieldDescriptor::TYPE_MESSAGE:
    case FieldDescriptor::TYPE_STRING:
    case FieldDescriptor::TYPE_BYTES: return false;
    case FieldDescriptor::TYPE_DOUBLE:
    case FieldDescriptor::TYPE_FIXED64:
    case FieldDescriptor::TYPE_SFIXED64: return wire_type == 1;
    case FieldDescriptor::TYPE_FLOAT:
    case FieldDescriptor::TYPE_FIXED32:
    case FieldDescriptor::TYPE_SFIXED32: return wire_type == 5;
    default: return wire_type == 0;
  }
}

uint64_t SizeOf(std::string_view bytes, const Descriptor* type, int depth) {
  uint64_t size = kMessageBytes + kFieldBytes * static_cast<uint64_t>(type->field_count());
  if (depth > kDeepest) return size;
  Walker walker(bytes);
  std::string_view payload;
  for (uint64_t tag = 0, value = 0; !walker.AtEnd() && walker.Varint(tag);) {
    const FieldDescriptor* field = type->FindFieldByNumber(static_cast<int>(tag >> 3));
    const bool counts = !HasPlace(field, tag & 7);
    switch (tag & 7) {
      case 0:
        if (!walker.Varint(value)) return size;
        size += counts ? kUnknownBytes : 0;
        break;
      case 1:
      case 5:
        if (!walker.Take((tag & 7) == 1 ? 8 : 4, payload)) return size;
        size += counts ? kUnknownBytes : 0;
        break;
      case 2:
        if (!walker.Varint(value) || !walker.Take(value, payload)) return size;
        size += SizeOfDelimited(payload, field, depth);
        break;
      default: size += kMessageBytes; break;  // groups, which no message of ours has
    }
  }
  return size;
}

}  // namespace

uint64_t ParsedSize(std::string_view bytes, const Descriptor* type) {
  return SizeOf(bytes, type, 0);
}

bool FitsParsed(std::string_view bytes, const Descriptor* type) {
  return bytes.size() <= kSmall || ParsedSize(bytes, type) <= kMostParsedBytes;
}

}  // namespace magenta
