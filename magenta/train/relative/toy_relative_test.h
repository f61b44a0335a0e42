#pragma once
// The toy kind read by a codec of relations: every block of relative_sizes.h has something.

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <utility>

#include "magenta/codec/relative_codec.h"
#include "tests/conformance/toy_kind.h"

namespace magenta::toy {

/// Classes are events. The memory advances where time passes, by what was struck before.
class ToyRelativeCodec final : public RelativeCodec {
 public:
  const RelativeSizes& sizes() const override { return kSizes; }
  std::string_view name() const override { return "toy_relative"; }
  int input_size() const override { return kSizes.input_size(); }
  std::span<const int> head_sizes() const override { return {&kSizes.classes, 1}; }
  int default_label() const override { return kToyPitches; }
  Event default_event() const override { return kToyPitches; }
  bool Accepts(Event event) const override { return event >= 0 && event < kToyEvents; }
  using EventCodec::NewEncoder;
  std::unique_ptr<EventEncoder> NewEncoder(std::shared_ptr<const Control>) const override {
    return std::make_unique<Encoder>();
  }

 private:
  static constexpr RelativeSizes kSizes = {.state_rows = 2 * kToyEvents,
                                           .head_rows = kToyEvents,
                                           .bias_rows = 2,
                                           .shifts = 2,
                                           .marks = 1,
                                           .values = 1,
                                           .classes = kToyEvents};

  class Encoder final : public EventEncoder {
   public:
    void Push(Event event) override {
      before_ = std::exchange(last_, event);
      ++counts_[event];
    }
    void Input(SparseVector& input) const override {
      input.Clear();
      if (last_ >= kToyPitches) {
        input.Add(kSizes.StateAt(before_), 1);
        input.Add(kSizes.StateAt(kToyEvents + last_), 0.5f);
      }
      input.Add(kSizes.HeadAt(last_), 1);
      input.Add(kSizes.BiasAt(last_ >= kToyPitches), 1);
      input.Add(kSizes.ShiftAt(0, before_), 1);
      input.Add(kSizes.ShiftAt(1, last_), 1);
      for (int c = 0; c < kToyEvents; ++c) {
        if (counts_[c] > 0) input.Add(kSizes.MarkAt(0, c, std::min(counts_[c], 10)), 1);
      }
      for (int c = 0; c < kToyEvents; ++c) {
        if (counts_[c] > 0) {
          input.Add(kSizes.ValueAt(0, c), std::log1p(static_cast<float>(counts_[c])));
        }
      }
      input.Add(kSizes.RangeAt(0), kToyEvents - 1);
      input.Add(kSizes.BanAt(kToyEvents - 2), 1);
    }
    void Labels(Event next, std::span<int> labels) const override { labels[0] = next; }
    Event Decode(std::span<const int> labels) const override { return labels[0]; }
    void Reset() override { *this = Encoder(); }
    std::unique_ptr<EventEncoder> Clone() const override {
      return std::make_unique<Encoder>(*this);
    }

   private:
    Event last_ = 0, before_ = 0;
    std::array<int, kToyEvents> counts_{};
  };
};

/// Pitches a third or so apart by turns with a step of time; none of the last two events.
inline EventSequence ToyTune(int events, int start) {
  EventSequence tune;
  for (int t = 0; t < events; ++t) {
    tune.events.push_back(t % 2 == 0 ? (start + 3 * (t / 2)) % kToyPitches
                                     : kToyPitches + (t / 2) % 2);
  }
  return tune;
}

/// "toy_relative": music of the toy kind by "relative_gru".
inline ModelSpec ToyRelativeModel() {
  ModelSpec spec = ToyModel();
  spec.id = "toy_relative";
  spec.hparams.rnn_layer_sizes = {12, 14, 16};
  spec.codec = std::make_shared<ToyRelativeCodec>();
  spec.architecture = &kRelativeArchitecture;
  return spec;
}

}  // namespace magenta::toy
