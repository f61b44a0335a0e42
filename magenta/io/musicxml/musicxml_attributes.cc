// Divisions, keys, meters and transposition of a part.

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string_view>

#include "magenta/io/musicxml/musicxml_part.h"
#include "magenta/io/musicxml/xml_text.h"

namespace magenta {
namespace {

using Key = NoteSequence::KeySignature;

constexpr int kMostStaves = 64;
constexpr size_t kMostTranspositions = 1024;  // of a measure; each note of it looks at all
constexpr int kMostBeats = 1 << 16;
constexpr int kFinestBeat = 1024;

struct ModeRow {
  std::string_view name;
  Key::Mode mode;
  int tonic;  // semitones above the major key of the same signature
};
constexpr ModeRow kModes[] = {
    {"major", Key::MAJOR, 0},           {"minor", Key::MINOR, 9},
    {"ionian", Key::MAJOR, 0},          {"dorian", Key::DORIAN, 2},
    {"phrygian", Key::PHRYGIAN, 4},     {"lydian", Key::LYDIAN, 5},
    {"mixolydian", Key::MIXOLYDIAN, 7}, {"aeolian", Key::MINOR, 9},
    {"locrian", Key::LOCRIAN, 11},
};

int StaffNumber(pugi::xml_node node) {
  return std::clamp(XmlIntIn(XmlAttributeOf(node, "number"), 0), 0, kMostStaves);
}

/// "3+2" as a sum.
int BeatsOf(std::string_view text) {
  int count = 0;
  while (!text.empty()) {
    const size_t plus = std::min(text.find('+'), text.size());
    count += std::clamp(XmlIntIn(text.substr(0, plus), 0), 0, kFinestBeat);
    count = std::min(count, kMostBeats);
    text.remove_prefix(std::min(plus + 1, text.size()));
  }
  return count;
}

}  // namespace

void MusicXmlPart::ReadAttributes(pugi::xml_node attributes) {
  if (const pugi::xml_node divisions = attributes.child("divisions")) {
    const double value = XmlNumberIn(divisions.child_value()).value_or(1);
    divisions_ = value >= 1e-3 && value <= 1e7 ? value : 1;
  }
  for (pugi::xml_node transpose : attributes.children("transpose")) ReadTransposition(transpose);
  bool has_key = false, has_time = false;
  for (pugi::xml_node child : attributes.children()) {
    const std::string_view name = child.name();
    // Those of further staves are the same, or have no place in a NoteSequence.
    if (name == "key" && !std::exchange(has_key, true)) ReadKey(child);
    if (name == "time" && !std::exchange(has_time, true)) ReadMeter(child);
    if (name != "measure-style") continue;
    if (child.child("measure-repeat")) ReadMeasureRepeat(child);
    if (child.child("beat-repeat")) Report(child, "signs that repeat beats: read as written");
    if (child.child("slash")) Report(child, "slashes: read as written");
  }
}

void MusicXmlPart::ReadTransposition(pugi::xml_node transpose) {
  if (changes_.size() >= kMostTranspositions) {
    return Report(transpose, "more than 1024 transpositions in a measure");
  }
  XmlTransposition value;
  const double chromatic = XmlNumberIn(transpose.child_value("chromatic")).value_or(0);
  const double octaves = XmlNumberIn(transpose.child_value("octave-change")).value_or(0);
  const double semitones = std::clamp(
      std::clamp(chromatic, -128.0, 128.0) + 12 * std::clamp(octaves, -10.0, 10.0), -128.0, 128.0);
  value.semitones = static_cast<int>(std::lround(semitones));
  if (const pugi::xml_node twice = transpose.child("double")) {
    value.doubling = XmlAttributeOf(twice, "above") == "yes" ? 12 : -12;
  }
  changes_.push_back({StaffNumber(transpose), cursor_, value});
}

XmlTransposition MusicXmlPart::TranspositionAt(int staff, int64_t offset) const {
  XmlTransposition value;
  if (!transpositions_.empty()) value = transpositions_[0];
  if (static_cast<size_t>(staff) < transpositions_.size()) {
    value = transpositions_[static_cast<size_t>(staff)];
  }
  int64_t latest = -1;
  for (const TranspositionChange& change : changes_) {
    if (change.staff != 0 && change.staff != staff) continue;
    if (change.offset > offset || change.offset < latest) continue;
    latest = change.offset;
    value = change.value;
  }
  return value;
}

void MusicXmlPart::FinishTranspositions() {
  if (changes_.empty()) return;
  std::vector<XmlTransposition> after;
  after.reserve(kMostStaves + 1);
  for (int staff = 0; staff <= kMostStaves; ++staff) {
    after.push_back(TranspositionAt(staff, kMaxMeasureUnits));
  }
  transpositions_ = std::move(after);
  changes_.clear();
}

void MusicXmlPart::ReadKey(pugi::xml_node key) {
  if (!key.child("fifths")) return Report(key, "keys that are no circle of fifths");
  const int fifths = std::clamp(XmlIntIn(key.child_value("fifths"), 0), -7, 7);
  const std::string_view name = XmlTextOf(key, "mode");
  const ModeRow* row = &kModes[0];
  for (const ModeRow& each : kModes) {
    if (each.name == name) row = &each;
  }
  const int staff = std::max(StaffNumber(key), 1);
  const int tonic = fifths * 7 + row->tonic + TranspositionAt(staff, cursor_).semitones;
  Key signature;
  signature.set_key(static_cast<Key::Key>(((tonic % 12) + 12) % 12));
  signature.set_mode(row->mode);
  found_.keys.push_back({{measure_, cursor_}, std::move(signature)});
}

void MusicXmlPart::ReadMeter(pugi::xml_node time) {
  XmlMeter sum;
  int terms = 0;
  for (pugi::xml_node beats : time.children("beats")) {
    ++terms;
    const pugi::xml_node type = beats.next_sibling("beat-type");
    const int unit = std::clamp(XmlIntIn(type.child_value(), 4), 1, kFinestBeat);
    const int count = BeatsOf(beats.child_value());
    const int common = std::lcm(sum.denominator, unit);
    if (common > kFinestBeat) return Report(time, "a meter that is too fine");
    const int64_t beats_before = int64_t{sum.numerator} * (common / sum.denominator);
    const int64_t beats_here = int64_t{count} * (common / unit);
    sum = {static_cast<int>(std::min<int64_t>(beats_before + beats_here, kMostBeats)), common};
  }
  if (terms > 1 && sum.numerator > 0) Report(time, "alternating meters, read as their sum");
  PlaceMeter(time, sum.numerator > 0 ? sum : XmlMeter{});
}

void MusicXmlPart::PlaceMeter(pugi::xml_node where, const XmlMeter& meter) {
  meter_ = meter;
  has_meter_ = meter.numerator > 0;
  if (Measure().owner == index_) {
    Measure().has_change |= cursor_ > 0;
    found_.meters.push_back({{measure_, cursor_}, meter});
  } else if (!Measure().has_change && meter != Measure().meter) {
    Report(where, "parts in meters of their own: that of the first part counts");
  }
}

void MusicXmlPart::ReadMeasureRepeat(pugi::xml_node style) {
  const pugi::xml_node sign = style.child("measure-repeat");
  repeat_ = {};
  if (XmlAttributeOf(sign, "type") == "stop") return;
  repeat_.measures = std::clamp(XmlIntIn(sign.child_value(), 1), 1, 64);
  repeat_.staff = StaffNumber(style);
}

/// Where a sign stands for the notes, and some writers write none, those of the measures before.
void MusicXmlPart::RepeatMeasure() {
  std::vector<XmlNote>& notes = found_.notes[index_];
  if (repeat_.measures == 0) return;
  const auto is_meant = [this](const XmlNote& note) {
    return repeat_.staff == 0 || note.staff == repeat_.staff;
  };
  const size_t begin = first_notes_.back();
  if (std::any_of(notes.begin() + static_cast<ptrdiff_t>(begin), notes.end(), is_meant)) return;
  const size_t back = static_cast<size_t>(repeat_.measures) + 1;
  if (first_notes_.size() < back) return;
  const size_t from = first_notes_[first_notes_.size() - back];
  const size_t to = first_notes_[first_notes_.size() - back + 1];
  for (size_t i = from; i < to; ++i) {
    if (!is_meant(notes[i])) continue;
    XmlNote again = notes[i];
    again.measure = measure_;
    again.tie_start = again.tie_stop = false;
    notes.push_back(again);
  }
}

}  // namespace magenta
