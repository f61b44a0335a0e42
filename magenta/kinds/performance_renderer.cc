// Events of performances as notes.
#include <algorithm>
#include <array>
#include <limits>
#include <vector>

#include "magenta/kinds/performance_kind.h"
#include "magenta/music/performance/performance_event.h"

namespace magenta {
namespace {

constexpr int64_t kLongestSteps = kLongestPerformedNote * kPerformanceStepsPerSecond;

/// A note that has begun.
struct OpenNote {
  int pitch = 0;
  int64_t end = 0;  // the latest
};

/// Ends those of `notes` that are over by `step`, in order of their ends.
void EndUpTo(int64_t step, bool is_drum, std::vector<OpenNote>& notes,
             std::vector<NoteChange>& changes) {
  const auto open = std::stable_partition(
      notes.begin(), notes.end(), [step](const OpenNote& note) { return note.end <= step; });
  std::stable_sort(notes.begin(), open,
                   [](const OpenNote& a, const OpenNote& b) { return a.end < b.end; });
  for (auto note = notes.begin(); note != open; ++note) {
    changes.push_back({.step = note->end, .pitch = note->pitch, .is_drum = is_drum});
  }
  notes.erase(notes.begin(), open);
}

class PerformanceRenderer final : public NoteRenderer {
 public:
  PerformanceRenderer(std::span<const Event> heard, bool is_drum) : is_drum_(is_drum) {
    for (const Event event : heard) SetVelocity(event);
  }

  void Add(Event event, std::vector<NoteChange>& changes) override {
    SetVelocity(event);
    if (const int shift = ShiftOf(event); shift > 0) {
      step_ += shift;
      EndOverdue(changes);
    } else if (IsNoteOn(event)) {
      open_.push_back({event, step_ + kLongestSteps});
      changes.push_back({.begins = true,
                         .step = step_,
                         .pitch = event,
                         .velocity = velocity_,
                         .is_drum = is_drum_});
    } else if (IsNoteOff(event)) {
      EndOldest(event - kFirstNoteOff, changes);
    }
  }
  void Finish(std::vector<NoteChange>& changes) override {
    for (OpenNote& note : open_) note.end = std::min(note.end, step_);
    EndUpTo(step_, is_drum_, open_, changes);
  }
  int64_t step() const override { return step_; }

 private:
  void SetVelocity(Event event) {
    if (IsVelocity(event)) velocity_ = VelocityOfBin(event - kFirstVelocity + 1);
  }

  void EndOverdue(std::vector<NoteChange>& changes) {
    const size_t before = changes.size();
    EndUpTo(step_, is_drum_, open_, changes);
    for (size_t i = before; i < changes.size(); ++i) ++overdue_[changes[i].pitch];
  }

  /// The oldest note of `pitch` is ended, even where it was too long and is over.
  void EndOldest(int pitch, std::vector<NoteChange>& changes) {
    if (overdue_[pitch] > 0) {
      --overdue_[pitch];
      return;
    }
    const auto oldest = std::find_if(open_.begin(), open_.end(),
                                     [&](const OpenNote& note) { return note.pitch == pitch; });
    if (oldest == open_.end()) return;
    changes.push_back({.step = step_, .pitch = pitch, .is_drum = is_drum_});
    open_.erase(oldest);
  }

  const bool is_drum_;
  int velocity_ = 0;  // nobody has said one
  int64_t step_ = 0;
  std::vector<OpenNote> open_;  // in order of their beginnings
  /// Of each pitch, notes that ended by themselves and that nothing has ended since.
  std::array<int, kMaxPitch + 1> overdue_{};
};

/// Notes say themselves how long they sound.
class WholeNoteRenderer final : public NoteRenderer {
 public:
  explicit WholeNoteRenderer(bool is_drum) : is_drum_(is_drum) {}

  void Add(Event event, std::vector<NoteChange>& changes) override {
    const PerformedNote note = NoteOf(event);
    step_ += note.shift;
    EndUpTo(step_, is_drum_, open_, changes);
    if (note.duration == 0) return;
    open_.push_back({note.pitch, step_ + std::min<int64_t>(note.duration, kLongestSteps)});
    changes.push_back({.begins = true,
                       .step = step_,
                       .pitch = note.pitch,
                       .velocity = VelocityOfBin(note.bin),
                       .is_drum = is_drum_});
  }
  void Finish(std::vector<NoteChange>& changes) override {
    EndUpTo(std::numeric_limits<int64_t>::max(), is_drum_, open_, changes);
  }
  int64_t step() const override { return step_; }

 private:
  const bool is_drum_;
  int64_t step_ = 0;
  std::vector<OpenNote> open_;
};

}  // namespace

std::unique_ptr<NoteRenderer> NewPerformanceRenderer(PerformanceForm form,
                                                     std::span<const Event> heard, bool is_drum) {
  if (form == PerformanceForm::kWholeNotes) return std::make_unique<WholeNoteRenderer>(is_drum);
  return std::make_unique<PerformanceRenderer>(heard, is_drum);
}

}  // namespace magenta
