// Every part is walked measure by measure with a cursor that notes, <backup> and <forward> move.
// Places are kept as (measure, offset); only when all parts are read is it known how long each
// measure is, which is what puts the parts under one another.

#include "magenta/io/musicxml/musicxml.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <numeric>
#include <optional>
#include <pugixml.hpp>
#include <set>
#include <utility>

#include "magenta/base/status.h"
#include "magenta/io/musicxml/musicxml_archive.h"
#include "magenta/io/musicxml/musicxml_chord.h"
#include "magenta/io/score/score_builder.h"

namespace magenta {
namespace {

constexpr int kXmlVelocity = 64;
constexpr int kXmlTicksPerQuarter = 220;
constexpr int64_t kMaxMeasureUnits = int64_t{100000} * kScoreUnitsPerQuarter;

using Key = NoteSequence::KeySignature;

std::optional<double> NumberIn(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\n' || text.front() == '+')) {
    text.remove_prefix(1);
  }
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || !std::isfinite(value) || std::abs(value) > 1e9) return std::nullopt;
  return value;
}

int IntIn(std::string_view text, int fallback) {
  const auto number = NumberIn(text);
  return number ? static_cast<int>(*number) : fallback;
}

/// A place in the score before measures have lengths.
struct Place {
  int measure = 0;
  int64_t offset = 0;
};

struct XmlMeter {
  int numerator = 0;
  int denominator = 1;
  bool operator==(const XmlMeter&) const = default;
};

/// What <score-part> says.
struct PartHead {
  std::string name;
  std::optional<int> channel;
  int program = 0;
  std::map<std::string, int> unpitched;  // by instrument id: the MIDI pitch of a drum
};

class MusicXmlReader {
 public:
  explicit MusicXmlReader(std::string_view text) : text_(text) {}
  absl::StatusOr<MusicXmlReading> Read();

 private:
  struct PlacedNote {
    ScoreNote note;  // start and end relative to the measure
    int measure;
    bool tie_start;
  };
  struct PlacedKey {
    Place place;
    int key;
    Key::Mode mode;
  };
  struct PlacedMeter {
    Place place;
    XmlMeter meter;
  };
  struct PlacedTempo {
    Place place;
    double qpm;
  };
  struct PlacedChord {
    Place place;
    std::string text;
  };

  absl::Status CollectParts(pugi::xml_node root);
  void ReadHead(pugi::xml_node score_part);
  void ReadPart(size_t index);
  void ReadMeasure(pugi::xml_node measure);
  void ReadItem(pugi::xml_node item);
  void ReadAttributes(pugi::xml_node attributes);
  void ReadKey(pugi::xml_node key);
  void ReadMeter(pugi::xml_node time);
  void ReadNote(pugi::xml_node node);
  void ReadHarmony(pugi::xml_node harmony);
  void ReadSound(pugi::xml_node sound);
  void ReportJumps(pugi::xml_node node);
  void ReadDirection(pugi::xml_node direction);
  void ReadMetronome(pugi::xml_node metronome);
  void CheckMeasureLength();
  std::optional<int> PitchOf(pugi::xml_node note, bool* is_drum);
  void ReportNote(pugi::xml_node note);
  void MoveTo(int64_t offset);
  int64_t Units(std::string_view duration) const;
  Place Here() const { return {measure_, cursor_}; }
  void Report(pugi::xml_node where, const std::string& text);

  int64_t Position(const Place& place) const { return starts_[place.measure] + place.offset; }
  void PlaceMeasures();
  void PlaceNotes();
  void PlaceSigns();

  std::string_view text_;
  ScoreBuilder builder_;
  std::set<std::string> reported_;
  std::vector<std::string> part_ids_;
  std::map<std::string, PartHead> heads_;
  std::map<std::string, std::vector<pugi::xml_node>> measures_of_;

