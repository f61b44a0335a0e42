#pragma once
// What the parts of a MusicXML score hold, at places (measure, offset): how long a measure is, and
// so where it begins, is known only when all parts are read.

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <pugixml.hpp>
#include <string>
#include <utility>
#include <vector>

#include "magenta/io/score/play_order.h"
#include "magenta/io/score/score_builder.h"
#include "magenta/io/score/score_time.h"
#include "magenta/music.pb.h"
#include "magenta/music/piece_limits.h"

namespace magenta {

/// A cursor does not leave a measure farther than that.
inline constexpr int64_t kMaxMeasureUnits = int64_t{100000} * kScoreUnitsPerQuarter;

/// What is off by less, a 32nd note, is rounding of durations.
inline constexpr int64_t kXmlRoundingUnits = kScoreUnitsPerQuarter / 8;

/// The offset of a sign at the end of its measure.
inline constexpr int64_t kAtMeasureEnd = std::numeric_limits<int64_t>::max();

/// A place in the score before measures have lengths. Offsets in score units; below 0 they reach
/// into what is before.
struct XmlPlace {
  int measure = 0;
  int64_t offset = 0;
};

/// No meter has a numerator of 0.
struct XmlMeter {
  int numerator = 0;
  int denominator = 1;
  bool operator==(const XmlMeter&) const = default;
  int64_t units() const { return int64_t{4} * kScoreUnitsPerQuarter * numerator / denominator; }
};

/// What <midi-instrument> says of one of a part's instruments.
struct XmlInstrument {
  /// MIDI's, from 0.
  int program = 0;
  /// From 1; 0 without one. 10 is percussion.
  int channel = 0;
  /// The MIDI pitch of a drum.
  std::optional<int> unpitched;

  /// Takes what a <midi-instrument> says.
  void Read(pugi::xml_node midi_instrument);
};

/// What <score-part> says.
struct XmlPartHead {
  std::string name;
  /// Of the part's first instrument that names one.
  std::optional<int> channel;
  std::map<std::string, XmlInstrument, std::less<>> instruments;  // by id
  std::string first_instrument;
  /// The pitch of the part's only drum.
  std::optional<int> only_drum;
  /// Its number in the NoteSequence.
  int number = 0;
};

struct XmlNote {
  ScoreNote note;  // start and end relative to the measure
  int measure = 0;
  /// Of the last piece, where ties join several.
  int staff = 1;
  int tie_voice = 0;
  bool tie_start = false;
  bool tie_stop = false;
};

template <typename T>
struct XmlPlaced {
  XmlPlace place;
  T value;
};

/// What all parts say of one measure.
struct XmlMeasure {
  /// Of what its longest part holds, rests and all.
  int64_t content = 0;
  /// Where its last note ends.
  int64_t sounding = 0;
  /// Some part holds what the meter asks for.
  bool is_full = false;
  /// In force at its end, of the first part that has it.
  XmlMeter meter;
  /// That part, whose meters count.
  size_t owner = 0;
  /// The meter changes within it.
  bool has_change = false;
};

/// Everything that was found, which is within `limits`.
struct XmlFindings {
  PieceLimits limits = kPieceLimits;
  ScoreBuilder builder;
  std::vector<XmlMeasure> measures;
  std::vector<std::vector<XmlNote>> notes;  // by part
  std::vector<XmlPlaced<NoteSequence::KeySignature>> keys;
  std::vector<XmlPlaced<XmlMeter>> meters;
  std::vector<XmlPlaced<double>> tempos;  // quarters a minute
  std::vector<XmlPlaced<std::string>> chords;
  std::vector<XmlPlaced<PlaySign>> signs;

  uint64_t note_count = 0;
  uint64_t measure_count = 0;  // of all parts
  /// Changes of tempo, meter and key and signs take as much as some notes do, here and in all that
  /// is made of the sequence.
  static constexpr uint64_t kChangeWeight = 8, kChordWeight = 4;
  uint64_t event_count() const {
    const uint64_t changes = keys.size() + meters.size() + tempos.size() + signs.size();
    return measure_count + kChangeWeight * changes + kChordWeight * chords.size();
  }
};

/// Puts the measures under one another and everything found into the builder, and finishes it.
void LayOutScore(XmlFindings& found);

}  // namespace magenta
