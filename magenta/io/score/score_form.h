#pragma once
// The form of a score: which stretch is played after which, from its repeat signs.
//
// A score is cut into sections at every repeat sign, double bar, ending and part mark. Groups of
// sections say the order of play. A repeat without a start goes back to the last section boundary,
// endings ("voltas") are played in the pass that they name, parts in the order that the header
// asks.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "magenta/music.pb.h"

namespace magenta {

/// A sign in the score that cuts it or says what to play next.
struct FormMark {
  enum Kind { kBar, kDoubleBar, kRepeatStart, kRepeatEnd, kEnding, kPart };
  Kind kind = kBar;
  /// Units since the start of the score (score_time.h).
  int64_t position = 0;
  /// kRepeatStart, kRepeatEnd: how often the stretch is played in all (2 for a plain repeat).
  int times = 2;
  /// kEnding: the passes that play it, from 1.
  std::vector<int> passes = {};
  /// kPart: its name.
  std::string label = {};
};

/// Sections [starts[i], starts[i + 1]), and the order in which they are played.
struct ScoreForm {
  /// Sections played one behind the other, and that so often.
  struct Group {
    std::vector<int> sections;
    int times = 1;
  };
  /// In score units, ascending; the first is 0.
  std::vector<int64_t> starts;
  std::vector<Group> groups;
  /// Signs that were understood only with a guess.
  std::vector<std::string> warnings;
};

/// The form that `marks` (positions ascending) give a score that ends at `end`. Empty when there
/// is no mark but bars. `part_order` (one letter a part) orders the parts; empty: as written. At
/// most 100,000 groups come out; an order that asks for more is ignored, with a warning.
ScoreForm BuildScoreForm(const std::vector<FormMark>& marks, int64_t end,
                         std::string_view part_order = "");

}  // namespace magenta