  // Found so far.
  std::vector<std::vector<PlacedNote>> notes_;  // by part
  std::vector<PlacedKey> keys_;
  std::vector<PlacedMeter> meters_;
  std::vector<PlacedTempo> tempos_;
  std::vector<PlacedChord> chords_;
  std::vector<int64_t> lengths_;  // of measures
  std::vector<int64_t> starts_;

  // The part being read.
  size_t part_ = 0;
  const PartHead* head_ = nullptr;
  int measure_ = 0;
  int64_t cursor_ = 0;
  int64_t measure_end_ = 0;
  int64_t first_voice_units_ = 0;
  int64_t last_onset_ = 0;
  double divisions_ = 1;
  int transpose_ = 0;
  XmlMeter meter_;
  bool measure_has_meter_ = false;
  size_t measure_keys_ = 0;  // keys_ that earlier measures and parts brought
};

void MusicXmlReader::Report(pugi::xml_node where, const std::string& text) {
  if (!reported_.insert(text).second) return;
  const ptrdiff_t at = where.offset_debug();
  const bool known = at >= 0 && static_cast<size_t>(at) <= text_.size();
  const auto lines = known ? std::count(text_.begin(), text_.begin() + at, '\n') + 1 : 0;
  builder_.Report(static_cast<int>(lines), text);
}

void MusicXmlReader::ReadHead(pugi::xml_node score_part) {
  PartHead head;
  head.name = score_part.child_value("part-name");
  const pugi::xml_node midi = score_part.child("midi-instrument");
  if (midi.child("midi-channel") && midi.child("midi-program")) {
    head.channel = std::clamp(IntIn(midi.child_value("midi-channel"), 1), 0, 65535);
    head.program = std::clamp(IntIn(midi.child_value("midi-program"), 0), 0, 127);
  }
  for (pugi::xml_node each : score_part.children("midi-instrument")) {
    const int pitch = IntIn(each.child_value("midi-unpitched"), 0) - 1;
    if (pitch >= 0 && pitch < 128) head.unpitched[each.attribute("id").value()] = pitch;
  }
  const std::string id = score_part.attribute("id").value();
  if (heads_.emplace(id, std::move(head)).second) part_ids_.push_back(id);
}

absl::Status MusicXmlReader::CollectParts(pugi::xml_node root) {
  for (pugi::xml_node part : root.child("part-list").children("score-part")) ReadHead(part);
  const bool timewise = std::string_view(root.name()) == "score-timewise";
  for (pugi::xml_node outer : root.children(timewise ? "measure" : "part")) {
    for (pugi::xml_node inner : outer.children(timewise ? "part" : "measure")) {
      const std::string id = (timewise ? inner : outer).attribute("id").value();
      if (heads_.emplace(id, PartHead{}).second) part_ids_.push_back(id);
      measures_of_[id].push_back(inner);
    }
  }
  if (measures_of_.empty()) return InputError("", "the score has no measures");
  return absl::OkStatus();
}

int64_t MusicXmlReader::Units(std::string_view duration) const {
  const auto value = NumberIn(duration);
  if (!value || *value <= 0) return 0;
  const double units = *value * static_cast<double>(kScoreUnitsPerQuarter) / divisions_;
  return std::llround(std::min(units, static_cast<double>(kMaxMeasureUnits)));
}

void MusicXmlReader::MoveTo(int64_t offset) {
  cursor_ = std::clamp<int64_t>(offset, 0, kMaxMeasureUnits);
  measure_end_ = std::max(measure_end_, cursor_);
}

void MusicXmlReader::ReadKey(pugi::xml_node key) {
  if (!key.child("fifths")) return Report(key, "keys that are no circle of fifths");
  const int fifths = std::clamp(IntIn(key.child_value("fifths"), 0), -7, 7);
  const Key::Mode mode =
      std::string_view(key.child_value("mode")) == "minor" ? Key::MINOR : Key::MAJOR;
  keys_.push_back({Here(), fifths, mode});
}

