#include "magenta/codec/conditional_codec.h"

#include <string>
#include <utility>

#include "magenta/base/check.h"
#include "magenta/music/harmony/chord_code.h"

namespace magenta {
namespace {

class Triads final : public ControlEncoding {
 public:
  int width() const override { return kTriadClasses; }
  Event nothing() const override { return kNoChord; }
  void Append(Event control, int offset, SparseVector& input) const override {
    input.Add(offset + TriadClass(control).value_or(0), 1.0f);
  }
};

class ChordPitches final : public ControlEncoding {
 public:
  int width() const override { return kChordPitchInputs; }
  Event nothing() const override { return kNoChord; }
  void Append(Event control, int offset, SparseVector& input) const override {
    for (const int index : ChordPitchInputs(control)) input.Add(offset + index, 1.0f);
  }
};

/// What a function says, position by position.
class EncodedControl final : public Control {
 public:
  EncodedControl(std::shared_ptr<const ControlEncoding> encoding,
                 std::function<Event(int64_t)> control)
      : encoding_(std::move(encoding)), control_(std::move(control)) {}

  int width() const override { return encoding_->width(); }
  void Append(int64_t position, int offset, SparseVector& input) const override {
    encoding_->Append(control_(position), offset, input);
  }

 private:
  const std::shared_ptr<const ControlEncoding> encoding_;
  const std::function<Event(int64_t)> control_;
};

class ConditionalEncoder final : public EventEncoder {
 public:
  ConditionalEncoder(std::shared_ptr<const Control> control, std::unique_ptr<EventEncoder> events)
      : control_(std::move(control)), events_(std::move(events)) {}
  ConditionalEncoder(const ConditionalEncoder& other)
      : control_(other.control_), events_(other.events_->Clone()), pushed_(other.pushed_) {}

  void Push(Event event) override {
    events_->Push(event);
    ++pushed_;
  }

  void Input(SparseVector& input) const override {
    events_->Input(own_);
    input.Clear();
    control_->Append(pushed_, 0, input);
    for (size_t i = 0; i < own_.index.size(); ++i) {
      input.Add(control_->width() + own_.index[i], own_.value[i]);
    }
  }

  void Labels(Event next, std::span<int> labels) const override { events_->Labels(next, labels); }
  Event Decode(std::span<const int> labels) const override { return events_->Decode(labels); }

  void Reset() override {
    events_->Reset();
    pushed_ = 0;
  }
  std::unique_ptr<EventEncoder> Clone() const override {
    return std::make_unique<ConditionalEncoder>(*this);
  }

 private:
  const std::shared_ptr<const Control> control_;
  const std::unique_ptr<EventEncoder> events_;
  int64_t pushed_ = 0;        // the position of the event to come
  mutable SparseVector own_;  // scratch
};

class ConditionalCodec final : public EventCodec {
 public:
  ConditionalCodec(std::shared_ptr<const ControlEncoding> control,
                   std::unique_ptr<EventCodec> events)
      : control_(std::move(control)), events_(std::move(events)) {}

  std::string_view name() const override { return events_->name(); }
  int input_size() const override { return control_->width() + events_->input_size(); }
  std::span<const int> head_sizes() const override { return events_->head_sizes(); }
  int default_label() const override { return events_->default_label(); }
  Event default_event() const override { return events_->default_event(); }
  bool Accepts(Event event) const override { return events_->Accepts(event); }
  bool has_control() const override { return true; }

  using EventCodec::MakeControl;
  std::shared_ptr<const Control> MakeControl(
      const std::function<Event(int64_t position)>& control) const override {
    return std::make_shared<EncodedControl>(control_, control);
  }

  using EventCodec::NewEncoder;
  std::unique_ptr<EventEncoder> NewEncoder(std::shared_ptr<const Control> control) const override {
    if (control == nullptr) {
      control = MakeControl([nothing = control_->nothing()](int64_t) { return nothing; });
    }
    MAGENTA_CHECK(control->width() == control_->width());
    return std::make_unique<ConditionalEncoder>(std::move(control), events_->NewEncoder());
  }

 private:
  const std::shared_ptr<const ControlEncoding> control_;
  const std::unique_ptr<EventCodec> events_;
};

}  // namespace

std::shared_ptr<const ControlEncoding> TriadEncoding() { return std::make_shared<Triads>(); }

std::shared_ptr<const ControlEncoding> ChordPitchEncoding() {
  return std::make_shared<ChordPitches>();
}

std::unique_ptr<EventCodec> MakeConditionalCodec(std::shared_ptr<const ControlEncoding> control,
                                                 std::unique_ptr<EventCodec> events) {
  return std::make_unique<ConditionalCodec>(std::move(control), std::move(events));
}

}  // namespace magenta
