#include "magenta/music/performance/conditions.h"

#include <fmt/core.h>

#include <algorithm>
#include <bit>
#include <bitset>
#include <cmath>
#include <limits>

#include "magenta/base/check.h"
#include "magenta/base/status.h"
#include "magenta/music/performance/performance_event.h"

namespace magenta {
namespace {

constexpr int64_t kDensityWindow = 3 * kPerformanceStepsPerSecond;
constexpr int64_t kPitchWindow = 5 * kPerformanceStepsPerSecond;
constexpr double kPrior = 0.01;  // seconds

using Sounding = std::bitset<128>;

void Hear(Event event, Sounding& sounding) {
  if (IsNoteOn(event)) sounding.set(static_cast<size_t>(event));
  if (IsNoteOff(event)) sounding.reset(static_cast<size_t>(event - kFirstNoteOff));
}

double DensityFrom(std::span<const Event> events) {
  int64_t steps = 0, notes = 0;
  for (size_t i = 0; i < events.size() && steps < kDensityWindow; ++i) {
    notes += IsNoteOn(events[i]);
    steps += ShiftOf(events[i]);
  }
  steps = std::min(steps, kDensityWindow);
  return steps == 0 ? 0 : static_cast<double>(notes * kPerformanceStepsPerSecond) / steps;
}

/// `sounding` is what does before `events`.
std::array<double, 12> PitchClassesFrom(std::span<const Event> events, Sounding sounding) {
  std::array<double, 12> seconds;
  seconds.fill(kPrior);
  int64_t steps = 0;
  for (size_t i = 0; i < events.size() && steps < kPitchWindow; ++i) {
    Hear(events[i], sounding);
    const int shift = ShiftOf(events[i]);
    if (shift == 0) continue;
    steps += shift;
    for (size_t pitch = 0; pitch < sounding.size(); ++pitch) {
      if (sounding[pitch]) {
        seconds[pitch % 12] += static_cast<double>(shift) / kPerformanceStepsPerSecond;
      }
    }
  }
  return seconds;
}

constexpr size_t kNumbersEach = 15;

Event Bits(double value) { return std::bit_cast<Event>(static_cast<float>(value)); }
double Value(Event bits) { return std::bit_cast<float>(bits); }

}  // namespace

std::vector<Conditions> ConditionsOf(std::span<const Event> events) {
  std::vector<Conditions> all;
  Sounding sounding;
  int64_t step = 0;
  for (size_t i = 0; i < events.size(); ++i) {
    if (i == 0 || ShiftOf(events[i - 1]) > 0) {
      Conditions& here = all.emplace_back();
      here.step = step;
      here.notes_per_second = DensityFrom(events.subspan(i));
      here.pitch_classes = PitchClassesFrom(events.subspan(i), sounding);
    }
    Hear(events[i], sounding);
    step += ShiftOf(events[i]);
  }
  if (all.empty()) all.emplace_back();
  return all;
}

const Conditions& ConditionsAt(std::span<const Conditions> all, int64_t step) {
  MAGENTA_CHECK(!all.empty());
  const auto after =
      std::upper_bound(all.begin(), all.end(), step,
                       [](int64_t at, const Conditions& here) { return at < here.step; });
  return after == all.begin() ? all.front() : *std::prev(after);
}

std::vector<Event> WriteConditions(std::span<const Conditions> all) {
  std::vector<Event> control;
  for (const Conditions& here : all) {
    control.push_back(static_cast<Event>(here.step));
    control.push_back(here.disabled);
    control.push_back(Bits(here.notes_per_second));
    for (const double share : here.pitch_classes) control.push_back(Bits(share));
  }
  return control;
}

absl::StatusOr<std::vector<Conditions>> ReadConditions(std::span<const Event> control) {
  if (control.empty() || control.size() % kNumbersEach != 0) {
    return InputError("", fmt::format("the control of a performance is {} numbers at a time, and "
                                      "it has {}",
                                      kNumbersEach, control.size()));
  }
  std::vector<Conditions> all;
  int64_t least = 0;
  for (size_t i = 0; i < control.size(); i += kNumbersEach) {
    Conditions& here = all.emplace_back();
    here.step = control[i];
    here.disabled = control[i + 1] != 0;
    here.notes_per_second = Value(control[i + 2]);
    bool finite = std::isfinite(here.notes_per_second);
    for (size_t k = 0; k < here.pitch_classes.size(); ++k) {
      here.pitch_classes[k] = Value(control[i + 3 + k]);
      finite = finite && std::isfinite(here.pitch_classes[k]);
    }
    if (here.step < least || !finite) {
      return InputError("", fmt::format("the control of a performance is broken at number {}", i));
    }
    least = here.step + 1;
  }
  return all;
}

}  // namespace magenta
