#include "tests/dump.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <sstream>

#include "magenta/base/check.h"

namespace magenta {
namespace {

// Takes "60@0.5+1/i1" apart from left to right.
class TokenReader {
 public:
  TokenReader(const std::string& token, double unit)
      : at_(token.data()), end_(token.data() + token.size()), unit_(unit) {}

  bool Take(char mark) {
    if (done() || *at_ != mark) return false;
    ++at_;
    return true;
  }
  double Number() {
    double value = 0;
    const auto [end, error] = std::from_chars(at_, end_, value);
    MAGENTA_CHECK(error == std::errc());
    at_ = end;
    return value;
  }
  int Integer() { return static_cast<int>(Number()); }
  int IntegerAfter(char mark) {
    MAGENTA_CHECK(Take(mark));
    return Integer();
  }
  double TimeAfter(char mark) {
    MAGENTA_CHECK(Take(mark));
    return Number() * unit_;
  }
  std::string TextUntil(char mark) {
    std::string text;
    while (!done() && *at_ != mark) text += *at_++;
    return text;
  }
  bool done() const { return at_ == end_; }

 private:
  const char* at_;
  const char* end_;
  double unit_;
};

void ParseNote(TokenReader& token, NoteSequence& sequence) {
  auto& note = *sequence.add_notes();
  note.set_velocity(100);
  note.set_pitch(token.Integer());
  note.set_start_time(token.TimeAfter('@'));
  note.set_end_time(note.start_time() + token.TimeAfter('+'));
  while (token.Take('/')) {
    if (token.Take('i')) note.set_instrument(token.Integer());
    if (token.Take('v')) note.set_velocity(token.Integer());
    if (token.Take('d')) note.set_is_drum(true);
  }
  sequence.set_total_time(std::max(sequence.total_time(), note.end_time()));
}

bool ParseMeterTempoOrKey(TokenReader& token, NoteSequence& sequence) {
  if (token.Take('M')) {
    auto& meter = *sequence.add_time_signatures();
    meter.set_numerator(token.Integer());
    meter.set_denominator(token.IntegerAfter('/'));
    meter.set_time(token.TimeAfter('@'));
  } else if (token.Take('T')) {
    auto& tempo = *sequence.add_tempos();
    tempo.set_qpm(token.Number());
    tempo.set_time(token.TimeAfter('@'));
  } else if (token.Take('K')) {
    auto& key = *sequence.add_key_signatures();
    key.set_key(static_cast<NoteSequence::KeySignature::Key>(token.Integer()));
    key.set_time(token.TimeAfter('@'));
  } else {
    return false;
  }
  return true;
}

bool ParseControlOrChord(TokenReader& token, NoteSequence& sequence) {
  if (token.Take('C')) {
    auto& control = *sequence.add_control_changes();
    control.set_control_number(token.Integer());
    control.set_control_value(token.IntegerAfter('='));
    control.set_time(token.TimeAfter('@'));
  } else if (token.Take('B')) {
    auto& bend = *sequence.add_pitch_bends();
    bend.set_bend(token.Integer());
    bend.set_time(token.TimeAfter('@'));
  } else if (token.Take('"')) {
    auto& chord = *sequence.add_text_annotations();
    chord.set_annotation_type(NoteSequence::TextAnnotation::CHORD_SYMBOL);
    chord.set_text(token.TextUntil('@'));
    chord.set_time(token.TimeAfter('@'));
  } else {
    return false;
  }
  return true;
}

std::string DumpNote(const NoteSequence::Note& note) {
  std::string text = fmt::format(" {}@{}+{}", note.pitch(), note.start_time(),
                                 note.end_time() - note.start_time());
  if (note.instrument() != 0) text += fmt::format("/i{}", note.instrument());
  if (note.velocity() != 100) text += fmt::format("/v{}", note.velocity());
  if (note.is_drum()) text += "/d";
  return text;
}

}  // namespace

NoteSequence ParseMusic(const std::string& text, double unit) {
  NoteSequence sequence;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    TokenReader token(word, unit);
    if (!ParseMeterTempoOrKey(token, sequence) && !ParseControlOrChord(token, sequence)) {
      ParseNote(token, sequence);
    }
    MAGENTA_CHECK(token.done());
  }
  return sequence;
}

std::string DumpMusic(const NoteSequence& sequence) {
  std::string text;
  for (const auto& meter : sequence.time_signatures()) {
    text += fmt::format(" M{}/{}@{}", meter.numerator(), meter.denominator(), meter.time());
  }
  for (const auto& tempo : sequence.tempos()) {
    text += fmt::format(" T{}@{}", tempo.qpm(), tempo.time());
  }
  for (const auto& key : sequence.key_signatures()) {
    text += fmt::format(" K{}@{}", static_cast<int>(key.key()), key.time());
  }
  for (const auto& change : sequence.control_changes()) {
    text +=
        fmt::format(" C{}={}@{}", change.control_number(), change.control_value(), change.time());
  }
  for (const auto& chord : sequence.text_annotations()) {
    text += fmt::format(" \"{}@{}", chord.text(), chord.time());
  }
  for (const auto& note : sequence.notes()) text += DumpNote(note);
  return text.empty() ? text : text.substr(1);
}

std::string DumpEvents(const std::vector<Event>& events) {
  std::string text;
  for (const Event event : events) {
    if (!text.empty()) text += ' ';
    text += event == kNoEvent ? "-" : event == kNoteOff ? "." : fmt::format("{}", event);
  }
  return text;
}

std::vector<Event> ParseEvents(const std::string& text) {
  std::vector<Event> events;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    events.push_back(word == "-" ? kNoEvent : word == "." ? kNoteOff : std::atoi(word.c_str()));
  }
  return events;
}

}  // namespace magenta
