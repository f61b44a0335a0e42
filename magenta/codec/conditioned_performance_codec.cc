#include <algorithm>
#include <functional>
#include <numeric>
#include <utility>
#include <vector>

#include "magenta/base/check.h"
#include "magenta/codec/performance_classes.h"
#include "magenta/codec/performance_codecs.h"
#include "magenta/music/performance/conditions.h"
#include "magenta/music/performance/performance_event.h"

namespace magenta {
namespace {

/// Notes per second from which a class begins, after that of fewer.
constexpr int kDensityBounds[] = {1, 2, 4, 8, 16, 32, 64};
constexpr int kDensityClasses = 8;
constexpr int kPitchClasses = 12;

class PerformanceControl final : public Control {
 public:
  PerformanceControl(const ConditionedInputs& inputs,
                     std::function<Conditions(int64_t step)> conditions)
      : inputs_(inputs), conditions_(std::move(conditions)) {}

  int width() const override {
    return inputs_.optional + (inputs_.density ? kDensityClasses : 0) +
           (inputs_.pitch_classes ? kPitchClasses : 0);
  }

  /// `step` of the grid.
  void Append(int64_t step, int offset, SparseVector& input) const override {
    const Conditions here = conditions_(step);
    if (inputs_.optional && here.disabled) return input.Add(offset, 1);
    offset += inputs_.optional;
    if (inputs_.density) {
      input.Add(offset + DensityClass(here.notes_per_second), 1);
      offset += kDensityClasses;
    }
    if (inputs_.pitch_classes) AppendShares(here, offset, input);
  }

 private:
  static int DensityClass(double notes_per_second) {
    return static_cast<int>(std::count_if(std::begin(kDensityBounds), std::end(kDensityBounds),
                                          [&](int bound) { return notes_per_second >= bound; }));
  }

  static void AppendShares(const Conditions& here, int offset, SparseVector& input) {
    const auto& classes = here.pitch_classes;
    const double sum = std::accumulate(classes.begin(), classes.end(), 0.0);
    for (int i = 0; i < kPitchClasses; ++i) {
      const double share = sum > 0 ? classes[static_cast<size_t>(i)] / sum : 1.0 / kPitchClasses;
      if (share != 0) input.Add(offset + i, static_cast<float>(share));
    }
  }

  const ConditionedInputs inputs_;
  const std::function<Conditions(int64_t step)> conditions_;
};

class ConditionedPerformanceEncoder final : public PerformanceClassEncoder {
 public:
  explicit ConditionedPerformanceEncoder(std::shared_ptr<const Control> control)
      : control_(std::move(control)) {}

  void Input(SparseVector& input) const override {
    input.Clear();
    control_->Append(step(), 0, input);
    input.Add(control_->width() + last(), 1);
  }
  std::unique_ptr<EventEncoder> Clone() const override {
    return std::make_unique<ConditionedPerformanceEncoder>(*this);
  }

 private:
  const std::shared_ptr<const Control> control_;
};

class ConditionedPerformanceCodec final : public PerformanceClassCodec {
 public:
  explicit ConditionedPerformanceCodec(const ConditionedInputs& inputs) : inputs_(inputs) {}

  std::string_view name() const override { return "onehot"; }
  int input_size() const override { return Tell({Conditions()})->width() + num_classes(); }
  bool has_control() const override { return true; }
  ConditionedInputs conditioned_inputs() const override { return inputs_; }

  using EventCodec::MakeControl;
  /// Of what ReadConditions can't read none.
  std::shared_ptr<const Control> MakeControl(std::vector<Event> control) const override {
    auto conditions = ReadConditions(control);
    if (!conditions.ok()) return nullptr;
    return Tell(*std::move(conditions));
  }
  std::shared_ptr<const Control> ControlOf(const EventSequence& example) const override {
    if (!example.control.empty()) return MakeControl(example.control);
    return Tell(ConditionsOf(example.events));
  }
  absl::Status CheckControl(const EventSequence& example) const override {
    if (example.control.empty()) return absl::OkStatus();
    return ReadConditions(example.control).status();
  }

  using EventCodec::NewEncoder;
  std::unique_ptr<EventEncoder> NewEncoder(std::shared_ptr<const Control> control) const override {
    if (control == nullptr) control = Tell({Conditions()});
    return std::make_unique<ConditionedPerformanceEncoder>(std::move(control));
  }

 private:
  std::shared_ptr<const Control> Tell(std::vector<Conditions> all) const {
    MAGENTA_CHECK(!all.empty());
    return MakeConditionControl(
        inputs_, [all = std::move(all)](int64_t step) { return ConditionsAt(all, step); });
  }

  const ConditionedInputs inputs_;
};

}  // namespace

std::shared_ptr<const Control> MakeConditionControl(
    const ConditionedInputs& inputs, std::function<Conditions(int64_t step)> conditions) {
  return std::make_shared<PerformanceControl>(inputs, std::move(conditions));
}

std::unique_ptr<EventCodec> MakeConditionedPerformanceCodec(const ConditionedInputs& inputs) {
  return std::make_unique<ConditionedPerformanceCodec>(inputs);
}

}  // namespace magenta
