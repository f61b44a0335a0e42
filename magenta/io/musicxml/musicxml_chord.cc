#include "magenta/io/musicxml/musicxml_chord.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <string_view>
#include <utility>

#include "magenta/io/musicxml/xml_text.h"

namespace magenta {
namespace {

struct KindRow {
  std::string_view kind;
  std::string_view suffix;
};

// The kinds of MusicXML, then spellings that its writers use instead.
constexpr KindRow kKinds[] = {
    {"major", ""},
    {"minor", "m"},
    {"augmented", "aug"},
    {"diminished", "dim"},
    {"dominant", "7"},
    {"major-seventh", "maj7"},
    {"minor-seventh", "m7"},
    {"diminished-seventh", "dim7"},
    {"augmented-seventh", "aug7"},
    {"half-diminished", "m7b5"},
    {"major-minor", "m(maj7)"},
    {"major-sixth", "6"},
    {"minor-sixth", "m6"},
    {"dominant-ninth", "9"},
    {"major-ninth", "maj9"},
    {"minor-ninth", "m9"},
    {"dominant-11th", "11"},
    {"major-11th", "maj11"},
    {"minor-11th", "m11"},
    {"dominant-13th", "13"},
    {"major-13th", "maj13"},
    {"minor-13th", "m13"},
    {"suspended-second", "sus2"},
    {"suspended-fourth", "sus"},
    {"pedal", "ped"},
    {"power", "5"},
    {"none", "N.C."},
    {"dominant-seventh", "7"},
    {"augmented-ninth", "aug9"},
    {"minor-major", "m(maj7)"},
    {"", ""},
    {"min", "m"},
    {"aug", "aug"},
    {"dim", "dim"},
    {"7", "7"},
    {"maj7", "maj7"},
    {"min7", "m7"},
    {"dim7", "dim7"},
    {"m7b5", "m7b5"},
    {"minMaj7", "m(maj7)"},
    {"6", "6"},
    {"min6", "m6"},
    {"9", "9"},
    {"maj9", "maj9"},
    {"min9", "m9"},
    {"sus47", "sus7"},
};

const char* AlterText(int alter) {
  static constexpr const char* kTexts[5] = {"bb", "b", "", "#", "##"};
  return kTexts[std::clamp(alter, -2, 2) + 2];
}

/// "F#" from <NAME-step> and <NAME-alter>, transposed; empty without a step.
std::string PitchText(pugi::xml_node node, const std::string& name, int transpose) {
  static constexpr std::string_view kSteps = "CDEFGAB";
  static constexpr int kSemitones[7] = {0, 2, 4, 5, 7, 9, 11};
  static constexpr const char* kNames[12] = {"C",  "Db", "D",  "Eb", "E",  "F",
                                             "F#", "G",  "Ab", "A",  "Bb", "B"};
  const std::string_view step = XmlTextOf(node, (name + "-step").c_str());
  if (step.size() != 1 || kSteps.find(step[0]) == std::string_view::npos) return "";
  const int alter = std::clamp(XmlIntIn(node.child_value((name + "-alter").c_str()), 0), -2, 2);
  if (transpose % 12 == 0) return std::string(step) + AlterText(alter);
  const int pitch = kSemitones[kSteps.find(step[0])] + alter + transpose;
  return kNames[((pitch % 12) + 12) % 12];
}

/// "(add9)", "(#9)", "(no3)"; empty when unreadable.
std::string DegreeText(pugi::xml_node degree) {
  const std::string value(XmlTextOf(degree, "degree-value"));
  const std::string_view type = XmlTextOf(degree, "degree-type");
  const bool number = !value.empty() && value.size() < 3 &&
                      value.find_first_not_of("0123456789") == std::string::npos;
  if (!number) return "";
  const std::string alter = AlterText(XmlIntIn(degree.child_value("degree-alter"), 0));
  if (type == "subtract") return "(no" + value + ")";
  if (type == "add" && alter.empty()) return "(add" + value + ")";
  return "(" + alter + value + ")";
}

}  // namespace

std::optional<std::string> ChordSymbolText(pugi::xml_node harmony, int transpose) {
  const std::string_view kind = XmlTextOf(harmony, "kind");
  const auto* row = std::find_if(std::begin(kKinds), std::end(kKinds),
                                 [&](const KindRow& each) { return each.kind == kind; });
  if (row == std::end(kKinds)) return std::nullopt;
  if (row->kind == "none") return std::string(row->suffix);
  std::string text = PitchText(harmony.child("root"), "root", transpose);
  if (text.empty()) return std::nullopt;
  text += row->suffix;
  for (pugi::xml_node degree : harmony.children("degree")) text += DegreeText(degree);
  const std::string bass = PitchText(harmony.child("bass"), "bass", transpose);
  return bass.empty() ? text : text + "/" + bass;
}

namespace {

/// "F#" off the front of `text`, as <NAME-step> and <NAME-alter>; "" where no note begins it.
std::string TakeNote(std::string_view& text, const char* name) {
  if (text.empty() || std::string_view("ABCDEFG").find(text[0]) == std::string_view::npos)
    return "";
  std::string element = fmt::format("<{0}-step>{1}</{0}-step>", name, text[0]);
  text.remove_prefix(1);
  int alter = 0;
  for (; alter > -2 && alter < 2 && !text.empty() && (text[0] == '#' || text[0] == 'b');
       text.remove_prefix(1)) {
    alter += text[0] == '#' ? 1 : -1;
  }
  if (alter != 0) element += fmt::format("<{0}-alter>{1}</{0}-alter>", name, alter);
  return element;
}

/// "(add9)(b5)" off the back of `figure`, as <degree>s; false where one is unreadable.
bool TakeDegrees(std::string_view& figure, std::string& degrees) {
  while (figure.ends_with(')')) {
    const size_t open = figure.rfind('(');
    if (open == std::string_view::npos) return false;
    std::string_view inside = figure.substr(open + 1, figure.size() - open - 2);
    const char* type = "alter";
    int alter = 0;
    if (inside.starts_with("add") || inside.starts_with("no")) {
      type = inside.starts_with("add") ? "add" : "subtract";
      inside.remove_prefix(inside.starts_with("add") ? 3 : 2);
    }
    for (; !inside.empty() && (inside[0] == '#' || inside[0] == 'b'); inside.remove_prefix(1)) {
      alter += inside[0] == '#' ? 1 : -1;
    }
    const bool number = !inside.empty() && inside.size() < 3 &&
                        inside.find_first_not_of("0123456789") == std::string_view::npos;
    if (!number) return figure == "m(maj7)";
    degrees.insert(
        0, fmt::format("<degree><degree-value>{}</degree-value><degree-alter>{}</degree-alter>"
                       "<degree-type>{}</degree-type></degree>",
                       inside, alter, type));
    figure = figure.substr(0, open);
  }
  return true;
}

/// Spellings of tune books, beside the suffixes of the table.
std::string_view UsualSuffix(std::string_view figure) {
  static constexpr std::pair<std::string_view, std::string_view> kSpellings[] = {
      {"maj", ""},    {"M", ""},          {"min", "m"},         {"-", "m"},      {"+", "aug"},
      {"o", "dim"},   {"M7", "maj7"},     {"min7", "m7"},       {"-7", "m7"},    {"o7", "dim7"},
      {"+7", "aug7"}, {"mM7", "m(maj7)"}, {"mmaj7", "m(maj7)"}, {"sus4", "sus"}, {"dom7", "7"}};
  for (const auto& [spelling, suffix] : kSpellings) {
    if (spelling == figure) return suffix;
  }
  return figure;
}

std::string EscapedText(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '&' || c == '<' || c == '"') {
      escaped += c == '&' ? "&amp;" : c == '<' ? "&lt;" : "&quot;";
    } else {
      escaped += static_cast<unsigned char>(c) < ' ' || c == 127 ? ' ' : c;
    }
  }
  return escaped;
}

}  // namespace

