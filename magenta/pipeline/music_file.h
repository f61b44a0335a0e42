#pragma once
// One file of music, of any format that is read, as named NoteSequences.

#include <string>
#include <string_view>
#include <vector>

#include "magenta/music.pb.h"
#include "magenta/pipeline/piece_in_work.h"
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
  /// Of each where its bars end, in quarters: what WithShortBars takes (of ABC, whose sequences, as
  /// the reference makes them, know no pickup). None: its meters say all.
  std::vector<std::vector<double>> bar_lines;
  FileOutcome outcome;
  /// Counts what the sequences take as long as they are worked on.
  PieceInWork in_work;
};

/// Reads the file by the end of its name (MusicFormatOfName). Never fails: what can't be read has
/// no sequence and a reason of unreadable, empty_file, unknown_extension, over_limit (of a piece),
/// broken_midi, broken_abc, broken_musicxml. Ids, file and collection names are the reference's
/// (docs/rules.md sections 1 and 12):
/// `/id/midi/<collection>/<hex sha1 of filename>`; a book's tunes hash "<filename>_<X>", a second
/// tune of the same X "<filename>_<X>_2". Names that are no UTF-8 become so as all texts do
/// (ToUtf8). `memory`: ReadMidi's.
MusicFileReading ReadMusicFile(const MusicFileName& name, NoteSequence memory = {});

/// The same of a file's bytes, wherever they lie; `name.path` is not looked at.
MusicFileReading ReadMusicFileBytes(const MusicFileName& name, std::string_view bytes,
                                    NoteSequence memory = {});

/// The last part of `folder`, slashes at its end aside (the reference gives none there).
std::string CollectionNameOf(const std::string& folder);

}  // namespace magenta
