#pragma once
// The parts of a piece as a user chooses among them: by number, as listed, or by name.

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/music.pb.h"

namespace magenta {

/// All notes of one instrument number.
struct Part {
  /// From 1, in order of instruments: what a list shows.
  int number = 1;
  /// Of the NoteSequence.
  int instrument = 0;
  /// From instrument_infos, else part_infos; "" where neither names it.
  std::string name;
  /// General MIDI program of its last note, 0..127.
  int program = 0;
  bool is_drum = false;
  int notes = 0;
};

/// The parts of `sequence` that have notes, by instrument.
std::vector<Part> PartsOf(const NoteSequence& sequence);

/// Gives instruments the names of their parts, where they have none: MIDI's tracks and pictures
/// have instruments' names alone, a score's are those of parts.
void NameInstruments(NoteSequence& sequence);

/// "1 (Flute)", "2", "3 (Kit, drums)".
std::string PartText(const Part& part);
/// The same of all, by commas; a few of many.
std::string PartList(const std::vector<Part>& parts);

/// The part that `wanted` means: a number from 1, a name, or what only one name holds, in any case
/// of letters. Errors (exit 2) list what there is: no such part, several of that name, drums, which
/// hold no melody. `flag` is what the choice is called in them.
absl::StatusOr<Part> FindPart(const std::vector<Part>& parts, std::string_view wanted,
                              std::string_view flag);

/// `sequence` with the notes of `instrument` alone.
NoteSequence OnlyInstrument(NoteSequence sequence, int instrument);

/// An instrument number above all that `sequence` has.
int FreeInstrument(const NoteSequence& sequence);

/// Whether a part's name says that it has the tune: melody, vocal, voice, lead, soprano, ...
bool IsNamedMelody(std::string_view name);

}  // namespace magenta
