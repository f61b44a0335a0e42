#pragma once
// Any number of notes at a time as a kind of events (music/polyphony).
// Source of the rules: docs/rules.md section 15.

#include <memory>

#include "magenta/kinds/kind.h"

namespace magenta {

/// The kind of polyphonic tracks.
///
/// ReadPrimer hears the notes of all instruments together but drums, from the first step (of an
/// input section: its first one) up to generate_start_step, silent steps too; notes without
/// velocity are not heard. Where condition_on_primer is false its events are the start alone, which
/// stands right before the section; with inject_primer, beneath the section go the primer's steps.
///
/// With reference_windows every note is heard, drums too, unless they are of several programs,
/// which are heard as no music at all; and inject_primer gives the primer again after it was heard.
/// Errors: the section starts too early or too late, or the primer has too many events (exit 2).
std::shared_ptr<const MusicKind> MakePolyphonyKind();

}  // namespace magenta
