#pragma once
// Types of drums: what a model of drums tells apart. Every pitch of a type is the same drum to it.
// Source of the tables: docs/rules.md section 13 (note-seq's DEFAULT_DRUM_TYPE_PITCHES).

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <vector>

#include "magenta/music/event.h"

namespace magenta {

/// One type of a table.
struct DrumType {
  /// As people call it: "bass drum", "closed hi-hat".
  const char* name;
  /// MIDI pitch that it is played with.
  int pitch;
};

/// A table of at most 30 types. An event is a bit mask of what is struck on a step: bit t is type
/// t, 0 is nothing.
class DrumTypes {
 public:
  /// A type and the pitches that are taken for it, beside its own.
  struct Row {
    DrumType type;
    std::initializer_list<int> members;
  };
  explicit DrumTypes(std::initializer_list<Row> rows);
  /// The table of one type that has all pitches, 0..127.
  explicit DrumTypes(DrumType only);

  int size() const { return static_cast<int>(types_.size()); }
  /// Masks are below this: 2^size().
  Event mask_end() const { return Event{1} << size(); }
  /// Type `t`, 0..size()-1 (checked).
  const DrumType& operator[](int t) const;

  /// The type of a MIDI pitch; -1 where it is none's, as of what is no MIDI pitch.
  int TypeOf(int pitch) const;
  /// The types of `pitches`; those of no type count for nothing.
  Event MaskOf(std::span<const int> pitches) const;
  /// The types' own pitches, by type. `mask` is 0..mask_end()-1 (checked).
  std::vector<int> PitchesOf(Event mask) const;

 private:
  std::vector<DrumType> types_;
  std::array<int8_t, kMaxPitch + 1> type_of_;
};

/// drum_kit's nine: bass drum, snare, closed and open hi-hat, three toms, crash and ride.
const DrumTypes& DrumKitTypes();
/// one_drum's only one, to which all pitches belong.
const DrumTypes& OneDrumType();

}  // namespace magenta
