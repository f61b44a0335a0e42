#include "magenta/live/backends/file_tracks.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <numeric>

#include "magenta/base/status.h"
#include "magenta/io/midi/smf_clock.h"
#include "magenta/io/midi/smf_parser.h"
#include "magenta/live/backends/file_parts.h"

namespace magenta {
namespace {

constexpr uint64_t kMaxFileBytes = kPieceLimits.file_bytes;
constexpr double kMaxSeconds = 24 * 3600;
constexpr int32_t kMaxTempo = 0xFFFFFF;

/// The message of `event`; size 0 for what no port carries.
MidiEvent MessageOf(const SmfEvent& event) {
  MidiEvent message;
  const auto set = [&](uint8_t size, int status, int a, int b) {
    message.size = size;
    message.bytes = {static_cast<uint8_t>(status), static_cast<uint8_t>(a),
                     static_cast<uint8_t>(b)};
  };
  const int bend = event.value + 8192;
  switch (event.kind) {
    case SmfKind::kNoteOff: set(3, 0x80 | event.channel, event.a, 64); break;
    case SmfKind::kNoteOn: set(3, 0x90 | event.channel, event.a, event.b); break;
    case SmfKind::kKeyPressure: set(3, 0xA0 | event.channel, event.a, event.b); break;
    case SmfKind::kControl: set(3, 0xB0 | event.channel, event.a, event.b); break;
    case SmfKind::kProgram: set(2, 0xC0 | event.channel, event.a, 0); break;
    case SmfKind::kChannelPressure: set(2, 0xD0 | event.channel, event.a, 0); break;
    case SmfKind::kBend: set(3, 0xE0 | event.channel, bend & 127, bend >> 7); break;
    case SmfKind::kSystem:
      set(event.value == 0xF2                          ? 3
          : event.value == 0xF1 || event.value == 0xF3 ? 2
                                                       : 1,
          event.value, event.a, event.b);
      break;
    default: break;
  }
  return message;
}

bool IsOfANote(SmfKind kind) {
  return kind == SmfKind::kNoteOn || kind == SmfKind::kNoteOff || kind == SmfKind::kKeyPressure;
}

/// Where the events of a file are played: a note on its part's channel, what else a channel is told
/// on those of all its parts.
class PlayedChannels {
 public:
  PlayedChannels(size_t tracks, const std::vector<FilePart>& parts) : of_notes_(tracks) {
    for (auto& channels : of_notes_) std::iota(channels.begin(), channels.end(), uint8_t{0});
    for (const FilePart& part : parts) {
      of_notes_[part.track][part.file_channel] = part.channel;
      auto& channels = of_others_[part.file_channel];
      if (std::find(channels.begin(), channels.end(), part.channel) == channels.end()) {
        channels.push_back(part.channel);
      }
    }
    for (uint8_t channel = 0; channel < kChannelsOfMidi; ++channel) {
      if (of_others_[channel].empty()) of_others_[channel] = {channel};
    }
  }

  /// Those of an event of track `track`; for what is no channel's, any one.
  std::span<const uint8_t> Of(const SmfEvent& event, size_t track) const {
    const bool one = IsOfANote(event.kind) || event.kind == SmfKind::kSystem;
    if (one) return {&of_notes_[track][event.channel], 1};
    return of_others_[event.channel];
  }

 private:
  static constexpr uint8_t kChannelsOfMidi = 16;
  std::vector<std::array<uint8_t, kChannelsOfMidi>> of_notes_;  // by track
  std::array<std::vector<uint8_t>, kChannelsOfMidi> of_others_;
};

bool IsUndefined(const MidiEvent& message) {
  const uint8_t status = message.bytes[0];
  return message.size == 0 || status == 0xF4 || status == 0xF5 || status == 0xF9 || status == 0xFD;
}

}  // namespace

absl::StatusOr<FilePerformance> ReadPerformance(const std::string& path, uint8_t port, double rate,
                                                const FileReading& how) {
  MAGENTA_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path, kMaxFileBytes));
  MidiWarnings warnings;
  const absl::StatusOr<SmfFile> file = ParseSmf(bytes, warnings);
  if (!file.ok()) return WithFile(file.status(), path);
  const bool by_beats = how.qpm > 0 && file->ticks_per_quarter > 0;
  const TickClock clock =
      by_beats ? TickClock(TickScale(how.qpm, file->ticks_per_quarter)) : ClockOf(*file, warnings);
  const PlayedChannels channels(file->tracks.size(), PartsOf(*file, how.parts_apart));
  FilePerformance performance;
  for (size_t i = 0; i < file->tracks.size(); ++i) {
    const SmfTrack& track = file->tracks[i];
    const double seconds = how.delay + clock.Seconds(track.end_tick);
    if (seconds > kMaxSeconds) {
      return InputError(path, fmt::format("it lasts {:.0f} hours, and a performance may last 24",
                                          seconds / 3600));
    }
    const auto frame_of = [&](int64_t tick) {
      return std::llround((how.delay + clock.Seconds(tick)) * rate);
    };
    performance.end_frame = std::max<int64_t>(performance.end_frame, frame_of(track.end_tick));
    for (const SmfEvent& event : track.events) {
      MidiEvent message = MessageOf(event);
      message.port = port;
      if (IsUndefined(message)) continue;
      for (const uint8_t channel : channels.Of(event, i)) {
        if (message.bytes[0] < 0xF0) message.bytes[0] = (message.bytes[0] & 0xF0) | channel;
        performance.events.push_back({frame_of(event.tick), message});
      }
    }
  }
  std::stable_sort(
      performance.events.begin(), performance.events.end(),
      [](const TimedMidiEvent& a, const TimedMidiEvent& b) { return a.frame < b.frame; });
  return performance;
}

