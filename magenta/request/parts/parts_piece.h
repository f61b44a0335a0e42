#pragma once
// The piece around what is drawn of several parts.

#include <map>
#include <utility>
#include <vector>

#include "magenta/music.pb.h"
#include "magenta/request/parts/parts_plan.h"

namespace magenta {

/// The input as it was - notes, tempos, meters, names, controllers, to the bit -, without the notes
/// that are drawn anew, and with names for new parts. Where it goes on, the meter of a short last
/// bar is left out: the music fills that bar.
class PartsPiece {
 public:
  /// Looks at `plan`, which outlives it.
  explicit PartsPiece(const PartsPlan& plan);

  /// The piece, and after its own notes those of `lines`, voices of the plan's sheet, that begin
  /// where these are open, and the notes they end with; each as loud as its part is on the average,
  /// or else all parts. They begin and end where ticks lie through the tempos, unless a given note
  /// of their part sounds at the same pitch a little longer, or a little before.
  NoteSequence With(const VoiceLines& lines) const;

 private:
  void DropShortLastBar();
  void NameNewParts();
  void FindModels();
  bool LeaveGivenKeys(NoteSequence::Note& added) const;

  const PartsPlan* plan_;
  NoteSequence kept_;
  /// By instrument and pitch: when given notes begin and end, in seconds.
  std::map<std::pair<int, int>, std::vector<std::pair<double, double>>> given_keys_;
  std::map<int, NoteSequence::Note> models_;  // by instrument: of new notes program, velocity, ...
};

}  // namespace magenta
