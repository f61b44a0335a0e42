#include "magenta/io/musicxml/musicxml_writer.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string_view>

#include "magenta/base/status.h"
#include "magenta/io/musicxml/musicxml_chord.h"
#include "magenta/io/score/notation.h"
#include "magenta/music/program.h"

namespace magenta {
namespace {

constexpr int kWrittenDrumChannel = 10;
constexpr double kFullVelocity = 90;  // which dynamics="100" stands for

std::string XmlText(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&': escaped += "&amp;"; break;
      case '<': escaped += "&lt;"; break;
      case '>': escaped += "&gt;"; break;
      case '"': escaped += "&quot;"; break;
      default: escaped += static_cast<unsigned char>(c) < ' ' || c == 127 ? ' ' : c;
    }
  }
  return escaped;
}

char StepLetter(const SpelledPitch& pitch) { return "CDEFGAB"[pitch.step]; }

const char* ModeText(NoteSequence::KeySignature::Mode mode) {
  using Key = NoteSequence::KeySignature;
  switch (mode) {
    case Key::MINOR: return "minor";
    case Key::MIXOLYDIAN: return "mixolydian";
    case Key::DORIAN: return "dorian";
    case Key::PHRYGIAN: return "phrygian";
    case Key::LYDIAN: return "lydian";
    case Key::LOCRIAN: return "locrian";
    default: return "major";
  }
}

/// The <type> of a note of so many ticks, with its dots; "" where no type is that long.
std::string TypeText(int ticks) {
  static constexpr std::pair<int, const char*> kTypes[] = {
      {8 * kNotationTicks, "breve"}, {4 * kNotationTicks, "whole"},  {2 * kNotationTicks, "half"},
      {kNotationTicks, "quarter"},   {kNotationTicks / 2, "eighth"}, {kNotationTicks / 4, "16th"},
      {kNotationTicks / 8, "32nd"},  {kNotationTicks / 16, "64th"}};
  for (const auto& [length, name] : kTypes) {
    if (ticks == length) return fmt::format("<type>{}</type>", name);
    if (2 * ticks == 3 * length) return fmt::format("<type>{}</type><dot/>", name);
  }
  return "";
}

/// A part's measures.
class PartWriter {
 public:
  /// `has_dynamics`: each note says how loud it is.
  PartWriter(const Notation& notation, size_t index, bool has_dynamics)
      : notation_(notation),
        part_(notation.parts[index]),
        index_(index),
        has_dynamics_(has_dynamics) {}

  /// <score-part>
  std::string Head() const {
    std::string name = part_.name;
    if (name.empty()) name = part_.is_drum ? "Drums" : std::string(ProgramName(part_.program));
    std::string text = fmt::format("    <score-part id=\"P{}\">\n      <part-name>{}</part-name>\n",
                                   index_ + 1, XmlText(name));
    if (!part_.is_drum) {
      text += fmt::format(
          "      <score-instrument id=\"{0}\"><instrument-name>{1}</instrument-name>"
          "</score-instrument>\n      <midi-instrument id=\"{0}\">{2}<midi-program>{3}"
          "</midi-program></midi-instrument>\n",
          InstrumentId(0), XmlText(ProgramName(part_.program)), Channel(), part_.program + 1);
      return text + "    </score-part>\n";
    }
    const std::set<int> drums = Drums();
    for (const int drum : drums) {
      text += fmt::format(
          "      <score-instrument id=\"{}\"><instrument-name>drum {}</instrument-name>"
          "</score-instrument>\n",
          InstrumentId(drum), drum);
    }
    for (const int drum : drums) {
      text += fmt::format(
          "      <midi-instrument id=\"{}\"><midi-channel>{}</midi-channel><midi-program>{}"
          "</midi-program><midi-unpitched>{}</midi-unpitched></midi-instrument>\n",
          InstrumentId(drum), kWrittenDrumChannel, part_.program + 1, drum + 1);
    }
    return text + "    </score-part>\n";
  }

