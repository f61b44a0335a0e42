#pragma once
// A NoteSequence as sound: FluidSynth plays it into a file.

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "magenta/music.pb.h"

namespace magenta {

/// How a sequence is to sound.
struct SoundOptions {
  /// Path of an .sf2 or .sf3 file; see FindSoundFont.
  std::string sound_font;
  /// Frames a second.
  int sample_rate = 44100;
  /// What is played on after the last note's end, for releases and reverberation.
  double tail_seconds = 2.0;
  /// Loudest sample in decibels below full scale. The whole piece is scaled to it, so a soft melody
  /// and an orchestra are equally easy to hear and nothing clips.
  double peak_dbfs = -4.5;
  /// Called now and then with the share that is done, in 0..1; false stops the work (exit 130).
  std::function<bool(double)> progress;
};

/// What was written.
struct SoundReport {
  /// Stereo frames.
  int64_t frames = 0;
  double seconds = 0;
  /// Of the samples written; -infinity for silence.
  double peak_dbfs = 0;
};

/// Longest piece that is rendered, tail left out (a WAV file ends at 4 GiB, 6.7 hours).
inline constexpr double kMaxSoundSeconds = 4 * 3600.0;

/// The sound font to use: `requested` when not empty, else $MAGENTA_SOUNDFONT, else the first of
/// FluidR3_GM.sf2, TimGM6mb.sf2 and default.sf2 under /usr/share/sounds/sf2, /usr/share/soundfonts
/// and /usr/local/share. Errors: a named one is missing (exit 3); none at all (exit 5, naming the
/// Debian package).
absl::StatusOr<std::string> FindSoundFont(const std::string& requested);

/// Plays `sequence` (times in seconds, sections not unrolled) into `path`: stereo, signed 16 bit,
/// as FLAC or Ogg Vorbis where its name ends so (SoundFormatOfName), else RIFF WAVE. The same input
/// gives the same bytes on one machine. Memory does not grow with the length. Errors: longer than
/// kMaxSoundSeconds or a field out of MIDI's range (exit 3), sound font not readable (exit 3),
/// `path` not writable (exit 5).
absl::StatusOr<SoundReport> RenderSound(const NoteSequence& sequence, const SoundOptions& options,
                                        const std::string& path);

}  // namespace magenta
