#include "magenta/generate/plan/ending.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include "magenta/base/status.h"
#include "magenta/music/key.h"

namespace magenta {
namespace {

/// Steps of a beat.
int64_t BeatOf(const QuantizedSequence& music) {
  const auto& meters = music.proto().time_signatures();
  const SheetMeter meter = meters.empty()
                               ? SheetMeterFor(4, 4)
                               : SheetMeterFor(meters[0].numerator(), meters[0].denominator());
  return std::max<int64_t>(1, int64_t{meter.beat} * music.steps_per_quarter() / kTicksPerQuarter);
}

}  // namespace

LastBar LastBarOf(const QuantizedSequence& music, int64_t bar_line, int64_t end_step) {
  const double bar = music.steps_per_bar();
  const double bars = std::floor(static_cast<double>(end_step - 1 - bar_line) / bar);
  return {.start = bar_line + static_cast<int64_t>(std::ceil(bars * bar)),
          .end = end_step,
          .beat = BeatOf(music),
          .long_note = std::max<int64_t>(1, 3 * int64_t{music.steps_per_quarter()} / 2)};
}

int TonicOf(std::span<const SteppedNote> notes) {
  TwelveCounts sounding{};
  for (const SteppedNote& note : notes) {
    sounding[note.pitch % 12] += static_cast<int>(note.end - note.start);
  }
  return KeyOfDurations(sounding).tonic;
}

Ending EndingOf(std::span<const SteppedNote> notes, const LastBar& bar, std::optional<int> tonic) {
  if (notes.empty()) return {};
  const SteppedNote& last =
      *std::max_element(notes.begin(), notes.end(), [](const SteppedNote& a, const SteppedNote& b) {
        return a.start != b.start ? a.start < b.start : a.pitch < b.pitch;
      });
  const int64_t place = last.start - bar.start;
  return {.on_beat = place >= 0 && last.start < bar.end && place % bar.beat == 0,
          .on_tonic = last.pitch % 12 == (tonic.has_value() ? *tonic : TonicOf(notes)),
          .steps = std::max<int64_t>(0, std::min(last.end, bar.end) - last.start)};
}

absl::StatusOr<EndingGoal> EndingGoal::Of(const SectionPlan& plan, const MusicKind& kind,
                                          const Primer& primer, std::optional<int> tonic) {
  if (plan.fills) {
    return UsageError(
        "ending is asked of a section that the input goes on after: the music does not end there",
        "Leave ending out, or let one section lie after all notes of the input");
  }
  if (plan.input.grid().is_per_second()) {
    return UsageError("ending is for models that know bars, and this one counts seconds",
                      "Leave ending out");
  }
  EndingGoal goal(kind, primer);
  goal.tonic_ = tonic;
  goal.bar_ = LastBarOf(plan.input, plan.search_start_step, plan.end_step);
  const auto bar = static_cast<int64_t>(std::ceil(plan.input.steps_per_bar()));
  goal.look_ahead_ = plan.end_step - std::max(plan.start_step, goal.bar_.start - bar);
  for (const int64_t onset : LastOnsets(goal.bar_, plan.start_step)) {
    goal.onsets_.push_back(onset - (plan.end_step - goal.look_ahead_));
  }
  if (!goal.onsets_.empty()) return goal;
  return UsageError(
      fmt::format("ending is asked of steps {} to {}, in which no beat begins: the bar begins on "
                  "step {}, a beat lasts {}",
                  plan.start_step, plan.end_step, goal.bar_.start, goal.bar_.beat),
      "Ask for a bar or more, or leave ending out");
}

std::vector<SteppedNote> EndingGoal::NotesOf(std::span<const Event> events) const {
  const std::unique_ptr<NoteRenderer> renderer = kind_->NewRenderer(primer_, false);
  std::vector<NoteChange> changes;
  for (const Event event : events) renderer->Add(event, changes);
  renderer->Finish(changes);
  std::vector<SteppedNote> notes;
  for (const NoteChange& change : changes) {
    const int64_t step = primer_.start_step + change.step;
    if (change.begins) {
      notes.push_back({step, bar_.end, change.pitch});
      continue;
    }
    const auto sounding = std::find_if(notes.rbegin(), notes.rend(), [&](const SteppedNote& note) {
      return note.pitch == change.pitch;
    });
    if (sounding != notes.rend()) sounding->end = step;
  }
  return notes;
}

int EndingGoal::TonicOf(std::span<const Event> events) const {
  return tonic_.has_value() ? *tonic_ : magenta::TonicOf(NotesOf(events));
}

bool EndingGoal::Strikes(Event event, int tonic) const {
  const std::optional<int> pitch = kind_->PitchOf(event, primer_.transpose);
  return pitch.has_value() && *pitch % 12 == tonic;
}

Ending EndingGoal::Reached(std::span<const Event> events) const {
  return EndingOf(NotesOf(events), bar_, tonic_);
}

}  // namespace magenta
