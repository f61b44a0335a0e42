#pragma once
// A NoteSequence as a picture: time to the right, pitch upwards, bars numbered, chord symbols
// above. Drums are a drum map, a named row each, below the keys of other instruments.

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "magenta/music.pb.h"

namespace magenta {

/// The files that pictures are written as.
enum class PictureFormat { kSvg, kPng };

/// How the picture is to look.
struct PianoRollOptions {
  /// Large, above the roll; none when empty.
  std::string title;
  /// Notes that begin before this many seconds are drawn as the primer's, the others as generated.
  /// 0: there is no primer, and each instrument has a colour of its own.
  double primer_end = 0;
  /// Pixels (points in SVG).
  int width = 1600;
};

/// Draws `sequence` into bytes of `format`. Eight bars of 4/4 stand in a row; longer pieces wrap
/// into rows, very long ones have more bars in each. Errors (exit 3): a time that is negative or no
/// number, more bars than a picture can hold.
absl::StatusOr<std::string> DrawPianoRoll(const NoteSequence& sequence,
                                          const PianoRollOptions& options, PictureFormat format);

/// DrawPianoRoll into a file that appears only when it is whole.
absl::Status RenderPianoRoll(const NoteSequence& sequence, const PianoRollOptions& options,
                             PictureFormat format, const std::string& path);

}  // namespace magenta