FrameTicks::FrameTicks(double rate, double qpm)
    : tempo_(static_cast<int32_t>(std::clamp<double>(std::round(6e7 / qpm), 1, kMaxTempo))),
      ticks_per_quarter_(PlayedTicksPerQuarter(6e7 / tempo_)),
      ticks_per_frame_(ticks_per_quarter_ * 1e6 / (tempo_ * rate)) {}

int64_t FrameTicks::TickOf(int64_t frame) const {
  return std::llround(static_cast<double>(frame) * ticks_per_frame_);
}

absl::StatusOr<FileRecording> FileRecording::Create(const std::string& path,
                                                    const FrameTicks& ticks,
                                                    std::span<const OutputTrack> owners) {
  MAGENTA_ASSIGN_OR_RETURN(OutputFile file, OutputFile::Create(path));
  FileRecording recording(std::move(file), ticks);
  recording.owners_.assign(owners.begin(), owners.end());
  for (const OutputTrack& owner : owners) {
    recording.tracks_.push_back({owner.owner, owner.channel, SmfTrackWriter(owner.name)});
  }
  if (owners.empty()) recording.tracks_.push_back({0, -1, SmfTrackWriter()});
  return recording;
}

FileRecording::Track& FileRecording::TrackOf(const MidiEvent& event) {
  const int channel = event.bytes[0] & 0x0f;
  const auto owner = std::find_if(owners_.begin(), owners_.end(), [&](const OutputTrack& track) {
    return track.owner == event.owner;
  });
  if (owner == owners_.end()) return tracks_.front();
  for (Track& track : tracks_) {
    if (track.owner != event.owner) continue;
    if (track.channel < 0) track.channel = channel;
    if (track.channel == channel) return track;
  }
  const std::string name = fmt::format("{}, channel {}", owner->name, channel + 1);
  return tracks_.emplace_back(Track{event.owner, channel, SmfTrackWriter(name)});
}

void FileRecording::Add(int64_t frame, const MidiEvent& event) {
  Track& track = TrackOf(event);
  track.tick = std::max(track.tick, ticks_.TickOf(frame));
  const int kind = event.bytes[0] & 0xf0;
  const std::pair note(event.bytes[0] & 0x0f, event.bytes[1]);
  if (kind == 0x90 && event.bytes[2] > 0) {
    track.begun[note] = track.tick;
  } else if (kind == 0x80 || kind == 0x90) {
    const auto begun = track.begun.find(note);
    if (begun != track.begun.end() && begun->second == track.tick) ++track.tick;
  }
  track.writer.Add({track.tick, event.size, event.bytes});
  track.used = true;
}

absl::Status FileRecording::Commit(int64_t end_frame) {
  SmfTrackWriter timing;
  timing.AddTempo(0, ticks_.tempo());
  timing.AddMeter(0, numerator_, std::countr_zero(static_cast<unsigned>(denominator_)));
  const int64_t end = ticks_.TickOf(end_frame);
  std::vector<std::string> chunks = {timing.Chunk(end)};
  for (const Track& track : tracks_) {
    if (track.used || tracks_.size() == 1) chunks.push_back(track.writer.Chunk(end));
  }
  MAGENTA_RETURN_IF_ERROR(file_.Write(JoinSmf(ticks_.ticks_per_quarter(), chunks)));
  return file_.Commit();
}

}  // namespace magenta
