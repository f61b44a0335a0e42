#include "magenta/codec/performance_codecs.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <utility>
#include <vector>

#include "magenta/base/check.h"
#include "magenta/codec/one_hot.h"
#include "magenta/codec/performance_classes.h"
#include "magenta/music/performance/performance_event.h"

namespace magenta {
namespace {

/// The default is the longest shift.
class OneHotPerformance final : public OneHot {
 public:
  explicit OneHotPerformance(bool velocities)
      : size_(velocities ? kPerformanceEvents : kFirstVelocity) {}

  int size() const override { return size_; }
  Event default_event() const override { return ShiftBy(kMostShift); }
  bool Accepts(Event event) const override { return event >= 0 && event < size_; }
  int Class(Event event) const override {
    MAGENTA_CHECK(Accepts(event));
    return event;
  }
  Event EventOf(int index) const override {
    MAGENTA_CHECK(Accepts(index));
    return index;
  }

 private:
  const int size_;
};

class CompactPerformanceCodec final : public PerformanceClassCodec {
 public:
  std::string_view name() const override { return "compact"; }
  int input_size() const override { return kPerformanceEvents; }
  int example_width() const override { return 1; }
  using EventCodec::NewEncoder;
  std::unique_ptr<EventEncoder> NewEncoder(std::shared_ptr<const Control> control) const override {
    return classes_->NewEncoder(std::move(control));
  }

 private:
  const std::unique_ptr<EventCodec> classes_ = MakePerformanceCodec(/*velocities=*/true);
};

constexpr int kModuloInputs = 16;

/// Adds 1 at `index`, and after it the place of `value` on a circle of `modulus`.
int AddOnCircle(int index, int value, int modulus, SparseVector& input) {
  const double angle = 2.0 * std::numbers::pi * value / modulus;
  for (const double number : {std::cos(angle), std::sin(angle)}) {
    const auto narrow = static_cast<float>(number);
    if (narrow != 0) input.Add(index, narrow);
    ++index;
  }
  return index;
}

void AddModulo(Event event, SparseVector& input) {
  constexpr int kNoteOffAt = 5, kShiftAt = 10, kVelocityAt = 13;
  if (ShiftOf(event) > 0) {
    input.Add(kShiftAt, 1);
    AddOnCircle(kShiftAt + 1, ShiftOf(event) - 1, kMostShift, input);
  } else if (IsVelocity(event)) {
    input.Add(kVelocityAt, 1);
    AddOnCircle(kVelocityAt + 1, event - kFirstVelocity, kVelocityBins, input);
  } else {
    const int at = IsNoteOn(event) ? 0 : kNoteOffAt;
    const int pitch = event % kFirstNoteOff;
    input.Add(at, 1);
    AddOnCircle(AddOnCircle(at + 1, pitch, 144, input), pitch % 12, 12, input);
  }
}

class ModuloEncoder final : public PerformanceClassEncoder {
 public:
  void Input(SparseVector& input) const override {
    input.Clear();
    AddModulo(last(), input);
  }
  std::unique_ptr<EventEncoder> Clone() const override {
    return std::make_unique<ModuloEncoder>(*this);
  }
};

class ModuloPerformanceCodec final : public PerformanceClassCodec {
 public:
  std::string_view name() const override { return "modulo"; }
  int input_size() const override { return kModuloInputs; }
  using EventCodec::NewEncoder;
  std::unique_ptr<EventEncoder> NewEncoder(std::shared_ptr<const Control>) const override {
    return std::make_unique<ModuloEncoder>();
  }
};

// Shift, pitch, velocity and duration; shifts and durations as two digits.
constexpr int kShiftDigit = 77, kDurationDigit = 40;
constexpr std::array<int, 6> kNoteHeads = {13, kShiftDigit, 128, kVelocityBins, 25, kDurationDigit};
constexpr int kNoteInputs = 315;

void NoteLabels(Event event, std::span<int> labels) {
  MAGENTA_CHECK(labels.size() == kNoteHeads.size());
  const PerformedNote note = NoteOf(event);
  const int duration = std::max(note.duration, 1) - 1;
  labels[0] = note.shift / kShiftDigit;
  labels[1] = note.shift % kShiftDigit;
  labels[2] = note.pitch;
  labels[3] = note.bin - 1;
  labels[4] = duration / kDurationDigit;
  labels[5] = duration % kDurationDigit;
}

class WholeNoteEncoder final : public EventEncoder {
 public:
  void Push(Event event) override {
    MAGENTA_CHECK(NoteOf(event).shift <= kMostNoteSteps);
    NoteLabels(event, last_);
    pushed_ = true;
  }
  void Input(SparseVector& input) const override {
    MAGENTA_CHECK(pushed_);
    input.Clear();
    int offset = 0;
    for (size_t head = 0; head < kNoteHeads.size(); ++head) {
      input.Add(offset + last_[head], 1);
      offset += kNoteHeads[head];
    }
  }
  void Labels(Event next, std::span<int> labels) const override { NoteLabels(next, labels); }
  Event Decode(std::span<const int> labels) const override {
    return PackNote({.shift = labels[0] * kShiftDigit + labels[1],
                     .pitch = labels[2],
                     .bin = labels[3] + 1,
                     .duration = labels[4] * kDurationDigit + labels[5] + 1});
  }
  void Reset() override { pushed_ = false; }
  std::unique_ptr<EventEncoder> Clone() const override {
    return std::make_unique<WholeNoteEncoder>(*this);
  }

 private:
  std::array<int, kNoteHeads.size()> last_{};
  bool pushed_ = false;
};

class WholeNoteCodec final : public EventCodec {
 public:
  std::string_view name() const override { return "notes"; }
  int input_size() const override { return kNoteInputs; }
  std::span<const int> head_sizes() const override { return kNoteHeads; }
  int default_label() const override { return 0; }
  std::vector<int> default_labels() const override { return {0, 0, 60, 0, 0, 0}; }
  Event default_event() const override {
    return PackNote({.shift = kMostNoteSteps, .duration = 0});
  }
  bool Accepts(Event event) const override { return NoteOf(event).shift <= kMostNoteSteps; }
  int StepsAfter(std::span<const int> labels) const override {
    return NoteOf(WholeNoteEncoder().Decode(labels)).duration;
  }
  using EventCodec::NewEncoder;
  std::unique_ptr<EventEncoder> NewEncoder(std::shared_ptr<const Control>) const override {
    return std::make_unique<WholeNoteEncoder>();
  }
};

}  // namespace

std::unique_ptr<EventCodec> MakePerformanceCodec(bool velocities) {
  return MakeOneHotCodec(std::make_shared<OneHotPerformance>(velocities));
}

std::unique_ptr<EventCodec> MakeCompactPerformanceCodec() {
  return std::make_unique<CompactPerformanceCodec>();
}

std::unique_ptr<EventCodec> MakeModuloPerformanceCodec() {
  return std::make_unique<ModuloPerformanceCodec>();
}

std::unique_ptr<EventCodec> MakeWholeNoteCodec() { return std::make_unique<WholeNoteCodec>(); }

}  // namespace magenta
