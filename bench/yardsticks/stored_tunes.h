#pragma once
// A memory beside a network of chorales: what stored pieces did where their soprano went as it
// goes here, at any pitch. Many chorales are settings of one tune.
//
// A place is a sixteenth of a stored piece, and has a weight by its traits:
//
//   w = exp(bias + soprano log(1 + sixteenths that sopranos have gone alike)
//                + chords log(1 + sixteenths that all voices have, until the last)
//                + differing (voices decided at this moment that lie otherwise under the soprano)
//                + bar (1 where it stands on the same sixteenth of a bar) + likely log p(c))
//
// where c is what it did next, and p the network's, whose weight is 1. Of the kPlaces best:
//
//   p'(c) = (p(c) + sum of w of the places that did c) / (1 + sum of w)

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "bench/yardsticks/yardstick_pieces.h"
#include "magenta/codec/codec.h"

namespace magenta::yardsticks {

/// Pitches of all voices, -1: silent.
using Row = std::array<int, kVoices>;

/// bias, soprano, chords, differing, bar, likely.
inline constexpr size_t kTraits = 6;
using TraitWeights = std::array<double, kTraits>;
/// Of each voice's decision, then of the time's.
using RecallWeights = std::array<TraitWeights, kVoices + 1>;
/// What `yardsticks score --fit` found (docs/music.md, "Yardsticks").
extern const RecallWeights kRecallWeights;

/// Sixteenths of all four voices as a piece's events tell them.
class RowReader {
 public:
  /// `event` follows. Sixteenths that pass by it, in which now() sounds; before any row: 0.
  int Push(Event event);
  /// The voice of the decision at hand; kVoices: the time.
  int voice() const { return voice_; }
  /// The row at hand, of which the first voice() are decided, the others as before.
  const Row& now() const { return now_; }
  const Row& before() const { return before_; }

 private:
  int voice_ = -1;
  Row now_ = {-1, -1, -1, -1}, before_ = now_;
};

/// Stored pieces, sixteenth after sixteenth.
class StoredTunes {
 public:
  struct Place {
    Row row;
    /// The soprano's interval from the sixteenth before; kNone: there is none.
    int move;
    /// Its number in the piece.
    int tick;
    /// Sixteenths until a voice changes, from this one on.
    int lasts;
  };
  static constexpr int kNone = 1000;

  explicit StoredTunes(std::span<const Piece> pieces);
  std::span<const Place> places() const { return places_; }
  /// Numbers that are stored: a pitch and a time of each note.
  int64_t numbers() const { return numbers_; }

 private:
  std::vector<Place> places_;
  int64_t numbers_ = 0;
};

/// What stored tunes say along one piece.
class Recall {
 public:
  static constexpr size_t kPlaces = 16;
  /// What a place did next.
  struct Recalled {
    int label;
    std::array<double, kTraits> traits;
  };

  /// `tunes` and `codec` outlive it.
  Recall(const StoredTunes& tunes, const EventCodec& codec);
  void Push(Event event);
  /// 0 ..: the voice whose decision is at hand; kVoices: the time.
  int kind() const { return rows_.voice(); }
  /// The best places for the decision at hand, where `labels` and the network, which says
  /// `distribution`, have heard the same.
  std::vector<Recalled> Best(const EventEncoder& labels,
                             std::span<const double> distribution) const;
  /// Mixes what they say into `distribution`.
  void Mix(const EventEncoder& labels, std::vector<double>& distribution) const;

 private:
  void Advance(int move);
  Event NextAt(size_t place) const;

  const StoredTunes* tunes_;
  const EventCodec* codec_;
  RowReader rows_;
  int64_t tick_ = 0;
  /// Of each place: sixteenths that sopranos, and all voices, went alike up to it and to the last
  /// sixteenth.
  std::vector<int> soprano_, chords_;
};

}  // namespace magenta::yardsticks
