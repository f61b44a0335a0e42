#pragma once
// MusicXML scores (score-partwise, plain or zipped) as NoteSequences. What is read and what is left
// out: docs/formats/musicxml.md.

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/io/score/warning.h"
#include "magenta/music.pb.h"
#include "magenta/music/piece_limits.h"

namespace magenta {

/// A score and what it held beside notes.
struct MusicXmlReading {
  /// Times in seconds, 120 quarters a minute where the score has no tempo; velocity 64 where a note
  /// has no dynamics; part = number of the part from 0, instrument = its MIDI channel as written
  /// (the part's number without one; no two parts share it); chord symbols are text annotations;
  /// pitches as they sound; repeats and jumps as sections (see UnrollSections). id, filename and
  /// collection_name are the caller's. Names are UTF-8.
  NoteSequence sequence;
  std::vector<ScoreWarning> left_out;
  /// Of the work and of the movement, joined by "; ". Not in the sequence, where the reference has
  /// none.
  std::string title = {};
};

/// Reads .xml, .musicxml or zipped .mxl, told apart by the bytes. Errors name the place in the text
/// or the entry of the archive, or the limit of a piece (piece_limits.h) that the score goes past.
absl::StatusOr<MusicXmlReading> ReadMusicXml(std::string_view bytes,
                                             const PieceLimits& limits = kPieceLimits);

}  // namespace magenta
