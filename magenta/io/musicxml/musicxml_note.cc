// Notes of a part: length, pitch, instrument, ties.

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

#include "magenta/io/musicxml/musicxml_part.h"
#include "magenta/io/musicxml/xml_text.h"

namespace magenta {
namespace {

constexpr int kXmlVelocity = 64;
constexpr int kDrumChannel = 10;
constexpr int kMostVoices = 65535;

/// Note types, each twice as long as the one before it.
constexpr std::string_view kTypes[] = {"1024th", "512th", "256th",  "128th",   "64th",
                                       "32nd",   "16th",  "eighth", "quarter", "half",
                                       "whole",  "breve", "long",   "maxima"};

/// As the `dynamics` of a note says: percent of a forte, which is 90.
std::optional<int> VelocityOf(pugi::xml_node note) {
  const auto percent = XmlNumberIn(XmlAttributeOf(note, "dynamics"));
  if (!percent || *percent < 0) return std::nullopt;
  return static_cast<int>(std::lround(std::clamp(*percent * 0.9, 1.0, 127.0)));
}

/// The length that type, dots and tuplet say; 0 without a type.
int64_t WrittenLength(const XmlNoteParts& parts) {
  const pugi::xml_node note = parts.note;
  const auto* type =
      std::find(std::begin(kTypes), std::end(kTypes), TrimmedXml(parts.type.child_value()));
  if (type == std::end(kTypes)) return 0;
  const int64_t shortest = kScoreUnitsPerQuarter / 256;
  const int64_t plain = shortest << (type - std::begin(kTypes));
  int64_t units = plain;
  int dots = 0;
  for ([[maybe_unused]] pugi::xml_node dot : note.children("dot")) {
    if (++dots <= 4) units += plain >> dots;
  }
  const pugi::xml_node tuplet = note.child("time-modification");
  const int actual = XmlIntIn(tuplet.child_value("actual-notes"), 1);
  const int normal = XmlIntIn(tuplet.child_value("normal-notes"), 1);
  if (actual < 1 || actual > 1024 || normal < 1 || normal > 1024) return units;
  return ScaleUnits(units, {normal, actual});
}

bool HasTie(const XmlNoteParts& parts, std::string_view type) {
  if (parts.tie) {
    for (pugi::xml_node tie = parts.tie; tie; tie = tie.next_sibling("tie")) {
      if (XmlAttributeOf(tie, "type") == type) return true;
    }
    return false;
  }
  // Some programs write the bow alone.
  for (pugi::xml_node each = parts.notations; each; each = each.next_sibling("notations")) {
    for (pugi::xml_node tied : each.children("tied")) {
      if (XmlAttributeOf(tied, "type") == type) return true;
    }
  }
  return false;
}

struct NotationRow {
  const char* element;
  const char* text;
};
constexpr NotationRow kNotations[] = {
    {"ornaments", "ornaments"}, {"articulations", "articulations"}, {"dynamics", "dynamics"},
    {"fermata", "fermatas"},    {"arpeggiate", "arpeggios"},        {"glissando", "glissandos"},
    {"slide", "glissandos"},
};

/// What changes the sound of a note among its technical signs.
constexpr const char* kTechniques[] = {"harmonic", "bend", "stopped", "snap-pizzicato", "golpe"};

std::optional<int> PitchIn(pugi::xml_node pitch, const char* step_name, const char* octave_name,
                           double alter) {
  static constexpr std::string_view kSteps = "CDEFGAB";
  static constexpr int kSemitones[7] = {0, 2, 4, 5, 7, 9, 11};
  const std::string_view step = XmlTextOf(pitch, step_name);
  if (step.size() != 1 || kSteps.find(step[0]) == std::string_view::npos) return std::nullopt;
  const int octave = std::clamp(XmlIntIn(pitch.child_value(octave_name), 4), -1, 10);
  // Halves go to the note that is written.
  const double nearest = alter > 0 ? std::ceil(alter - 0.5) : std::floor(alter + 0.5);
  return 12 * (octave + 1) + kSemitones[kSteps.find(step[0])] + static_cast<int>(nearest);
}

}  // namespace

XmlNoteParts::XmlNoteParts(pugi::xml_node note) : note(note) {
  static constexpr std::pair<std::string_view, pugi::xml_node XmlNoteParts::*> kParts[] = {
      {"pitch", &XmlNoteParts::pitch},           {"rest", &XmlNoteParts::rest},
      {"unpitched", &XmlNoteParts::unpitched},   {"chord", &XmlNoteParts::chord},
      {"grace", &XmlNoteParts::grace},           {"cue", &XmlNoteParts::cue},
      {"duration", &XmlNoteParts::duration},     {"type", &XmlNoteParts::type},
      {"voice", &XmlNoteParts::voice},           {"staff", &XmlNoteParts::staff},
      {"instrument", &XmlNoteParts::instrument}, {"tie", &XmlNoteParts::tie},
      {"notehead", &XmlNoteParts::notehead},     {"notations", &XmlNoteParts::notations},
      {"lyric", &XmlNoteParts::lyric},
  };
  for (pugi::xml_node child : note.children()) {
    const std::string_view name = child.name();
    for (const auto& [wanted, part] : kParts) {
      if (name != wanted) continue;
      if (!(this->*part)) this->*part = child;
      break;
    }
  }
}

int64_t MusicXmlPart::LengthOf(const XmlNoteParts& parts) const {
  const bool is_measure = parts.rest && XmlAttributeOf(parts.rest, "measure") == "yes";
  const int64_t units = Units(parts.duration.child_value());
  if (units > 0) {
    // A whole rest's duration is that of a whole note in some files, whatever the meter: see
    // IsWholeRest for longer ones.
    if (is_measure && MeasureUnits() > 0 && cursor_ == 0) return std::min(units, MeasureUnits());
    return units;
  }
  const int64_t written = WrittenLength(parts);
  if (!parts.rest) return written > 0 || !parts.chord ? written : last_length_;
  const bool is_whole = written == 0 || written == 4 * kScoreUnitsPerQuarter;
  const bool fills = is_measure ||
                     (cursor_ == 0 && is_whole && MeasureUnits() < 4 * kScoreUnitsPerQuarter) ||
                     (cursor_ == 0 && written == 0);
  return fills && MeasureUnits() > 0 ? std::max<int64_t>(MeasureUnits() - cursor_, 0) : written;
}

bool MusicXmlPart::IsWholeRest(const XmlNoteParts& parts, int64_t length) const {
  if (!parts.rest || cursor_ != 0 || XmlAttributeOf(parts.rest, "measure") != "yes") return false;
  const bool is_whole =
      TrimmedXml(parts.type.child_value()) == "whole" || length == 4 * kScoreUnitsPerQuarter;
  return is_whole && length < MeasureUnits();
}

const XmlInstrument& MusicXmlPart::InstrumentOf(pugi::xml_node instrument) const {
  static const XmlInstrument kNoInstrument;
  auto found = head_.instruments.end();
  if (instrument) found = head_.instruments.find(XmlAttributeOf(instrument, "id"));
  if (found == head_.instruments.end()) found = head_.instruments.find(head_.first_instrument);
  return found == head_.instruments.end() ? kNoInstrument : found->second;
}

std::optional<int> MusicXmlPart::DrumOf(const XmlNoteParts& parts,
                                        const XmlInstrument& instrument) {
  if (instrument.unpitched) return instrument.unpitched;
  if (head_.only_drum) return head_.only_drum;
  Report(parts.note, "drums without a MIDI note: the note that is displayed");
  return PitchIn(parts.unpitched, "display-step", "display-octave", 0);
}

std::optional<int> MusicXmlPart::PitchOf(const XmlNoteParts& parts,
                                         const XmlInstrument& instrument) {
  if (parts.unpitched) return DrumOf(parts, instrument);
  const double alter =
      std::clamp(XmlNumberIn(parts.pitch.child_value("alter")).value_or(0), -12.0, 12.0);
  if (alter != std::floor(alter)) Report(parts.note, "quarter tones, rounded to semitones");
  return PitchIn(parts.pitch, "step", "octave", alter);
}

void MusicXmlPart::ReportNote(const XmlNoteParts& parts) {
  if (parts.lyric) Report(parts.note, "lyrics");
  if (TrimmedXml(parts.notehead.child_value()) == "slash") {
    Report(parts.note, "slashes: read as written");
  }
  for (pugi::xml_attribute attribute : parts.note.attributes()) {
    const std::string_view name = attribute.name();
    if (name == "dynamics" && !VelocityOf(parts.note)) Report(parts.note, "dynamics");
    if (name == "time-only") Report(parts.note, "notes for some passes alone: read for all");
  }
  for (pugi::xml_node each = parts.notations; each; each = each.next_sibling("notations")) {
    for (pugi::xml_node sign : each.children()) ReportNotation(parts.note, sign);
  }
}

void MusicXmlPart::ReportNotation(pugi::xml_node note, pugi::xml_node sign) {
  const std::string_view name = sign.name();
  for (const NotationRow& row : kNotations) {
    if (name == row.element) Report(note, row.text);
  }
  if (name != "technical") return;
  for (const char* technique : kTechniques) {
    if (sign.child(technique)) Report(note, "playing techniques");
  }
}

void MusicXmlPart::ReadNote(pugi::xml_node node) {
  const XmlNoteParts parts(node);
  if (parts.grace) return Report(node, "grace notes");
  const int64_t length = LengthOf(parts);
  const int64_t start = parts.chord ? last_onset_ : cursor_;
  if (!parts.chord) {
    last_onset_ = cursor_;
    last_length_ = length;
    const int64_t content = content_;
    const bool is_whole_rest = IsWholeRest(parts, length);
    MoveTo(cursor_ + length);
    if (is_whole_rest) content_ = content;
  }
  if (parts.rest) return;
  if (parts.cue) return Report(node, "cue notes");
  if (length <= 0) return Report(node, "notes without a length");
  ReportNote(parts);
  const XmlInstrument& instrument = InstrumentOf(parts.instrument);
  const auto pitch = PitchOf(parts, instrument);
  if (!pitch) return Report(node, "notes without a pitch");
  XmlNote placed;
  placed.note.is_drum = parts.unpitched || instrument.channel == kDrumChannel;
  placed.note.pitch = *pitch;
  placed.note.velocity = VelocityOf(node).value_or(kXmlVelocity);
  placed.note.start = start;
  placed.note.end = start + length;
  placed.note.part = static_cast<int>(index_);
  placed.note.instrument = head_.number;
  placed.note.program = instrument.program;
  placed.note.voice = std::clamp(XmlIntIn(parts.voice.child_value(), 1), 0, kMostVoices);
  placed.measure = measure_;
  placed.staff = std::max(XmlIntIn(parts.staff.child_value(), 1), 0);
  placed.tie_start = HasTie(parts, "start");
  placed.tie_stop = HasTie(parts, "stop");
  const XmlTransposition by =
      parts.unpitched ? XmlTransposition{} : TranspositionAt(placed.staff, start);
  const bool is_in_range = AddNote(placed, by.semitones) &&
                           (by.doubling == 0 || AddNote(placed, by.semitones + by.doubling));
  if (!is_in_range) Report(node, "notes outside MIDI's range");
}

bool MusicXmlPart::AddNote(XmlNote note, int semitones) {
  note.note.pitch += semitones;
  if (note.note.pitch < 0 || note.note.pitch > 127) return false;
  found_.notes[index_].push_back(note);
  return true;
}

}  // namespace magenta
