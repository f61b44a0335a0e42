#pragma once
// The order of play of an engraved score: repeats, endings, D.C., D.S., codas and fine.
//
// The score is cut at every sign, and played from sign to sign as a musician does: a repeat goes
// back to its opening sign (or to where the repeat before it ended, or to the start), endings are
// played in the passes that they name, a jump is made once, after the repeats at its place. After a
// jump repeats are not played again, endings are the last ones, and what the jump asks for ("al
// Coda", "al Fine"; both where it says nothing) comes into force. ABC's form, whose signs say less
// and are guessed more, is score_form.h's.

#include <cstdint>
#include <string>
#include <vector>

#include "magenta/io/score/score_form.h"

namespace magenta {

/// A sign that says what to play next.
struct PlaySign {
  // In the order in which signs of one place are read.
  enum Kind {
    kFine,
    kToCoda,
    kRepeatEnd,
    kDaCapo,
    kDalSegno,
    kEndingStop,
    kRepeatStart,
    kEndingStart,
    kSegno,
    kCoda,
    /// A coda sign of which nothing says whether it is where to leave or where to arrive.
    kCodaSign,
  };
  /// What a jump leads to.
  enum Goal { kAny, kToFine, kToTheCoda };

  Kind kind = kFine;
  /// Score units (score_time.h).
  int64_t position = 0;
  /// kCodaSign: its place if it is where to leave.
  int64_t leave_position = 0;
  /// kRepeatEnd: how often its stretch is played in all; 0 where the sign does not say (2).
  int times = 0;
  /// kEndingStart: the passes that play it, from 1. kToCoda, kDaCapo, kDalSegno: the times that
  /// its place is reached at which it holds; empty: the usual ones.
  std::vector<int> passes = {};
  /// Of segno and coda, and of jumps there: which one.
  std::string name = {};
  Goal goal = kAny;
  /// kRepeatEnd: played after a jump, too. Jumps: so are all repeats ("con repetizione").
  bool after_jump = false;

  bool operator==(const PlaySign&) const = default;
};

/// The sections of a score that ends at `end` and the order in which they are played; empty when
/// everything is played once from start to end. `signs` in any order; what every part repeats may
/// be given several times. Signs that cannot be followed (a D.S. without a segno) and orders of
/// more than 100,000 sections are told in the warnings, and played as written.
ScoreForm BuildPlayOrder(std::vector<PlaySign> signs, int64_t end);

}  // namespace magenta
