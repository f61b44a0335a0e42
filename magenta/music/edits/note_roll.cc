#include "magenta/music/edits/note_roll.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "magenta/base/status.h"

namespace magenta {
namespace {

constexpr int kControllers = 128;

/// Frames [start, end).
struct FrameSpan {
  int64_t start;
  int64_t end;
};

/// What a double holds as an int64, the nearest where it can't be; 0 for what is no number.
int64_t ToFrame(double value) {
  if (std::isnan(value)) return 0;
  constexpr double kBound = int64_t{1} << 52;
  return static_cast<int64_t>(std::clamp(value, -kBound, kBound));
}

class RollPainter {
 public:
  RollPainter(const NoteSequence& sequence, const NoteRollOptions& options)
      : options_(options), total_time_(sequence.total_time()) {}

  absl::Status Resize() {
    const double frames = std::trunc(total_time_ * options_.frames_per_second + 1);
    roll_.pitches = options_.max_pitch - options_.min_pitch + 1;
    if (!(frames * std::max(roll_.pitches, kControllers) <= kMaxNoteRollCells)) {
      return LimitError(fmt::format("{} frames are more than a piano roll may have", frames),
                        "Give fewer frames a second, or a shorter sequence");
    }
    roll_.frames = std::max<int64_t>(0, ToFrame(frames));
    const auto cells = static_cast<size_t>(roll_.frames * roll_.pitches);
    for (auto* plane : {&roll_.active, &roll_.onsets, &roll_.active_velocities, &roll_.offsets})
      plane->resize(cells);
    roll_.weights.resize(cells, 1.0F);
    roll_.control_changes.resize(static_cast<size_t>(roll_.frames * kControllers));
    return absl::OkStatus();
  }

  absl::Status Add(const NoteSequence::Note& note) {
    if (note.pitch() < options_.min_pitch || note.pitch() > options_.max_pitch)
      return absl::OkStatus();
    if (note.velocity() > options_.max_velocity) {
      return UsageError(fmt::format("a note at {} s has velocity {}, over the largest of {}",
                                    note.start_time(), note.velocity(), options_.max_velocity),
                        "Give a larger max_velocity");
    }
    const int column = note.pitch() - options_.min_pitch;
    FrameSpan sounding = Frames(note.start_time(), note.end_time());
    const FrameSpan onset = Onset(note);
    if (!options_.onset_overlap) {
      sounding.start = onset.end;
      sounding.end = std::max(sounding.start + 1, sounding.end);
    }
    Fill(roll_.offsets, column, Offset(note), 1.0F);
    Fill(roll_.onsets, column, onset, 1.0F);
    Fill(roll_.active, column, sounding, 1.0F);
    Fill(roll_.active_velocities, column, sounding,
         static_cast<float>(static_cast<double>(note.velocity()) / options_.max_velocity));
    Fill(roll_.weights, column, onset, static_cast<float>(options_.onset_upweight));
    for (int64_t frame = std::max<int64_t>(0, onset.end);
         frame < std::min(sounding.end, roll_.frames); ++frame) {
      Cell(roll_.weights, frame, column) =
          static_cast<float>(options_.onset_upweight / static_cast<double>(frame - onset.end + 1));
    }
    if (options_.blank_frame_before_onset && sounding.start > 0) {
      const FrameSpan before = {sounding.start - 1, sounding.start};
      Fill(roll_.active, column, before, 0.0F);
      Fill(roll_.weights, column, before, 1.0F);
    }
    return absl::OkStatus();
  }

  absl::Status Add(const NoteSequence::ControlChange& change) {
    if (change.control_number() < 0 || change.control_number() >= kControllers) {
      return UsageError(fmt::format("there is no controller {}", change.control_number()),
                        "MIDI has 0 to 127");
    }
    const int64_t frame = Frames(change.time(), 0).start;
    if (frame >= 0 && frame < roll_.frames) {
      roll_.control_changes[frame * kControllers + change.control_number()] =
          static_cast<int32_t>(int64_t{change.control_value()} + 1);
    }
    return absl::OkStatus();
  }

