#pragma once
// A control beside the events of any codec: the input is the control of the event to come, then
// the codec's own. Source: docs/rules.md section 14 (note-seq's
// ConditionalEventSequenceEncoderDecoder and chords_encoder_decoder).

#include <memory>

#include "magenta/codec/codec.h"
#include "magenta/music/event.h"

namespace magenta {

/// How a network reads one number of control. Immutable and thread-safe.
class ControlEncoding {
 public:
  virtual ~ControlEncoding() = default;
  /// Numbers that it adds to an input.
  virtual int width() const = 0;
  /// What stands where no control is given.
  virtual Event nothing() const = 0;
  /// Adds those that are not 0, at `offset` and after. What it has no numbers for is nothing().
  virtual void Append(Event control, int offset, SparseVector& input) const = 0;
};

/// ChordCodes by TriadClass: 49 numbers, one of them 1.
std::shared_ptr<const ControlEncoding> TriadEncoding();
/// ChordCodes by ChordPitchInputs: 37 numbers.
std::shared_ptr<const ControlEncoding> ChordPitchEncoding();

/// Events as `events` encodes them, on condition of a control.
std::unique_ptr<EventCodec> MakeConditionalCodec(std::shared_ptr<const ControlEncoding> control,
                                                 std::unique_ptr<EventCodec> events);

}  // namespace magenta
