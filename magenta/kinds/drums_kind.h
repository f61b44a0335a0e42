#pragma once
// Drums as a kind of events: which types are struck on each step (music/drums/drum_types.h).
// Source of the rules: docs/rules.md section 13.

#include <memory>

#include "magenta/kinds/kind.h"
#include "magenta/music/drums/drum_types.h"

namespace magenta {

/// The kind of drum tracks that tell `types` apart; these must live as long as it does.
///
/// ReadPrimer hears the drums of all instruments together up to generate_start_step, silent steps
/// at the end too. Where there are none every note is taken for a drum, as the reference takes
/// them; beside drums other instruments are not heard, and that is said. An input without notes
/// gives one empty event on the step before generate_start_step, at -1 for a section that starts at
/// 0. Render plays the primer's drums with the pitches that were struck, new ones with their types'
/// own.
///
/// With reference_windows every note is a drum, and the event of an empty primer stands at step 0
/// at least. Errors: bars that are no whole number of steps (exit 3), the section starts too early
/// or too late (exit 2).
std::shared_ptr<const MusicKind> MakeDrumsKind(const DrumTypes& types);

}  // namespace magenta