  NoteRoll Finish() && {
    roll_.onset_velocities = roll_.active_velocities;
    for (size_t i = 0; i < roll_.onsets.size(); ++i) roll_.onset_velocities[i] *= roll_.onsets[i];
    return std::move(roll_);
  }

 private:
  FrameSpan Frames(double start, double end) const {
    const double fps = options_.frames_per_second;
    const double least = options_.min_frame_occupancy;
    int64_t first = ToFrame(start * fps);
    if (least > 0 && static_cast<double>(first + 1) - start * fps < least) ++first;
    int64_t last = ToFrame(std::ceil(end * fps));
    if (least > 0 && end * fps - static_cast<double>(first) - 1 < least) --last;
    return {first, std::max(first + 1, last)};
  }

  FrameSpan Onset(const NoteSequence::Note& note) const {
    const double start = note.start_time() + options_.onset_delay_ms / 1000.;
    const double end = note.end_time() + options_.onset_delay_ms / 1000.;
    if (options_.onset_mode == OnsetMode::kLength) {
      return Frames(start, std::min(end, start + options_.onset_length_ms / 1000.));
    }
    const int64_t frame = Frames(start, end).start;
    return {std::max<int64_t>(0, frame - options_.onset_window),
            std::min(roll_.frames, frame + options_.onset_window + 1)};
  }

  FrameSpan Offset(const NoteSequence::Note& note) const {
    const double length = options_.offset_length_ms / 1000.;
    const double start = std::min(note.end_time(), total_time_ - length);
    return Frames(start, start + length);
  }

  float& Cell(std::vector<float>& plane, int64_t frame, int column) const {
    return plane[frame * roll_.pitches + column];
  }

  void Fill(std::vector<float>& plane, int column, FrameSpan frames, float value) const {
    const int64_t end = std::min(frames.end, roll_.frames);
    for (int64_t frame = std::max<int64_t>(0, frames.start); frame < end; ++frame) {
      Cell(plane, frame, column) = value;
    }
  }

  const NoteRollOptions& options_;
  const double total_time_;
  NoteRoll roll_;
};

absl::Status CheckRollOptions(const NoteRollOptions& options) {
  if (!(std::isfinite(options.frames_per_second) && options.frames_per_second > 0)) {
    return UsageError(fmt::format("{} frames a second are none", options.frames_per_second),
                      "Give a number above 0");
  }
  if (options.max_pitch < options.min_pitch ||
      int64_t{options.max_pitch} - options.min_pitch >= kMaxNoteRollCells) {
    return UsageError(
        fmt::format("there are no pitches from {} to {}", options.min_pitch, options.max_pitch));
  }
  if (options.max_velocity == 0) return UsageError("a largest velocity of 0", "MIDI has 127");
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<NoteRoll> ToNoteRoll(const NoteSequence& sequence, const NoteRollOptions& options) {
  MAGENTA_RETURN_IF_ERROR(CheckRollOptions(options));
  RollPainter painter(sequence, options);
  MAGENTA_RETURN_IF_ERROR(painter.Resize());
  std::vector<const NoteSequence::Note*> notes;
  for (const auto& note : sequence.notes()) {
    if (!std::isnan(note.start_time()) && !std::isnan(note.end_time())) notes.push_back(&note);
  }
  std::stable_sort(notes.begin(), notes.end(),
                   [](const auto* a, const auto* b) { return a->start_time() < b->start_time(); });
  for (const auto* note : notes) MAGENTA_RETURN_IF_ERROR(painter.Add(*note));
  for (const auto& change : sequence.control_changes()) {
    if (!std::isnan(change.time())) MAGENTA_RETURN_IF_ERROR(painter.Add(change));
  }
  return std::move(painter).Finish();
}

}  // namespace magenta
