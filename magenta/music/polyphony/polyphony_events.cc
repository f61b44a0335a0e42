#include "magenta/music/polyphony/polyphony_events.h"

#include <algorithm>
#include <array>

#include "magenta/base/check.h"

namespace magenta {
namespace {

std::optional<int> PitchFrom(Event event, Event first) {
  const Event pitch = event - first;
  if (pitch < kMinPitch || pitch > kMaxPitch) return std::nullopt;
  return pitch;
}

bool IsHeardBetween(const PolyphonicNote& note, int64_t start_step, int64_t end_step) {
  return note.start >= start_step && note.start < end_step && note.end > note.start;
}

}  // namespace

std::optional<int> NewPitch(Event event) { return PitchFrom(event, kFirstNewNote); }
std::optional<int> ContinuedPitch(Event event) { return PitchFrom(event, kFirstContinuedNote); }

int64_t CountPolyphonyEvents(std::span<const PolyphonicNote> notes, int64_t start_step,
                             int64_t end_step) {
  int64_t events = 1 + end_step - start_step;
  for (const PolyphonicNote& note : notes) {
    if (!IsHeardBetween(note, start_step, end_step)) continue;
    events += std::min(note.end, end_step) - note.start;
  }
  return events;
}

std::vector<Event> PolyphonyEventsOf(std::span<const PolyphonicNote> notes, int64_t start_step,
                                     int64_t end_step) {
  MAGENTA_CHECK(start_step <= end_step);
  std::vector<PolyphonicNote> starts;
  for (const PolyphonicNote& note : notes) {
    if (IsHeardBetween(note, start_step, end_step)) starts.push_back(note);
  }
  std::vector<PolyphonicNote> ends = starts;
  std::sort(starts.begin(), starts.end(),
            [](const auto& a, const auto& b) { return a.start < b.start; });
  std::sort(ends.begin(), ends.end(), [](const auto& a, const auto& b) { return a.end < b.end; });
  std::vector<Event> events = {kPolyphonyStart};
  std::array<int, kMaxPitch + 1> sounding{};
  auto start = starts.begin();
  auto end = ends.begin();
  for (int64_t step = start_step; step < end_step; ++step) {
    for (; end != ends.end() && end->end <= step; ++end) --sounding[end->pitch];
    std::array<int, kMaxPitch + 1> begun{};
    for (; start != starts.end() && start->start == step; ++start) ++begun[start->pitch];
    for (int pitch = kMaxPitch; pitch >= kMinPitch; --pitch) {
      events.insert(events.end(), sounding[pitch], ContinuedNote(pitch));
      events.insert(events.end(), begun[pitch], NewNote(pitch));
      sounding[pitch] += begun[pitch];
    }
    events.push_back(kStepEnd);
  }
  return events;
}

std::vector<std::vector<Event>> PolyphonySteps(std::span<const Event> events) {
  std::vector<std::vector<Event>> steps;
  std::vector<Event> step;
  for (const Event event : events) {
    if (event == kStepEnd) {
      steps.push_back(std::move(step));
      step.clear();
    } else if (event >= kFirstNewNote) {
      step.push_back(event);
    }
  }
  return steps;
}

}  // namespace magenta
