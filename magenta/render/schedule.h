#pragma once
// The notes and controllers of a sequence as messages to a synthesizer, by audio frame.

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/music.pb.h"

namespace magenta {

/// One message. Messages of one frame are in the order of Kind: what ends a note comes before what
/// begins one, and a program stands before the notes that use it.
struct SoundEvent {
  /// In the order in which those of one frame are sent.
  enum class Kind { kNoteOff, kProgram, kControl, kBend, kNoteOn };
  /// Audio frames from the start.
  int64_t frame = 0;
  Kind kind = Kind::kNoteOff;
  int channel = 0;
  /// Pitch, program or controller number; for kBend 0..16383 with 8192 in the middle.
  int number = 0;
  /// Velocity or controller value.
  int value = 0;
  bool operator==(const SoundEvent&) const = default;
};

/// A sequence laid out on synthesizer channels. A channel is one (instrument, program, drums) of
/// the sequence, so that no two sounds share controllers; past 256 they are shared.
struct SoundSchedule {
  std::vector<SoundEvent> events;
  /// True for channels that play drums.
  std::vector<bool> drums;
  /// End of the last note.
  int64_t frames = 0;
};

/// Channels that FluidSynth gives at most.
inline constexpr int kMaxSoundChannels = 256;

/// Lays out `sequence` at `sample_rate` frames a second. A note lasts at least one frame; a pitch
/// that is struck again while it sounds is ended by its last note alone. Errors (exit 3): a pitch,
/// velocity, program or controller that is not MIDI's, a negative or endless time, over
/// kMaxSoundSeconds; the message names the field and its index.
absl::StatusOr<SoundSchedule> ScheduleSound(const NoteSequence& sequence, int sample_rate);

}  // namespace magenta
