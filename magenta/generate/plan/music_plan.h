#pragma once
// A request as a model takes it: what is heard and drawn as events, and what these mean as music.
// Of a line (a melody, drums, a lead sheet) a primer is continued or filled, of several parts a
// sheet is drawn; GenerationTask goes through either.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/codec/codec.h"
#include "magenta/generate/plan/ending.h"
#include "magenta/generate/plan/script.h"
#include "magenta/generator.pb.h"
#include "magenta/kinds/kind.h"
#include "magenta/request/generate_args.h"

namespace magenta {

/// Whom a request is planned for. Kind and codec outlive the plan.
struct PlannedModel {
  const MusicKind* kind = nullptr;
  const EventCodec* codec = nullptr;
  Grid grid;
  std::string id;
};

/// Immutable but for primer().
class MusicPlan {
 public:
  virtual ~MusicPlan() = default;

  /// What is heard before the first draw, then what is given and drawn.
  const Script& script() const { return script_; }
  /// What comes before the first draw: what limits of pitch and expectations go by, and add notes
  /// for the user to.
  Primer& primer() { return primer_; }
  const Primer& primer() const { return primer_; }
  /// How the music is to end, where that is asked: the script's last segment, drawn, is what leads
  /// there (BeamOptions::ending).
  const std::optional<EndingGoal>& ending() const { return ending_; }
  /// Whether it is drawn beside given music, or before some, so that futures are worth weighing.
  bool looks_ahead() const { return looks_ahead_; }
  /// What is left out of its draws (Sampling::pitch_min_p) where nobody says min_p.
  double pitch_min_p() const { return pitch_min_p_; }
  /// For the user: what was done to the input.
  std::vector<std::string> Notes() const;

  /// Seconds of the result, of a step of the grid as Primer::start_step counts them.
  virtual double SecondsAt(int64_t step) const = 0;
  /// The result; `events` are all of the script, those drawn in their places.
  virtual NoteSequence Music(const std::vector<Event>& events) const = 0;
  /// Where no note was drawn, for the user: "bars 3 to 4 of part Alto"; "" for all of it.
  virtual std::vector<std::string> Silences(const std::vector<Event>& events) const = 0;
  /// What is known of it after the first `events`: only its last note may still change; nullopt
  /// before its first new one, and where that can't be told.
  virtual std::optional<NoteSequence> SoFar(const std::vector<Event>& events) const = 0;

 protected:
  Script script_;
  Primer primer_;
  std::optional<EndingGoal> ending_;
  bool looks_ahead_ = false;
  double pitch_min_p_ = 0;
  std::vector<std::string> notes_;
};

/// The plan for `request`, whose arguments are `args`; the seed is among them. Errors (exit 2, 3)
/// name times, or bars.
absl::StatusOr<std::unique_ptr<MusicPlan>> PlanMusic(const PlannedModel& model,
                                                     const GenerateSequenceRequest& request,
                                                     const GenerateArgs& args);

/// The same for models of one line.
absl::StatusOr<std::unique_ptr<MusicPlan>> PlanLine(const PlannedModel& model,
                                                    const GenerateSequenceRequest& request,
                                                    const GenerateArgs& args);

/// The same for models of several parts (MusicKind::plays_parts).
absl::StatusOr<std::unique_ptr<MusicPlan>> PlanSeveralParts(const PlannedModel& model,
                                                            const GenerateSequenceRequest& request,
                                                            const GenerateArgs& args);

}  // namespace magenta