void MusicXmlReader::ReadMeter(pugi::xml_node time) {
  XmlMeter sum;
  for (pugi::xml_node beats : time.children("beats")) {
    const pugi::xml_node type = beats.next_sibling("beat-type");
    const int unit = std::clamp(IntIn(type.child_value(), 4), 1, 1024);
    int count = 0;
    std::string_view text = beats.child_value();
    while (!text.empty()) {  // "3+2"
      const size_t plus = std::min(text.find('+'), text.size());
      count = std::min(count + std::clamp(IntIn(text.substr(0, plus), 0), 0, 1024), 1 << 16);
      text.remove_prefix(std::min(plus + 1, text.size()));
    }
    const int common = std::lcm(std::max(sum.denominator, 1), unit);
    if (common > 1024) return Report(time, "a meter that is too fine");
    sum = {std::min(sum.numerator * (common / sum.denominator) + count * (common / unit), 1 << 16),
           common};
  }
  const bool one_unit = time.child("beats") && !time.child("beats").next_sibling("beats");
  if (!one_unit && sum.numerator > 0) Report(time, "alternating meters, read as their sum");
  if (sum.numerator == 0) {
    meter_ = {};  // senza misura
    return;
  }
  meter_ = sum;
  measure_has_meter_ = true;
  meters_.push_back({Here(), sum});
}

void MusicXmlReader::ReadAttributes(pugi::xml_node attributes) {
  if (const pugi::xml_node divisions = attributes.child("divisions")) {
    const double value = NumberIn(divisions.child_value()).value_or(1);
    divisions_ = value >= 1e-3 && value <= 1e7 ? value : 1;
  }
  for (pugi::xml_node child : attributes.children()) {
    const std::string_view name = child.name();
    if (name == "key" && keys_.size() == measure_keys_) ReadKey(child);
    if (name == "time") ReadMeter(child);
    if (name != "transpose") continue;
    transpose_ = std::clamp(IntIn(child.child_value("chromatic"), 0), -128, 128);
    if (IntIn(child.child_value("octave-change"), 0) != 0)
      Report(child, "transposition by octaves");
    if (keys_.size() > measure_keys_ && transpose_ != 0) {
      // A semitone up is five steps back on the circle of fifths.
      int fifths = keys_.back().key + ((((transpose_ * -5) % 12) + 12) % 12);
      if (fifths > 6) fifths = (fifths - 6) % 6 == 0 ? 0 : (fifths % 6) - 6;
      keys_.back().key = fifths;
    }
  }
}

std::optional<int> MusicXmlReader::PitchOf(pugi::xml_node note, bool* is_drum) {
  static constexpr std::string_view kSteps = "CDEFGAB";
  static constexpr int kSemitones[7] = {0, 2, 4, 5, 7, 9, 11};
  *is_drum = static_cast<bool>(note.child("unpitched"));
  if (*is_drum) {
    const auto drum = head_->unpitched.find(note.child("instrument").attribute("id").value());
    if (drum != head_->unpitched.end()) return drum->second;
    if (head_->unpitched.size() == 1) return head_->unpitched.begin()->second;
  }
  const pugi::xml_node pitch = note.child(*is_drum ? "unpitched" : "pitch");
  const std::string_view step = pitch.child_value(*is_drum ? "display-step" : "step");
  const int octave = IntIn(pitch.child_value(*is_drum ? "display-octave" : "octave"), 4);
  if (step.size() != 1 || kSteps.find(step[0]) == std::string_view::npos) return std::nullopt;
  const double alter = NumberIn(pitch.child_value("alter")).value_or(0);
  if (alter != std::floor(alter)) Report(note, "quarter tones");
  const int sounding = 12 * (std::clamp(octave, -1, 10) + 1) + kSemitones[kSteps.find(step[0])] +
                       static_cast<int>(std::clamp(alter, -12.0, 12.0)) +
                       (*is_drum ? 0 : transpose_);
  return sounding < 0 || sounding > 127 ? std::nullopt : std::optional<int>(sounding);
}

void MusicXmlReader::ReportNote(pugi::xml_node note) {
  if (note.child("lyric")) Report(note, "lyrics");
  const pugi::xml_node notations = note.child("notations");
  if (notations.child("ornaments")) Report(note, "ornaments");
  if (notations.child("articulations")) Report(note, "articulations");
}

