#pragma once
// The two codecs of Magenta's drum models. Source: docs/rules.md section 13 (note-seq's
// drums_encoder_decoder, encoder_decoder).

#include <memory>

#include "magenta/codec/codec.h"

namespace magenta {

/// Struck or not: input and label are one-hot of two. one_drum.
std::unique_ptr<EventCodec> MakeOneDrumCodec();

/// One-hot of the mask of nine types and six bits of the next position; labels are masks. drum_kit.
std::unique_ptr<EventCodec> MakeDrumKitCodec();

}  // namespace magenta
