#pragma once
// What sounds on each step, of 88 keys, as a kind of events (music/polyphony/pianoroll.h).
// Source of the rules: docs/rules.md section 17.

#include <memory>

#include "magenta/kinds/kind.h"

namespace magenta {

/// The kind of piano rolls.
///
/// ReadPrimer hears the notes of all instruments together but drums, from the first step (of an
/// input section: its first one) up to generate_start_step, silent steps too; what a piano has no
/// key for and notes without velocity are not heard. Where nothing comes before the section it is
/// the start alone.
///
/// With reference_windows every note is heard, drums too, unless they are of several programs,
/// which are heard as no music at all; and what follows is said in the reference's order
/// (codec/pianoroll_codec.h). Errors: the section starts too early or too late (exit 2).
std::shared_ptr<const MusicKind> MakePianorollKind();

}  // namespace magenta
