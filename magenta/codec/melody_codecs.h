#pragma once
// The three codecs of Magenta's melody models. Sources: docs/rules.md section 4 (note-seq's
// melody_encoder_decoder, encoder_decoder).

#include <memory>

#include "magenta/codec/codec.h"

namespace magenta {

/// Pitches a codec takes: min_note <= pitch < max_note (MIDI pitches).
struct NoteRange {
  Event min_note = 48;
  Event max_note = 84;
};

/// One-hot: no event, note off, then a class a pitch; input equals label. basic_rnn, and mono_rnn
/// over [0, 128).
std::unique_ptr<EventCodec> MakeOneHotCodec(NoteRange range);

/// One-hot of this event and of those one and two bars before, where in the bar we are, and whether
/// the last event repeated; two more classes say "as one bar ago" and "as two bars ago".
std::unique_ptr<EventCodec> MakeLookbackCodec(NoteRange range);

/// What sounds, direction, repetition, place in the bar and key so far (attention_rnn).
std::unique_ptr<EventCodec> MakeKeyMelodyCodec(NoteRange range);

}  // namespace magenta
