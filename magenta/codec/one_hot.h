#pragma once
// The classes that codecs are built on: each event is one, and there are few of them.

#include <memory>
#include <span>

#include "magenta/codec/codec.h"
#include "magenta/codec/lookback.h"
#include "magenta/codec/melody_codecs.h"
#include "magenta/music/drums/drum_types.h"
#include "magenta/music/event.h"

namespace magenta {

/// Events <-> classes 0 .. size() - 1. Immutable, thread-safe.
class OneHot {
 public:
  virtual ~OneHot() = default;
  /// Classes.
  virtual int size() const = 0;
  /// Nothing happens; what stands before the first event.
  virtual Event default_event() const = 0;
  /// Whether `event` has a class.
  virtual bool Accepts(Event event) const = 0;
  /// The class of `event`, which Accepts (checked).
  virtual int Class(Event event) const = 0;
  /// The event of `index`, in 0 .. size() - 1 (checked).
  virtual Event EventOf(int index) const = 0;
};

/// Melody events within a range of pitches: no event, note off, then one a pitch.
class OneHotMelody final : public OneHot {
 public:
  /// `range` must lie within 0..128 and hold a pitch (checked).
  explicit OneHotMelody(NoteRange range);

  int size() const override { return pitches() + 2; }
  Event default_event() const override { return kNoEvent; }
  bool Accepts(Event event) const override;
  int Class(Event event) const override;
  Event EventOf(int index) const override;
  /// Pitches in the range.
  int pitches() const { return range_.max_note - range_.min_note; }
  /// The MIDI pitch of class 2.
  Event min_note() const { return range_.min_note; }

 private:
  NoteRange range_;
};

/// What is struck on a step: a mask of types is its own class, and nothing struck is 0.
class OneHotDrums final : public OneHot {
 public:
  /// `types` must live as long as this.
  explicit OneHotDrums(const DrumTypes& types) : size_(types.mask_end()) {}

  int size() const override { return size_; }
  Event default_event() const override { return 0; }
  bool Accepts(Event event) const override { return event >= 0 && event < size_; }
  int Class(Event event) const override;
  Event EventOf(int index) const override;

 private:
  int size_;
};

/// Events that are classes already: all of 0 .. size - 1.
class OneHotClasses final : public OneHot {
 public:
  /// `default_event` is one of them (checked).
  OneHotClasses(int size, Event default_event);

  int size() const override { return size_; }
  Event default_event() const override { return default_event_; }
  bool Accepts(Event event) const override { return event >= 0 && event < size_; }
  int Class(Event event) const override;
  Event EventOf(int index) const override;

 private:
  int size_;
  Event default_event_;
};

/// Input and label are the class of the event.
std::unique_ptr<EventCodec> MakeOneHotCodec(std::shared_ptr<const OneHot> one_hot);

/// What the lookback codec sees beside the last event.
struct LookbackOptions {
  /// In steps, shortest first, at most kLookbackDistances.back() (checked). May be empty.
  std::span<const int> distances = kLookbackDistances;
  /// Lowest bits of the next position.
  int counter_bits = 5;
};

/// The class of this event and of those that stood `distances` before the next, a counter, and
/// whether the last event repeated each; one more class a distance says "as then".
std::unique_ptr<EventCodec> MakeLookbackCodec(std::shared_ptr<const OneHot> one_hot,
                                              const LookbackOptions& options = {});

}  // namespace magenta
