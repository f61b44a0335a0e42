#include "magenta/render/schedule.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include "magenta/base/status.h"
#include "magenta/render/sound.h"

namespace magenta {
namespace {

using Kind = SoundEvent::Kind;

absl::Status CheckField(const char* list, int index, const char* field, int64_t value, int64_t low,
                        int64_t high) {
  if (value >= low && value <= high) return absl::OkStatus();
  return InputError(
      "", fmt::format("{}[{}].{} is {}, not in {}..{}", list, index, field, value, low, high));
}

absl::Status CheckSeconds(const char* list, int index, double seconds) {
  if (seconds >= 0 && seconds <= kMaxSoundSeconds) return absl::OkStatus();
  return InputError("",
                    fmt::format("{}[{}] stands at {} s; sound is made for 0..{} s", list, index,
                                seconds, kMaxSoundSeconds),
                    "Cut the piece into shorter ones");
}

/// Gives channels to (instrument, program, drums), in the order in which they are asked for.
class ChannelTable {
 public:
  explicit ChannelTable(SoundSchedule& schedule) : schedule_(schedule) {}

  int Find(int instrument, int program, bool is_drum) {
    const auto key = std::make_tuple(instrument, program, is_drum);
    if (const auto found = channels_.find(key); found != channels_.end()) return found->second;
    int channel = static_cast<int>(schedule_.drums.size());
    if (channel < kMaxSoundChannels) {
      schedule_.drums.push_back(is_drum);
      schedule_.events.push_back({0, Kind::kProgram, channel, program, 0});
    } else {
      channel = static_cast<int>(channels_.size() % kMaxSoundChannels);
    }
    channels_.emplace(key, channel);
    return channel;
  }

 private:
  SoundSchedule& schedule_;
  std::map<std::tuple<int, int, bool>, int> channels_;
};

/// A note on its channel, in frames.
struct PlacedNote {
  int channel, pitch, velocity;
  int64_t start, end;
};

/// Notes of one channel and pitch in order of start: a note that is struck again before its end
/// ends where the next one begins, unless that one ends earlier.
void EmitNotes(std::vector<PlacedNote>& notes, std::vector<SoundEvent>& events) {
  std::stable_sort(notes.begin(), notes.end(), [](const PlacedNote& a, const PlacedNote& b) {
    return std::tie(a.channel, a.pitch, a.start) < std::tie(b.channel, b.pitch, b.start);
  });
  for (size_t i = 0; i < notes.size(); ++i) {
    const PlacedNote& note = notes[i];
    int64_t end = note.end;
    if (i + 1 < notes.size() && notes[i + 1].channel == note.channel &&
        notes[i + 1].pitch == note.pitch) {
      end = std::min(end, notes[i + 1].start);
    }
    events.push_back({note.start, Kind::kNoteOn, note.channel, note.pitch, note.velocity});
    if (end > note.start) events.push_back({end, Kind::kNoteOff, note.channel, note.pitch, 0});
  }
}

}  // namespace

absl::StatusOr<SoundSchedule> ScheduleSound(const NoteSequence& sequence, int sample_rate) {
  SoundSchedule schedule;
  ChannelTable channels(schedule);
  const auto frame_of = [&](double seconds) { return std::llround(seconds * sample_rate); };
  std::vector<PlacedNote> notes;
  for (int i = 0; i < sequence.notes_size(); ++i) {
    const auto& note = sequence.notes(i);
    MAGENTA_RETURN_IF_ERROR(CheckField("notes", i, "pitch", note.pitch(), 0, 127));
    MAGENTA_RETURN_IF_ERROR(CheckField("notes", i, "velocity", note.velocity(), 0, 127));
    MAGENTA_RETURN_IF_ERROR(CheckField("notes", i, "program", note.program(), 0, 127));
    MAGENTA_RETURN_IF_ERROR(CheckSeconds("notes", i, note.start_time()));
    MAGENTA_RETURN_IF_ERROR(CheckSeconds("notes", i, note.end_time()));
    if (note.velocity() == 0) continue;
    const int64_t start = frame_of(note.start_time());
    const int64_t end = std::max<int64_t>(start + 1, frame_of(note.end_time()));
    notes.push_back({channels.Find(note.instrument(), note.program(), note.is_drum()), note.pitch(),
                     note.velocity(), start, end});
    schedule.frames = std::max(schedule.frames, end);
  }
  EmitNotes(notes, schedule.events);
  for (int i = 0; i < sequence.control_changes_size(); ++i) {
    const auto& change = sequence.control_changes(i);
    MAGENTA_RETURN_IF_ERROR(
        CheckField("control_changes", i, "control_number", change.control_number(), 0, 127));
    MAGENTA_RETURN_IF_ERROR(
        CheckField("control_changes", i, "control_value", change.control_value(), 0, 127));
    MAGENTA_RETURN_IF_ERROR(CheckField("control_changes", i, "program", change.program(), 0, 127));
    MAGENTA_RETURN_IF_ERROR(CheckSeconds("control_changes", i, change.time()));
    schedule.events.push_back(
        {frame_of(change.time()), Kind::kControl,
         channels.Find(change.instrument(), change.program(), change.is_drum()),
         change.control_number(), change.control_value()});
  }
  for (int i = 0; i < sequence.pitch_bends_size(); ++i) {
    const auto& bend = sequence.pitch_bends(i);
    MAGENTA_RETURN_IF_ERROR(CheckField("pitch_bends", i, "bend", bend.bend(), -8192, 8191));
    MAGENTA_RETURN_IF_ERROR(CheckField("pitch_bends", i, "program", bend.program(), 0, 127));
    MAGENTA_RETURN_IF_ERROR(CheckSeconds("pitch_bends", i, bend.time()));
    schedule.events.push_back({frame_of(bend.time()), Kind::kBend,
                               channels.Find(bend.instrument(), bend.program(), bend.is_drum()),
                               bend.bend() + 8192, 0});
  }
  std::stable_sort(schedule.events.begin(), schedule.events.end(),
                   [](const SoundEvent& a, const SoundEvent& b) {
                     return std::tie(a.frame, a.kind) < std::tie(b.frame, b.kind);
                   });
  return schedule;
}

}  // namespace magenta
