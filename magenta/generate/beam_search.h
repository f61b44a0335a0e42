#pragma once
// Beam search by sampling, as Magenta's event_sequence_rnn does it (docs/rules.md section 5), for
// several outputs at once; and past segments that are given, to fill what lies between them.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "magenta/base/random.h"
#include "magenta/generate/event_mask.h"
#include "magenta/generate/plan/ending.h"
#include "magenta/generate/plan/script.h"
#include "magenta/generate/session.h"
#include "magenta/nn/sampling.h"

namespace magenta {

/// How sequences are continued; the defaults are plain sampling.
struct BeamOptions {
  /// Steps to add (>= 1, checked).
  int64_t num_steps = 0;
  Sampling sampling;
  /// Nothing: all events may be drawn. With a mask, drawn events are scored as given ones are: as
  /// probable as the model finds them where all may be drawn.
  std::optional<EventMask> mask;
  /// Nothing: the music stops where the steps end. Else the last segment, which must be one to draw
  /// (checked), is drawn kEndingFutures times from the best entry before it, plainly, each up to
  /// one of EndingGoal::onsets(); there the likeliest allowed tonic is given and held to the end
  /// (of other pitches the likeliest, where no tonic is allowed). One of them stays, each with the
  /// chance that is in proportion to how probable it made what was given: so music that ends so
  /// is as probable as the model finds it among such music. At temperature 0 the most probable.
  std::optional<EndingGoal> ending;
  /// Sequences kept (>= 1, checked).
  int beam_size = 1;
  /// Continuations of each that are tried in an iteration (>= 1, checked).
  int branch_factor = 1;
  /// Events between two choices (>= 1, checked).
  int steps_per_iteration = 1;
};

/// One continuation.
struct BeamResult {
  /// The primer's events and the new ones.
  std::vector<Event> events;
  /// The logarithm of the probability of the primer's second and later events and of the labels
  /// drawn and events given, as GivenScoreFilters and DrawnScoreFilters say; float32 sums.
  float score = 0;
};

/// Futures among which one is chosen by how well it leads to its ending.
inline constexpr int kEndingFutures = 128;
/// Events of a given segment after which candidates are judged by how probable they made them.
inline constexpr int64_t kRescoreEvents = 64;
/// Most events that are drawn for a step, where events may last no time.
inline constexpr int64_t kMostEventsPerStep = 64;

/// Beam search a network step at a time, so that a server can step many together:
///
///   while (!run.done()) { if (run.session().pending()) run.session().Step(); run.Advance(); }
///
/// Each segment to draw goes as BeamSearch() says. What follows it is heard by every candidate, and
/// after kRescoreEvents of it, or its end, those go on that found it most probable: beam_size of
/// them, one after the last segment to draw. The first given event of a segment goes through the
/// kind's Resume().
///
/// What is given beneath a drawn segment (Segment::beneath) each entry hears on its own steps,
/// before it draws there, in its score; the draws are counted without it. In rounds (round_events)
/// a beam draws its events to the end, whatever steps they last, and the best entry goes on, into
/// another round where steps are left; there is one source then (checked).
class BeamRun {
 public:
  /// `primed`: one row, stepped (checked). `segments`: at least one, none empty (checked);
  /// options.num_steps is ignored. `sources` must outlive the run.
  BeamRun(const Session& primed, const BeamOptions& options, float primer_score,
          std::vector<UniformSource*> sources, std::vector<Segment> segments);
  BeamRun(BeamRun&&) noexcept;
  BeamRun& operator=(BeamRun&&) noexcept;
  ~BeamRun();

  /// Whether every segment has been drawn or heard, and the best entries are chosen.
  bool done() const;
  /// Whether the next event of the first entry, in a segment that is drawn, is given beneath it.
  bool gives_next() const;
  /// Its pending() step must be taken before Advance().
  Session& session();
  /// Takes what the last step said: draws, or hears what is given. Not when done().
  void Advance();
  /// Steps that every entry of a beam has beyond the primer.
  int64_t steps_done() const;
  /// What each source's best entry is; its score is final when done().
  std::vector<BeamResult> Results() const;

 private:
  class Beams;
  std::unique_ptr<Beams> beams_;
};

/// Continues `primed` (one row, stepped; checked) once for each of `sources`, which give the draws
/// of that output alone: result i does not depend on how many others there are.
///
/// An entry that has come to the end of a segment waits for the others; an event that would last
/// beyond it is cut (MusicKind::CutTo). Where events last no time, at most kMostEventsPerStep are
/// drawn for each step; what is then left of the segment is the codec's default event, given.
///
/// beam_size copies start with score 0. The first iteration takes (n-1) mod steps_per_iteration + 1
/// steps, each other one steps_per_iteration. An iteration repeats the whole beam branch_factor
/// times (A B A B ...; an entry that waits for the others stays one) and lets every entry sample
/// alone, one draw a step, in order of entries.
/// Before every iteration but the first the beam_size best go on; at the end the best one is the
/// result. Ties go to the earlier entry. `primer_score` comes in with the first step.
std::vector<BeamResult> BeamSearch(const Session& primed, const BeamOptions& options,
                                   float primer_score, std::span<UniformSource* const> sources);

}  // namespace magenta
