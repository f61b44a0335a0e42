#include "magenta/io/midi/smf_clock.h"

#include <algorithm>
#include <vector>

namespace magenta {
namespace {

/// 29 stands for 29.97: 30 frames in 1.001 seconds.
int NominalFrames(const SmfFile& file) {
  return file.frames_per_second == 29 ? 30 : file.frames_per_second;
}

/// The tempo events that count, by tick: of all tracks, or of the first one in format 2, whose
/// tracks are tunes of their own.
std::vector<SmfEvent> TempoEvents(const SmfFile& file, MidiWarnings& warnings) {
  std::vector<SmfEvent> tempos;
  for (size_t t = 0; t < file.tracks.size(); ++t) {
    for (const uint32_t index : file.tracks[t].wide) {
      const SmfEvent& event = file.tracks[t].events[index];
      if (event.kind != SmfKind::kTempo) continue;
      if (t > 0 && file.format == 2) {
        warnings.Add(event.offset, static_cast<int>(t),
                     "tempo of a track past the first in format 2; left out");
        continue;
      }
      tempos.push_back(event);
    }
  }
  std::stable_sort(tempos.begin(), tempos.end(),
                   [](const SmfEvent& a, const SmfEvent& b) { return a.tick < b.tick; });
  return tempos;
}

}  // namespace

int TicksPerQuarterOf(const SmfFile& file) {
  if (file.ticks_per_quarter > 0) return file.ticks_per_quarter;
  return std::max(1, NominalFrames(file) * file.ticks_per_frame / 2);
}

TickClock ClockOf(const SmfFile& file, MidiWarnings& warnings) {
  int ticks_per_quarter = TicksPerQuarterOf(file);
  auto scale = [&](int32_t tempo) { return TickScale(6e7 / tempo, ticks_per_quarter); };
  std::vector<SmfEvent> tempos = TempoEvents(file, warnings);
  auto later = std::find_if(tempos.begin(), tempos.end(),
                            [](const SmfEvent& event) { return event.tick > 0; });
  TickClock clock(scale(later == tempos.begin() ? kDefaultTempo : (later - 1)->value));
  if (file.frames_per_second > 0) {
    double ticks = NominalFrames(file) * file.ticks_per_frame;
    bool is_drop_frame = file.frames_per_second == 29;
    clock.UseRealTime(is_drop_frame ? ticks * 1000 : ticks, is_drop_frame ? 1001 : 1);
  }
  for (; later != tempos.end(); ++later) {
    double next = scale(later->value);
    if (next != clock.segments().back().scale) clock.Append(later->tick, next);
  }
  return clock;
}

}  // namespace magenta
