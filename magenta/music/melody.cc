#include "magenta/music/melody.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "magenta/base/check.h"
#include "magenta/base/status.h"

namespace magenta {
namespace {

constexpr int kTicksPerQuarter = 220;

bool IsNote(Event event) { return event >= kMinPitch; }

bool IsMelodyEvent(Event event) { return event >= kNoEvent && event <= kMaxPitch; }

// The remainder that is never negative.
Event Mod12(int64_t value) { return static_cast<Event>((value % 12 + 12) % 12); }

}  // namespace

Melody::Melody(int steps_per_bar, int steps_per_quarter, int64_t start_step)
    : start_step_(start_step),
      steps_per_bar_(steps_per_bar),
      steps_per_quarter_(steps_per_quarter) {
  MAGENTA_CHECK(steps_per_bar > 0 && steps_per_quarter > 0);
}

absl::StatusOr<Melody> Melody::FromEvents(std::vector<Event> events, int steps_per_bar,
                                          int steps_per_quarter, int64_t start_step) {
  bool before_first_note = true;
  for (size_t i = 0; i < events.size(); ++i) {
    if (!IsMelodyEvent(events[i])) {
      return UsageError(fmt::format("event {} at position {} is outside -2..127", events[i], i),
                        "-2 is no event, -1 note off, 0 to 127 a MIDI pitch");
    }
    if (IsNote(events[i])) before_first_note = false;
    if (before_first_note) events[i] = kNoEvent;
  }
  Melody melody(steps_per_bar, steps_per_quarter, start_step);
  melody.events_ = std::move(events);
  return melody;
}

void Melody::Append(Event event) {
  MAGENTA_CHECK(IsMelodyEvent(event));
  events_.push_back(event);
}

void Melody::SetLength(int steps) {
  MAGENTA_CHECK(steps >= 0);
  const auto last =
      std::find_if(events_.rbegin(), events_.rend(), [](Event event) { return event != kNoEvent; });
  const bool sounding = last != events_.rend() && IsNote(*last);
  const size_t old_size = events_.size();
  events_.resize(static_cast<size_t>(steps), kNoEvent);
  if (sounding && events_.size() > old_size) events_[old_size] = kNoteOff;
}

void Melody::Transpose(int semitones, Event min_note, Event max_note) {
  MAGENTA_CHECK(min_note >= kMinPitch && max_note <= kMaxPitch + 1 && max_note - min_note >= 12);
  for (Event& event : events_) {
    if (!IsNote(event)) continue;
    const int64_t moved = int64_t{event} + semitones;
    if (moved < min_note) {
      event = min_note + Mod12(moved - min_note);
    } else if (moved >= max_note) {
      event = max_note - 12 + Mod12(moved - max_note);
    } else {
      event = static_cast<Event>(moved);
    }
  }
}

int Melody::Squash(Event min_note, Event max_note, std::optional<int> transpose_to_key,
                   std::optional<int> key) {
  int semitones = 0;
  Event low = kMaxPitch + 1;
  Event high = kMinPitch - 1;
  for (const Event event : events_) {
    if (!IsNote(event)) continue;
    low = std::min(low, event);
    high = std::max(high, event);
  }
  if (transpose_to_key.has_value() && low <= high) {
    const int to_key = *transpose_to_key - (key.has_value() ? *key : MajorKey());
    const double centre = (low + high) / 2.0;
    const double target = (min_note + max_note - 1) / 2.0;
    // nearbyint: half to even, as the reference rounds.
    const double octaves = std::nearbyint((target - (centre + to_key)) / 12.0);
    semitones = to_key + 12 * static_cast<int>(octaves);
  }
  Transpose(semitones, min_note, max_note);
  return semitones;
}

int Melody::MajorKey() const {
  TwelveCounts keys{};
  const TwelveCounts classes = PitchClasses();
  for (int c = 0; c < 12; ++c) CountMajorKeys(c, keys, classes[c]);
  return static_cast<int>(std::max_element(keys.begin(), keys.end()) - keys.begin());
}

TwelveCounts Melody::PitchClasses() const {
  // Counted by event, which takes no branch.
  std::array<int, kMaxPitch - kNoEvent + 1> counts{};
  for (const Event event : events_) ++counts[event - kNoEvent];
  TwelveCounts classes{};
  for (Event pitch = kMinPitch; pitch <= kMaxPitch; ++pitch) {
    classes[pitch % 12] += counts[pitch - kNoEvent];
  }
  return classes;
}

NoteSequence Melody::ToSequence(double qpm, int velocity, int instrument, int program,
                                double sequence_start) const {
  MAGENTA_CHECK(qpm > 0);
  NoteSequence sequence;
  sequence.add_tempos()->set_qpm(qpm);
  sequence.set_ticks_per_quarter(kTicksPerQuarter);
  const double seconds_per_step = 60.0 / qpm / steps_per_quarter_;
  const double start = sequence_start + start_step_ * seconds_per_step;
  NoteSequence::Note* sounding = nullptr;
  const auto end_sounding = [&](int step) {
    if (sounding != nullptr) sounding->set_end_time(step * seconds_per_step + start);
    sounding = nullptr;
  };
  for (int step = 0; step < size(); ++step) {
    if (events_[step] == kNoEvent) continue;
    end_sounding(step);
    if (events_[step] == kNoteOff) continue;
    sounding = sequence.add_notes();
    sounding->set_start_time(step * seconds_per_step + start);
    sounding->set_pitch(events_[step]);
    sounding->set_velocity(velocity);
    sounding->set_instrument(instrument);
    sounding->set_program(program);
  }
  end_sounding(size());
  if (!sequence.notes().empty()) {
    sequence.set_total_time(sequence.notes().rbegin()->end_time());
  }
  return sequence;
}

}  // namespace magenta