std::string HarmonyElement(std::string_view symbol) {
  std::string_view rest = symbol;
  const std::string root = TakeNote(rest, "root");
  std::string bass;
  if (const size_t slash = rest.rfind('/'); slash != std::string_view::npos) {
    std::string_view note = rest.substr(slash + 1);
    bass = TakeNote(note, "bass");
    if (note.empty() && !bass.empty())
      rest = rest.substr(0, slash);
    else
      bass.clear();
  }
  std::string_view figure = UsualSuffix(rest);
  std::string degrees;
  const bool plain = TakeDegrees(figure, degrees);
  const auto* row = std::find_if(std::begin(kKinds), std::end(kKinds), [&](const KindRow& each) {
    return each.suffix == UsualSuffix(figure) && each.kind != "none";
  });
  const bool known = plain && row != std::end(kKinds);
  if (root.empty()) {
    return fmt::format(
        "<harmony><root><root-step text=\"\">C</root-step></root><kind text=\"{}\">"
        "none</kind></harmony>",
        EscapedText(symbol));
  }
  return fmt::format("<harmony><root>{}</root><kind text=\"{}\">{}</kind>{}{}</harmony>", root,
                     EscapedText(rest), known ? row->kind : "other",
                     bass.empty() ? "" : "<bass>" + bass + "</bass>", known ? degrees : "");
}

}  // namespace magenta
