// A tune is a header (fields up to K:) and a body (music code and more fields). The reader keeps
// the voices, each at its own place in score time; repeat signs, keys and meters are the first
// voice's, tempos anybody's. Only at the end does score time become seconds.

#include "magenta/io/abc/abc_tune.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "magenta/base/status.h"
#include "magenta/io/abc/abc_fields.h"
#include "magenta/io/abc/abc_scanner.h"
#include "magenta/io/abc/abc_voice.h"
#include "magenta/io/score/score_builder.h"
#include "magenta/music/harmony/chord_text.h"
#include "magenta/music/piece_limits.h"

namespace magenta {
namespace {

constexpr int kVelocity = 90;
constexpr int kTicksPerQuarter = 220;
constexpr size_t kMaxChord = 64;
constexpr int kMaxTimes = 32;

bool IsLetter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }

/// The line without its comment ("\%" is no comment) and without blanks at its ends.
std::string_view WithoutComment(std::string_view line) {
  for (size_t at = line.find('%'); at != std::string_view::npos; at = line.find('%', at + 1)) {
    if (at == 0 || line[at - 1] != '\\') return StripBlanks(line.substr(0, at));
  }
  return StripBlanks(line);
}

bool IsFieldLine(std::string_view line) {
  return line.size() >= 2 && line[1] == ':' && (IsLetter(line[0]) || line[0] == '+');
}

/// A value as an error or a report shows it: the beginning of a long one.
std::string Shown(std::string_view value) {
  constexpr size_t kMost = 60;
  if (value.size() <= kMost) return std::string(value);
  size_t end = kMost;  // between characters of UTF-8
  while (end > 0 && (static_cast<unsigned char>(value[end]) & 0xC0) == 0x80) --end;
  return std::string(value.substr(0, end)) + "...";
}

/// The letters of `text`, in lower case.
std::string LettersOf(std::string_view text) {
  std::string letters;
  for (const char c : text) {
    if (IsLetter(c)) letters += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return letters;
}

/// What stands in quotes without being an annotation, as it is written: what is meant as a chord
/// symbol, readable or not, and what says that there is no chord.
std::optional<std::string> ChordSymbolIn(std::string_view text) {
  const std::string letters = LettersOf(text);
  if (letters == "nc" || letters == "nochord") return "N.C.";
  if (!LooksLikeChordSymbol(text)) return std::nullopt;
  return std::string(text);
}

/// Whether a decoration or annotation sends the player elsewhere, or is where it leads to: "D.C.",
/// "_D.S. al Coda", "segno", "fine".
bool IsJump(std::string_view text) {
  const std::string letters = LettersOf(text);
  for (const std::string_view whole : {"dc", "ds", "dacapo", "dalsegno", "dacoda", "tocoda"}) {
    if (letters == whole || letters.starts_with(std::string(whole) + "al")) return true;
  }
  return letters == "segno" || letters == "coda" || letters == "fine";
}

/// Whether a line behind a tune's empty line looks like more of it.
bool LooksLikeMusic(std::string_view line) {
  line = WithoutComment(line);
  return line.find('|') != std::string_view::npos || line.starts_with("V:");
}

/// The numbers of "program 40" or "channel 10" behind `name`; nothing when there is anything else.
std::optional<int> MidiNumber(std::string_view directive, std::string_view name) {
  if (!directive.starts_with(name)) return std::nullopt;
  directive = StripBlanks(directive.substr(name.size()));
  if (directive.empty() || directive.size() > 3) return std::nullopt;
  int number = 0;
  for (const char c : directive) {
    if (std::isdigit(static_cast<unsigned char>(c)) == 0) return std::nullopt;
    number = number * 10 + (c - '0');
  }
  return number;
}

class TuneReader {
 public:
  explicit TuneReader(AbcCounts& counts) : counts_(counts) {}
  AbcTune Read(const std::vector<AbcLine>& book_header, const std::vector<AbcLine>& lines);

 private:
  void ReadBookHeader(const std::vector<AbcLine>& lines);
  void ReadLine(std::string_view line);
  void Directive(std::string_view text);
  void Midi(std::string_view directive);
  void Instruction(std::string_view value);
  void Field(char name, std::string_view value);
  void HeaderText(char name, std::string_view escaped);
  void Key(std::string_view value);
  void Meter(std::string_view value);
  void UnitLength(std::string_view value);
  void Tempo(std::string_view value);
  void Voice(std::string_view value);
  void Part(std::string_view value);
  void ReportProperty(const AbcVoiceProperties& properties) {
    Report(fmt::format("the transposition {}", Shown(properties.left_out)));
  }
  void StartBody();

  void Music(std::string_view line);
  void MusicItem(AbcScanner& scan);
  void Opening(AbcScanner& scan);
  void Note(AbcScanner& scan);
  void AddNotes(const std::vector<AbcPitch>& pitches, const std::vector<ScoreFraction>& lengths);
  void Chord(AbcScanner& scan);
  void ChordSign(AbcScanner& scan);
  void Rest(AbcScanner& scan);
  void Broken(AbcScanner& scan);
  void BarLine(AbcScanner& scan);
  void Ending(std::vector<int> passes);
  void Quoted(AbcScanner& scan);
  void Enclosed(AbcScanner& scan, char close, const char* what);
  void Parenthesis(AbcScanner& scan);
  void Other(AbcScanner& scan);

  AbcVoice& voice();
  bool in_first_voice() { return voice_ == 0; }
  void Mark(FormMark mark);
  void Report(const std::string& text) { builder_.Report(line_number_, text); }
  void Fail(std::string message) {
    if (status_.ok()) status_ = InputError("", fmt::format("line {}: {}", line_number_, message));
  }
  AbcTune Finish();

  void CountNotes(size_t notes) { Limit(CheckNotes(counts_.notes += notes, counts_.limits)); }
  void CountEvent() { Limit(CheckEvents(++counts_.events, counts_.limits)); }
  void Limit(absl::Status status) {
    if (status_.ok()) status_ = std::move(status);
  }

  AbcCounts& counts_;
  ScoreBuilder builder_;
  absl::Status status_;
  int line_number_ = 0;
  bool in_header_ = true;
  bool key_ahead_ = false;  // a K: stands in a later line
  bool in_text_ = false;    // between %%begintext and %%endtext
  bool has_unit_ = false;
  ScoreFraction unit_{1, 8};
  AbcMeter meter_;
  bool has_meter_ = false;
  AbcKey key_;
  std::optional<AbcTempo> tempo_;
  std::string part_order_;
  std::vector<int64_t> bar_ends_;  // of the first voice
  std::vector<std::unique_ptr<AbcVoice>> voices_;
  std::map<std::string, size_t, std::less<>> voice_of_;  // by id
  size_t voice_ = 0;
};

AbcVoice& TuneReader::voice() {
  if (voices_.empty()) Voice("");
  return *voices_[voice_];
}

AbcTune TuneReader::Read(const std::vector<AbcLine>& book_header,
                         const std::vector<AbcLine>& lines) {
  ReadBookHeader(book_header);
  size_t last_key = 0;
  for (size_t i = 0; i < lines.size(); ++i) {
    if (StripBlanks(lines[i].text).substr(0, 2) == "K:") last_key = i;
  }
  for (size_t i = 0; i < lines.size() && status_.ok(); ++i) {
    line_number_ = lines[i].number;
    key_ahead_ = i < last_key;
    if (StripBlanks(lines[i].text).empty() && !in_header_) {  // ends the tune; the rest is text
      const bool more = std::any_of(lines.begin() + static_cast<ptrdiff_t>(i), lines.end(),
                                    [](const AbcLine& line) { return LooksLikeMusic(line.text); });
      if (more) Report("what stands after an empty line, which ends a tune");
      break;
    }
    ReadLine(lines[i].text);
  }
  return Finish();
}

void TuneReader::ReadBookHeader(const std::vector<AbcLine>& lines) {
  for (const AbcLine& line : lines) {
    const std::string_view text = WithoutComment(line.text);
    line_number_ = line.number;
    if (IsFieldLine(text) && std::string_view("MLQ").find(text[0]) != std::string_view::npos) {
      Field(text[0], StripBlanks(text.substr(2)));
    }
  }
}

void TuneReader::ReadLine(std::string_view line) {
  if (line.starts_with("%%")) return Directive(StripBlanks(line.substr(2)));
  if (in_text_) return;
  line = WithoutComment(line);
  if (line.empty()) return;
  const bool music = !in_header_ && line.size() > 2 && AbcLetterIndex(line[0]) >= 0 &&
                     std::string_view("|:]").find(line[2]) != std::string_view::npos;
  if (IsFieldLine(line) && !music) {
    Field(line[0], StripBlanks(line.substr(2)));
  } else if (in_header_ && key_ahead_) {
    Report("text in the header");
  } else {
    if (in_header_) StartBody();
    Music(line);
  }
}

void TuneReader::Directive(std::string_view text) {
  if (text.starts_with("begin")) {
    in_text_ = true;
  } else if (text.starts_with("end")) {
    in_text_ = false;
  } else {
    Instruction(text);
  }
}

/// What stands behind %% or in I:, of which only some would sound.
void TuneReader::Instruction(std::string_view text) {
  if (text.starts_with("MIDI")) {
    text.remove_prefix(4);
    if (text.starts_with('=')) text.remove_prefix(1);
    return Midi(StripBlanks(text));
  }
  if (text.starts_with("propagate-accidentals")) Report("propagate-accidentals");
}

void TuneReader::Midi(std::string_view directive) {
  const auto program = MidiNumber(directive, "program ");
  const auto channel = MidiNumber(directive, "channel ");
  if (program && *program < 128) {
    voice().set_program(*program);
  } else if (channel) {
    voice().set_drum(*channel == 10);
  } else {
    Report("%%MIDI directives other than program and channel 10");
  }
}

void TuneReader::Field(char name, std::string_view value) {
  CountEvent();
  switch (name) {
    case 'I': return Instruction(value);
    case 'K': return Key(value);
    case 'M': return Meter(value);
    case 'L': return UnitLength(value);
    case 'Q': return Tempo(value);
    case 'V': return Voice(value);
    case 'P': return Part(value);
    case 'w':
    case 'W': return Report("lyrics (w: and W:)");
    case 's': return Report("symbol lines (s:)");
    case 'm': return Report("macros (m:)");
    default: return HeaderText(name, value);
  }
}

void TuneReader::HeaderText(char name, std::string_view escaped) {
  if (!in_header_) return;
  std::string value;
  for (size_t i = 0; i < escaped.size(); ++i) {
    if (escaped.substr(i, 2) != "\\%") value += escaped[i];
  }
  NoteSequence& sequence = builder_.sequence();
  SequenceMetadata& metadata = *sequence.mutable_sequence_metadata();
  if (name == 'T') {
    const std::string joint = metadata.title().empty() ? "" : "; ";
    metadata.mutable_title()->append(joint + value);
  } else if (name == 'C') {
    metadata.add_composers(value);
  } else if (name == 'X') {
    int64_t number = 0;
    for (size_t i = 0;
         i < value.size() && i < 18 && std::isdigit(static_cast<unsigned char>(value[i])); ++i) {
      number = number * 10 + (value[i] - '0');
    }
    sequence.set_reference_number(number);
  }
}

void TuneReader::Key(std::string_view value) {
  if (in_header_) voice_ = 0;
  const auto key = ParseAbcKey(value);
  if (!key) {
    return Fail(
        fmt::format("K:{} is no key; write a note and a mode, as in K:G or K:Am", Shown(value)));
  }
  if (in_header_) {
    key_ = *key;
    for (auto& each : voices_) {
      each->SetKey(*key);
      each->ApplyBelow(key->properties);
    }
  } else {
    voice().SetKey(*key);
    voice().Apply(key->properties);
  }
  if (!key->properties.left_out.empty()) ReportProperty(key->properties);
  const int64_t position = voices_.empty() ? 0 : voice().position();
  if (key->has_key && in_first_voice() && key->mode != NoteSequence::KeySignature::NOT_SPECIFIED) {
    builder_.AddKey(position, key->tonic, key->mode);
  }
  if (in_header_) StartBody();
}

void TuneReader::Meter(std::string_view value) {
  const auto meter = ParseAbcMeter(value);
  if (!meter) return Report(fmt::format("M:{}, which is no meter", Shown(value)));
  if (in_header_) {
    meter_ = *meter;
    has_meter_ = meter->numerator > 0;
    return;  // a later M: may replace it
  }
  voice().set_meter(*meter);
  if (meter->numerator > 0 && in_first_voice()) {
    builder_.AddMeter(voice().position(), meter->numerator, meter->denominator);
  }
}

void TuneReader::UnitLength(std::string_view value) {
  const auto unit = ParseAbcUnitLength(value);
  if (!unit) {
    return Fail(fmt::format("L:{} is no note length; write one as in L:1/8", Shown(value)));
  }
  if (in_header_) {
    unit_ = *unit;
    has_unit_ = true;
  } else {
    voice().set_unit(*unit);
  }
}

void TuneReader::Tempo(std::string_view value) {
  const auto tempo = ParseAbcTempo(value);
  if (!tempo) return Report(fmt::format("Q:{}, which is no tempo", Shown(value)));
  if (in_header_) {
    tempo_ = tempo;  // may depend on a later L:
    return;
  }
  if (tempo->rate <= 0) return;
  const ScoreFraction unit = voice().unit();
  const ScoreFraction beat =
      tempo->beat.numerator > 0
          ? tempo->beat
          : ScoreFraction{unit.numerator * tempo->unit_multiple, unit.denominator};
  const double quarters =
      4.0 * static_cast<double>(beat.numerator) / static_cast<double>(beat.denominator);
  builder_.AddTempo(voice().position(), quarters * tempo->rate);
}

void TuneReader::Voice(std::string_view value) {
  const std::string_view id = value.substr(0, value.find_first_of(" \t"));
  if (voices_.size() == 1 && voices_[0]->id().empty() && voices_[0]->silent()) {
    voices_[0]->set_id(std::string(id));  // it was made for fields that stand before the first V:
    voice_of_ = {{std::string(id), 0}};
  }
  const auto found = voice_of_.find(id);
  const bool is_new = found == voice_of_.end();
  voice_ = is_new ? voices_.size() : found->second;
  if (is_new) {
    if (voices_.size() >= counts_.limits.tracks) {
      voice_ = 0;
      return Limit(CheckTracks(voices_.size() + 1, counts_.limits));
    }
    voice_of_.emplace(id, voice_);
    voices_.push_back(std::make_unique<AbcVoice>(std::string(id)));
    voices_.back()->set_unit(unit_);
    voices_.back()->set_meter(meter_);
    voices_.back()->SetKey(key_);
  }
  const AbcVoiceProperties properties = ParseAbcProperties(value.substr(id.size()));
  voices_[voice_]->Apply(properties);
  if (is_new) voices_[voice_]->ApplyBelow(key_.properties);
  if (!properties.left_out.empty()) ReportProperty(properties);
}

void TuneReader::Part(std::string_view value) {
  if (in_header_) {
    const auto order = ParseAbcPartOrder(value);
    if (!order) return Report(fmt::format("P:{}, which is no order of parts", Shown(value)));
    part_order_ = *order;
  } else if (in_first_voice()) {
    voice().CutTies();
    Mark({.kind = FormMark::kPart, .label = std::string(value)});
  }
}

void TuneReader::StartBody() {
  if (!has_unit_ && has_meter_) {
    unit_ = {1, 4 * meter_.numerator < 3 * meter_.denominator ? 16 : 8};
  }
  for (auto& each : voices_) {
    each->set_unit(unit_);
    each->set_meter(meter_);
  }
  if (has_meter_) builder_.AddMeter(0, meter_.numerator, meter_.denominator);
  in_header_ = false;
  voice_ = 0;
  voice();
  if (tempo_ && tempo_->rate > 0) {
    const ScoreFraction beat =
        tempo_->beat.numerator > 0
            ? tempo_->beat
            : ScoreFraction{unit_.numerator * tempo_->unit_multiple, unit_.denominator};
    builder_.AddTempo(0, 4.0 * static_cast<double>(beat.numerator) /
                             static_cast<double>(beat.denominator) * tempo_->rate);
  }
}

void TuneReader::Mark(FormMark mark) {
  if (!in_first_voice()) return;
  mark.position = voice().position();
  builder_.AddMark(std::move(mark));
}

void TuneReader::Music(std::string_view line) {
  AbcScanner scan(line);
  while (!scan.done() && status_.ok()) {
    MusicItem(scan);
    if (voice().position() >= kMaxScoreUnits / 2) Fail("the tune is longer than a lifetime");
  }
  if (scan.has_cut_number()) Report("a number above 9999: read as 9999");
}

void TuneReader::MusicItem(AbcScanner& scan) {
  switch (scan.Peek()) {
    case ' ':
    case '\t':
    case '`':
    case '\\':
    case '$':
    case ')': return scan.Skip();
    default: break;
  }
  CountEvent();
  switch (scan.Peek()) {
    case '"': return Quoted(scan);
    case '!': return Enclosed(scan, '!', "decorations");
    case '+': return Enclosed(scan, '+', "decorations");
    case '{': return Enclosed(scan, '}', "grace notes");
    case '(': return Parenthesis(scan);
    case '[': return Opening(scan);
    case '|':
    case ':': return BarLine(scan);
    case '-': scan.Skip(); return voice().Tie({});
    case '>':
    case '<': return Broken(scan);
    case 'z':
    case 'x':
    case 'Z':
    case 'X': return Rest(scan);
    case 'y':
      scan.Skip();
      scan.TakeLength();
      return;
    case '&': scan.Skip(); return voice().Overlay();
    default: return Note(scan);
  }
}

void TuneReader::Opening(AbcScanner& scan) {
  if (scan.Peek(1) == '|') return BarLine(scan);
  if (IsLetter(scan.Peek(1)) && scan.Peek(2) == ':') {
    const auto field = scan.TakeEnclosed(']');
    if (!field) {
      scan.Skip();
      return Report("a [ without its ]");
    }
    return Field((*field)[0], StripBlanks(field->substr(2)));
  }
  if (auto passes = scan.TakeEnding(false)) return Ending(std::move(*passes));
  Chord(scan);
}

void TuneReader::Note(AbcScanner& scan) {
  bool microtone = false;
  const auto pitch = scan.TakePitch(&microtone);
  if (!pitch) return Other(scan);
  if (microtone) Report("quarter tones");
  AddNotes({*pitch}, {scan.TakeLength()});
}

void TuneReader::AddNotes(const std::vector<AbcPitch>& pitches,
                          const std::vector<ScoreFraction>& lengths) {
  CountNotes(pitches.size());
  if (voice().AddNotes(pitches, lengths) > 0) Report("notes outside MIDI's range");
  if (voice().TakeUnevenBreak()) {
    Report("a > or < between notes of unequal length: one is dotted, the other halved");
  }
}

void TuneReader::Chord(AbcScanner& scan) {
  scan.Skip();
  std::vector<AbcPitch> pitches;
  std::vector<ScoreFraction> lengths;
  std::vector<bool> ties;
  bool microtone = false;
  while (!scan.done() && scan.Peek() != ']') {
    if (scan.Peek() == '"') {
      Quoted(scan);
    } else if (scan.Peek() == '-') {
      scan.Skip();
      if (!ties.empty()) ties.back() = true;
    } else if (const auto pitch = scan.TakePitch(&microtone)) {
      const ScoreFraction length = scan.TakeLength();
      if (pitches.size() >= kMaxChord) {
        Report(fmt::format("notes of a chord beyond {}", kMaxChord));
        continue;
      }
      pitches.push_back(*pitch);
      lengths.push_back(length);
      ties.push_back(false);
    } else {
      ChordSign(scan);
    }
  }
  if (!scan.Take(']')) Report("a [ without its ]");
  if (microtone) Report("quarter tones");
  if (pitches.empty()) return;
  const ScoreFraction by = scan.TakeLength();
  for (ScoreFraction& length : lengths) {
    length = {length.numerator * by.numerator, length.denominator * by.denominator};
  }
  AddNotes(pitches, lengths);
  if (std::find(ties.begin(), ties.end(), true) != ties.end()) voice().Tie(ties);
}

/// A decoration, a blank or a slur between the notes of a chord.
void TuneReader::ChordSign(AbcScanner& scan) {
  const char c = scan.Peek();
  if (c == '!' || c == '+') return Enclosed(scan, c, "decorations");
  const bool blank = std::string_view(" \t`()\\").find(c) != std::string_view::npos;
  if (blank) return scan.Skip();
  Other(scan);
}

void TuneReader::Rest(AbcScanner& scan) {
  const bool measures = scan.Peek() == 'Z' || scan.Peek() == 'X';
  scan.Skip();
  if (measures) {
    voice().AddMeasureRest(scan.TakeNumber().value_or(1));
  } else {
    voice().AddRest(scan.TakeLength());
  }
}

void TuneReader::Broken(AbcScanner& scan) {
  const char sign = scan.Peek();
  int steps = 0;
  while (scan.Take(sign)) ++steps;
  voice().Break(sign == '>' ? steps : -steps);
}

void TuneReader::BarLine(AbcScanner& scan) {
  const auto bar = scan.TakeBar();
  if (!bar) {
    scan.Skip();
    if (!voice().AtBar()) return Report("a : that belongs to no bar line");
    return Mark({.kind = FormMark::kRepeatStart});  // "||" and ":" on the next line
  }
  voice().Bar();
  if (in_first_voice()) {
    constexpr size_t kMost = 100000;
    const int64_t end = voice().position();
    const bool is_new = end > (bar_ends_.empty() ? 0 : bar_ends_.back());
    if (is_new && bar_ends_.size() < kMost) bar_ends_.push_back(end);
  }
  if (bar->ends > 0)
    Mark({.kind = FormMark::kRepeatEnd, .times = std::min(bar->ends + 1, kMaxTimes)});
  if (bar->starts > 0)
    Mark({.kind = FormMark::kRepeatStart, .times = std::min(bar->starts + 1, kMaxTimes)});
  if (bar->ends + bar->starts == 0) {
    Mark({.kind = bar->thick ? FormMark::kDoubleBar : FormMark::kBar});
  }
  if (auto passes = scan.TakeEnding(true)) Ending(std::move(*passes));
}

void TuneReader::Ending(std::vector<int> passes) {
  // What is tied at the end of the ending before does not lead here.
  if (std::find(passes.begin(), passes.end(), 1) == passes.end()) voice().CutTies();
  Mark({.kind = FormMark::kEnding, .passes = std::move(passes)});
}

void TuneReader::Quoted(AbcScanner& scan) {
  const auto text = scan.TakeEnclosed('"');
  if (!text) {
    scan.Skip();
    return Report("a \" without its pair");
  }
  if (IsJump(*text)) return Report(kJumpsLeftOut);
  if (auto symbol = ChordSymbolIn(StripBlanks(*text))) {
    return builder_.AddChordSymbol(voice().position(), *std::move(symbol));
  }
  constexpr std::string_view kPlaces = "^_<>@";  // where an annotation is to stand
  const bool is_annotation = text->empty() || kPlaces.find(text->front()) != kPlaces.npos;
  Report(is_annotation ? "annotations"
                       : fmt::format("the text \"{}\", which is no chord symbol", Shown(*text)));
}

void TuneReader::Enclosed(AbcScanner& scan, char close, const char* what) {
  if (const auto text = scan.TakeEnclosed(close)) {
    return Report(close != '}' && IsJump(*text) ? kJumpsLeftOut : what);
  }
  scan.Skip();
  Report(fmt::format("a {} without its pair", close));
}

void TuneReader::Parenthesis(AbcScanner& scan) {
  const AbcMeter meter = voice().meter();
  const auto tuplet = scan.TakeTuplet(meter.denominator == 8 && meter.numerator % 3 == 0);
  if (!tuplet) return scan.Skip();
  voice().StartTuplet(tuplet->by, tuplet->count);
}

void TuneReader::Other(AbcScanner& scan) {
  const char c = scan.Peek();
  const bool letter = (c >= 'H' && c <= 'W') || (c >= 'h' && c <= 'w');
  if (letter || c == '.' || c == '~') {
    Report("decorations");
  } else {
    const bool ascii = static_cast<unsigned char>(c) > ' ' && static_cast<unsigned char>(c) < 127;
    Report(ascii ? fmt::format("the character {}", c) : "characters that ABC does not know");
  }
  scan.Skip();
}

AbcTune TuneReader::Finish() {
  NoteSequence& sequence = builder_.sequence();
  sequence.set_ticks_per_quarter(kTicksPerQuarter);
  auto& source = *sequence.mutable_source_info();
  source.set_source_type(NoteSequence::SourceInfo::SCORE_BASED);
  source.set_encoding_type(NoteSequence::SourceInfo::ABC);
  source.set_parser(NoteSequence::SourceInfo::MAGENTA_ABC);
  int64_t end = 0;
  for (size_t i = 0; i < voices_.size(); ++i) {
    const int index = static_cast<int>(i);
    voices_[i]->Bar();
    end = std::max(end, voices_[i]->position());
    if (voices_.size() > 1) builder_.AddPart(index, voices_[i]->name());
    for (const AbcNote& note : voices_[i]->notes()) {
      builder_.AddNote({.pitch = note.pitch,
                        .velocity = kVelocity,
                        .start = note.start,
                        .end = note.end,
                        .instrument = index,
                        .program = note.program,
                        .is_drum = note.is_drum,
                        .part = index});
    }
  }
  AbcTune tune;
  if (status_.ok() && !builder_.has_music()) Fail("the tune has no notes");
  if (status_.ok()) {
    std::vector<int64_t> bars = {0};
    for (const int64_t bar : bar_ends_) {
      bars.push_back(bar);
      tune.bar_lines.push_back(UnitsToQuarters(bar));
    }
    builder_.SetBars(std::move(bars));
    builder_.Finish(end, part_order_);
    tune.sequence = std::move(sequence);
  } else {
    tune.sequence.set_reference_number(sequence.reference_number());
    tune.sequence.mutable_sequence_metadata()->set_title(sequence.sequence_metadata().title());
  }
  tune.status = status_;
  tune.left_out = builder_.reports();
  return tune;
}

}  // namespace

AbcTune ReadAbcTune(const std::vector<AbcLine>& book_header, const std::vector<AbcLine>& lines,
                    AbcCounts& counts) {
  return TuneReader(counts).Read(book_header, lines);
}

}  // namespace magenta