void MusicXmlReader::ReadNote(pugi::xml_node node) {
  if (node.child("grace")) return Report(node, "grace notes");
  const int64_t length = Units(node.child_value("duration"));
  const bool in_chord = static_cast<bool>(node.child("chord"));
  const int64_t start = in_chord ? last_onset_ : cursor_;
  const int voice = std::clamp(IntIn(node.child_value("voice"), 1), 0, 65535);
  last_onset_ = start;
  if (!in_chord) {
    MoveTo(cursor_ + length);
    if (voice == 1) first_voice_units_ += length;
  }
  if (node.child("rest")) return;
  if (node.child("cue")) return Report(node, "cue notes");
  ReportNote(node);
  PlacedNote placed{};
  const auto pitch = PitchOf(node, &placed.note.is_drum);
  if (!pitch) return Report(node, "notes without a pitch that MIDI has");
  placed.note.pitch = *pitch;
  placed.note.velocity = kXmlVelocity;
  placed.note.start = start;
  placed.note.end = start + length;
  placed.note.part = static_cast<int>(part_);
  placed.note.instrument = head_->channel.value_or(static_cast<int>(part_));
  placed.note.program = head_->program;
  placed.note.voice = voice;
  placed.measure = measure_;
  for (pugi::xml_node tie : node.children("tie")) {
    placed.tie_start |= std::string_view(tie.attribute("type").value()) == "start";
  }
  notes_[part_].push_back(placed);
}

void MusicXmlReader::ReadHarmony(pugi::xml_node harmony) {
  const auto text = ChordSymbolText(harmony, transpose_);
  if (!text) return Report(harmony, "chord symbols of unknown kinds");
  const double offset = NumberIn(harmony.child_value("offset")).value_or(0);
  const int64_t shift =
      std::llround(offset * static_cast<double>(kScoreUnitsPerQuarter) / divisions_);
  const int64_t at = std::clamp<int64_t>(
      cursor_ + std::clamp(shift, -kMaxMeasureUnits, kMaxMeasureUnits), 0, kMaxMeasureUnits);
  chords_.push_back({{measure_, at}, *text});
}

void MusicXmlReader::ReadSound(pugi::xml_node sound) {
  ReportJumps(sound);
  if (!sound.attribute("tempo")) return;
  const double qpm = NumberIn(sound.attribute("tempo").value()).value_or(0);
  tempos_.push_back({Here(), qpm > 0 && qpm <= 100000 ? qpm : 120});
}

/// What is printed ("dotted quarter = 60"), for scores without a <sound> that says it.
void MusicXmlReader::ReadMetronome(pugi::xml_node metronome) {
  static constexpr std::pair<std::string_view, double> kUnits[] = {
      {"whole", 4}, {"half", 2}, {"quarter", 1}, {"eighth", 0.5}, {"16th", 0.25}};
  const std::string_view unit = metronome.child_value("beat-unit");
  const double rate = NumberIn(metronome.child_value("per-minute")).value_or(0);
  for (const auto& [name, quarters] : kUnits) {
    if (name != unit || rate <= 0 || rate > 10000) continue;
    tempos_.push_back({Here(), rate * quarters * (metronome.child("beat-unit-dot") ? 1.5 : 1)});
  }
}

/// D.C. and the like, and where they lead to, in a <sound>, <direction-type> or <barline>.
void MusicXmlReader::ReportJumps(pugi::xml_node node) {
  for (const char* name : {"dacapo", "dalsegno", "tocoda", "fine", "segno", "coda"}) {
    if (!node.attribute(name) && !node.child(name)) continue;
    return Report(node, kJumpsLeftOut);
  }
}

