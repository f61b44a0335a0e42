#include "magenta/request/piece.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "magenta/music/drums/drum_track.h"
#include "magenta/music/meter_map.h"
#include "magenta/music/parts.h"
#include "magenta/music/split.h"
#include "magenta/music/tempo_map.h"

namespace magenta {
namespace {

constexpr int kPlainVelocity = 100;
constexpr int kPlainTicks = 220;
constexpr int kMostTicks = 32767;

/// Ticks on which all that was read and all steps of the grid can stand.
int TicksFor(int ticks, Grid grid) {
  if (ticks <= 0 || ticks > kMostTicks) return kPlainTicks;
  if (grid.is_per_second()) return ticks;
  while (ticks % grid.steps() != 0 && ticks * 2 <= kMostTicks) ticks *= 2;
  return ticks;
}

template <typename Events, typename Drops>
void EraseIf(Events& events, const Drops& drops) {
  events.erase(std::remove_if(events.begin(), events.end(), drops), events.end());
}

bool IsAudible(const NoteSequence::Note& note) {
  return note.velocity() > 0 && note.pitch() >= 0 && note.pitch() <= 127;
}

/// `notes` in order of their beginnings, as pieces of a response come.
std::vector<const NoteSequence::Note*> ByBeginning(
    const google::protobuf::RepeatedPtrField<NoteSequence::Note>& notes) {
  std::vector<const NoteSequence::Note*> order;
  for (const auto& note : notes) order.push_back(&note);
  std::stable_sort(order.begin(), order.end(),
                   [](const auto* a, const auto* b) { return a->start_time() < b->start_time(); });
  return order;
}

bool CanBeHeard(const NoteSequence::Note& note) { return !note.is_drum() && IsAudible(note); }

}  // namespace

Piece::Piece(const NoteSequence& input, const SectionPlan& plan, const PieceOptions& options)
    : plan_(&plan),
      steps_per_second_(plan.input.grid().StepsPerSecond(plan.qpm)),
      stop_(plan.fills ? std::numeric_limits<double>::infinity()
                       : plan.OffGrid(static_cast<double>(plan.start_step) / steps_per_second_)) {
  const bool has_notes = !input.notes().empty();
  instrument_ = options.instrument.value_or(has_notes ? FreeInstrument(input) : 0);
  if (options.drums) ChooseDrums(input, options);
  chords_ = options.chords;
  own_velocities_ = options.own_velocities;
  if (chords_) chords_of_ = options.instrument;
  model_.set_instrument(instrument_);
  model_.set_velocity(kPlainVelocity);
  model_.set_is_drum(drums_);
  KeepDescription(input);
  if (!drums_ && !chords_) FindHeard(input);
  KeepNotes(input, options);
  KeepEvents(input, options);
  KeepNames(options);
  if (options.program.has_value()) model_.set_program(*options.program);
}

int64_t Piece::StepOf(double grid_seconds) const {
  return QuantizeToStep(grid_seconds, steps_per_second_);
}

const StepRange* Piece::SectionAt(int64_t step, bool before) const {
  const auto section = std::find_if(plan_->sections.begin(), plan_->sections.end(),
                                    [&](const StepRange& range) { return step < range.end; });
  if (section == plan_->sections.end() || (!before && step < section->start)) return nullptr;
  return &*section;
}

void Piece::KeepDescription(const NoteSequence& input) {
  if (input.has_sequence_metadata()) {
    *kept_.mutable_sequence_metadata() = input.sequence_metadata();
  }
  kept_.set_ticks_per_quarter(TicksFor(input.ticks_per_quarter(), plan_->input.grid()));
  *kept_.mutable_tempos() = input.tempos();
  if (kept_.tempos().empty()) kept_.add_tempos()->set_qpm(plan_->qpm);
  *kept_.mutable_time_signatures() = input.time_signatures();
  *kept_.mutable_key_signatures() = input.key_signatures();
  // Of a score too, whose names are those of parts: MIDI's tracks have instruments' names.
  for (const Part& part : PartsOf(input)) {
    if (part.name.empty()) continue;
    auto& info = *kept_.add_instrument_infos();
    info.set_instrument(part.instrument);
    info.set_name(part.name);
  }
  *kept_.mutable_part_infos() = input.part_infos();
  if (plan_->fills) return;
  const auto short_end = MeterMap(input).short_end();
  if (!short_end.has_value()) return;
  const TempoMap tempos(input);
  EraseIf(*kept_.mutable_time_signatures(), [&](const auto& meter) {
    return tempos.QuartersAt(meter.time()) >= *short_end && meter.time() < stop_;
  });
}

/// Which notes are the drums that go on, and whose the new ones are.
void Piece::ChooseDrums(const NoteSequence& input, const PieceOptions& options) {
  drums_ = true;
  drums_of_ = options.instrument;
  const auto& notes = input.notes();
  const auto first = std::find_if(notes.begin(), notes.end(), [this](const auto& note) {
    return note.is_drum() && IsAudible(note) &&
           (!drums_of_.has_value() || note.instrument() == *drums_of_);
  });
  drums_alone_ = first != notes.end();
  if (drums_alone_) {
    instrument_ = first->instrument();
  } else if (!drums_of_.has_value()) {
    const bool taken = std::any_of(notes.begin(), notes.end(), [](const auto& note) {
      return note.instrument() == kDrumInstrument;
    });
    instrument_ = taken ? FreeInstrument(input) : kDrumInstrument;
  }
}

bool Piece::IsBeforeOrBesideSections(int64_t step) const {
  return step >= plan_->search_start_step && (plan_->fills || step < plan_->start_step);
}

bool Piece::IsHeardDrum(const NoteSequence::Note& note) const {
  return IsAudible(note) && (note.is_drum() || !drums_alone_) &&
         (!drums_of_.has_value() || note.instrument() == *drums_of_) &&
         IsBeforeOrBesideSections(StepOf(plan_->OnGrid(note.start_time())));
}

bool Piece::IsHeardInChord(const NoteSequence::Note& note) const {
  return CanBeHeard(note) && (!chords_of_.has_value() || note.instrument() == *chords_of_) &&
         IsBeforeOrBesideSections(StepOf(plan_->OnGrid(note.start_time())));
}

/// Of the notes that start on a step the highest, as extraction takes it.
void Piece::FindHeard(const NoteSequence& input) {
  for (int i = 0; i < input.notes_size(); ++i) {
    const auto& note = input.notes(i);
    if (note.instrument() != instrument_ || !CanBeHeard(note)) continue;
    const int64_t step = StepOf(plan_->OnGrid(note.start_time()));
    if (!IsBeforeOrBesideSections(step)) continue;
    const auto [heard, is_new] = heard_input_.try_emplace(step, i);
    if (!is_new && input.notes(heard->second).pitch() < note.pitch()) heard->second = i;
  }
}

void Piece::KeepNotes(const NoteSequence& input, const PieceOptions& options) {
  double velocities = 0;
  int64_t heard_notes = 0;
  const auto is_heard = [&](int i) {
    const auto& note = input.notes(i);
    if (drums_) return IsHeardDrum(note);
    if (chords_) return IsHeardInChord(note);
    if (note.instrument() != instrument_ || !CanBeHeard(note)) return false;
    const auto heard = heard_input_.find(StepOf(plan_->OnGrid(note.start_time())));
    return heard != heard_input_.end() && heard->second == i;
  };
  for (int i = 0; i < input.notes_size(); ++i) {
    const auto& note = input.notes(i);
    const bool heard = is_heard(i);
    if (!heard && (!options.keep_accompaniment || note.start_time() >= stop_)) continue;
    auto& kept = *kept_.add_notes();
    kept = note;
    kept.clear_quantized_start_step();
    kept.clear_quantized_end_step();
    if (heard) {
      // A drum's end is nobody's to move.
      if (!drums_) {
        heard_[PlaceOf(note, StepOf(plan_->OnGrid(note.start_time())))] = kept_.notes_size() - 1;
      }
      if (drums_ && !note.is_drum()) {
        kept.set_is_drum(true);
        kept.set_instrument(instrument_);
      }
      ++heard_notes;
      if (options.program.has_value()) kept.set_program(*options.program);
      velocities += note.velocity();
      model_.set_program(note.program());
      model_.set_part(note.part());
      model_.set_voice(note.voice());
      continue;
    }
    kept.set_end_time(std::min(note.end_time(), stop_));
    if (drums_ || chords_ || note.instrument() != instrument_ || !options.instrument.has_value()) {
      continue;
    }
    if (!others_.has_value()) others_ = FreeInstrument(input);
    kept.set_instrument(*others_);
  }
  if (heard_notes > 0) {
    model_.set_velocity(
        static_cast<int>(std::lround(velocities / static_cast<double>(heard_notes))));
  }
}

void Piece::KeepEvents(const NoteSequence& input, const PieceOptions& options) {
  const auto keep = [&](const auto& events, auto& kept) {
    for (const auto& event : events) {
      const bool own = event.instrument() == instrument_;
      if (event.time() >= stop_ || (!own && !options.keep_accompaniment)) continue;
      if (own && others_.has_value()) {
        auto& other = *kept.Add();
        other = event;
        other.set_instrument(*others_);
      }
      auto& copy = *kept.Add();
      copy = event;
      if (own && options.program.has_value()) copy.set_program(*options.program);
    }
  };
  keep(input.control_changes(), *kept_.mutable_control_changes());
  LiftPedal();
  keep(input.pitch_bends(), *kept_.mutable_pitch_bends());
  for (auto& change : *kept_.mutable_control_changes()) change.clear_quantized_step();
  for (const auto& text : input.text_annotations()) {
    const bool is_chord = text.annotation_type() == NoteSequence::TextAnnotation::CHORD_SYMBOL;
    // Chords are told by steps, as those of the new music are.
    const bool stays = is_chord && !plan_->fills
                           ? StepOf(plan_->OnGrid(text.time())) < plan_->start_step
                           : text.time() < stop_;
    if (!stays) continue;
    auto& kept = *kept_.add_text_annotations();
    kept = text;
    kept.clear_quantized_step();
  }
}

/// New notes are as long as they say. (What fills of other models hear and draw is no pedal's.)
void Piece::LiftPedal() {
  if (!plan_->fills) return LiftPedalAt(stop_, std::nullopt);
  if (!own_velocities_) return;
  for (const StepRange& section : plan_->sections) {
    const auto seconds = [&](int64_t step) {
      return plan_->OffGrid(static_cast<double>(step) / steps_per_second_);
    };
    LiftPedalAt(seconds(section.start), seconds(section.end));
  }
}

/// Up at `from`, and as it was at `to`.
void Piece::LiftPedalAt(double from, std::optional<double> to) {
  const auto last_before = [this](double time) -> std::optional<NoteSequence::ControlChange> {
    std::optional<NoteSequence::ControlChange> last;
    for (const auto& change : kept_.control_changes()) {
      const bool is_own =
          change.instrument() == instrument_ && change.control_number() == kSustainPedal;
      if (!is_own || change.time() > time) continue;
      if (!last.has_value() || change.time() >= last->time()) last = change;
    }
    return last;
  };
  const auto set = [this](NoteSequence::ControlChange change, double time, int value) {
    change.set_time(time);
    change.set_control_value(value);
    *kept_.add_control_changes() = change;
  };
  const auto before = last_before(from);
  const auto after = to.has_value() ? last_before(*to) : std::nullopt;
  if (before.has_value() && before->control_value() > 0) set(*before, from, 0);
  if (after.has_value() && after->control_value() > 0 && after->time() <= from) {
    set(*after, *to, after->control_value());
  }
}

void Piece::KeepNames(const PieceOptions& options) {
  auto& names = *kept_.mutable_instrument_infos();
  if (!options.keep_accompaniment) {
    EraseIf(names, [this](const auto& info) { return info.instrument() != instrument_; });
    EraseIf(*kept_.mutable_part_infos(),
            [this](const auto& info) { return info.part() != model_.part(); });
  }
  if (!others_.has_value()) return;
  const auto own = std::find_if(names.begin(), names.end(), [this](const auto& info) {
    return info.instrument() == instrument_;
  });
  const std::string name = own == names.end() ? "" : own->name() + " ";
  auto& info = *names.Add();
  info.set_instrument(*others_);
  info.set_name(name + "(accompaniment)");
}

std::optional<NoteSequence> Piece::WithNewNotes(const NoteSequence& melody) const {
  const bool has_new = std::any_of(
      melody.notes().begin(), melody.notes().end(),
      [this](const auto& note) { return SectionAt(StepOf(note.start_time()), false) != nullptr; });
  return has_new ? std::optional(With(melody)) : std::nullopt;
}

NoteSequence Piece::With(const NoteSequence& melody) const {
  NoteSequence piece = kept_;
  for (const NoteSequence::Note* next_note : ByBeginning(melody.notes())) {
    const NoteSequence::Note& note = *next_note;
    const int64_t start = StepOf(note.start_time()), end = StepOf(note.end_time());
    if (SectionAt(start, false) != nullptr) {
      auto& added = *piece.add_notes();
      added = model_;
      added.set_pitch(note.pitch());
      if (own_velocities_) added.set_velocity(note.velocity());
      added.set_start_time(plan_->OffGrid(note.start_time()));
      added.set_end_time(plan_->OffGrid(note.end_time()));
      // Nothing that was given says when a note of a performance ends.
      if (plan_->fills && own_velocities_) {
        const double until = static_cast<double>(SectionAt(start, false)->end) / steps_per_second_;
        added.set_end_time(std::min(added.end_time(), plan_->OffGrid(until)));
      }
      continue;
    }
    const StepRange* next = SectionAt(start, true);
    const auto heard = heard_.find(PlaceOf(note, start));
    if (next == nullptr || end <= next->start || heard == heard_.end()) continue;
    NoteSequence::Note& given = *piece.mutable_notes(heard->second);
    // What a pedal holds was let go before.
    if (StepOf(plan_->OnGrid(given.end_time())) < next->start) continue;
    given.set_end_time(plan_->OffGrid(note.end_time()));
  }
  // Those before are the piece's own, and all of a fill's.
  for (const auto& text : melody.text_annotations()) {
    if (plan_->fills || StepOf(text.time()) < plan_->start_step) continue;
    auto& added = *piece.add_text_annotations();
    added = text;
    added.set_time(plan_->OffGrid(text.time()));
  }
  double total = 0;
  for (const auto& note : piece.notes()) total = std::max(total, note.end_time());
  piece.set_total_time(total);
  return piece;
}

}  // namespace magenta
