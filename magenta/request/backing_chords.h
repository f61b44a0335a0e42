#pragma once
// Chords to play over that are said beside the music: "C G Am F", each so many steps long.

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "magenta/generator.pb.h"
#include "magenta/music/grid.h"

namespace magenta {

/// More chords than any piece has, in one section to generate.
inline constexpr int kMaxBackingChords = 1 << 16;

struct BackingChords {
  /// Chord symbols; none: there are no backing chords.
  std::vector<std::string> symbols;
  /// Steps of the model's grid that each of them lasts; 0: a bar of the meter that there is where
  /// they begin.
  int steps_per_chord = 0;
  /// Whether the first one stands where the new music begins, instead of at 0 s; nullopt: where the
  /// input is a piece that was read from a file, as IsPieceOfFile tells it.
  std::optional<bool> from_new;

  bool given() const { return !symbols.empty(); }
  /// Steps that they last, once through, where steps_per_chord is said.
  int64_t steps() const { return static_cast<int64_t>(symbols.size()) * steps_per_chord; }
  bool operator==(const BackingChords&) const = default;
};

bool IsChordSymbol(const NoteSequence::TextAnnotation& text);

/// The symbols of `text`, by blanks, commas or bar lines.
std::vector<std::string> SplitChords(const std::string& text);

/// `chords`, which begin at `seconds` of `music`, with a bar there for steps_per_chord where it is
/// 0.
BackingChords WithSteps(BackingChords chords, const NoteSequence& music, double seconds, Grid grid);

/// Whether `music` says that it was read from MIDI, ABC or MusicXML.
bool IsPieceOfFile(const NoteSequence& music);

/// Puts the chords into the input of `request`, instead of its own there, up to the end of its last
/// section to generate: from 0 s, or from the first section on. They repeat where they are shorter;
/// that is told in `notes`. Sections that are none are left for others to tell. Error (exit 2):
/// more than kMaxBackingChords would stand there.
absl::Status AddBackingChords(const BackingChords& chords, bool from_new, Grid grid,
                              GenerateSequenceRequest& request, std::vector<std::string>& notes);

}  // namespace magenta