void MusicXmlReader::ReadDirection(pugi::xml_node direction) {
  const bool sounds = static_cast<bool>(direction.child("sound").attribute("tempo"));
  for (pugi::xml_node sound : direction.children("sound")) ReadSound(sound);
  for (pugi::xml_node type : direction.children("direction-type")) {
    ReportJumps(type);
    if (type.child("dynamics")) Report(direction, "dynamics");
    if (type.child("metronome") && !sounds) ReadMetronome(type.child("metronome"));
  }
}

void MusicXmlReader::ReadItem(pugi::xml_node item) {
  const std::string_view name = item.name();
  if (name == "note") return ReadNote(item);
  if (name == "backup") return MoveTo(cursor_ - Units(item.child_value("duration")));
  if (name == "forward") return MoveTo(cursor_ + Units(item.child_value("duration")));
  if (name == "attributes") return ReadAttributes(item);
  if (name == "harmony") return ReadHarmony(item);
  if (name == "sound") return ReadSound(item);
  if (name == "direction") return ReadDirection(item);
  if (name != "barline") return;
  ReportJumps(item);
  if (item.child("repeat") || item.child("ending")) {
    Report(item, "repeats: the notes stand once, as written");
  }
}

/// A measure of another length than its meter asks for (a pickup, or no meter at all) gets a meter
/// of its own, as in the reference.
void MusicXmlReader::CheckMeasureLength() {
  if (first_voice_units_ <= 0) return;
  const int64_t in_divisions = std::llround(static_cast<double>(first_voice_units_) * divisions_ /
                                            static_cast<double>(kScoreUnitsPerQuarter));
  const int64_t whole = 4 * kScoreUnitsPerQuarter;
  const int64_t common = std::gcd(first_voice_units_, whole);
  if (first_voice_units_ / common > 1024 || whole / common > 1024) return;
  XmlMeter actual{static_cast<int>(first_voice_units_ / common), static_cast<int>(whole / common)};
  if (meter_.numerator > 0) {
    const bool pickup = in_divisions < meter_.numerator;
    const bool fits = static_cast<int64_t>(actual.numerator) * meter_.denominator ==
                      static_cast<int64_t>(meter_.numerator) * actual.denominator;
    if (!pickup && (measure_has_meter_ || fits)) return;
    if (actual == XmlMeter{1, 1} && !pickup) actual = {meter_.denominator, meter_.denominator};
  }
  if (measure_has_meter_) meters_.pop_back();
  meter_ = actual;
  meters_.push_back({{measure_, 0}, actual});
}

void MusicXmlReader::ReadMeasure(pugi::xml_node measure) {
  cursor_ = measure_end_ = first_voice_units_ = last_onset_ = 0;
  measure_has_meter_ = false;
  measure_keys_ = keys_.size();
  for (pugi::xml_node item : measure.children()) ReadItem(item);
  CheckMeasureLength();
  if (lengths_.size() <= static_cast<size_t>(measure_)) lengths_.push_back(0);
  lengths_[measure_] = std::max(lengths_[measure_], measure_end_);
}

void MusicXmlReader::ReadPart(size_t index) {
  part_ = index;
  head_ = &heads_.at(part_ids_[index]);
  measure_ = 0;
  divisions_ = 1;
  transpose_ = 0;
  meter_ = {};
  builder_.AddPart(static_cast<int>(index), head_->name);
  notes_.emplace_back();
  for (pugi::xml_node measure : measures_of_[part_ids_[index]]) {
    ReadMeasure(measure);
    ++measure_;
  }
}

void MusicXmlReader::PlaceMeasures() {
  starts_.assign(lengths_.size() + 1, 0);
  for (size_t i = 0; i < lengths_.size(); ++i) {
    starts_[i + 1] = std::min(starts_[i] + lengths_[i], kMaxScoreUnits);
  }
}

