#include "magenta/io/musicxml/musicxml_chord.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <string_view>
#include <utility>
#include <vector>

#include "magenta/base/utf8.h"
#include "magenta/io/musicxml/xml_text.h"
#include "magenta/music/harmony/chord_kinds.h"
#include "magenta/music/harmony/chord_symbol.h"

namespace magenta {
namespace {

struct KindRow {
  std::string_view kind;
  std::string_view suffix;
};

// The kinds of MusicXML that have a suffix, then spellings that its writers use instead.
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

constexpr size_t kStandardKinds = 27;
static_assert(kKinds[kStandardKinds - 1].kind == "none");

const char* AlterText(int alter) {
  static constexpr const char* kTexts[5] = {"bb", "b", "", "#", "##"};
  return kTexts[std::clamp(alter, -2, 2) + 2];
}

/// How far sharps and flats go; a note that is altered further is named by its pitch.
constexpr int kMostSigns = 2;

/// "F#" from <NAME-step> and <NAME-alter>, transposed; empty without a step.
std::string PitchText(pugi::xml_node node, const std::string& name, int transpose) {
  static constexpr std::string_view kSteps = "CDEFGAB";
  static constexpr int kSemitones[7] = {0, 2, 4, 5, 7, 9, 11};
  static constexpr const char* kNames[12] = {"C",  "Db", "D",  "Eb", "E",  "F",
                                             "F#", "G",  "Ab", "A",  "Bb", "B"};
  const std::string_view step = XmlTextOf(node, (name + "-step").c_str());
  if (step.size() != 1 || kSteps.find(step[0]) == std::string_view::npos) return "";
  const int alter = XmlIntIn(node.child_value((name + "-alter").c_str()), 0) % 12;
  const bool has_name = std::abs(alter) <= kMostSigns;
  if (transpose % 12 == 0 && has_name) return std::string(step) + AlterText(alter);
  const int pitch = kSemitones[kSteps.find(step[0])] + alter + transpose;
  return kNames[((pitch % 12) + 12) % 12];
}

/// PitchText, or what stands in place of a pitch; empty without that, too.
std::string NoteText(pugi::xml_node node, const std::string& name, int transpose) {
  const std::string pitch = PitchText(node, name, transpose);
  return pitch.empty() ? ToUtf8(XmlTextOf(node, (name + "-step").c_str())) : pitch;
}

/// "C", "F#"; where there is none what else the chord stands on ("V", "1"), "?" without any.
std::string RootText(pugi::xml_node harmony, int transpose) {
  std::string root = NoteText(harmony.child("root"), "root", transpose);
  if (!root.empty()) return root;
  const std::string_view function = XmlTextOf(harmony, "function");
  if (!function.empty()) return ToUtf8(function);
  const std::string_view numeral = XmlTextOf(harmony.child("numeral"), "numeral-root");
  return numeral.empty() ? "?" : ToUtf8(numeral);
}

/// "(add9)", "(#9)", "(no3)"; what is unreadable stands as it is, and no symbol has it.
std::string DegreeText(pugi::xml_node degree) {
  const std::string value(XmlTextOf(degree, "degree-value"));
  const std::string_view type = XmlTextOf(degree, "degree-type");
  const bool number = !value.empty() && value.size() < 3 &&
                      value.find_first_not_of("0123456789") == std::string::npos;
  if (!number) return "(" + ToUtf8(value) + "?)";
  const int semitones = XmlIntIn(degree.child_value("degree-alter"), 0);
  if (std::abs(semitones) > kMostSigns) return fmt::format("({:+}?{})", semitones, value);
  const std::string alter = AlterText(semitones);
  if (type == "subtract") return "(no" + value + ")";
  if (type == "add" && alter.empty()) return "(add" + value + ")";
  return "(" + alter + value + ")";
}

/// A symbol without a root, as HarmonyElement writes it.
bool HasHiddenRoot(pugi::xml_node harmony) {
  const pugi::xml_attribute shown = harmony.child("root").child("root-step").attribute("text");
  return shown && *shown.value() == '\0';
}

}  // namespace

bool IsAlteredFar(pugi::xml_node harmony) {
  const auto is_far = [](const char* alter) { return std::abs(XmlIntIn(alter, 0)) > kMostSigns; };
  if (is_far(harmony.child("root").child_value("root-alter"))) return true;
  if (is_far(harmony.child("bass").child_value("bass-alter"))) return true;
  const auto degrees = harmony.children("degree");
  return std::any_of(degrees.begin(), degrees.end(), [&](pugi::xml_node degree) {
    return is_far(degree.child_value("degree-alter"));
  });
}

std::string ChordSymbolText(pugi::xml_node harmony, int transpose) {
  const std::string_view kind = XmlTextOf(harmony, "kind");
  const std::string_view figure = XmlAttributeOf(harmony.child("kind"), "text");
  const auto* row = std::find_if(std::begin(kKinds), std::end(kKinds),
                                 [&](const KindRow& each) { return each.kind == kind; });
  const bool known = row != std::end(kKinds);
  if (known && row->kind == "none") return std::string(row->suffix);
  if (!known && !figure.empty() && HasHiddenRoot(harmony)) return ToUtf8(figure);
  std::string text = RootText(harmony, transpose);
  if (known) {
    text += row->suffix;
    for (pugi::xml_node degree : harmony.children("degree")) text += DegreeText(degree);
  } else {
    text += figure.empty() ? "(" + ToUtf8(kind) + ")" : ToUtf8(figure);
  }
  const std::string bass = NoteText(harmony.child("bass"), "bass", transpose);
  return bass.empty() ? text : text + "/" + bass;
}

namespace {

/// Sharps or flats of a note.
constexpr int kMostAlter = 2;

/// "F#" off the front of `text`, as <NAME-step> and <NAME-alter>; "" where no note begins it.
std::string TakeNote(std::string_view& text, const char* name) {
  if (text.empty() || std::string_view("ABCDEFG").find(text[0]) == std::string_view::npos)
    return "";
  std::string element = fmt::format("<{0}-step>{1}</{0}-step>", name, text[0]);
  text.remove_prefix(1);
  int alter = 0;
  for (; std::abs(alter) < kMostAlter && !text.empty() && (text[0] == '#' || text[0] == 'b');
       text.remove_prefix(1)) {
    alter += text[0] == '#' ? 1 : -1;
  }
  if (alter != 0) element += fmt::format("<{0}-alter>{1}</{0}-alter>", name, alter);
  return element;
}

/// A chord symbol in pieces: notes as elements, what stands between them as text.
struct SplitSymbol {
  explicit SplitSymbol(std::string_view symbol) : root(TakeNote(symbol, "root")), figure(symbol) {
    const size_t slash = symbol.rfind('/');
    if (slash == std::string_view::npos) return;
    std::string_view note = symbol.substr(slash + 1);
    const std::string element = TakeNote(note, "bass");
    if (element.empty() || !note.empty()) return;
    bass = element;
    figure = symbol.substr(0, slash);
  }

