#pragma once
// MusicXML scores (score-partwise, plain or zipped) as NoteSequences. What is read and what is left
// out: docs/formats/musicxml.md.

#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/io/score/warning.h"
#include "magenta/music.pb.h"

namespace magenta {

/// The most XML that is read, 64 MiB, zipped or not.
inline constexpr size_t kMaxMusicXmlBytes = size_t{64} << 20;

/// A score and what it held beside notes.
struct MusicXmlReading {
  /// Times in seconds, 120 quarters a minute where the score has no tempo; velocity 64;
  /// instrument and part = number of the part; chord symbols are text annotations; transposing
  /// parts at sounding pitch; repeats as sections (see UnrollSections). id, filename and
  /// collection_name are the caller's.
  NoteSequence sequence;
  std::vector<ScoreWarning> left_out;
};

/// Reads .xml, .musicxml or zipped .mxl, told apart by the bytes. Errors name the part and measure,
/// or the entry of the archive. At most kMaxMusicXmlBytes are inflated, whatever the archive says.
absl::StatusOr<MusicXmlReading> ReadMusicXml(std::string_view bytes);

}  // namespace magenta
