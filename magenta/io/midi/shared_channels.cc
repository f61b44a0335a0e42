#include "magenta/io/midi/shared_channels.h"

#include <algorithm>

namespace magenta {

SharedChannels::SharedChannels(std::span<const SmfTrack> tracks, std::span<const int> together) {
  program_track_.fill(kNoTrack);
  for (const int number : together) AddTrack(tracks[number], number);
  for (std::vector<Program>& programs : programs_) {
    std::stable_sort(programs.begin(), programs.end(),
                     [](const Program& a, const Program& b) { return a.tick < b.tick; });
  }
  for (std::vector<int64_t>& silences : silences_) std::sort(silences.begin(), silences.end());
}

void SharedChannels::AddTrack(const SmfTrack& track, int number) {
  for (const uint32_t index : track.wide) {
    const SmfEvent& event = track.events[index];
    if (event.kind == SmfKind::kControl) silences_[event.channel].push_back(event.tick);
    if (event.kind != SmfKind::kProgram) continue;
    int& only = program_track_[event.channel];
    only = only == kNoTrack || only == number ? number : kSeveral;
    std::vector<Program>& programs = programs_[event.channel];
    const bool again =
        !programs.empty() && programs.back().track == number && programs.back().tick == event.tick;
    if (again) programs.pop_back();  // the last one of a tick counts
    programs.push_back({event.tick, number, event.a});
  }
}

int SharedChannels::ProgramAt(int channel, int64_t tick, int track, int own_program,
                              int64_t own_tick) const {
  const std::vector<Program>& programs = programs_[channel];
  auto after = std::upper_bound(programs.begin(), programs.end(), tick,
                                [](int64_t t, const Program& p) { return t < p.tick; });
  while (after != programs.begin()) {
    --after;
    const bool not_said_yet = after->track == track && after->tick > own_tick;
    if (not_said_yet) continue;  // once at most: later on this tick
    return after->tick > own_tick ? after->program : own_program;
  }
  return own_program;
}

int64_t SharedChannels::SearchSilence(const std::vector<int64_t>& silences, int64_t tick) {
  const auto next = std::upper_bound(silences.begin(), silences.end(), tick);
  return next == silences.end() ? kNever : *next;
}

}  // namespace magenta
