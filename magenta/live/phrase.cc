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

int64_t StepNearest(double position) { return static_cast<int64_t>(std::floor(position + 0.5)); }

int64_t BarLineBefore(int64_t step, int64_t bar) { return step - (step % bar + bar) % bar; }

}  // namespace

int64_t Phrase::origin() const { return BarLineBefore(primer_start(), options_.steps_per_bar); }

void Phrase::NoteOn(double position, uint8_t pitch, uint8_t velocity) {
  NoteOff(position, pitch);
  if (notes_.size() >= kMaxPhraseNotes) notes_.erase(notes_.begin());
  notes_.push_back({StepNearest(position), kOpen, pitch, velocity});
}

void Phrase::NoteOff(double position, uint8_t pitch) {
  for (auto note = notes_.rbegin(); note != notes_.rend(); ++note) {
    if (note->pitch != pitch || note->end != kOpen) continue;
    note->end = std::max(StepNearest(position), note->start + 1);
    return;
  }
}

void Phrase::Begin(int64_t step) {
  start_ = step;
  std::erase_if(notes_, [step](const Note& note) { return note.start < step; });
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
  for (const Conversation::Turn& turn : before_.turns()) {
    for (const Note& played : turn.notes) AddNote(played, end, sequence);
  }
  for (const Note& played : notes_) {
    if (played.start >= start_ && played.start < end) AddNote(played, end, sequence);
  }
  sequence.set_total_time(static_cast<double>(end - origin()) / options_.steps_per_quarter);
  if (chords_.given()) AddChords(end, chords_end, sequence);
  return sequence;
}

/// A symbol where the chord changes. What was moved has the chords it was played over; what comes
/// from `end` on has those of its own time.
void Phrase::AddChords(int64_t end, int64_t chords_end, NoteSequence& sequence) const {
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
    text.set_time(static_cast<double>(step - origin()) / options_.steps_per_quarter);
    text.set_text(std::string(symbol));
    text.set_annotation_type(NoteSequence::TextAnnotation::CHORD_SYMBOL);
  }
}

void Phrase::AddNote(const Note& played, int64_t end, NoteSequence& sequence) const {
  const double steps_per_second = options_.steps_per_quarter;
  const int64_t note_end = played.end == kOpen ? end : std::min(played.end, end);
  auto* note = sequence.add_notes();
  note->set_start_time(static_cast<double>(played.start - origin()) / steps_per_second);
  note->set_end_time(static_cast<double>(note_end - origin()) / steps_per_second);
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
    if (is_answer_ || played.start < start_ || played.start >= end) continue;
    CountMajorKeys(played.pitch, notes_in_key);
  }
  if (notes_in_key == TwelveCounts{}) return before_.key();
  return SettleMajorKey(notes_in_key, before_.key());
}

absl::StatusOr<Primer> Phrase::ReadPrimer(const Model& model, int64_t end) const {
  MAGENTA_ASSIGN_OR_RETURN(
      const QuantizedSequence quantized,
      Quantize(ToSequence(end, end + 1), Grid::PerQuarter(options_.steps_per_quarter)));
  PrimerRequest request;
  request.generate_start_step = end - origin();
  request.section_end_step = end + 1 - origin();
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
