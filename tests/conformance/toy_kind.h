#pragma once
// A kind of music, a codec and a model that nothing in the tree is like: events that last 0 or more
// steps, beside a control. What knows kinds by their interface alone takes it too.

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "magenta/base/check.h"
#include "magenta/base/status.h"
#include "magenta/codec/codec.h"
#include "magenta/generate/model.h"
#include "magenta/kinds/kind.h"
#include "magenta/models/model_spec.h"

namespace magenta::toy {

/// 0..11: the pitch 60 + event is struck, no time passes; 12..15: 1 to 4 steps pass, and what was
/// struck sounds for them. The control of position p is p mod 3.
inline constexpr Event kToyPitches = 12, kToyShifts = 4;
inline constexpr Event kToyEvents = kToyPitches + kToyShifts;
inline constexpr int kToyControls = 3;

class ToyKind : public MusicKind {
 public:
  KindNames names() const override { return {"toy", "toys", "toys", "ToyExtractor"}; }
  std::span<const ExampleOption> example_options() const override { return {}; }
  int StepsOf(Event event) const override {
    return event < kToyPitches ? 0 : event - kToyPitches + 1;
  }
  Event CutTo(Event event, int64_t steps) const override {
    return event < kToyPitches ? event : kToyPitches - 1 + static_cast<Event>(steps);
  }
  std::optional<int> PitchOf(Event event, int /*transpose*/) const override {
    return event < kToyPitches ? std::optional<int>(60 + event) : std::nullopt;
  }

  Examples ExtractExamples(const QuantizedSequence& sequence,
                           const ExampleOptions& /*options*/) const override {
    Examples examples;
    examples.sequences.push_back(EventsOf(sequence, 0, sequence.total_steps()));
    examples.transpositions.push_back(0);
    return examples;
  }
  absl::StatusOr<Primer> ReadPrimer(const QuantizedSequence& input,
                                    const PrimerRequest& request) const override {
    Primer primer;
    primer.grid = input.grid();
    primer.instrument = 0;
    primer.events = EventsOf(input, 0, request.generate_start_step);
    primer.played = primer.events.events;
    return primer;
  }
  DefaultPrimer MakeDefaultPrimer(double qpm, Grid grid) const override {
    return {Render({{0, kToyPitches}, {}}, PrimerOn(grid), qpm), "C"};
  }
  std::unique_ptr<NoteRenderer> NewRenderer(const Primer& /*primer*/, bool) const override {
    return std::make_unique<Renderer>(*this);
  }

  /// A letter strikes a pitch, from a on; a dot, and the end, is a step.
  PrimerTyping primer_typing() const override {
    return {"primer_toy", "toys", "a", "a.c", "Letters, and a dot a step."};
  }
  absl::StatusOr<TypedPrimer> ParsePrimer(const std::string& text, double qpm,
                                          Grid grid) const override {
    std::vector<Event> events;
    for (const char letter : text + ".") {
      const Event event = letter == '.' ? kToyPitches : letter - 'a';
      if (event < 0 || event > kToyPitches) {
        return UsageError(
            "--primer_toy: '" + std::string(1, letter) + "' is no letter from a to l, and no dot",
            "Give a.c");
      }
      events.push_back(event);
    }
    TypedPrimer primer;
    primer.steps = std::count(events.begin(), events.end(), kToyPitches);
    primer.sequence = Render({events, {}}, PrimerOn(grid), qpm);
    return primer;
  }

  static Primer PrimerOn(Grid grid) {
    Primer primer;
    primer.grid = grid;
    return primer;
  }

 private:
  class Renderer final : public NoteRenderer {
   public:
    explicit Renderer(const ToyKind& kind) : kind_(kind) {}
    void Add(Event event, std::vector<NoteChange>& changes) override {
      if (event < kToyPitches) {
        if (!struck_.insert(60 + event).second) return;
        changes.push_back({.begins = true, .step = step_, .pitch = 60 + event, .velocity = 90});
        return;
      }
      step_ += kind_.StepsOf(event);
      Finish(changes);
    }
    void Finish(std::vector<NoteChange>& changes) override {
      for (const int pitch : struck_) changes.push_back({.step = step_, .pitch = pitch});
      struck_.clear();
    }
    int64_t step() const override { return step_; }

