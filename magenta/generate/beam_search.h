#pragma once
// Beam search by sampling, as Magenta's event_sequence_rnn does it (PARITY section 5), for several
// outputs at once.

#include <cstdint>
#include <span>
#include <vector>

#include "magenta/base/random.h"
#include "magenta/generate/session.h"

namespace magenta {

struct BeamOptions {
  /// Events to add (>= 1, checked).
  int64_t num_steps = 0;
  /// 1: draws follow the model's probabilities; smaller: safer; 0: always the most probable.
  double temperature = 1.0;
  /// Sequences kept (>= 1, checked).
  int beam_size = 1;
  /// Continuations of each that are tried in an iteration (>= 1, checked).
  int branch_factor = 1;
  /// Events between two choices (>= 1, checked).
  int steps_per_iteration = 1;
};

struct BeamResult {
  /// The primer's events and the new ones.
  std::vector<Event> events;
  /// The logarithm of the probability of the primer's second and later events and of the labels
  /// drawn, under the temperature (under 1 where it is 0); float32 sums.
  float score = 0;
};

/// Continues `primed` (one row, stepped; checked) once for each of `sources`, which give the draws
/// of that output alone: result i does not depend on how many others there are.
///
/// beam_size copies start with score 0. The first iteration takes (n-1) mod steps_per_iteration + 1
/// steps, each other one steps_per_iteration. An iteration repeats the whole beam branch_factor
/// times (A B A B ...) and lets every entry sample alone, one draw a step, in order of entries.
/// Before every iteration but the first the beam_size best go on; at the end the best one is the
/// result. Ties go to the earlier entry. `primer_score` comes in with the first step.
std::vector<BeamResult> BeamSearch(const Session& primed, const BeamOptions& options,
                                   float primer_score, std::span<UniformSource* const> sources);

}  // namespace magenta
