#include "magenta/codec/pianoroll_codec.h"

#include <utility>
#include <vector>

#include "magenta/base/check.h"
#include "magenta/base/status.h"
#include "magenta/music/polyphony/pianoroll.h"
#include "magenta/nn/nade/nade_inputs.h"

namespace magenta {
namespace {

constexpr int kRollClasses = kPianorollKeys + 1;

/// Steps of the primer, after which the reference's order begins.
class RollControl final : public Control {
 public:
  explicit RollControl(int64_t primer_steps) : primer_steps_(primer_steps) {}
  int width() const override { return 1; }
  /// Of the step of number `position`; -1 is the start.
  void Append(int64_t position, int offset, SparseVector& input) const override {
    const NadeOrder order = position < 0                    ? NadeOrder::kUnheard
                            : position + 1 < primer_steps_  ? NadeOrder::kRemember
                            : position + 1 == primer_steps_ ? NadeOrder::kLastOfPrimer
                            : position == primer_steps_     ? NadeOrder::kFirstDrawn
                                                            : NadeOrder::kLater;
    input.Add(offset, static_cast<float>(order));
  }

 private:
  const int64_t primer_steps_;
};

class RollEncoder final : public EventEncoder {
 public:
  explicit RollEncoder(std::shared_ptr<const Control> control) : control_(std::move(control)) {}

  void Push(Event event) override {
    MAGENTA_CHECK(event >= 0 && event < kRollEvents);
    if (!KeyPitch(last_).has_value()) keys_.reset();  // a step has ended
    if (KeyPitch(event).has_value()) keys_.set(static_cast<size_t>(event));
    steps_ += event == kRollStepEnd;
    last_ = event;
  }

  void Input(SparseVector& input) const override {
    MAGENTA_CHECK(last_ != kNothing);
    input.Clear();
    if (KeyPitch(last_).has_value()) {
      input.Add(NadeDrawn(kPianorollKeys) + last_, 1);
      return;
    }
    for (int key = 0; key < kPianorollKeys; ++key) {
      if (keys_[key]) input.Add(key, 1);
    }
    if (control_ == nullptr) return;
    control_->Append(steps_ - 1, NadeOrderPlace(kPianorollKeys), input);
  }

  void Labels(Event next, std::span<int> labels) const override {
    MAGENTA_CHECK(labels.size() == 1 && next >= 0 && next < kRollEvents);
    // The start stands for a step without keys.
    labels[0] = next < kRollClasses ? next : kRollStepEnd;
  }
  Event Decode(std::span<const int> labels) const override { return labels[0]; }

  void Reset() override { *this = RollEncoder(control_); }
  std::unique_ptr<EventEncoder> Clone() const override {
    return std::make_unique<RollEncoder>(*this);
  }

 private:
  static constexpr Event kNothing = -1;

  std::shared_ptr<const Control> control_;
  Keys keys_;  // of the step at hand
  Event last_ = kNothing;
  int64_t steps_ = 0;
};

class PianorollCodec final : public EventCodec {
 public:
  std::string_view name() const override { return "pianoroll"; }
  int input_size() const override { return NadeInputs(kPianorollKeys); }
  int example_width() const override { return kPianorollKeys; }
  std::span<const int> head_sizes() const override { return {&kRollClasses, 1}; }
  bool asks_in_turn() const override { return true; }
  int default_label() const override { return kRollStepEnd; }
  Event default_event() const override { return kRollStepEnd; }
  bool Accepts(Event event) const override { return event >= 0 && event < kRollEvents; }
  bool MakesRow(Event event) const override { return event == kRollStepEnd; }
  bool learns_inputs() const override { return true; }
  /// The keys of the next step as bits, of which 64 remain, as in the reference.
  std::vector<int64_t> DenseLabels(const EventSequence& example) const override {
    std::vector<int64_t> labels;
    const std::vector<Keys> roll = RollOfEvents(example.events);
    const Keys kept(~uint64_t{0});
    for (size_t step = 1; step < roll.size(); ++step) {
      labels.push_back(static_cast<int64_t>((roll[step] & kept).to_ullong()));
    }
    return labels;
  }

  using EventCodec::MakeControl;
  std::shared_ptr<const Control> MakeControl(
      const std::function<Event(int64_t position)>& control) const override {
    return std::make_shared<RollControl>(control(0));
  }
  /// Those of primers are not among data sets.
  absl::Status CheckControl(const EventSequence& example) const override {
    if (example.control.empty()) return absl::OkStatus();
    return InputError("", "a piano roll that is learned has no control", "Make the data set anew");
  }
  std::unique_ptr<EventEncoder> NewEncoder(std::shared_ptr<const Control> control) const override {
    return std::make_unique<RollEncoder>(std::move(control));
  }
};

}  // namespace

std::unique_ptr<EventCodec> MakePianorollCodec() { return std::make_unique<PianorollCodec>(); }

}  // namespace magenta
