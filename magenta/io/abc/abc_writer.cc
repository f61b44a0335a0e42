#include "magenta/io/abc/abc_writer.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <numeric>
#include <string_view>
#include <utility>

#include "magenta/base/status.h"
#include "magenta/io/score/notation.h"
#include "magenta/music/program.h"

namespace magenta {
namespace {

constexpr int kUnitTicks = kNotationTicks / 2;  // L:1/8
constexpr size_t kMeasuresPerLine = 4;
constexpr char kLetters[] = "CDEFGAB";

/// Text for a field or a chord symbol: one line, without what ABC would take for a comment.
std::string FieldText(std::string_view text) {
  std::string plain;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < ' ' || c == 127) {
      plain += ' ';
    } else {
      if (c == '%') plain += '\\';
      plain += c == '"' ? '\'' : c;
    }
  }
  return plain;
}

std::string KeyText(const WrittenKey& key) {
  using Key = NoteSequence::KeySignature;
  const SpelledPitch tonic = key.Tonic();
  std::string text(1, kLetters[tonic.step]);
  if (tonic.alter != 0) text += tonic.alter > 0 ? '#' : 'b';
  switch (key.mode) {
    case Key::MINOR: return text + "m";
    case Key::MIXOLYDIAN: return text + "mix";
    case Key::DORIAN: return text + "dor";
    case Key::PHRYGIAN: return text + "phr";
    case Key::LYDIAN: return text + "lyd";
    case Key::LOCRIAN: return text + "loc";
    default: return text;
  }
}

/// "3/2" of a unit; "" for one.
std::string LengthText(int ticks) {
  const int common = std::gcd(ticks, kUnitTicks);
  const int above = ticks / common, below = kUnitTicks / common;
  std::string text = above == 1 ? "" : std::to_string(above);
  if (below == 2) return text + "/";
  return below == 1 ? text : fmt::format("{}/{}", text, below);
}

/// One part's measures as music code.
class VoiceWriter {
 public:
  VoiceWriter(const Notation& notation, const WrittenPart& part, bool is_first)
      : notation_(notation), part_(part), is_first_(is_first) {}

  /// The measure with its bar line.
  std::string Measure(size_t index) {
    const WrittenMeasure& measure = notation_.measures[index];
    std::string text;
    if (index > 0 && measure.has_meter) {
      text += fmt::format("[M:{}/{}]", measure.numerator, measure.denominator);
    }
    if (index > 0 && measure.has_key) text += fmt::format("[K:{}]", KeyText(measure.key));
    const auto& voices = part_.measures[index];
    for (size_t i = 0; i < voices.size(); ++i) {
      if (i > 0) text += " & ";
      accidentals_.clear();
      if (voices[i].empty()) {
        text += "x" + LengthText(measure.ticks);
      } else {
        Voice(measure, voices[i], i, text);
      }
    }
    return text + (index + 1 < notation_.measures.size() ? " |" : " |]");
  }

 private:
  void Voice(const WrittenMeasure& measure, const std::vector<WrittenEvent>& events, size_t voice,
             std::string& text) {
    const bool has_signs = is_first_ && voice == 0;
    for (size_t i = 0; i < events.size(); ++i) {
      const WrittenEvent& event = events[i];
      if (i > 0 && !IsBeamed(measure, events[i - 1], event)) text += ' ';
      if (has_signs) Signs(measure, event, text);
      if (event.triplet_begin) TripletSign(events, i, text);
      Event(measure, event, voice, text);
    }
  }

  /// Notes under a quarter are beamed within a beat; in 6/8 and the like all of a beat stand
  /// together.
  static bool IsBeamed(const WrittenMeasure& measure, const WrittenEvent& before,
                       const WrittenEvent& event) {
    if (event.in_triplet && !event.triplet_begin) return true;
    const int beat = std::max(measure.BeatTicks(), kNotationTicks);
    const bool is_pickup = measure.is_short && measure.start == 0;
    const int shift = is_pickup ? beat - measure.ticks % beat : 0;
    const bool is_short = event.written() < kNotationTicks && before.written() < kNotationTicks;
    const bool in_threes = beat % (3 * kUnitTicks) == 0;
    return (is_short || in_threes) && (event.start + shift) % beat != 0;
  }

  static void Signs(const WrittenMeasure& measure, const WrittenEvent& event, std::string& text) {
    const int end = event.start + event.duration;
    for (const auto& [tick, qpm] : measure.tempos) {
      const bool in_header = measure.start == 0 && tick == 0;
      if (tick >= event.start && tick < end && !in_header) {
        text += fmt::format("[Q:1/4={}]", TempoText(qpm));
      }
    }
    for (const auto& [tick, chord] : measure.chords) {
      if (tick >= event.start && tick < end) text += fmt::format("\"{}\"", FieldText(chord));
    }
  }

  static void TripletSign(const std::vector<WrittenEvent>& events, size_t first,
                          std::string& text) {
    size_t count = 1;
    while (first + count < events.size() && !events[first + count - 1].triplet_end) ++count;
    text += count == 3 ? "(3" : fmt::format("(3:2:{}", count);
  }

