#pragma once
// Music as somebody played it, beside the music as one writes it down: a grid that is fine enough
// to hold triplets and sixteenths takes every note that comes early or late for one of its own.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "magenta/music.pb.h"
#include "magenta/music/played/swing.h"
#include "magenta/music/quantize.h"
#include "magenta/music/tempo_map.h"

namespace magenta {

/// Whether `music` was read from notation, of which nothing is played and which says where it ends.
bool IsNotation(const NoteSequence& music);

/// A piece as one writes it down.
struct WrittenPiece {
  QuantizedSequence piece;
  /// Of each note as it was played, the one of the piece in which it is heard: ornaments in what
  /// they adorn (ornaments.h).
  std::vector<int> heard_in = {};
  /// For the user: how it was played.
  std::vector<std::string> remarks = {};
  /// Whether it is played loosely: notes off the grid need no other word.
  bool is_loose = false;
  /// Between its ticks and those that sounded.
  Swing swing = {};
};

/// `piece`, quantized to kTicksPerQuarter, whose quarters are counted from each of `bar_lines`
/// (ticks, ascending, not empty) on, as one writes it down. Drums neither count nor move.
///
/// Swing is heard as even eighths (swing.h); of music read from notation nothing else is played.
/// The notes of a chord that are struck one after another begin at once (rolled_chords.h), and
/// ornaments are heard in what they adorn (ornaments.h). A note that begins beside all fractions of
/// a quarter that are written is heard on the sixteenth or triplet of eighths next to it, where one
/// is near. Where more than a tenth do, the piece is played loosely: all begin on sixteenths, and
/// on triplets in quarters where both the second and the third of these begin something and
/// triplets lie nearer to all that begins there. Where more than a tenth end beside what is
/// written, or more than half come before a silence of at most three times their length, or are
/// shorter than a tenth of a second, as staccato notes are, they end where the next one of their
/// instrument begins, unless the silence between is longer than that or a quarter or more; then as
/// ReleaseMeant() says.
///
/// `time`: how the piece came to keep one tempo, where it changes.
WrittenPiece WrittenDown(const QuantizedSequence& piece, std::span<const int64_t> bar_lines,
                         const StraightTime* time = nullptr);

/// The tick after `start` (from a quarter on) up to which a player's note is heard that is let go
/// on `end`: the next sixteenth where it ends as written; else that, or the next eighth or quarter
/// from its beginning on, by its length, since one plays notes a little shorter than they are
/// written.
int64_t ReleaseMeant(int64_t start, double end);

/// The same of a player who is heard while they play, of whom only what came before is known.
class PlayersTicks {
 public:
  /// The tick that the next note is meant to begin on, `place` ticks after a quarter of the music:
  /// the nearest one while most of the last notes stand as one writes; else the nearest sixteenth,
  /// or triplet of eighths where the last notes lie nearer to these.
  int64_t Next(double place);

 private:
  bool begun_ = false;
  // Means of the last few notes: how many lie beside their ticks, and the squares of how far they
  // lie from sixteenths and triplets.
  double loose_ = 0, sixteenths_ = 0, triplets_ = 0;
};

}  // namespace magenta
