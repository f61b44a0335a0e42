#pragma once
// Steps of a piano roll for an RNN-NADE (nn/nade/rnn_nade.h). Source: docs/rules.md section 17
// (note-seq's PianorollEncoderDecoder).

#include <memory>

#include "magenta/codec/codec.h"

namespace magenta {

/// What a network of 88 keys reads, whose layers hear a step when it ends; a row of an example, 88
/// numbers, is what sounds on a step. Labels are the keys, asked in turn, and that the step ends.
///
/// A sequence whose control is {n} is said in the reference's order from its n-th step on
/// (NadeOrder): n steps of a primer come first.
std::unique_ptr<EventCodec> MakePianorollCodec();

}  // namespace magenta
