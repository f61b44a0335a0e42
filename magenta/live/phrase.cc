#include "magenta/live/phrase.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "magenta/base/status.h"
#include "magenta/music/harmony/chord_symbol.h"
#include "magenta/music/key.h"

namespace magenta {
namespace {

/// More notes than that, in one phrase, are no phrase.
constexpr size_t kMaxPhraseNotes = 1 << 14;
/// Quarter notes a minute of primers: seconds are quarters, and steps are exact.
constexpr double kPhraseQpm = 60;

int64_t BarLineBefore(int64_t step, int64_t bar) { return step - (step % bar + bar) % bar; }

}  // namespace

int64_t Phrase::origin() const {
  if (options_.HearsSeconds()) return primer_start();
  return BarLineBefore(primer_start(), options_.steps_per_bar);
}

HeardTime Phrase::Time() const {
  HeardTime time;
  if (!options_.HearsSeconds()) {
    time.Add(static_cast<double>(origin()), 1.0 / options_.steps_per_quarter);
    return time;
  }
  for (const Conversation::Turn& turn : before_.turns()) {
    time.Add(static_cast<double>(turn.from), turn.step_seconds);
  }
  time.Add(static_cast<double>(start_), step_seconds_);
  return time;
}

double Phrase::PlaceOf(double position) const {
  return options_.HearsSeconds() ? position : std::floor(position + 0.5);
}

void Phrase::NoteOn(double position, uint8_t pitch, uint8_t velocity) {
  EndNote(position, pitch);
  if (notes_.size() >= kMaxPhraseNotes) notes_.erase(notes_.begin());
  notes_.push_back({PlaceOf(position), kOpen, pitch, velocity});
}

void Phrase::NoteOff(double position, uint8_t pitch) {
  if (pedal_) {
    pedalled_.set(pitch);
  } else {
    EndNote(position, pitch);
  }
}

void Phrase::EndNote(double position, uint8_t pitch) {
  pedalled_.reset(pitch);
  for (auto note = notes_.rbegin(); note != notes_.rend(); ++note) {
    if (note->pitch != pitch || note->end != kOpen) continue;
    const double least = options_.HearsSeconds() ? 0 : 1;
    note->end = std::max(PlaceOf(position), note->start + least);
    return;
  }
}

void Phrase::Pedal(double position, bool down) {
  pedal_ = down && options_.HearsSeconds();
  for (size_t pitch = 0; pitch < pedalled_.size() && !pedal_; ++pitch) {
    if (pedalled_[pitch]) EndNote(position, static_cast<uint8_t>(pitch));
  }
}

void Phrase::Begin(int64_t step) {
  start_ = step;
  notes_ = BegunFrom(step, std::move(notes_));
}

int Phrase::MeanVelocity() const {
  if (notes_.empty()) return 100;
  int64_t sum = 0;
  for (const Note& note : notes_) sum += note.velocity;
  const auto count = static_cast<int64_t>(notes_.size());
  return static_cast<int>((sum + count / 2) / count);
}

NoteSequence Phrase::ToSequence(int64_t end, int64_t chords_end) const {
  NoteSequence sequence;
  sequence.add_tempos()->set_qpm(kPhraseQpm);
  auto* meter = sequence.add_time_signatures();
  meter->set_numerator(options_.meter_numerator);
  meter->set_denominator(options_.meter_denominator);
  const HeardTime time = Time();
  for (const Conversation::Turn& turn : before_.turns()) {
    for (const Note& played : turn.notes) AddNote(played, end, time, sequence);
  }
  for (const Note& played : notes_) {
    if (IsWithin(played, end)) AddNote(played, end, time, sequence);
  }
  sequence.set_total_time(time.SecondsAt(static_cast<double>(end)));
  if (chords_.given()) AddChords(end, chords_end, time, sequence);
  return sequence;
}

/// A symbol where the chord changes. What was moved has the chords it was played over; what comes
/// from `end` on has those of its own time.
void Phrase::AddChords(int64_t end, int64_t chords_end, const HeardTime& time,
                       NoteSequence& sequence) const {
  std::string_view last = kNoChordText;
  auto turn = before_.turns().begin();
  for (int64_t step = origin(); step < chords_end; ++step) {
    while (turn != before_.turns().end() && turn->to <= step) ++turn;
    const bool in_turn = turn != before_.turns().end() && turn->from <= step && step < start_;
    const bool in_phrase = step >= start_ && step < end;
    const int64_t moved = in_turn ? turn->moved : in_phrase ? moved_ : 0;
    const std::string_view symbol = chords_.SymbolAt(step - moved);
    if (symbol == last) continue;
    last = symbol;
    auto& text = *sequence.add_text_annotations();
    text.set_time(time.SecondsAt(static_cast<double>(step)));
    text.set_text(std::string(symbol));
    text.set_annotation_type(NoteSequence::TextAnnotation::CHORD_SYMBOL);
  }
}

void Phrase::AddNote(const Note& played, int64_t end, const HeardTime& time,
                     NoteSequence& sequence) const {
  const auto last = static_cast<double>(end);
  auto* note = sequence.add_notes();
  // What begins a little before all that is heard counts for its first step.
  const double from = std::max(0.0, time.SecondsAt(played.start));
  const double to = time.SecondsAt(played.end == kOpen ? last : std::min(played.end, last));
  note->set_start_time(from);
  note->set_end_time(std::max(from, to));
  note->set_pitch(played.pitch);
  note->set_velocity(played.velocity);
  note->set_is_drum(options_.drums);
}

std::optional<int> Phrase::KeyAt(int64_t end) const {
  if (options_.primer_key.has_value()) return options_.primer_key;
  if (options_.drums || options_.memory == MemoryMode::kPhrase) return std::nullopt;
  TwelveCounts notes_in_key{};
  for (const Conversation::Turn& turn : before_.turns()) {
    if (turn.of_machine) continue;
    for (const Note& played : turn.notes) CountMajorKeys(played.pitch, notes_in_key);
  }
  for (const Note& played : notes_) {
    if (is_answer_ || !IsWithin(played, end)) continue;
    CountMajorKeys(played.pitch, notes_in_key);
  }
  if (notes_in_key == TwelveCounts{}) return before_.key();
  return SettleMajorKey(notes_in_key, before_.key());
}

int64_t Phrase::StepOn(const Grid& grid, int64_t step) const {
  const double seconds = Time().SecondsAt(static_cast<double>(step));
  return std::llround(seconds * grid.StepsPerSecond(kPhraseQpm));
}

absl::StatusOr<Primer> Phrase::ReadPrimer(const Model& model, int64_t end) const {
  MAGENTA_ASSIGN_OR_RETURN(const QuantizedSequence quantized,
                           Quantize(ToSequence(end, end + 1), model.grid));
  PrimerRequest request;
  request.generate_start_step = StepOn(model.grid, end);
  request.section_end_step = StepOn(model.grid, end + 1);
  request.key = KeyAt(end);
  MAGENTA_ASSIGN_OR_RETURN(Primer primer, model.spec->kind->ReadPrimer(quantized, request));
  for (const Event event : primer.events.events) {
    if (!model.codec->Accepts(event)) {
      return SequenceError("the phrase holds an event that " + model.id + " can't encode");
    }
  }
  if (primer.events.events.empty()) return SequenceError("the phrase gave no event");
  return primer;
}

}  // namespace magenta