  void Event(const WrittenMeasure& measure, const WrittenEvent& event, size_t voice,
             std::string& text) {
    const std::string length = LengthText(event.written());
    if (event.notes.empty()) {
      text += (voice > 0 ? "x" : "z") + length;
      return;
    }
    const auto tied = std::count_if(event.notes.begin(), event.notes.end(),
                                    [](const WrittenNote& note) { return note.tied_to; });
    const bool all_tied = static_cast<size_t>(tied) == event.notes.size();
    if (event.notes.size() > 1) text += '[';
    for (const WrittenNote& note : event.notes) {
      Head(measure, note, text);
      if (note.tied_to && !all_tied) text += '-';
    }
    if (event.notes.size() > 1) text += ']';
    text += length;
    if (all_tied) text += '-';
  }

  /// An accidental is written unless every reader takes the note for the same without: those that
  /// carry accidentals through all octaves, and those that keep to the one.
  void Head(const WrittenMeasure& measure, const WrittenNote& note, std::string& text) {
    const SpelledPitch& spelled = note.spelled;
    const int signature = measure.key.AlterOf(spelled.step);
    const auto of_letter = accidentals_.find({spelled.step, kAnyOctave});
    const auto of_note = accidentals_.find({spelled.step, spelled.octave});
    const int anywhere = of_letter == accidentals_.end() ? signature : of_letter->second;
    const int here = of_note == accidentals_.end() ? signature : of_note->second;
    if (anywhere != spelled.alter || here != spelled.alter) {
      static constexpr std::array<const char*, 5> kSigns = {"__", "_", "=", "^", "^^"};
      text += kSigns[std::clamp(spelled.alter, -2, 2) + 2];
      accidentals_[{spelled.step, kAnyOctave}] = spelled.alter;
      accidentals_[{spelled.step, spelled.octave}] = spelled.alter;
    }
    const char letter = kLetters[spelled.step];
    text += spelled.octave > 4 ? static_cast<char>(std::tolower(letter)) : letter;
    for (int octave = 6; octave <= spelled.octave; ++octave) text += '\'';
    for (int octave = 3; octave >= spelled.octave; --octave) text += ',';
  }

  static constexpr int kAnyOctave = 100;
  const Notation& notation_;
  const WrittenPart& part_;
  const bool is_first_;
  std::map<std::pair<int, int>, int> accidentals_;  // of the bar: (letter, octave) -> semitones
};

std::string Instrument(const WrittenPart& part) {
  std::string text = part.is_drum ? "%%MIDI channel 10\n" : "";
  if (part.program != 0) text += fmt::format("%%MIDI program {}\n", part.program);
  return text;
}

std::string Header(const Notation& notation, int64_t number) {
  const WrittenMeasure& first = notation.measures[0];
  std::string text = fmt::format("X:{}\n", std::max<int64_t>(number, 1));
  const std::string title = FieldText(notation.title);
  if (title.find_first_not_of(' ') != std::string::npos) text += fmt::format("T:{}\n", title);
  for (const std::string& composer : notation.composers) text += "C:" + FieldText(composer) + "\n";
  text += fmt::format("M:{}/{}\nL:1/8\n", first.numerator, first.denominator);
  double qpm = 120;
  if (!first.tempos.empty() && first.tempos[0].first == 0) qpm = first.tempos[0].second;
  text += fmt::format("Q:1/4={}\n", TempoText(qpm));
  const bool one = notation.parts.size() == 1;
  for (size_t i = 0; i < notation.parts.size(); ++i) {
    const WrittenPart& part = notation.parts[i];
    const std::string name = FieldText(part.name);
    const std::string named = name.empty() ? "" : fmt::format(" name=\"{}\"", name);
    const char* const clef = part.is_drum ? " clef=perc" : part.is_low ? " clef=bass" : "";
    if (!one || !named.empty() || *clef != '\0')
      text += fmt::format("V:{}{}{}\n", i + 1, clef, named);
    text += Instrument(part);
  }
  return text + fmt::format("K:{}\n", KeyText(first.key));
}

}  // namespace

absl::StatusOr<std::string> WriteAbc(const NoteSequence& sequence,
                                     std::vector<std::string>* notes) {
  MAGENTA_ASSIGN_OR_RETURN(const Notation notation, MakeNotation(sequence));
  std::string text = Header(notation, sequence.reference_number());
  std::vector<VoiceWriter> voices;
  for (const WrittenPart& part : notation.parts) {
    voices.emplace_back(notation, part, voices.empty());
  }
  const size_t measures = notation.measures.size();
  for (size_t first = 0; first < measures; first += kMeasuresPerLine) {
    for (size_t i = 0; i < voices.size(); ++i) {
      if (voices.size() > 1) text += fmt::format("[V:{}] ", i + 1);
      for (size_t at = first; at < std::min(first + kMeasuresPerLine, measures); ++at) {
        text += (at > first ? " " : "") + voices[i].Measure(at);
      }
      text += '\n';
    }
  }
  if (notes != nullptr) {
    notes->insert(notes->end(), notation.left_out.begin(), notation.left_out.end());
    const bool even = std::all_of(
        sequence.notes().begin(), sequence.notes().end(),
        [&](const auto& note) { return note.velocity() == sequence.notes(0).velocity(); });
    if (!even) notes->push_back("loudness (velocity)");
  }
  return text;
}

}  // namespace magenta
