#pragma once
// The models of the public yardsticks (docs/music.md): relative_gru networks over pieces that are
// no music files but facts of a data set.

#include <span>
#include <string_view>
#include <vector>

#include "magenta/models/model_spec.h"

namespace magenta::yardsticks {

/// What a set is made of.
enum class Shape {
  kSixteenths,  // JSON: pieces of sixteenths of four pitches, -1: silent
  kQuarters,    // JSON: pieces of quarters of the pitches that sound
  kMelodies,    // a folder of MIDI files of one line each
  kTunes,       // TFRecords of melodies, a step a sixteenth, as `magenta dataset` writes them
};

/// A set and the model that is measured on it.
struct Yardstick {
  ModelSpec model;  // its id is the set's name
  Shape shape = Shape::kSixteenths;
  std::string_view unit;  // of the figure
};

/// All of them.
std::span<const Yardstick> AllYardsticks();
/// Their models.
std::vector<ModelSpec> YardstickModels();
/// Error (exit 2): none of that name; lists them.
absl::StatusOr<const Yardstick*> FindYardstick(std::string_view name);

}  // namespace magenta::yardsticks
