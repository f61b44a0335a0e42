#pragma once
// What a request for music of several parts means (docs/cli.md, "Several parts"): the sheet under
// which it is drawn, and how the sheet lies in the piece of the request.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/generator.pb.h"
#include "magenta/kinds/kind.h"
#include "magenta/music/played/swing.h"
#include "magenta/music/score/sheet.h"
#include "magenta/music/tempo_map.h"
#include "magenta/request/generate_args.h"
#include "magenta/request/pitch_limits.h"
#include "magenta/request/section.h"

namespace magenta {

/// A part that a request adds to its piece.
struct AddedPart {
  int instrument = 0;  // of the result
  std::string name;    // "Alto"
  int program = 0;     // General MIDI, 0..127
};

struct PartsPlan {
  /// Of all parts but drums; its ticks are kTicksPerQuarter a quarter, through changes of tempo.
  Sheet sheet;
  /// All notes of each voice of the request, those that are drawn anew too; none sounds past the
  /// `until` of a range that it begins in.
  VoiceLines lines;
  /// Of each voice: the note that it is asked to end with, if there is one. It is given on the
  /// sheet, and new in the result.
  std::vector<std::optional<VoiceNote>> last_notes;
  /// Of each voice: where it goes on unheard, in company of what is drawn; in order of time.
  std::vector<std::vector<StepRange>> unheard;
  /// Of each voice: the instrument of the result that plays it.
  std::vector<int> instruments;
  /// Of each voice: what its part is called, "Alto" or "2".
  std::vector<std::string> names;
  std::vector<AddedPart> added;
  /// What is heard of the request's music. All of it stays, but
  NoteSequence input;
  /// these of its notes, by their places in it, ascending, which are drawn anew.
  std::vector<int> redrawn;
  /// Whether the music goes on after the input's end.
  bool continues = false;
  /// Quarter notes a minute of the sheet's time, and how it is made of seconds where tempos change
  /// or bar lines lie between ticks.
  double qpm = 120;
  std::optional<StraightTime> straight;
  /// The sheet has even eighths.
  Swing swing = {};
  /// The major key (0..11) that fits the given notes best.
  int key = 0;
  /// For the user: what is drawn, "Alto, new in bars 1 to 4; 2 in bar 3"; what was moved or
  /// dropped.
  std::string drawn;
  std::vector<std::string> notes;

  /// Where a part has no note in all of what is drawn of it, half a bar or more, when its voices
  /// play `lines`: "bars 3 to 4 of part Alto".
  std::vector<std::string> SilencesIn(const VoiceLines& lines) const;
  /// Seconds of the result, 0 or more.
  double SecondsAt(int64_t tick) const { return SecondsAt(tick, swing); }
  /// The same of music that swings otherwise.
  double SecondsAt(int64_t tick, const Swing& as) const;
};

/// Plans `request`, whose arguments are `args`, for a model of `kind` that plays the pitches
/// `playable`.
///
/// Sections after the music continue it (as bars, new_steps and num_steps do), those within it are
/// filled; of parts that they don't name all, or that of primer_part, are drawn; `add` alone needs
/// no section. A note that sounds into what is drawn stays whole, and the part is open from its
/// end; up to its next given note what is drawn may sound. Where some parts continue the others do
/// so unheard: beside silence nobody learned to play on. Half the notes of `vary`, which `seed`
/// chooses, are drawn anew, and in each part the first of a rectangle's does not come back. Given
/// notes outside `playable` are heard an octave or more nearer. With `ending` voices that are drawn
/// to the end get the chord of the tonic there (LastChord).
///
/// Errors (exit 2): bars outside the piece, parts that are not there or can't be added, more than
/// kMaxVoices, limits of pitch or `keep` that contradict what is given, nothing to draw; and those
/// of VoicesOf (exit 3).
absl::StatusOr<PartsPlan> PlanParts(const MusicKind& kind, const GenerateSequenceRequest& request,
                                    const GenerateArgs& args, const PitchSet& playable,
                                    uint32_t seed);

}  // namespace magenta