void MusicXmlReader::PlaceNotes() {
  for (std::vector<PlacedNote>& part : notes_) {
    // Open ties: (voice, pitch) -> where the note stands in `placed`.
    std::map<std::pair<int, int>, size_t> open;
    std::vector<ScoreNote> placed;
    for (PlacedNote& each : part) {
      each.note.start += starts_[each.measure];
      each.note.end += starts_[each.measure];
      const std::pair<int, int> who{each.note.voice, each.note.pitch};
      const auto tied = open.find(who);
      size_t index = placed.size();
      // Some programs write where a tie starts and not where it stops.
      if (tied != open.end() && placed[tied->second].end == each.note.start) {
        index = tied->second;
        placed[index].end = each.note.end;
      } else {
        placed.push_back(each.note);
      }
      if (tied != open.end()) open.erase(tied);
      if (each.tie_start) open[who] = index;
    }
    for (const ScoreNote& note : placed) builder_.AddNote(note);
  }
}

void MusicXmlReader::PlaceSigns() {
  std::stable_sort(tempos_.begin(), tempos_.end(), [this](const auto& a, const auto& b) {
    return Position(a.place) < Position(b.place);
  });
  double qpm = 0;  // a tempo that every part repeats is one
  for (const PlacedTempo& tempo : tempos_) {
    if (tempo.qpm != qpm) builder_.AddTempo(Position(tempo.place), tempo.qpm);
    qpm = tempo.qpm;
  }
  if (tempos_.empty()) builder_.AddTempo(0, 120);
  std::set<std::pair<int64_t, std::string>> chords;
  for (const PlacedChord& chord : chords_) {
    const int64_t position = Position(chord.place);
    if (chords.emplace(position, chord.text).second) builder_.AddChordSymbol(position, chord.text);
  }
  for (const PlacedMeter& meter : meters_) {
    builder_.AddMeter(Position(meter.place), meter.meter.numerator, meter.meter.denominator);
  }
  if (keys_.empty()) builder_.AddKey(0, Key::C, Key::MAJOR);
  for (const PlacedKey& key : keys_) {
    const int tonic = (((key.key * 7 + (key.mode == Key::MINOR ? 9 : 0)) % 12) + 12) % 12;
    builder_.AddKey(Position(key.place), static_cast<Key::Key>(tonic), key.mode);
  }
}

absl::StatusOr<MusicXmlReading> MusicXmlReader::Read() {
  pugi::xml_document document;
  const pugi::xml_parse_result parsed = document.load_buffer(
      text_.data(), text_.size(), pugi::parse_default | pugi::parse_ws_pcdata_single);
  if (!parsed) {
    return InputError(
        "", fmt::format("not well-formed XML at byte {}: {}", parsed.offset, parsed.description()));
  }
  pugi::xml_node root = document.child("score-partwise");
  if (!root) root = document.child("score-timewise");
  if (!root) {
    return InputError("", "neither <score-partwise> nor <score-timewise> is the root element",
                      "Is it MusicXML?");
  }
  MAGENTA_RETURN_IF_ERROR(CollectParts(root));
  for (size_t i = 0; i < part_ids_.size(); ++i) ReadPart(i);
  PlaceMeasures();
  PlaceNotes();
  PlaceSigns();
  NoteSequence& sequence = builder_.sequence();
  sequence.set_ticks_per_quarter(kXmlTicksPerQuarter);
  auto& source = *sequence.mutable_source_info();
  source.set_source_type(NoteSequence::SourceInfo::SCORE_BASED);
  source.set_encoding_type(NoteSequence::SourceInfo::MUSIC_XML);
  source.set_parser(NoteSequence::SourceInfo::MAGENTA_MUSIC_XML);
  builder_.Finish(starts_.back(), "");
  return MusicXmlReading{std::move(sequence), builder_.reports()};
}

}  // namespace

absl::StatusOr<MusicXmlReading> ReadMusicXml(std::string_view bytes) {
  std::string inflated;
  if (IsZipArchive(bytes)) {
    MAGENTA_ASSIGN_OR_RETURN(inflated, ReadMxlScore(bytes));
    bytes = inflated;
  }
  if (bytes.size() > kMaxMusicXmlBytes) {
    return InputError("", fmt::format("more than {} bytes of XML", kMaxMusicXmlBytes));
  }
  return MusicXmlReader(bytes).Read();
}

}  // namespace magenta
