// Input, for 38 one-hot classes: 0 this event, 38 the one that stood a bar before the next, 76 two
// bars before it, 114 five bits of the next position, 119 whether this event repeats one and (120)
// two bars.

#include "magenta/base/check.h"
#include "magenta/codec/lookback.h"
#include "magenta/codec/melody_codecs.h"
#include "magenta/codec/one_hot.h"

namespace magenta {
namespace {

constexpr int kCounterBits = 5;
constexpr int kDistances = static_cast<int>(kLookbackDistances.size());

class LookbackEncoder final : public EventEncoder {
 public:
  explicit LookbackEncoder(const OneHotMelody& one_hot) : one_hot_(one_hot) {}

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
    add_event(events_.Back(1, kNoEvent));
    for (const int distance : kLookbackDistances) add_event(events_.Back(distance, kNoEvent));
    AddCounter(events_.count(), kCounterBits, offset, input);
    offset += kCounterBits;
    for (const int distance : kLookbackDistances) {
      if (events_.LastRepeats(distance)) input.Add(offset, 1.0f);
      ++offset;
    }
  }

  void Labels(Event next, std::span<int> labels) const override {
    MAGENTA_CHECK(labels.size() == 1 && one_hot_.Accepts(next));
    const std::optional<size_t> repeat = RepeatOf(events_, next);
    labels[0] =
        repeat.has_value() ? one_hot_.size() + static_cast<int>(*repeat) : one_hot_.Class(next);
  }

  Event Decode(std::span<const int> labels) const override {
    MAGENTA_CHECK(labels.size() == 1 && labels[0] < one_hot_.size() + kDistances);
    const int repeat = labels[0] - one_hot_.size();
    return repeat < 0 ? one_hot_.EventOf(labels[0])
                      : events_.Back(kLookbackDistances[repeat], kNoEvent);
  }

  void Reset() override { events_.Reset(); }

  std::unique_ptr<EventEncoder> Clone() const override {
    return std::make_unique<LookbackEncoder>(*this);
  }

 private:
  OneHotMelody one_hot_;
  RecentEvents events_;
};

class LookbackCodec final : public EventCodec {
 public:
  explicit LookbackCodec(NoteRange range)
      : one_hot_(range), classes_(one_hot_.size() + kDistances) {}

  std::string_view name() const override { return "lookback"; }
  int input_size() const override {
    return one_hot_.size() * (1 + kDistances) + kCounterBits + kDistances;
  }
  std::span<const int> head_sizes() const override { return {&classes_, 1}; }
  int default_label() const override { return one_hot_.Class(kNoEvent); }
  Event default_event() const override { return kNoEvent; }
  bool Accepts(Event event) const override { return one_hot_.Accepts(event); }
  std::unique_ptr<EventEncoder> NewEncoder(std::shared_ptr<const Control>) const override {
    return std::make_unique<LookbackEncoder>(one_hot_);
  }

 private:
  OneHotMelody one_hot_;
  int classes_;
};

}  // namespace

std::unique_ptr<EventCodec> MakeLookbackCodec(NoteRange range) {
  return std::make_unique<LookbackCodec>(range);
}

}  // namespace magenta
