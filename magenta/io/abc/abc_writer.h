#pragma once
// NoteSequences as ABC tunes (docs/formats/abc.md, "Writing").

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/music.pb.h"

namespace magenta {

/// `sequence` as a tune of its own, in UTF-8: a voice an instrument, meters, keys, tempos, chord
/// symbols, ties and triplets; times in seconds, repeats as they stand. ReadAbc gives the same
/// notes, but for velocity, where they lie on 32nds or triplets of their beats; others move.
/// `notes`, unless null, gets a line for each thing that is moved or not written. Errors: neither
/// note nor chord symbol (exit 4); a note that is not MIDI's or at no time, too many measures (exit
/// 3).
absl::StatusOr<std::string> WriteAbc(const NoteSequence& sequence,
                                     std::vector<std::string>* notes = nullptr);

}  // namespace magenta
