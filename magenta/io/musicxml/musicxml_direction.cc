// Directions, sounds, bar lines and chord symbols of a part.

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <utility>

#include "magenta/io/musicxml/jump_words.h"
#include "magenta/io/musicxml/musicxml_chord.h"
#include "magenta/io/musicxml/musicxml_part.h"
#include "magenta/io/musicxml/xml_text.h"

namespace magenta {
namespace {

constexpr double kHighestQpm = 100000;
constexpr int kMostPasses = 64;
// More than a piece may have sections: play_order.h says so of what asks for it.
constexpr int kMostTimes = static_cast<int>(kPieceLimits.sections) + 1;

struct JumpRow {
  const char* attribute;
  PlaySign::Kind kind;
};
/// Of <sound>.
constexpr JumpRow kJumpAttributes[] = {
    {"fine", PlaySign::kFine},         {"tocoda", PlaySign::kToCoda}, {"dacapo", PlaySign::kDaCapo},
    {"dalsegno", PlaySign::kDalSegno}, {"segno", PlaySign::kSegno},   {"coda", PlaySign::kCoda},
};

bool IsTarget(PlaySign::Kind kind) { return kind >= PlaySign::kRepeatStart; }

/// The passes of "1", "1, 2", "1-3" or "1. 2."; empty when there is none.
std::vector<int> PassesIn(std::string_view text) {
  std::vector<int> passes;
  bool is_range = false;
  while (!text.empty() && passes.size() < kMostPasses) {
    if (text[0] < '0' || text[0] > '9') {
      is_range |= text[0] == '-';
      if (text[0] == ',' || text[0] == ';') is_range = false;
      text.remove_prefix(1);
      continue;
    }
    const size_t end = std::min(text.find_first_not_of("0123456789"), text.size());
    const int pass = std::clamp(XmlIntIn(text.substr(0, end), 0), 0, kMostPasses);
    text.remove_prefix(end);
    for (int between = is_range && !passes.empty() ? passes.back() + 1 : pass; between < pass;) {
      passes.push_back(between++);
    }
    if (pass > 0) passes.push_back(pass);
    is_range = false;
  }
  return passes;
}

/// 0 where it is no number.
int TimesIn(std::string_view text) {
  const bool is_long = text.size() > 9 && text.find_first_not_of("0123456789") == text.npos;
  return is_long ? kMostTimes : std::clamp(XmlIntIn(text, 0), 0, kMostTimes);
}

bool HasJump(pugi::xml_node sound) {
  return std::any_of(std::begin(kJumpAttributes), std::end(kJumpAttributes),
                     [&](const JumpRow& row) { return sound.attribute(row.attribute); });
}

/// The words of a direction, one behind the other.
std::string WordsOf(pugi::xml_node direction) {
  std::string words;
  for (pugi::xml_node type : direction.children("direction-type")) {
    for (pugi::xml_node each : type.children("words")) {
      words += std::string(each.child_value()) + " ";
    }
  }
  return words;
}

/// Quarters of a <beat-unit>, 0 for what is none.
double QuartersOf(std::string_view unit) {
  static constexpr std::pair<std::string_view, double> kUnits[] = {
      {"long", 16},    {"breve", 8},   {"whole", 4},      {"half", 2},       {"quarter", 1},
      {"eighth", 0.5}, {"16th", 0.25}, {"32nd", 1.0 / 8}, {"64th", 1.0 / 16}};
  for (const auto& [name, quarters] : kUnits) {
    if (name == unit) return quarters;
  }
  return 0;
}

bool IsYes(pugi::xml_node node, const char* attribute) {
  return XmlAttributeOf(node, attribute) == "yes";
}

}  // namespace

void MusicXmlPart::AddTempo(int64_t offset, double qpm) {
  found_.tempos.push_back({{measure_, offset}, qpm});
}

void MusicXmlPart::AddSign(int64_t offset, PlaySign sign) {
  found_.signs.push_back({{measure_, offset}, std::move(sign)});
}

void MusicXmlPart::ReadSound(pugi::xml_node sound, int64_t offset, const std::string& words) {
  if (const pugi::xml_node own = sound.child("offset")) offset = cursor_ + Units(own.child_value());
  for (const JumpRow& row : kJumpAttributes) {
    const std::string_view name = XmlAttributeOf(sound, row.attribute);
    if (!sound.attribute(row.attribute) || name == "no") continue;
    PlaySign sign;
    sign.kind = row.kind;
    if (row.kind != PlaySign::kFine && row.kind != PlaySign::kDaCapo) sign.name = name;
    if (!IsTarget(row.kind)) sign.passes = PassesIn(XmlAttributeOf(sound, "time-only"));
    AddGoalOfWords(words, sign);
    AddSign(IsTarget(row.kind) ? offset : LeaveOffset(offset), std::move(sign));
  }
  if (IsYes(sound, "forward-repeat")) {
    PlaySign sign;
    sign.kind = PlaySign::kRepeatStart;
    AddSign(offset, std::move(sign));
  }
  for (pugi::xml_node each : sound.children("midi-instrument")) ReadInstrumentChange(each);
  if (sound.attribute("dynamics")) Report(sound, "dynamics");
  if (sound.attribute("pizzicato")) Report(sound, "playing techniques");
  if (sound.attribute("damper-pedal")) Report(sound, "pedal marks");
  if (sound.child("swing")) Report(sound, "swing: eighths as written");
  if (!sound.attribute("tempo")) return;
  if (sound.attribute("time-only")) Report(sound, "tempos for some passes alone: read for all");
  const double qpm = FirstXmlNumberIn(sound.attribute("tempo").value()).value_or(0);
  AddTempo(offset, qpm > 0 && qpm <= kHighestQpm ? qpm : 120);
}

/// The program of an instrument from here on.
void MusicXmlPart::ReadInstrumentChange(pugi::xml_node midi_instrument) {
  const std::string id(XmlAttributeOf(midi_instrument, "id"));
  auto found = head_.instruments.find(id);
  if (found == head_.instruments.end()) found = head_.instruments.find(head_.first_instrument);
  if (found == head_.instruments.end()) {
    head_.first_instrument = id;
    found = head_.instruments.emplace(id, XmlInstrument{}).first;
  }
  found->second.Read(midi_instrument);
}

/// What is printed ("dotted quarter = 60"), for scores without a <sound> that says it.
void MusicXmlPart::ReadMetronome(pugi::xml_node metronome, int64_t offset) {
  double quarters = QuartersOf(XmlTextOf(metronome, "beat-unit"));
  double dot = quarters / 2;
  for (pugi::xml_node each = metronome.child("beat-unit").next_sibling();
       std::string_view(each.name()) == "beat-unit-dot"; each = each.next_sibling()) {
    quarters += dot;
    dot /= 2;
  }
  const pugi::xml_node per_minute = metronome.child("per-minute");
  if (!per_minute) return Report(metronome, "metric modulations");
  const double rate = FirstXmlNumberIn(per_minute.child_value()).value_or(0);
  if (quarters <= 0 || rate <= 0 || rate * quarters > kHighestQpm) {
    return Report(metronome, "metronome marks without a number");
  }
  AddTempo(offset, rate * quarters);
}

/// Signs and words of a direction whose jump no <sound> says.
void MusicXmlPart::ReadPrintedJumps(pugi::xml_node direction, const std::string& words,
                                    int64_t offset) {
  bool has_coda_sign = false, has_segno_sign = false;
  for (pugi::xml_node type : direction.children("direction-type")) {
    has_coda_sign |= static_cast<bool>(type.child("coda"));
    has_segno_sign |= static_cast<bool>(type.child("segno"));
  }
  auto sign = JumpInWords(words + (has_coda_sign ? "coda" : "") + (has_segno_sign ? "segno" : ""));
  if (!sign) sign = JumpInWords(words);
  if (sign && has_coda_sign && sign->kind == PlaySign::kCoda && !JumpInWords(words)) {
    sign->kind = PlaySign::kCodaSign;
  }
  if (!sign && has_coda_sign) sign.emplace().kind = PlaySign::kCodaSign;
  if (!sign && has_segno_sign) sign.emplace().kind = PlaySign::kSegno;
  if (sign) AddSign(IsTarget(sign->kind) ? offset : kAtMeasureEnd, *std::move(sign));
}

void MusicXmlPart::ReportDirection(pugi::xml_node direction, bool is_understood) {
  for (pugi::xml_node type : direction.children("direction-type")) {
    if (type.child("dynamics") || type.child("wedge")) Report(direction, "dynamics");
    if (type.child("pedal")) Report(direction, "pedal marks");
    if (type.child("scordatura")) Report(direction, "scordatura: pitches as written");
    if (type.child("string-mute")) Report(direction, "playing techniques");
    if (type.child("words") && !is_understood) {
      Report(direction, "words (of tempo or expression) without a sound");
    }
  }
}

void MusicXmlPart::ReadDirection(pugi::xml_node direction) {
  int64_t offset = cursor_;
  const pugi::xml_node moved = direction.child("offset");
  if (IsYes(moved, "sound")) offset += Units(moved.child_value());
  const std::string words = WordsOf(direction);
  bool has_tempo = false, has_jump = false;
  for (pugi::xml_node sound : direction.children("sound")) {
    has_tempo |= static_cast<bool>(sound.attribute("tempo"));
    has_jump |= HasJump(sound);
    ReadSound(sound, offset, words);
  }
  const size_t tempos = found_.tempos.size(), signs = found_.signs.size();
  if (!has_jump) ReadPrintedJumps(direction, words, offset);
  for (pugi::xml_node type : direction.children("direction-type")) {
    if (type.child("metronome") && !has_tempo) ReadMetronome(type.child("metronome"), offset);
  }
  const bool is_understood =
      direction.child("sound") || tempos != found_.tempos.size() || signs != found_.signs.size();
  ReportDirection(direction, is_understood);
}

void MusicXmlPart::ReadBarline(pugi::xml_node barline) {
  const std::string_view location = XmlAttributeOf(barline, "location");
  const bool is_left = location == "left";
  const int64_t place = is_left ? 0 : location == "middle" ? cursor_ : kAtMeasureEnd;
  for (const JumpRow& row : kJumpAttributes) {
    if (!IsTarget(row.kind) || row.kind == PlaySign::kRepeatStart) continue;
    if (!barline.attribute(row.attribute) && !barline.child(row.attribute)) continue;
    PlaySign sign;
    sign.kind = row.kind == PlaySign::kCoda && !barline.attribute(row.attribute)
                    ? PlaySign::kCodaSign
                    : row.kind;
    sign.name = XmlAttributeOf(barline, row.attribute);
    AddSign(place, std::move(sign));
  }
  if (const pugi::xml_node ending = barline.child("ending")) ReadEnding(ending, place);
  const pugi::xml_node repeat = barline.child("repeat");
  if (!repeat) return;
  PlaySign sign;
  if (XmlAttributeOf(repeat, "direction") == "forward") {
    sign.kind = PlaySign::kRepeatStart;
    return AddSign(location.empty() && cursor_ == 0 ? 0 : place, std::move(sign));
  }
  sign.kind = PlaySign::kRepeatEnd;
  sign.times = TimesIn(XmlAttributeOf(repeat, "times"));
  sign.after_jump = IsYes(repeat, "after-jump");
  AddSign(place, std::move(sign));
}

void MusicXmlPart::ReadEnding(pugi::xml_node ending, int64_t offset) {
  const std::string_view type = XmlAttributeOf(ending, "type");
  PlaySign sign;
  sign.kind = PlaySign::kEndingStop;
  if (type == "start") {
    sign.kind = PlaySign::kEndingStart;
    sign.passes = PassesIn(XmlAttributeOf(ending, "number"));
    if (sign.passes.empty()) sign.passes = PassesIn(ending.child_value());
    if (offset == kAtMeasureEnd && cursor_ == 0) offset = 0;
  }
  AddSign(offset, std::move(sign));
}

void MusicXmlPart::ReadHarmony(pugi::xml_node harmony) {
  const int staff = std::max(XmlIntIn(harmony.child_value("staff"), 1), 0);
  std::string text = ChordSymbolText(harmony, TranspositionAt(staff, cursor_).semitones);
  if (harmony.child("inversion")) Report(harmony, "inversions of chord symbols");
  if (IsAlteredFar(harmony)) {
    Report(harmony, "alterations of chord symbols by more than two semitones");
  }
  if (harmony.child("kind").next_sibling("kind")) {
    Report(harmony, "chord symbols of several chords: the first of them");
  }
  found_.chords.push_back(
      {{measure_, cursor_ + Units(harmony.child_value("offset"))}, std::move(text)});
}

}  // namespace magenta
