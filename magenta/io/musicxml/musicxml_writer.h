#pragma once
// NoteSequences as MusicXML scores (docs/formats/musicxml.md, "Writing").

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/music.pb.h"

namespace magenta {

/// `sequence` as a partwise MusicXML 4.0 score: a part an instrument (drums unpitched, on channel
/// 10), voices where notes overlap, meters, keys, tempos, chord symbols, ties, triplets and
/// dynamics a note; times in seconds, repeats as they stand. ReadMusicXml gives the same notes
/// where they lie on 32nds or triplets of their beats; others move. `notes`, unless null, gets a
/// line for each thing that is moved or not written. Errors: as WriteAbc's.
absl::StatusOr<std::string> WriteMusicXml(const NoteSequence& sequence,
                                          std::vector<std::string>* notes = nullptr);

}  // namespace magenta
