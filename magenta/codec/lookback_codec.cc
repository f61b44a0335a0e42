// Input, for 38 one-hot classes: 0 this event, 38 the one that stood a bar before the next, 76 two
// bars before it, 114 five bits of the next position, 119 whether this event repeats one and (120)
// two bars.

#include <utility>
#include <vector>

#include "magenta/base/check.h"
#include "magenta/codec/lookback.h"
#include "magenta/codec/melody_codecs.h"
#include "magenta/codec/one_hot.h"

namespace magenta {
namespace {

/// What the encoder and the codec go by.
struct LookbackPlan {
  std::shared_ptr<const OneHot> one_hot;
  std::vector<int> distances;
  int counter_bits = 0;

  int repeats() const { return static_cast<int>(distances.size()); }
};

class LookbackEncoder final : public EventEncoder {
 public:
  explicit LookbackEncoder(const LookbackPlan& plan) : plan_(plan), one_hot_(*plan.one_hot) {}

  void Push(Event event) override {
    MAGENTA_CHECK(one_hot_.Accepts(event));
    events_.Push(event);
  }

  void Input(SparseVector& input) const override {
    MAGENTA_CHECK(events_.count() > 0);
    input.Clear();
    int offset = 0;
    const auto add_event = [&](Event event) {
      input.Add(offset + one_hot_.Class(event), 1.0f);
      offset += one_hot_.size();
    };
    add_event(Back(1));
    for (const int distance : plan_.distances) add_event(Back(distance));
    AddCounter(events_.count(), plan_.counter_bits, offset, input);
    offset += plan_.counter_bits;
    for (const int distance : plan_.distances) {
      if (events_.LastRepeats(distance)) input.Add(offset, 1.0f);
      ++offset;
    }
  }

  void Labels(Event next, std::span<int> labels) const override {
    MAGENTA_CHECK(labels.size() == 1 && one_hot_.Accepts(next));
    const std::optional<size_t> repeat =
        RepeatOf(events_, next, plan_.distances, one_hot_.default_event());
    labels[0] =
        repeat.has_value() ? one_hot_.size() + static_cast<int>(*repeat) : one_hot_.Class(next);
  }

  Event Decode(std::span<const int> labels) const override {
    MAGENTA_CHECK(labels.size() == 1 && labels[0] < one_hot_.size() + plan_.repeats());
    const int repeat = labels[0] - one_hot_.size();
    return repeat < 0 ? one_hot_.EventOf(labels[0]) : Back(plan_.distances[repeat]);
  }

  void Reset() override { events_.Reset(); }

  std::unique_ptr<EventEncoder> Clone() const override {
    return std::make_unique<LookbackEncoder>(*this);
  }

 private:
  Event Back(int distance) const { return events_.Back(distance, one_hot_.default_event()); }

  const LookbackPlan& plan_;
  const OneHot& one_hot_;
  RecentEvents events_;
};

class LookbackCodec final : public EventCodec {
 public:
  explicit LookbackCodec(LookbackPlan plan)
      : plan_(std::move(plan)),
        one_hot_(*plan_.one_hot),
        classes_(one_hot_.size() + plan_.repeats()) {}

  std::string_view name() const override { return "lookback"; }
  int input_size() const override {
    return one_hot_.size() * (1 + plan_.repeats()) + plan_.counter_bits + plan_.repeats();
  }
  std::span<const int> head_sizes() const override { return {&classes_, 1}; }
  int default_label() const override { return one_hot_.Class(default_event()); }
  Event default_event() const override { return one_hot_.default_event(); }
  bool Accepts(Event event) const override { return one_hot_.Accepts(event); }
  std::unique_ptr<EventEncoder> NewEncoder(std::shared_ptr<const Control>) const override {
    return std::make_unique<LookbackEncoder>(plan_);
  }

 private:
  LookbackPlan plan_;
  const OneHot& one_hot_;
  int classes_;
};

}  // namespace

std::unique_ptr<EventCodec> MakeLookbackCodec(std::shared_ptr<const OneHot> one_hot,
                                              const LookbackOptions& options) {
  for (const int distance : options.distances) {
    MAGENTA_CHECK(distance > 0 && distance <= kLookbackDistances.back());
  }
  return std::make_unique<LookbackCodec>(
      LookbackPlan{std::move(one_hot),
                   {options.distances.begin(), options.distances.end()},
                   options.counter_bits});
}

std::unique_ptr<EventCodec> MakeLookbackCodec(NoteRange range) {
  return MakeLookbackCodec(std::make_shared<OneHotMelody>(range));
}

}  // namespace magenta
