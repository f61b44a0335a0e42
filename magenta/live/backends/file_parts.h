#pragma once
// Who plays in a MIDI file: its parts, and channels that tell them apart.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "magenta/io/midi/smf_parser.h"

namespace magenta {

/// The notes of one channel of one track.
struct FilePart {
  size_t track = 0;
  /// 0..15: as the file has it, and as it is played.
  uint8_t file_channel = 0;
  uint8_t channel = 0;
  /// Latin-1 or UTF-8, as it stands; "" where the track has none.
  std::string name;
  /// Note-ons, and the mean of their MIDI pitches.
  int64_t notes = 0;
  double mean_pitch = 0;
};

/// Channel 10 of General MIDI.
inline constexpr uint8_t kDrumsOfMidi = 9;

/// The parts of `file`, by track and channel. With `apart` two tracks that share a channel (tune
/// and chords, often) are played on two, as long as there are channels; one is left free.
std::vector<FilePart> PartsOf(const SmfFile& file, bool apart);

/// Of `parts`, the one that is heard as the tune: of those that are no drums and have a quarter of
/// the notes of the busiest, the highest. Null: there is none.
const FilePart* TuneOf(const std::vector<FilePart>& parts);

}  // namespace magenta
