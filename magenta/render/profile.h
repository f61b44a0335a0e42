#pragma once
// What a collection of melodies is like: figures and distributions, to set collections side by
// side.

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "magenta/music/melody.h"

namespace magenta {

/// A number of a collection, the mean over its melodies (each counts once, however long it is).
struct ProfileFigure {
  /// "notes_per_bar": for machines.
  std::string name;
  /// "notes a bar": for people; and in a word or two.
  std::string title;
  std::string short_title;
  double value = 0;
  /// Digits after the point that tell something.
  int digits = 1;
  /// Shares are shown as percent.
  bool is_share = false;
};

/// How often each value of something occurs, over all notes of a collection.
struct Distribution {
  /// "interval" and "intervals between notes, semitones".
  std::string name;
  std::string title;
  /// Of each value in order, and its share of all, 0..1.
  std::vector<std::string> labels;
  std::vector<double> shares;
};

/// Melodies, counted as they come.
class Profile {
 public:
  /// Counts `melody`; one without notes counts for nothing.
  void Add(const Melody& melody);

  int64_t melodies() const { return melodies_; }
  /// In the order in which they are to be read; empty without melodies.
  std::vector<ProfileFigure> Figures() const;
  /// pitch (lowest to highest that occurs), interval (-12 to 12, larger ones with them), length (in
  /// sixteenths of a whole note), position (of onsets in a bar, in sixteenths), degree (pitch class
  /// above the melody's major key).
  std::vector<Distribution> Distributions() const;
  /// The key (0..11) of most melodies, the lowest on ties.
  int CommonestKey() const;

 private:
  void CountNotes(const Melody& melody, int key);

  int64_t melodies_ = 0;
  // Sums over melodies.
  double bars_ = 0, notes_per_bar_ = 0, lowest_ = 0, highest_ = 0, pitch_ = 0, range_ = 0;
  double length_ = 0, repeated_ = 0, steps_ = 0, leaps_ = 0, interval_ = 0;
  double silent_ = 0, in_key_ = 0, one_bar_ = 0, two_bars_ = 0, stuck_ = 0;
  TwelveCounts keys_{};
  // Counts over notes.
  std::map<int, int64_t> pitches_, intervals_, lengths_, positions_, degrees_;
};

}  // namespace magenta