  /// <part>
  void Write(std::string& text) {
    text += fmt::format("  <part id=\"P{}\">\n", index_ + 1);
    int number = notation_.measures[0].is_short ? 0 : 1;
    for (size_t i = 0; i < notation_.measures.size(); ++i) {
      const WrittenMeasure& measure = notation_.measures[i];
      const bool is_last = i > 0 && i + 1 == notation_.measures.size();
      const bool implicit = measure.is_short && !is_last;
      text += implicit && i > 0 ? fmt::format("    <measure number=\"X{}\" implicit=\"yes\">\n", i)
                                : fmt::format("    <measure number=\"{}\"{}>\n", number,
                                              implicit ? " implicit=\"yes\"" : "");
      if (!implicit || i == 0) ++number;
      Measure(i, measure, text);
      if (i + 1 == notation_.measures.size()) {
        text += "      <barline location=\"right\"><bar-style>light-heavy</bar-style></barline>\n";
      }
      text += "    </measure>\n";
    }
    text += "  </part>\n";
  }

 private:
  std::string InstrumentId(int drum) const {
    return part_.is_drum ? fmt::format("P{}-I{}", index_ + 1, drum + 1)
                         : fmt::format("P{}-I1", index_ + 1);
  }

  /// A channel of its own, as long as there are any.
  std::string Channel() const {
    size_t melodic = 0;
    for (size_t i = 0; i < index_; ++i) melodic += notation_.parts[i].is_drum ? 0 : 1;
    if (melodic >= 15) return "";
    return fmt::format("<midi-channel>{}</midi-channel>", melodic + (melodic >= 9 ? 2 : 1));
  }

  std::set<int> Drums() const {
    std::set<int> drums;
    for (const auto& measure : part_.measures) {
      for (const auto& voice : measure) {
        for (const WrittenEvent& event : voice) {
          for (const WrittenNote& note : event.notes) drums.insert(note.pitch);
        }
      }
    }
    return drums;
  }

  void Measure(size_t index, const WrittenMeasure& measure, std::string& text) {
    Attributes(index, measure, text);
    const auto& voices = part_.measures[index];
    for (size_t i = 0; i < voices.size(); ++i) {
      if (voices[i].empty()) continue;
      if (i > 0) {
        text += fmt::format("      <backup><duration>{}</duration></backup>\n", measure.ticks);
      }
      for (const WrittenEvent& event : voices[i]) {
        if (index_ == 0 && i == 0) Signs(measure, event, text);
        Event(measure, event, i, text);
      }
    }
  }

  void Attributes(size_t index, const WrittenMeasure& measure, std::string& text) const {
    if (index > 0 && !measure.has_key && !measure.has_meter) return;
    text += "      <attributes>";
    if (index == 0) text += fmt::format("<divisions>{}</divisions>", kNotationTicks);
    if (index == 0 || measure.has_key) {
      text += fmt::format("<key><fifths>{}</fifths><mode>{}</mode></key>",
                          part_.is_drum ? 0 : measure.key.fifths, ModeText(measure.key.mode));
    }
    if (index == 0 || measure.has_meter) {
      text += fmt::format("<time><beats>{}</beats><beat-type>{}</beat-type></time>",
                          measure.numerator, measure.denominator);
    }
    if (index == 0) {
      text += part_.is_drum  ? "<clef><sign>percussion</sign></clef>"
              : part_.is_low ? "<clef><sign>F</sign><line>4</line></clef>"
                             : "<clef><sign>G</sign><line>2</line></clef>";
    }
    text += "</attributes>\n";
  }

  static void Signs(const WrittenMeasure& measure, const WrittenEvent& event, std::string& text) {
    const int end = event.start + event.duration;
    for (const auto& [tick, qpm] : measure.tempos) {
      if (tick < event.start || tick >= end) continue;
      text += fmt::format(
          "      <direction placement=\"above\"><direction-type><metronome><beat-unit>quarter"
          "</beat-unit><per-minute>{0}</per-minute></metronome></direction-type>"
          "<sound tempo=\"{0}\"/></direction>\n",
          TempoText(qpm));
    }
    for (const auto& [tick, chord] : measure.chords) {
      if (tick < event.start || tick >= end) continue;
      text += "      " + HarmonyElement(chord) + "\n";
    }
  }

  void Event(const WrittenMeasure& measure, const WrittenEvent& event, size_t voice,
             std::string& text) const {
    if (event.notes.empty()) {
      const bool whole = event.duration == measure.ticks;
      text += fmt::format("      <note{}>{}<duration>{}</duration><voice>{}</voice>{}{}{}</note>\n",
                          voice > 0 ? " print-object=\"no\"" : "",
                          whole ? "<rest measure=\"yes\"/>" : "<rest/>", event.duration, voice + 1,
                          whole ? "" : TypeText(event.written()), TimeModification(event),
                          Notations(event, nullptr));
      return;
    }
    for (size_t i = 0; i < event.notes.size(); ++i) Head(event, i, voice, text);
  }

