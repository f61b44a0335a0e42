#pragma once
// Chord symbols as notes that sound. Source of the rule: docs/rules.md section 14 (note-seq's
// BasicChordRenderer).

#include "magenta/music.pb.h"

namespace magenta {

/// Adds the chords of `sequence`, each until the next one or total_time: its pitch classes in
/// 48..59, its bass in 36..47, soft (velocity 50), on a pad (program 88), by an instrument of their
/// own. Symbols that can't be read, and those at total_time or after it, are passed over.
void RenderChords(NoteSequence& sequence);

}  // namespace magenta
