#pragma once
// One part of a MusicXML score, read measure by measure with a cursor that notes, <backup> and
// <forward> move.

#include <functional>
#include <optional>
#include <pugixml.hpp>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "magenta/io/musicxml/musicxml_findings.h"

namespace magenta {

/// Says that something of a kind was left out at an element.
using XmlReport = std::function<void(pugi::xml_node where, const std::string& text)>;

/// Semitones from written to sounding pitch.
struct XmlTransposition {
  int semitones = 0;
  /// An octave that sounds along, +12 or -12; 0 without one.
  int doubling = 0;
};

/// The children of a <note> that are read, each the first of its name: found in one walk.
struct XmlNoteParts {
  explicit XmlNoteParts(pugi::xml_node note);
  pugi::xml_node note;
  pugi::xml_node pitch, rest, unpitched, chord, grace, cue, duration, type, voice, staff,
      instrument, tie, notations, notehead, lyric;
};

class MusicXmlPart {
 public:
  /// `index` counts the parts of the score. `found` and `report` must outlive it.
  MusicXmlPart(size_t index, XmlPartHead head, XmlFindings& found, const XmlReport& report)
      : index_(index), head_(std::move(head)), found_(found), report_(report) {}

  /// Reads a <measure> (of timewise scores a <part>), which is the score's measure `number` from 0.
  /// Errors: more notes or signs than a piece may have.
  absl::Status ReadMeasure(pugi::xml_node measure, int number);

  /// One more than the last measure that was read.
  int measures() const { return measure_ + 1; }

 private:
  void ReadItem(pugi::xml_node item);
  void ReadMove(pugi::xml_node move, bool is_back);

  // musicxml_attributes.cc
  void ReadAttributes(pugi::xml_node attributes);
  void ReadTransposition(pugi::xml_node transpose);
  void ReadKey(pugi::xml_node key);
  void ReadMeter(pugi::xml_node time);
  void PlaceMeter(pugi::xml_node where, const XmlMeter& meter);
  XmlTransposition TranspositionAt(int staff, int64_t offset) const;
  void FinishTranspositions();
  void ReadMeasureRepeat(pugi::xml_node style);
  void RepeatMeasure();

  // musicxml_note.cc
  void ReadNote(pugi::xml_node node);
  int64_t LengthOf(const XmlNoteParts& parts) const;
  /// Whether it is the sign of an empty measure with the length of a whole note, which is shorter
  /// than the meter: what else the measure holds tells how long it is, or else its meter.
  bool IsWholeRest(const XmlNoteParts& parts, int64_t length) const;
  std::optional<int> PitchOf(const XmlNoteParts& parts, const XmlInstrument& instrument);
  std::optional<int> DrumOf(const XmlNoteParts& parts, const XmlInstrument& instrument);
  const XmlInstrument& InstrumentOf(pugi::xml_node instrument) const;
  void ReportNote(const XmlNoteParts& parts);
  void ReportNotation(pugi::xml_node note, pugi::xml_node sign);
  bool AddNote(XmlNote note, int semitones);

  // musicxml_direction.cc
  void ReadDirection(pugi::xml_node direction);
  /// `words` of the direction that it is part of.
  void ReadSound(pugi::xml_node sound, int64_t offset, const std::string& words = "");
  void ReadInstrumentChange(pugi::xml_node midi_instrument);
  void ReadMetronome(pugi::xml_node metronome, int64_t offset);
  void ReadPrintedJumps(pugi::xml_node direction, const std::string& words, int64_t offset);
  void ReportDirection(pugi::xml_node direction, bool is_understood);
  void ReadBarline(pugi::xml_node barline);
  void ReadEnding(pugi::xml_node ending, int64_t offset);
  void ReadHarmony(pugi::xml_node harmony);
  void AddTempo(int64_t offset, double qpm);
  void AddSign(int64_t offset, PlaySign sign);
  /// Where a sign acts that stands at `offset`: one at the beginning of a measure acts at its end.
  static int64_t LeaveOffset(int64_t offset) { return offset > 0 ? offset : kAtMeasureEnd; }

  void MoveTo(int64_t offset);
  /// Divisions as score units, 0 for what is no number; negative ones are.
  int64_t Units(std::string_view divisions) const;
  /// How long the meter makes this measure; 0 without a meter.
  int64_t MeasureUnits() const;
  XmlMeasure& Measure() { return found_.measures[static_cast<size_t>(measure_)]; }
  void Report(pugi::xml_node where, const char* text) { report_(where, text); }

  const size_t index_;
  XmlPartHead head_;
  XmlFindings& found_;
  const XmlReport& report_;

  int measure_ = -1;
  int64_t cursor_ = 0;
  int64_t content_ = 0;     // of the measure, as far as it was read
  int64_t last_onset_ = 0;  // of the note that chord notes join
  int64_t last_length_ = 0;
  double divisions_ = 1;
  XmlMeter meter_;
  bool has_meter_ = false;

  struct TranspositionChange {
    int staff;  // 0: all
    int64_t offset;
    XmlTransposition value;
  };
  std::vector<XmlTransposition>
      transpositions_;                        // by staff, at the measure's beginning; [0]: others
  std::vector<TranspositionChange> changes_;  // within the measure

  /// Measures that are drawn as a sign which repeats those before them.
  struct MeasureRepeat {
    int measures = 0;  // how many each sign repeats; 0 outside
    int staff = 0;     // 0: all
  };
  MeasureRepeat repeat_;
  std::vector<size_t> first_notes_;  // of each measure, where its notes begin
};

}  // namespace magenta
