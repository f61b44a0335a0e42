// All that happens, in order of time: pedals before notes, and what begins before what ends. An
// instrument's notes are active from their start until they end; while the pedal is down they stay
// active past their end.

#include "magenta/music/edits/sustain.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "magenta/base/status.h"
#include "magenta/music/edits/quantized.h"

namespace magenta {
namespace {

enum class SustainEventType { kPedalDown, kPedalUp, kNoteOn, kNoteOff };

struct SustainEvent {
  double time;
  SustainEventType type;
  int instrument;
  NoteSequence::Note* note;  // null for pedals
};

struct SustainedInstrument {
  bool pedal_down = false;
  std::set<NoteSequence::Note*> active;
};

constexpr int kPedalDownFrom = 64;

std::vector<SustainEvent> EventsInOrder(NoteSequence& sequence, int controller) {
  std::vector<SustainEvent> events;
  for (auto& note : *sequence.mutable_notes()) {
    if (note.is_drum()) continue;
    events.push_back({note.start_time(), SustainEventType::kNoteOn, note.instrument(), &note});
    events.push_back({note.end_time(), SustainEventType::kNoteOff, note.instrument(), &note});
  }
  for (const auto& change : sequence.control_changes()) {
    if (change.control_number() != controller) continue;
    const bool down = change.control_value() >= kPedalDownFrom;
    events.push_back({change.time(),
                      down ? SustainEventType::kPedalDown : SustainEventType::kPedalUp,
                      change.instrument(), nullptr});
  }
  // Times that are no number can't be ordered.
  std::erase_if(events, [](const SustainEvent& event) { return std::isnan(event.time); });
  std::stable_sort(events.begin(), events.end(), [](const SustainEvent& a, const SustainEvent& b) {
    return std::tie(a.time, a.type) < std::tie(b.time, b.type);
  });
  return events;
}

class SustainPedal {
 public:
  explicit SustainPedal(NoteSequence& sequence) : sequence_(sequence) {}

  void Take(const SustainEvent& event) {
    SustainedInstrument& instrument = instruments_[event.instrument];
    switch (event.type) {
      case SustainEventType::kPedalDown: instrument.pedal_down = true; break;
      case SustainEventType::kPedalUp: LiftPedal(instrument, event.time); break;
      case SustainEventType::kNoteOn: StartNote(instrument, event); break;
      case SustainEventType::kNoteOff:
        if (!instrument.pedal_down) instrument.active.erase(event.note);
        break;
    }
    last_time_ = event.time;
  }

  /// Ends what is still held, and drops the notes that another one replaced.
  void Finish() {
    for (auto& [number, instrument] : instruments_) {
      for (NoteSequence::Note* note : instrument.active) {
        note->set_end_time(last_time_);
        sequence_.set_total_time(last_time_);
      }
    }
    std::sort(replaced_.begin(), replaced_.end());
    auto& notes = *sequence_.mutable_notes();
    int kept = 0;
    for (int i = 0; i < notes.size(); ++i) {
      if (std::binary_search(replaced_.begin(), replaced_.end(), &notes[i])) continue;
      notes.SwapElements(kept++, i);
    }
    notes.DeleteSubrange(kept, notes.size() - kept);
  }

 private:
  void LiftPedal(SustainedInstrument& instrument, double time) {
    instrument.pedal_down = false;
    std::erase_if(instrument.active, [&](NoteSequence::Note* note) {
      if (note->end_time() >= time) return false;  // still played
      note->set_end_time(time);
      sequence_.set_total_time(std::max(sequence_.total_time(), time));
      return true;
    });
  }

  void StartNote(SustainedInstrument& instrument, const SustainEvent& event) {
    if (instrument.pedal_down) {
      std::erase_if(instrument.active, [&](NoteSequence::Note* note) {
        if (note->pitch() != event.note->pitch()) return false;
        note->set_end_time(event.time);
        if (note->start_time() == note->end_time()) replaced_.push_back(note);
        return true;
      });
    }
    instrument.active.insert(event.note);
  }

  NoteSequence& sequence_;
  std::map<int, SustainedInstrument> instruments_;
  std::vector<const NoteSequence::Note*> replaced_;
  double last_time_ = 0;
};

}  // namespace

absl::StatusOr<NoteSequence> WithSustain(NoteSequence sequence, int controller) {
  MAGENTA_RETURN_IF_ERROR(CheckInSeconds(sequence, "sustained"));
  SustainPedal pedal(sequence);
  for (const SustainEvent& event : EventsInOrder(sequence, controller)) pedal.Take(event);
  pedal.Finish();
  return sequence;
}

}  // namespace magenta
