#include "magenta/music/drums/drum_track.h"

#include <algorithm>

#include "magenta/base/check.h"

namespace magenta {
namespace {

constexpr int kDrumTicksPerQuarter = 220;

}  // namespace

DrumTrack::DrumTrack(int steps_per_bar, int steps_per_quarter, int64_t start_step)
    : start_step_(start_step),
      steps_per_bar_(steps_per_bar),
      steps_per_quarter_(steps_per_quarter) {
  MAGENTA_CHECK(steps_per_bar > 0 && steps_per_quarter > 0);
}

DrumTrack DrumTrack::FromMasks(std::span<const Event> masks, const DrumTypes& types,
                               int steps_per_bar, int steps_per_quarter, int64_t start_step) {
  DrumTrack track(steps_per_bar, steps_per_quarter, start_step);
  for (size_t step = 0; step < masks.size(); ++step) {
    std::vector<int> pitches = types.PitchesOf(masks[step]);
    std::sort(pitches.begin(), pitches.end());
    for (const int pitch : pitches) track.Strike(static_cast<int64_t>(step), pitch);
  }
  track.SetLength(static_cast<int64_t>(masks.size()));
  return track;
}

void DrumTrack::Strike(int64_t step, int pitch) {
  MAGENTA_CHECK(step >= (hits_.empty() ? 0 : hits_.back().step));
  MAGENTA_CHECK(pitch >= kMinPitch && pitch <= kMaxPitch);
  const DrumHit hit{step, pitch};
  const auto place = std::lower_bound(hits_.begin(), hits_.end(), hit);
  if (place == hits_.end() || *place != hit) hits_.insert(place, hit);
  size_ = std::max(size_, step + 1);
}

void DrumTrack::SetLength(int64_t steps) {
  MAGENTA_CHECK(steps >= 0);
  while (!hits_.empty() && hits_.back().step >= steps) hits_.pop_back();
  size_ = steps;
}

std::vector<Event> DrumTrack::Masks(const DrumTypes& types) const {
  std::vector<Event> masks(static_cast<size_t>(size_), 0);
  for (const DrumHit& hit : hits_) masks[hit.step] |= types.MaskOf({&hit.pitch, 1});
  return masks;
}

NoteSequence DrumTrack::ToSequence(double qpm, int velocity, double sequence_start) const {
  MAGENTA_CHECK(qpm > 0);
  NoteSequence sequence;
  sequence.add_tempos()->set_qpm(qpm);
  sequence.set_ticks_per_quarter(kDrumTicksPerQuarter);
  const double seconds_per_step = 60.0 / qpm / steps_per_quarter_;
  const double start = sequence_start + start_step_ * seconds_per_step;
  for (const DrumHit& hit : hits_) {
    NoteSequence::Note& note = *sequence.add_notes();
    note.set_start_time(hit.step * seconds_per_step + start);
    note.set_end_time((hit.step + 1) * seconds_per_step + start);
    note.set_pitch(hit.pitch);
    note.set_velocity(velocity);
    note.set_instrument(kDrumInstrument);
    note.set_is_drum(true);
    sequence.set_total_time(note.end_time());
  }
  return sequence;
}

}  // namespace magenta
