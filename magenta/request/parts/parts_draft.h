#pragma once
// A plan for several parts in the making: what PlanParts knows between its stages, and these, a
// file each, in the order in which they run. Each goes by what those before it found.

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "magenta/music/parts.h"
#include "magenta/music/quantize.h"
#include "magenta/request/parts/added_parts.h"
#include "magenta/request/parts/parts_plan.h"
#include "magenta/request/section.h"

namespace magenta {

inline const Grid kTickGrid = Grid::PerQuarter(kTicksPerQuarter);

/// A part of the result, and where it is drawn.
struct PlannedPart {
  Part part;  // of the input; of a new one number 0
  PartRole role = PartRole::kSoprano;
  bool is_new = false;
  std::vector<int> voices;  // of the sheet
  /// All that begins there goes, ...
  std::vector<StepRange> drawn;
  /// ... and what begins on these ticks, up to the end of their bars, ...
  std::map<int64_t, int64_t> varied;
  /// ... of which on these the highest note does not come back.
  std::set<int64_t> refused;

  /// Whether `tick` lies in what is drawn.
  bool IsDrawn(int64_t tick) const { return Holds(drawn, tick); }
};

struct PartsDraft {
  const GenerateArgs& args;
  const PitchSet& playable;
  GeneratorOptions options = {};
  std::vector<Part> parts_there = {};
  std::optional<Part> primer_part = {};
  NoteSequence quantized = {};          // as it is heard
  std::vector<int> heard_in = {};       // of each note of the input, that of `quantized`
  std::vector<PlannedPart> parts = {};  // as their voices stand in the sheet
  std::set<int> placed = {};            // new parts that an area within the music names
  int64_t notes_end = 0;                // of what is heard
  int64_t music_end = 0;                // of its last bar, as it is written; 0 without notes
  int64_t drawn_end = 0;                // nothing is open after it
  PartsPlan plan = {};

  /// Of seconds of the request, 0 or more.
  int64_t TickAt(double seconds) const;
  /// Ticks before the music, so that bar lines stand on ticks.
  double Lead() const;
};

/// given_piece.cc: what of the request is heard, the sections, the sheet of what is given. Errors:
/// sections or tempos that are none, primer_part, those of VoicesOf.
absl::Status ReadGivenPiece(const MusicKind& kind, const GenerateSequenceRequest& request,
                            PartsDraft& draft);
/// new_parts.cc: voices without notes, among the others from high to low. Errors: roles, too many.
absl::Status AddNewParts(PartsDraft& draft);
/// drawn_areas.cc: how long the sheet is, and where each part is drawn; `seed` says what varies.
/// Errors: too long, bars and parts that are not there.
absl::Status FindDrawnAreas(uint32_t seed, PartsDraft& draft);
/// open_voices.cc: the areas open voices, and what begins there is taken away. Errors: nothing is
/// left to draw, or nothing that `keep` keeps.
absl::Status OpenVoices(PartsDraft& draft);
/// given_pitches.cc: what is given lies where the model plays. Error: limits that contradict it.
absl::Status FitGivenPitches(PartsDraft& draft);
/// asked_ending.cc: the notes with which the music ends stand on the sheet, so that it leads there.
void GiveLastChord(PartsDraft& draft);

/// The mean of what `voice` is given, or where one of its role lies.
double MeanPitch(const SheetVoice& voice);
/// The error (exit 2) of music of `ticks`.
absl::Status MusicTooLong(int64_t ticks);

}  // namespace magenta
