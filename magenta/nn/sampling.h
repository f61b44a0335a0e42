#pragma once
// How events are drawn from what a network says: temperatures, and which classes may be drawn.

#include <memory>
#include <optional>
#include <vector>

#include "magenta/nn/sampler.h"

namespace magenta {

/// The defaults follow the model's probabilities. Applied in the order of the fields, each to what
/// the ones before left.
///
/// All work on classes. Where a codec has several for one event ("D" and "as one bar ago"), each
/// counts by itself; pitches are the classes that would begin a note were they drawn now.
struct Sampling {
  /// Below 1 safer, above 1 wilder, 0: always the most probable class.
  double temperature = 1.0;
  /// The temperature of the choice among pitches alone: that there is a note, that there is none
  /// and that one ends keep the probabilities that they have at `temperature`. 0: the most probable
  /// pitch. nullopt: `temperature`.
  std::optional<double> pitch_temperature;
  /// Only the k most probable classes are drawn; 0: all.
  int top_k = 0;
  /// Only the most probable classes, as few as have this probability together; 1: all.
  double top_p = 1.0;
  /// Only classes of this part of the most probable one's probability and more; 0: all.
  double min_p = 0.0;
  /// Only pitches of this part of the most probable one's probability and more, which have together
  /// what all pitches had; 0: all. (For models of pitches, as pitch_temperature.)
  double pitch_min_p = 0.0;
  /// Whether what the piece has played says what may come next, too (motifs/motif_memory.h): first
  /// of all, in the probabilities that all else works on. For models of one head.
  bool adapt = false;

  bool operator==(const Sampling&) const = default;
};

using FilterChain = std::vector<std::unique_ptr<LogitFilter>>;

/// What a draw goes through.
FilterChain DrawFilters(const Sampling& sampling);
/// What a drawn class is scored by: DrawFilters(), so that its probability is the one with which it
/// was drawn; but where a temperature is 0, which leaves nothing to chance, as at 1 and with all
/// classes allowed.
FilterChain DrawnScoreFilters(const Sampling& sampling);
/// What a given event (a primer's, or one after a section that is filled) is scored by: the
/// temperatures alone (1 where they are 0), since it need not be one that would be drawn.
FilterChain GivenScoreFilters(const Sampling& sampling);

}  // namespace magenta
