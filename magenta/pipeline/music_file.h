#pragma once
// One file of music, of any format that is read, as named NoteSequences.

#include <string>
#include <vector>

#include "magenta/base/utf8.h"
#include "magenta/music.pb.h"
#include "magenta/pipeline/report.h"

namespace magenta {

/// Where a file stands and what it is called in the sequences.
struct MusicFileName {
  std::string path;        // to open it
  std::string filename;    // path below the input folder
  std::string collection;  // last part of the input folder's path
};

/// What a file gave, and what a report says about it. outcome.outputs is sequences.size().
struct MusicFileReading {
  std::vector<NoteSequence> sequences;
  FileOutcome outcome;
};

/// Largest file that is read, in bytes.
inline constexpr uint64_t kMaxMusicFileBytes = uint64_t{256} << 20;

/// Reads the file by the end of its name (MusicFileKindOf). Never fails: what can't be read has no
/// sequence and a reason of unreadable, empty_file, unknown_extension, broken_midi, broken_abc,
/// broken_musicxml. Ids, file and collection names are the reference's (PARITY sections 1 and 12):
/// `/id/midi/<collection>/<hex sha1 of filename>`; a book's tunes hash "<filename>_<X>", a second
/// tune of the same X "<filename>_<X>_2". Bytes of names that are no UTF-8 become U+FFFD.
/// `memory`: ReadMidi's.
MusicFileReading ReadMusicFile(const MusicFileName& name, NoteSequence memory = {});

/// The last part of `folder`, slashes at its end aside (the reference gives none there).
std::string CollectionNameOf(const std::string& folder);

}  // namespace magenta