   private:
    const ToyKind& kind_;
    std::set<int> struck_;
    int64_t step_ = 0;
  };

  EventSequence EventsOf(const QuantizedSequence& sequence, int64_t from, int64_t to) const {
    EventSequence events;
    std::set<std::pair<int64_t, int>> starts;
    for (const auto& note : sequence.proto().notes()) {
      const int64_t start = note.quantized_start_step();
      if (start >= from && start < to) starts.insert({start, note.pitch() % kToyPitches});
    }
    int64_t at = from;
    const auto pass = [&](int64_t step) {
      for (; at < step; at += std::min<int64_t>(step - at, kToyShifts)) {
        events.events.push_back(CutTo(kToyEvents - 1, std::min<int64_t>(step - at, kToyShifts)));
      }
    };
    for (const auto& [start, pitch] : starts) {
      pass(start);
      events.events.push_back(pitch);
    }
    pass(to);
    constexpr int kMost = 1 << 12;
    for (int p = 0; p < kMost; ++p) events.control.push_back(p % kToyControls);
    return events;
  }
};

/// The control one-hot, then the event one-hot.
class ToyCodec final : public EventCodec {
 public:
  std::string_view name() const override { return "toy"; }
  int input_size() const override { return kToyControls + kToyEvents; }
  std::span<const int> head_sizes() const override { return {&kClasses, 1}; }
  int default_label() const override { return kToyPitches; }
  Event default_event() const override { return kToyPitches; }
  bool Accepts(Event event) const override { return event >= 0 && event < kToyEvents; }
  bool has_control() const override { return true; }
  using EventCodec::MakeControl;
  std::shared_ptr<const Control> MakeControl(
      const std::function<Event(int64_t)>& control) const override {
    return std::make_shared<ToyControl>(control);
  }
  using EventCodec::NewEncoder;
  std::unique_ptr<EventEncoder> NewEncoder(std::shared_ptr<const Control> control) const override {
    return std::make_unique<Encoder>(std::move(control));
  }

 private:
  static constexpr int kClasses = kToyEvents;
  class ToyControl final : public Control {
   public:
    explicit ToyControl(std::function<Event(int64_t)> at) : at_(std::move(at)) {}
    int width() const override { return kToyControls; }
    void Append(int64_t position, int offset, SparseVector& input) const override {
      input.Add(offset + at_(position), 1);
    }

   private:
    const std::function<Event(int64_t)> at_;
  };
  class Encoder final : public EventEncoder {
   public:
    explicit Encoder(std::shared_ptr<const Control> control) : control_(std::move(control)) {}
    void Push(Event event) override {
      last_ = event;
      ++count_;
    }
    void Input(SparseVector& input) const override {
      input.Clear();
      if (control_ != nullptr) control_->Append(count_, 0, input);
      input.Add(kToyControls + last_, 1);
    }
    void Labels(Event next, std::span<int> labels) const override { labels[0] = next; }
    Event Decode(std::span<const int> labels) const override { return labels[0]; }
    void Reset() override { count_ = 0; }
    std::unique_ptr<EventEncoder> Clone() const override {
      return std::make_unique<Encoder>(*this);
    }

   private:
    std::shared_ptr<const Control> control_;
    Event last_ = 0;
    int64_t count_ = 0;
  };
};

inline ModelSpec ToyModel() {
  ModelSpec spec;
  spec.id = "toy_rnn";
  spec.description = "Nothing in the tree is like it";
  spec.hparams.rnn_layer_sizes = {16, 16};
  spec.kind = std::make_shared<ToyKind>();
  spec.codec = std::make_shared<ToyCodec>();
  spec.architecture = &kRnnArchitecture;
  return spec;
}

}  // namespace magenta::toy
