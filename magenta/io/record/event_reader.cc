#include "magenta/io/record/event_reader.h"

#include <fmt/core.h>

#include <bit>
#include <optional>
#include <utility>

#include "magenta/base/status.h"
#include "magenta/io/record/tfrecord.h"
#include "tensorflow/event.pb.h"

namespace magenta {
namespace {

// The one number of a float tensor, however it is stored.
std::optional<float> OneFloat(const tensorflow::TensorProto& tensor) {
  if (tensor.dtype() != tensorflow::DT_FLOAT) return std::nullopt;
  if (tensor.float_val_size() == 1) return tensor.float_val(0);
  if (tensor.tensor_content().size() != sizeof(float)) return std::nullopt;
  uint32_t bits = 0;
  for (size_t i = sizeof bits; i-- > 0;) {
    bits = bits << 8 | static_cast<uint8_t>(tensor.tensor_content()[i]);
  }
  return std::bit_cast<float>(bits);
}

void AddValue(const tensorflow::Event& event, const tensorflow::Summary::Value& value,
              EventFile* file) {
  const auto scalar = [&](float number) {
    file->scalars.push_back({event.step(), event.wall_time(), value.tag(), number});
  };
  if (value.has_simple_value()) {
    scalar(value.simple_value());
  } else if (value.has_tensor()) {
    const tensorflow::TensorProto& tensor = value.tensor();
    if (const auto number = OneFloat(tensor)) scalar(*number);
    if (tensor.dtype() != tensorflow::DT_STRING) return;
    for (const std::string& text : tensor.string_val()) {
      file->texts.push_back({event.step(), event.wall_time(), value.tag(), text});
    }
  }
}

absl::StatusOr<EventFile> ReadEvents(RecordReader reader, const std::string& path) {
  EventFile file;
  std::string record;
  tensorflow::Event event;
  while (true) {
    const absl::StatusOr<bool> more = reader.Next(&record);
    if (!more.ok() && reader.truncated() && reader.records_read() > 0) {
      file.cut = true;
      return file;
    }
    if (!more.ok()) return more.status();
    if (!*more) return file;
    if (!event.ParseFromString(record)) {
      return InputError(
          path, fmt::format("record {} is no TensorBoard event", reader.records_read() - 1));
    }
    ++file.events;
    if (event.has_file_version()) file.file_version = event.file_version();
    for (const auto& value : event.summary().value()) AddValue(event, value, &file);
  }
}

}  // namespace

absl::StatusOr<EventFile> ReadEventFile(const std::string& path) {
  MAGENTA_ASSIGN_OR_RETURN(RecordReader reader, RecordReader::Open(path));
  return ReadEvents(std::move(reader), path);
}

absl::StatusOr<EventFile> ParseEventFile(std::string bytes, const std::string& name_for_errors) {
  MAGENTA_ASSIGN_OR_RETURN(RecordReader reader,
                           RecordReader::FromBytes(std::move(bytes), name_for_errors));
  return ReadEvents(std::move(reader), name_for_errors);
}

}  // namespace magenta
