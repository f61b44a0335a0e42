#pragma once
// How far stored tunes are to be trusted (stored_tunes.h).

#include <span>
#include <vector>

#include "bench/yardsticks/stored_tunes.h"

namespace magenta::yardsticks {

/// A decision that was made.
struct Decided {
  /// As Recall::kind.
  int kind = 0;
  /// What the network gave it.
  double probability = 0;
  /// The traits of the places that were found, and whether each says the same.
  std::vector<std::array<double, kTraits>> places;
  std::vector<bool> right;
};

/// The weights under which `decisions` are likeliest, from kRecallWeights on.
RecallWeights FitRecall(std::span<const Decided> decisions);

}  // namespace magenta::yardsticks