  void Head(const WrittenEvent& event, size_t head, size_t voice, std::string& text) const {
    const WrittenNote& note = event.notes[head];
    text += "      <note";
    if (has_dynamics_ && note.velocity > 0) {
      text += fmt::format(" dynamics=\"{:.2f}\"", 100 * note.velocity / kFullVelocity);
    }
    text += head > 0 ? "><chord/>" : ">";
    text += Pitch(note.spelled);
    text += fmt::format("<duration>{}</duration>", event.duration);
    if (note.tied_from) text += "<tie type=\"stop\"/>";
    if (note.tied_to) text += "<tie type=\"start\"/>";
    if (part_.is_drum) text += fmt::format("<instrument id=\"{}\"/>", InstrumentId(note.pitch));
    text += fmt::format("<voice>{}</voice>{}{}{}</note>\n", voice + 1, TypeText(event.written()),
                        TimeModification(event), Notations(event, &note, head == 0));
  }

  std::string Pitch(const SpelledPitch& spelled) const {
    if (part_.is_drum) {
      return fmt::format(
          "<unpitched><display-step>{}</display-step><display-octave>{}</display-octave>"
          "</unpitched>",
          StepLetter(spelled), std::clamp(spelled.octave + 1, 0, 9));
    }
    const std::string alter =
        spelled.alter == 0 ? "" : fmt::format("<alter>{}</alter>", spelled.alter);
    return fmt::format("<pitch><step>{}</step>{}<octave>{}</octave></pitch>", StepLetter(spelled),
                       alter, spelled.octave);
  }

  static const char* TimeModification(const WrittenEvent& event) {
    return event.in_triplet ? "<time-modification><actual-notes>3</actual-notes><normal-notes>2"
                              "</normal-notes></time-modification>"
                            : "";
  }

  /// Ties of `note` (null for a rest), and where a triplet's bracket begins and ends.
  static std::string Notations(const WrittenEvent& event, const WrittenNote* note,
                               bool is_first = true) {
    std::string text;
    if (note != nullptr && note->tied_from) text += "<tied type=\"stop\"/>";
    if (note != nullptr && note->tied_to) text += "<tied type=\"start\"/>";
    if (is_first && event.triplet_begin) text += "<tuplet type=\"start\"/>";
    if (is_first && event.triplet_end) text += "<tuplet type=\"stop\"/>";
    return text.empty() ? "" : "<notations>" + text + "</notations>";
  }

  const Notation& notation_;
  const WrittenPart& part_;
  const size_t index_;
  const bool has_dynamics_;
};

}  // namespace

absl::StatusOr<std::string> WriteMusicXml(const NoteSequence& sequence,
                                          std::vector<std::string>* notes) {
  MAGENTA_ASSIGN_OR_RETURN(const Notation notation, MakeNotation(sequence));
  std::string text =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<!DOCTYPE score-partwise PUBLIC \"-//Recordare//DTD MusicXML 4.0 Partwise//EN\" "
      "\"http://www.musicxml.org/dtds/partwise.dtd\">\n"
      "<score-partwise version=\"4.0\">\n";
  if (!notation.title.empty()) {
    text += fmt::format("  <work><work-title>{0}</work-title></work>\n", XmlText(notation.title));
  }
  text += "  <identification>\n";
  for (const std::string& composer : notation.composers) {
    text += fmt::format("    <creator type=\"composer\">{}</creator>\n", XmlText(composer));
  }
  text +=
      "    <encoding><software>Magenta in C++</software></encoding>\n"
      "  </identification>\n  <part-list>\n";
  // What is forte throughout need not say so.
  const bool has_dynamics =
      std::any_of(sequence.notes().begin(), sequence.notes().end(),
                  [](const auto& note) { return note.velocity() != kFullVelocity; });
  std::vector<PartWriter> parts;
  for (size_t i = 0; i < notation.parts.size(); ++i) parts.emplace_back(notation, i, has_dynamics);
  for (const PartWriter& part : parts) text += part.Head();
  text += "  </part-list>\n";
  for (PartWriter& part : parts) part.Write(text);
  text += "</score-partwise>\n";
  if (notes != nullptr) {
    notes->insert(notes->end(), notation.left_out.begin(), notation.left_out.end());
  }
  return text;
}

}  // namespace magenta
