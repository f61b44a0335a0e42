// Data sets in memory, examples of which become arrays.

#include <fmt/core.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "magenta/base/error_message.h"
#include "magenta/pipeline/dataset_reader.h"
#include "native/arrays.h"
#include "native/messages.h"
#include "native/module.h"
#include "native/signals.h"
#include "native/status.h"

namespace nb = nanobind;

namespace magenta::python {
namespace {

/// The model that the first example of `pattern` was made for; of a dense one, which does not say,
/// that of as many inputs and most labels.
absl::StatusOr<const ModelSpec*> SpecOfFirst(const std::string& pattern) {
  MAGENTA_ASSIGN_OR_RETURN(const std::vector<std::string> files, ExpandFilePattern(pattern));
  for (const std::string& file : files) {
    MAGENTA_ASSIGN_OR_RETURN(RecordReader reader, RecordReader::Open(file));
    std::string record;
    MAGENTA_ASSIGN_OR_RETURN(const bool more, reader.Next(&record));
    if (!more) continue;
    const auto example = ParseExample(record);
    if (!example.ok()) {
      return InputError(file, "record 0: " + ErrorMessage(example.status()),
                        "Make one with magenta_native.pipelines.dataset or `magenta dataset`");
    }
    if (const auto* compact = std::get_if<CompactExample>(&*example)) {
      return FindModel(compact->config);
    }
    const int width = std::get<DenseExample>(*example).input_size;
    const ModelSpec* found = nullptr;
    for (const ModelSpec& spec : BuiltInModels()) {
      if (spec.codec->input_size() != width || spec.codec->head_sizes().size() != 1) continue;
      if (!found || spec.codec->num_classes() > found->codec->num_classes()) found = &spec;
    }
    if (found != nullptr) return found;
    return InputError(file,
                      fmt::format("record 0: no model here reads inputs of {} numbers", width),
                      "Name the model: config=");
  }
  return InputError(pattern, "the data set is empty",
                    "Make one with magenta_native.pipelines.dataset or `magenta dataset`");
}

/// One example as the network sees it.
struct Encoded {
  std::vector<float> inputs;    // steps x input size
  std::vector<int64_t> labels;  // steps x heads
  size_t steps = 0;
};

/// Immutable, so that threads and forked processes share it.
class ExampleSet {
 public:
  static ExampleSet Open(const std::string& pattern, const std::string& config) {
    return WithoutGil([&] {
      ExampleSet set;
      set.spec_ = config.empty() ? Value(SpecOfFirst(pattern)) : Value(FindModel(config));
      DatasetReader reader = Value(DatasetReader::Open(pattern, *set.spec_, !config.empty()));
      DatasetExample example;
      while (Value(reader.Next(&example))) {
        set.examples_.push_back(std::move(example));
        if (set.examples_.size() % 1024 == 0) SeeSignals();
      }
      return set;
    });
  }

  size_t size() const { return examples_.size(); }
  const std::string& config() const { return spec_->id; }
  int input_size() const { return spec_->codec->input_size(); }
  std::vector<int> head_sizes() const {
    const auto sizes = spec_->codec->head_sizes();
    return {sizes.begin(), sizes.end()};
  }
  Array<int64_t> Lengths() const {
    std::vector<int64_t> lengths;
    lengths.reserve(size());
    for (const DatasetExample& example : examples_) lengths.push_back(example.steps());
    return ToArray(std::move(lengths), {size()});
  }
  /// (source, transpose)
  nb::tuple Origin(size_t index) const {
    const DatasetExample& example = examples_.at(index);
    return nb::make_tuple(example.source, example.transpose);
  }
  /// Of a dense example None.
  nb::object Events(size_t index) const {
    const auto* events = std::get_if<EventSequence>(&examples_.at(index).content);
    if (events == nullptr) return nb::none();
    const size_t size = events->events.size();
    return ToArray(std::vector<int32_t>(events->events.begin(), events->events.end()), {size})
        .cast();
  }
  /// [(inputs, labels)]
  nb::list Items(const std::vector<size_t>& indices) const {
    std::vector<Encoded> encoded;
    WithoutGil([&] {
      for (const size_t index : indices) encoded.push_back(Encode(examples_.at(index)));
      return 0;
    });
    const size_t heads = spec_->codec->head_sizes().size();
    nb::list items;
    for (Encoded& item : encoded) {
      const Array<float> inputs = ToArray(
          std::move(item.inputs), {item.steps, static_cast<size_t>(spec_->codec->input_size())});
      const Array<int64_t> labels = heads == 1
                                        ? ToArray(std::move(item.labels), {item.steps})
                                        : ToArray(std::move(item.labels), {item.steps, heads});
      items.append(nb::make_tuple(inputs, labels));
    }
    return items;
  }

 private:
  Encoded Encode(const DatasetExample& example) const {
    const TrainingExample learned = example.Encode(*spec_->codec);
    Encoded encoded;
    encoded.steps = learned.inputs.rows();
    const auto width = static_cast<size_t>(spec_->codec->input_size());
    encoded.inputs.resize(encoded.steps * width);
    float* row = encoded.inputs.data();
    for (size_t step = 0; step < encoded.steps; ++step, row += width) {
      learned.inputs.ForEach(step, [&](int32_t index, float value) { row[index] = value; });
    }
    encoded.labels.assign(learned.labels.begin(), learned.labels.end());
    return encoded;
  }

  const ModelSpec* spec_ = nullptr;
  std::vector<DatasetExample> examples_;
};

}  // namespace

void BindData(nb::module_& module) {
  nb::class_<ExampleSet>(module, "ExampleSet")
      .def_static("open",
                  [](const nb::bytes& pattern, const std::string& config) {
                    return ExampleSet::Open(std::string(View(pattern)), config);
                  })
      .def("__len__", &ExampleSet::size)
      .def("config", &ExampleSet::config)
      .def("input_size", &ExampleSet::input_size)
      .def("head_sizes", &ExampleSet::head_sizes)
      .def("lengths", &ExampleSet::Lengths)
      .def("origin", &ExampleSet::Origin)
      .def("events", &ExampleSet::Events)
      .def("items", &ExampleSet::Items);
}

}  // namespace magenta::python