  std::string root;
  std::string figure;
  std::string bass;
};

/// Takes "add9", "(b5)" or "no3" off the front of `figure` and adds it to `degrees` of a chord of
/// `kind`; false where none begins it, or none that MusicXML has.
bool TakeDegree(std::string_view& figure, const ChordKind& kind, std::string& degrees) {
  static constexpr std::pair<std::string_view, std::pair<std::string_view, int>> kTypes[] = {
      {"add#", {"add", 1}},    {"addb", {"add", -1}}, {"add", {"add", 0}},
      {"no", {"subtract", 0}}, {"#", {"alter", 1}},   {"b", {"alter", -1}},
  };
  std::string_view rest = figure;
  if (rest.starts_with('(')) rest.remove_prefix(1);
  const auto* found = std::find_if(std::begin(kTypes), std::end(kTypes),
                                   [&](const auto& each) { return rest.starts_with(each.first); });
  if (found == std::end(kTypes)) return false;
  rest.remove_prefix(found->first.size());
  const size_t digits = std::min(rest.find_first_not_of("0123456789"), rest.size());
  if (digits == 0 || digits > 2) return false;
  const int number = std::atoi(std::string(rest.substr(0, digits)).c_str());
  rest.remove_prefix(digits);
  if (rest.starts_with(')')) rest.remove_prefix(1);
  auto [type, alter] = found->second;
  const bool present =
      std::any_of(kind.degrees.begin(), kind.degrees.end(),
                  [number](const ChordDegree& degree) { return degree.degree == number; });
  if (!present && type == "alter") {
    type = "add";
    if (number == 7) ++alter;  // a seventh that MusicXML adds is the minor one
  }
  const bool again = degrees.find("<degree-value>7<") != std::string::npos;
  if (number == 7 && type == "add" && (alter != 0 || again)) return false;
  figure = rest;
  degrees += fmt::format(
      "<degree><degree-value>{}</degree-value><degree-alter>{}</degree-alter>"
      "<degree-type>{}</degree-type></degree>",
      number, alter, type);
  return true;
}

/// A kind of MusicXML and its degrees as elements.
struct XmlKind {
  std::string_view kind;
  std::string degrees;
};

/// Of "m7(add9)", which is the figure of a symbol that parses; nothing where MusicXML has none.
std::optional<XmlKind> XmlKindOf(std::string_view figure) {
  std::optional<XmlKind> best;
  size_t best_size = 0;
  for (const ChordKind& kind : ChordKinds()) {
    const auto* row =
        std::find_if(std::begin(kKinds), kKinds + kStandardKinds, [&](const KindRow& each) {
          return std::find(kind.texts.begin(), kind.texts.end(), each.suffix) != kind.texts.end();
        });
    if (row == kKinds + kStandardKinds) continue;
    for (const std::string_view text : kind.texts) {
      if (!figure.starts_with(text) || (best && text.size() <= best_size)) continue;
      std::string_view rest = figure.substr(text.size());
      std::string degrees;
      while (TakeDegree(rest, kind, degrees)) {
      }
      if (!rest.empty()) continue;
      best = {row->kind, degrees};
      best_size = text.size();
    }
  }
  return best;
}

/// Kinds that MusicXML lacks, as one that it has and degrees.
std::string WithUsualKind(std::string_view figure) {
  static constexpr std::pair<std::string_view, std::string_view> kSpellings[] = {
      {"6/9", "6(add9)"}, {"7sus", "sus(add7)"}, {"sus7", "sus(add7)"},
      {"+9", "+7(add9)"}, {"aug9", "+7(add9)"},
  };
  for (const auto& [spelling, usual] : kSpellings) {
    if (figure.starts_with(spelling)) {
      return std::string(usual).append(figure.substr(spelling.size()));
    }
  }
  return std::string(figure);
}

/// Without blanks around it, sharps and flats in ASCII.
std::string PlainSymbol(std::string_view symbol) {
  static constexpr std::pair<std::string_view, std::string_view> kSigns[] = {{"♯", "#"},
                                                                             {"♭", "b"}};
  std::string plain(TrimmedXml(symbol));
  for (const auto& [sign, ascii] : kSigns) {
    for (size_t at = 0; (at = plain.find(sign, at)) != std::string::npos;) {
      plain.replace(at, sign.size(), ascii);
    }
  }
  return plain;
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

std::string HiddenRoot(std::string_view text, std::string_view kind) {
  return fmt::format(
      "<harmony><root><root-step text=\"\">C</root-step></root><kind text=\"{}\">{}</kind>"
      "</harmony>",
      EscapedText(text), kind);
}

}  // namespace

std::string HarmonyElement(std::string_view symbol) {
  const std::string plain = PlainSymbol(symbol);
  const auto chord = ParseChordSymbol(plain);
  if (chord.ok() && chord->IsNoChord()) return HiddenRoot(plain, "none");
  const SplitSymbol written(plain);
  if (written.root.empty()) return HiddenRoot(plain, "other");
  const SplitSymbol read(chord.ok() ? chord->Text() : plain);
  const bool readable = chord.ok() && std::abs(chord->root().alteration) <= kMostAlter;
  const auto kind = readable ? XmlKindOf(WithUsualKind(read.figure)) : std::nullopt;
  return fmt::format("<harmony><root>{}</root><kind text=\"{}\">{}</kind>{}{}</harmony>", read.root,
                     EscapedText(kind ? written.figure : read.figure), kind ? kind->kind : "other",
                     read.bass.empty() ? "" : "<bass>" + read.bass + "</bass>",
                     kind ? kind->degrees : "");
}

}  // namespace magenta
