#include "magenta/music/statistics.h"

#include <algorithm>

namespace magenta {
namespace {

double Share(int part, int whole) { return whole == 0 ? 0.0 : static_cast<double>(part) / whole; }

double RepeatsAt(const Melody& melody, int distance) {
  const std::vector<Event>& events = melody.events();
  int notes = 0;
  int repeats = 0;
  for (size_t p = distance; p < events.size(); ++p) {
    if (events[p] < kMinPitch) continue;
    ++notes;
    repeats += events[p] == events[p - distance];
  }
  return Share(repeats, notes);
}

// Walks the steps with what sounds and how long it has been the only pitch struck.
class StepWalk {
 public:
  explicit StepWalk(int longest_run) : longest_run_(longest_run) {}

  void Step(int position, Event event) {
    if (event >= kMinPitch && event != run_pitch_) {
      EndRun();
      run_pitch_ = event;
      run_start_ = position;
    }
    if (event != kNoEvent) sounds_ = event != kNoteOff;
    if (sounds_) {
      run_end_ = position + 1;
    } else {
      ++silent_;
    }
  }

  void EndRun() {
    const int length = run_end_ - run_start_;
    if (run_pitch_ >= kMinPitch && length > longest_run_) stuck_ += length;
  }

  int silent() const { return silent_; }
  int stuck() const { return stuck_; }

 private:
  const int longest_run_;
  Event run_pitch_ = kNoEvent;
  int run_start_ = 0;
  int run_end_ = 0;
  bool sounds_ = false;
  int silent_ = 0;
  int stuck_ = 0;
};

void CountNotes(const Melody& melody, MelodyStatistics& statistics) {
  statistics.key = melody.MajorKey();
  int in_key = 0;
  for (const Event event : melody.events()) {
    if (event < kMinPitch) continue;
    const bool first = statistics.notes++ == 0;
    statistics.lowest = first ? event : std::min(statistics.lowest, event);
    statistics.highest = std::max(statistics.highest, event);
    in_key += InMajorKey(event, statistics.key);
  }
  statistics.in_key = Share(in_key, statistics.notes);
}

}  // namespace

MelodyStatistics StatisticsOf(const Melody& melody) {
  MelodyStatistics statistics;
  const int bar = melody.steps_per_bar();
  statistics.steps = melody.size();
  CountNotes(melody, statistics);
  statistics.notes_per_bar =
      statistics.steps == 0 ? 0.0 : static_cast<double>(statistics.notes) * bar / statistics.steps;
  StepWalk walk(2 * bar);
  for (int p = 0; p < melody.size(); ++p) walk.Step(p, melody.events()[p]);
  walk.EndRun();
  statistics.silent = Share(walk.silent(), statistics.steps);
  statistics.stuck = Share(walk.stuck(), statistics.steps);
  statistics.repeats_one_bar = RepeatsAt(melody, bar);
  statistics.repeats_two_bars = RepeatsAt(melody, 2 * bar);
  return statistics;
}

}  // namespace magenta
