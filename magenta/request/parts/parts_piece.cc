#include "magenta/request/parts/parts_piece.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "magenta/music/meter_map.h"
#include "magenta/music/parts.h"
#include "magenta/music/tempo_map.h"

namespace magenta {
namespace {

constexpr int kVelocityOfNoPiece = 80;
/// MIDI's most ticks a quarter.
constexpr int kMostTicksAQuarter = 32767;

/// The mean of what was added.
struct Loudness {
  double sum = 0;
  int count = 0;
  void Add(int velocity) { sum += velocity, ++count; }
  int MeanOr(int otherwise) const {
    return count == 0 ? otherwise : static_cast<int>(std::lround(sum / count));
  }
};

}  // namespace

PartsPiece::PartsPiece(const PartsPlan& plan) : plan_(&plan), kept_(plan.input) {
  auto& notes = *kept_.mutable_notes();
  int kept = 0;
  auto redrawn = plan.redrawn.begin();
  for (int i = 0; i < notes.size(); ++i) {
    if (redrawn != plan.redrawn.end() && *redrawn == i) {
      ++redrawn;
    } else {
      notes.SwapElements(i, kept++);
    }
  }
  notes.DeleteSubrange(kept, notes.size() - kept);
  if (kept_.tempos().empty()) kept_.add_tempos()->set_qpm(plan.qpm);
  // Files hold the places of the grid exactly.
  const int ticks = kept_.ticks_per_quarter();
  const int both = ticks > 0 ? ticks * (kTicksPerQuarter / std::gcd(ticks, kTicksPerQuarter)) : 480;
  if (ticks <= kMostTicksAQuarter / kTicksPerQuarter || both <= kMostTicksAQuarter) {
    kept_.set_ticks_per_quarter(both);
  }
  if (plan.continues) DropShortLastBar();
  for (const auto& note : kept_.notes()) {
    if (note.is_drum()) continue;
    given_keys_[{note.instrument(), note.pitch()}].emplace_back(note.start_time(), note.end_time());
  }
  NameNewParts();
  FindModels();
}

void PartsPiece::DropShortLastBar() {
  const auto short_end = MeterMap(plan_->input).short_end();
  if (!short_end.has_value()) return;
  const TempoMap tempos(plan_->input);
  auto& meters = *kept_.mutable_time_signatures();
  meters.erase(std::remove_if(meters.begin(), meters.end(),
                              [&](const auto& meter) {
                                return tempos.QuartersAt(meter.time()) >= *short_end;
                              }),
               meters.end());
}

void PartsPiece::NameNewParts() {
  NameInstruments(kept_);
  int score_part = -1;
  for (const auto& info : kept_.part_infos()) score_part = std::max(score_part, info.part());
  for (const AddedPart& part : plan_->added) {
    auto& info = *kept_.add_instrument_infos();
    info.set_instrument(part.instrument);
    info.set_name(part.name);
    NoteSequence::Note& model = models_[part.instrument];
    model.set_program(part.program);
    if (plan_->input.part_infos().empty()) continue;
    model.set_part(++score_part);
    auto& score_info = *kept_.add_part_infos();
    score_info.set_part(score_part);
    score_info.set_name(part.name);
  }
}

void PartsPiece::FindModels() {
  Loudness all;
  std::map<int, Loudness> parts;
  for (const auto& note : plan_->input.notes()) {
    if (note.is_drum()) continue;
    all.Add(note.velocity());
    parts[note.instrument()].Add(note.velocity());
    NoteSequence::Note& model = models_[note.instrument()];
    model.set_program(note.program());
    model.set_part(note.part());
    model.set_voice(note.voice());
  }
  const int mean = all.MeanOr(kVelocityOfNoPiece);
  for (auto& [instrument, model] : models_) {
    model.set_instrument(instrument);
    model.set_velocity(parts[instrument].MeanOr(mean));
  }
}

/// A key sounds one note at a time: where a given one was played a little early or late, a new one
/// beside it makes way. False where nothing is left of it.
bool PartsPiece::LeaveGivenKeys(NoteSequence::Note& added) const {
  const auto keys = given_keys_.find({added.instrument(), added.pitch()});
  if (keys == given_keys_.end()) return true;
  for (const auto& [start, end] : keys->second) {
    if (start <= added.start_time()) {
      added.set_start_time(std::max(added.start_time(), end));
    } else {
      added.set_end_time(std::min(added.end_time(), start));
    }
  }
  return added.end_time() > added.start_time();
}

NoteSequence PartsPiece::With(const VoiceLines& lines) const {
  NoteSequence piece = kept_;
  for (size_t v = 0; v < lines.size(); ++v) {
    std::vector<VoiceNote> drawn;
    for (const VoiceNote& note : lines[v]) {
      const OpenRange* range = OpenAt(plan_->sheet.voices[v], note.start);
      if (range != nullptr && note.start < range->end) drawn.push_back(note);
    }
    if (plan_->last_notes[v].has_value()) drawn.push_back(*plan_->last_notes[v]);
    std::erase_if(drawn, [&unheard = plan_->unheard[v]](const VoiceNote& note) {
      return Holds(unheard, note.start);
    });
    std::vector<int64_t> onsets;
    for (const VoiceNote& note : drawn) onsets.push_back(note.start);
    const Swing swing = plan_->swing.BesideTriplets(onsets);
    for (const VoiceNote& note : drawn) {
      NoteSequence::Note added = models_.at(plan_->instruments[v]);
      added.set_pitch(note.pitch);
      added.set_start_time(plan_->SecondsAt(note.start, swing));
      added.set_end_time(plan_->SecondsAt(note.end, swing));
      if (LeaveGivenKeys(added)) *piece.add_notes() = std::move(added);
    }
  }
  double total = plan_->continues ? 0 : piece.total_time();
  for (const auto& note : piece.notes()) total = std::max(total, note.end_time());
  piece.set_total_time(total);
  return piece;
}

}  // namespace magenta
