#pragma once
// Events to what a network reads, and what it says back to events.
//
// An EventCodec is the fixed part (sizes); an EventEncoder runs along one sequence: push events in
// order, then ask for the network's input at the last one, the labels under which some event would
// follow, or the event that drawn labels stand for. One pass, constant work an event, so a melody
// of n events costs O(n) to encode, live or from a file.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "magenta/base/sparse_vector.h"
#include "magenta/music/event.h"

namespace magenta {

/// What stands beside the events of one sequence and is never predicted (chords, say), as a network
/// reads it. It is read by position, so that training and every way to generate ask for the same
/// one: beside an event goes the control of the *next*, which is to be predicted. A position is an
/// event's number, or where time is an event the step on which it stands, as the codec has it.
/// Whoever plays live may still change what lies ahead.
class Control {
 public:
  virtual ~Control() = default;
  /// Numbers that each position adds to an input.
  virtual int width() const = 0;
  /// Adds those of the event at `position` (0 or more), at `offset` and after.
  virtual void Append(int64_t position, int offset, SparseVector& input) const = 0;
};

/// The running encoding of one sequence. Not thread-safe; cheap to Clone() (beam search does).
class EventEncoder {
 public:
  virtual ~EventEncoder() = default;

  /// Position p becomes the number of events pushed before. `event` must be one that
  /// EventCodec::Accepts (checked).
  virtual void Push(Event event) = 0;

  /// The network's input after the last pushed event (at least one, checked). Replaces `input`.
  virtual void Input(SparseVector& input) const = 0;
  /// The label of each head (see EventCodec::head_sizes) under which `next` would come next.
  virtual void Labels(Event next, std::span<int> labels) const = 0;
  /// The event that drawn labels, one a head, stand for.
  virtual Event Decode(std::span<const int> labels) const = 0;

  /// The event that must come next, where the control leaves no other; none is drawn then.
  virtual std::optional<Event> Given() const { return std::nullopt; }

  /// Of several voices: the event that would strike again the last pitch of the one whose turn it
  /// is.
  virtual std::optional<Event> Repeated() const { return std::nullopt; }

  /// Labels() and Decode() for the codecs of one head.
  int Label(Event next) const {
    int label = 0;
    Labels(next, {&label, 1});
    return label;
  }
  Event DecodeOne(int label) const { return Decode({&label, 1}); }

  /// Forgets everything that was pushed.
  virtual void Reset() = 0;
  /// One that has heard the same and goes its own way.
  virtual std::unique_ptr<EventEncoder> Clone() const = 0;
};

/// What a network is told beside the events of a performance (music/performance/conditions.h).
struct ConditionedInputs {
  /// One number before the others that says that they say nothing, and then they are 0.
  bool optional = false;
  /// Notes per second, one of eight.
  bool density = false;
  /// Shares of the twelve pitch classes.
  bool pitch_classes = false;
  bool any() const { return density || pitch_classes; }
};

/// One way to encode one kind of event. Immutable and thread-safe.
class EventCodec {
 public:
  virtual ~EventCodec() = default;

  /// "one_hot", "lookback", "key": what `magenta models` shows.
  virtual std::string_view name() const = 0;
  /// Width of the network's input.
  virtual int input_size() const = 0;
  /// Numbers of an input in a dense example (docs/formats/dataset.md): as many, or 1 where that is
  /// the index of the only entry, which is 1.
  virtual int example_width() const { return input_size(); }
  /// Classes of each softmax: one head for melodies, several where an event is several classes.
  virtual std::span<const int> head_sizes() const = 0;
  /// Classes of the only head (checked).
  int num_classes() const;
  /// Whether the classes of its only head are asked in turn, from the first to the last
  /// (nn/nade/turns.h); else a softmax has all of them.
  virtual bool asks_in_turn() const { return false; }
  /// Classes of all heads together.
  int num_labels() const;
  /// The label of "nothing happens" in head 0: what event_accuracy leaves out.
  virtual int default_label() const = 0;
  /// The same of each head.
  virtual std::vector<int> default_labels() const { return {default_label()}; }
  /// The event that an unconditioned sequence may begin with.
  virtual Event default_event() const = 0;
  /// Whether `event` can be encoded; a melody outside the codec's range must be squashed first.
  virtual bool Accepts(Event event) const = 0;
  /// Whether a control sequence stands beside the events.
  virtual bool has_control() const { return false; }
  /// Which conditions of a performance are its control.
  virtual ConditionedInputs conditioned_inputs() const { return {}; }
  /// `control`, which says what stands at a position (0 or more), as networks read it; null for
  /// codecs without. It is asked whenever an input is made, and must answer alike for the past.
  virtual std::shared_ptr<const Control> MakeControl(
      const std::function<Event(int64_t position)>& /*control*/) const {
    return nullptr;
  }
  /// The same of EventSequence::control, whose last one is held; null where it is empty.
  virtual std::shared_ptr<const Control> MakeControl(std::vector<Event> control) const;
  /// That of `example`, which is learned from or scored: its own; of a kind whose events say
  /// themselves what conditions them, where it has none, theirs.
  virtual std::shared_ptr<const Control> ControlOf(const EventSequence& example) const {
    return MakeControl(example.control);
  }
  /// Steps of the grid that an example lasts beyond the beginning of its last event, whose labels
  /// these are: of whole notes, whose events last up to the next one, how long it sounds.
  virtual int StepsAfter(std::span<const int> /*labels*/) const { return 0; }
  /// Whether an example has a row for what is read after `event`; it has none for an event that is
  /// a part of a step, whose end has one.
  virtual bool MakesRow(Event /*event*/) const { return true; }
  /// Rows of an example: of all its events but the last.
  int64_t RowsOf(const EventSequence& example) const;
  /// Whether what is to be said of a row are the inputs of the next, whatever its label.
  virtual bool learns_inputs() const { return false; }
  /// The labels of a dense example, one a row, where they are others than Labels'; else none.
  virtual std::vector<int64_t> DenseLabels(const EventSequence& /*example*/) const { return {}; }
  /// Nothing, or why (exit 3) MakeControl does not take the control of `example`, whose events are
  /// accepted. Where nothing else is said it is one a step, or none at all.
  virtual absl::Status CheckControl(const EventSequence& example) const;

  /// An encoder that has heard nothing; the codec must outlive it. Codecs without control ignore
  /// `control`; for the others none is as if nothing were given at every position ("N.C.").
  virtual std::unique_ptr<EventEncoder> NewEncoder(
      std::shared_ptr<const Control> control) const = 0;
  std::unique_ptr<EventEncoder> NewEncoder() const { return NewEncoder(nullptr); }
};

}  // namespace magenta
