#include "magenta/io/record/sequence_example.h"

#include <fmt/core.h>
#include <google/protobuf/arena.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <algorithm>
#include <limits>

#include "magenta/base/check.h"
#include "magenta/base/status.h"
#include "magenta/io/record/parsed_size.h"
#include "magenta/music/piece_limits.h"
#include "tensorflow/example.pb.h"

namespace magenta {
namespace {

using tensorflow::FeatureList;
using tensorflow::SequenceExample;

// Maps are written in key order.
std::string SerializeExample(const SequenceExample& example) {
  std::string bytes;
  const size_t size = example.ByteSizeLong();
  MAGENTA_CHECK(size <= static_cast<size_t>(std::numeric_limits<int>::max()));
  bytes.reserve(size);
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    example.SerializeWithCachedSizes(&coded);
  }
  return bytes;
}

void SetSteps(const std::vector<int32_t>& values, FeatureList* list) {
  auto* out = list->add_feature()->mutable_int64_list()->mutable_value();
  out->Add(values.begin(), values.end());
}

const FeatureList* FindList(const SequenceExample& example, const char* name) {
  const auto& lists = example.feature_lists().feature_list();
  const auto it = lists.find(name);
  return it == lists.end() ? nullptr : &it->second;
}

const tensorflow::Feature* FindContext(const SequenceExample& example, const char* name) {
  const auto& features = example.context().feature();
  const auto it = features.find(name);
  return it == features.end() ? nullptr : &it->second;
}

std::string ContextText(const SequenceExample& example, const char* name) {
  const tensorflow::Feature* feature = FindContext(example, name);
  return feature != nullptr && feature->bytes_list().value_size() > 0
             ? feature->bytes_list().value(0)
             : "";
}

int64_t ContextNumber(const SequenceExample& example, const char* name) {
  const tensorflow::Feature* feature = FindContext(example, name);
  return feature != nullptr && feature->int64_list().value_size() > 0
             ? feature->int64_list().value(0)
             : 0;
}

// All numbers of a list: a feature for all of them (ours) or one a step, both are read.
absl::StatusOr<std::vector<int32_t>> ReadSteps(const FeatureList& list, const char* name) {
  std::vector<int32_t> values;
  for (const auto& feature : list.feature()) {
    if (!feature.has_int64_list()) {
      return InputError("", fmt::format("feature list {}: holds no integers", name));
    }
    for (const int64_t value : feature.int64_list().value()) {
      if (value != static_cast<int32_t>(value)) {
        return InputError("", fmt::format("feature list {}, step {}: {} is out of range", name,
                                          values.size(), value));
      }
      values.push_back(static_cast<int32_t>(value));
    }
  }
  return values;
}

absl::StatusOr<CompactExample> ReadCompact(const SequenceExample& example,
                                           const FeatureList& events) {
  CompactExample compact;
  compact.config = ContextText(example, "config");
  compact.source = ContextText(example, "source");
  compact.transpose = ContextNumber(example, "transpose");
  MAGENTA_ASSIGN_OR_RETURN(compact.events, ReadSteps(events, "events"));
  if (const FeatureList* control = FindList(example, "control")) {
    MAGENTA_ASSIGN_OR_RETURN(compact.control, ReadSteps(*control, "control"));
  }
  return compact;
}

absl::StatusOr<DenseExample> ReadDense(const FeatureList& inputs, const FeatureList* labels) {
  const int steps = inputs.feature_size();
  const int label_steps = labels == nullptr ? 0 : labels->feature_size();
  if (steps != label_steps) {
    return InputError("", fmt::format("{} steps of inputs but {} of labels", steps, label_steps));
  }
  DenseExample dense;
  dense.input_size = steps == 0 ? 0 : inputs.feature(0).float_list().value_size();
  if (steps > 0 && dense.input_size == 0) {
    return InputError("", "feature list inputs, step 0: holds no numbers");
  }
  for (int step = 0; step < steps; ++step) {
    const auto& row = inputs.feature(step).float_list().value();
    if (row.size() != dense.input_size) {
      return InputError("", fmt::format("feature list inputs, step {}: {} values, but {} before",
                                        step, row.size(), dense.input_size));
    }
    dense.inputs.insert(dense.inputs.end(), row.begin(), row.end());
    const auto& label = labels->feature(step).int64_list().value();
    if (step == 0) dense.labels_per_step = std::max(label.size(), 1);
    if (label.size() != dense.labels_per_step) {
      return InputError("", fmt::format("feature list labels, step {}: {} values, not {}", step,
                                        label.size(), dense.labels_per_step));
    }
    dense.labels.insert(dense.labels.end(), label.begin(), label.end());
  }
  return dense;
}

}  // namespace

std::string SerializeCompact(const CompactExample& example) {
  google::protobuf::Arena arena;
  auto& proto = *google::protobuf::Arena::CreateMessage<SequenceExample>(&arena);
  auto& context = *proto.mutable_context()->mutable_feature();
  context["config"].mutable_bytes_list()->add_value(example.config);
  context["source"].mutable_bytes_list()->add_value(example.source);
  context["transpose"].mutable_int64_list()->add_value(example.transpose);
  auto& lists = *proto.mutable_feature_lists()->mutable_feature_list();
  SetSteps(example.events, &lists["events"]);
  if (!example.control.empty()) SetSteps(example.control, &lists["control"]);
  return SerializeExample(proto);
}

std::string SerializeDense(const DenseExample& example) {
  const size_t width = static_cast<size_t>(example.input_size);
  const auto labels_per_step = static_cast<size_t>(example.labels_per_step);
  MAGENTA_CHECK(example.labels_per_step > 0 && example.labels.size() % labels_per_step == 0);
  MAGENTA_CHECK(example.inputs.size() == width * example.steps());
  google::protobuf::Arena arena;
  auto& proto = *google::protobuf::Arena::CreateMessage<SequenceExample>(&arena);
  auto& lists = *proto.mutable_feature_lists()->mutable_feature_list();
  FeatureList& inputs = lists["inputs"];
  FeatureList& labels = lists["labels"];
  const float* row = example.inputs.data();
  const int64_t* label = example.labels.data();
  for (size_t step = 0; step < example.steps(); ++step) {
    inputs.add_feature()->mutable_float_list()->mutable_value()->Add(row, row + width);
    auto& of_step = *labels.add_feature()->mutable_int64_list()->mutable_value();
    of_step.Add(label, label + labels_per_step);
    row += width;
    label += labels_per_step;
  }
  return SerializeExample(proto);
}

absl::StatusOr<std::variant<CompactExample, DenseExample>> ParseExample(std::string_view record) {
  if (!FitsParsed(record, SequenceExample::descriptor())) {
    return PieceLimitError("bytes in memory", ParsedSize(record, SequenceExample::descriptor()),
                           kMostParsedBytes, false);
  }
  google::protobuf::Arena arena;
  auto& example = *google::protobuf::Arena::CreateMessage<SequenceExample>(&arena);
  if (record.size() > std::numeric_limits<int>::max() ||
      !example.ParseFromArray(record.data(), static_cast<int>(record.size()))) {
    return InputError("", "is no SequenceExample", "Make the data set with `magenta dataset`");
  }
  if (const FeatureList* events = FindList(example, "events")) return ReadCompact(example, *events);
  if (const FeatureList* inputs = FindList(example, "inputs")) {
    return ReadDense(*inputs, FindList(example, "labels"));
  }
  return InputError("", "is a SequenceExample without a feature list `events` or `inputs`",
                    "Make the data set with `magenta dataset`");
}

}  // namespace magenta
