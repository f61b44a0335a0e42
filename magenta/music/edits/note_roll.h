#pragma once
// A sequence as matrices, a row a frame of time and a column a pitch, as models of transcription
// learn from them. Source of the rules: note-seq's sequence_to_pianoroll.

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/music.pb.h"

namespace magenta {

/// How onsets are marked.
enum class OnsetMode {
  kWindow,  // onset_window frames before and after
  kLength,  // onset_length seconds
};

struct NoteRollOptions {
  /// More than 0.
  double frames_per_second = 0;
  /// The pitches of the columns; notes outside are left out.
  int min_pitch = 0;
  int max_pitch = 127;
  /// What a velocity of 1.0 stands for; a louder note is an error.
  int max_velocity = 127;
  /// The frame before each onset is silent.
  bool blank_frame_before_onset = false;
  /// The weight of onsets; after them it falls as upweight / frame.
  double onset_upweight = 5.0;
  OnsetMode onset_mode = OnsetMode::kWindow;
  int onset_window = 1;        // frames
  double onset_length_ms = 0;  // milliseconds
  double offset_length_ms = 0;
  double onset_delay_ms = 0;  // later, or earlier below 0
  /// A note has a frame that it fills by this part at least, 0..1.
  double min_frame_occupancy = 0;
  /// Whether a note sounds in the frames of its onset.
  bool onset_overlap = true;
};

/// Row by row, frames x pitches each but for the last.
struct NoteRoll {
  int64_t frames = 0;
  int pitches = 0;
  std::vector<float> active;             // 1 where a note sounds
  std::vector<float> weights;            // of the loss; 1 where nothing is special
  std::vector<float> onsets;             // 1
  std::vector<float> onset_velocities;   // 0..1
  std::vector<float> active_velocities;  // 0..1
  std::vector<float> offsets;            // 1
  std::vector<int32_t> control_changes;  // frames x 128: value + 1, 0 where there is none
};

/// A matrix has at most this many cells.
inline constexpr int64_t kMaxNoteRollCells = int64_t{1} << 27;

/// Errors (kInvalidArgument): options that mean nothing, a velocity over the largest, a controller
/// outside 0..127; too many cells (kResourceExhausted). Frames before the first one are left out.
absl::StatusOr<NoteRoll> ToNoteRoll(const NoteSequence& sequence, const NoteRollOptions& options);

}  // namespace magenta
