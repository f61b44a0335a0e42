#pragma once
// The primer of a command line, and the request that asks a model to go on from it.

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/generator.pb.h"
#include "magenta/kinds/kind.h"
#include "magenta/models/model_spec.h"
#include "magenta/music/parts.h"
#include "magenta/request/continuation.h"

namespace magenta::cli {

/// What the user said about the primer. What is typed goes before midi.
struct PrimerFlags {
  std::string midi = {};  // a file
  std::optional<double> qpm = {};
  std::string part = {};  // of the file: number or name; of several pieces: number (X:) or title
  /// By the kinds' flags (PrimerTyping::flag); "": not given.
  std::map<std::string, std::string, std::less<>> typed = {};
};

/// How primers are typed for the models that are known, and the first of these for each flag.
std::vector<std::pair<PrimerTyping, const ModelSpec*>> PrimerTypings();

/// The primer as a NoteSequence.
struct PrimerMusic {
  NoteSequence sequence;
  /// The part that was chosen by name or number.
  std::optional<Part> part;
  /// Whether it is a piece with bars, from a file or typed as one, rather than typed steps.
  bool is_piece = false;
  /// Whether none was given and it is the kind's default, which counts in --bars and --new_steps.
  bool is_default = false;
  /// Seconds at which it ends, trailing rests of a melody counted.
  double end = 0;
  /// Steps up to there, at the model's steps per quarter.
  double steps = 0;
  /// Quarter notes a minute at its end.
  double qpm = 120;
  /// For the user, on stderr.
  std::vector<std::string> notes;
};

/// Reads the primer for a model of `kind` on `grid`; the kind's default when none is given. Errors:
/// a typed primer of another kind, what that kind can't read, no note at all, a part or piece that
/// is not there, or a file of several and none chosen (exit 2, listing what there is); a file that
/// is missing, no music, or without notes to go on from (exit 3).
absl::StatusOr<PrimerMusic> ReadPrimerFlags(const PrimerFlags& flags, const MusicKind& kind,
                                            Grid grid);

/// The key that --primer_key names (key.h), if it says one. Error (exit 2): it is no key.
absl::StatusOr<std::optional<int>> ParsePrimerKeyFlag(const std::string& text);

/// Asks for what comes after the primer. Error (exit 2): no step is left.
absl::StatusOr<GenerateSequenceRequest> MakeRequest(const PrimerMusic& primer,
                                                    const ContinuationOptions& options);

}  // namespace magenta::cli
