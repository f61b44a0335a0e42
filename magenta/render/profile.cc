#include "magenta/render/profile.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>

#include "magenta/music/statistics.h"

namespace magenta {
namespace {

constexpr int kWidestInterval = 12;  // wider ones are counted with it
constexpr int kLongestNote = 16;     // sixteenths, likewise
constexpr int kStep = 2;             // semitones: a wider interval is a leap
constexpr const char* kDegrees[] = {"1",  "#1", "2",  "#2", "3",  "4",
                                    "#4", "5",  "#5", "6",  "#6", "7"};

struct Note {
  Event pitch;
  int start;  // steps
  int end;
};

std::vector<Note> NotesOf(const Melody& melody) {
  std::vector<Note> notes;
  bool sounds = false;
  const std::vector<Event>& events = melody.events();
  for (int step = 0; step < melody.size(); ++step) {
    if (events[step] == kNoEvent) continue;
    if (sounds) notes.back().end = step;
    sounds = events[step] >= kMinPitch;
    if (sounds) notes.push_back({events[step], step, melody.size()});
  }
  return notes;
}

double Share(double part, double whole) { return whole == 0 ? 0 : part / whole; }

// Values from `first` to `last`, those that do not occur too.
template <class Label>
Distribution Counted(const char* name, const char* title, const std::map<int, int64_t>& counts,
                     int first, int last, const Label& label) {
  Distribution distribution{name, title, {}, {}};
  double all = 0;
  for (const auto& [value, count] : counts) all += static_cast<double>(count);
  for (int value = first; value <= last; ++value) {
    const auto found = counts.find(value);
    distribution.labels.push_back(label(value));
    distribution.shares.push_back(
        found == counts.end() ? 0 : Share(static_cast<double>(found->second), all));
  }
  return distribution;
}

}  // namespace

void Profile::Add(const Melody& melody) {
  const MelodyStatistics one = StatisticsOf(melody);
  if (one.notes == 0) return;
  ++melodies_;
  bars_ += static_cast<double>(one.steps) / melody.steps_per_bar();
  notes_per_bar_ += one.notes_per_bar;
  lowest_ += one.lowest;
  highest_ += one.highest;
  range_ += one.pitch_range();
  silent_ += one.silent;
  in_key_ += one.in_key;
  one_bar_ += one.repeats_one_bar;
  two_bars_ += one.repeats_two_bars;
  stuck_ += one.stuck;
  ++keys_[one.key];
  CountNotes(melody, one.key);
}

void Profile::CountNotes(const Melody& melody, int key) {
  const std::vector<Note> notes = NotesOf(melody);
  const int sixteenth = std::max(1, melody.steps_per_quarter() / 4);
  double pitch = 0, length = 0, repeated = 0, steps = 0, leaps = 0, interval = 0;
  for (size_t i = 0; i < notes.size(); ++i) {
    const int steps_long = notes[i].end - notes[i].start;
    pitch += notes[i].pitch;
    length += static_cast<double>(steps_long) / melody.steps_per_quarter();
    ++pitches_[notes[i].pitch];
    ++degrees_[(notes[i].pitch - key + 12) % 12];
    ++lengths_[std::clamp(steps_long / sixteenth, 1, kLongestNote)];
    ++positions_[notes[i].start % melody.steps_per_bar() / sixteenth];
    if (i == 0) continue;
    const int moved = notes[i].pitch - notes[i - 1].pitch;
    ++intervals_[std::clamp(moved, -kWidestInterval, kWidestInterval)];
    repeated += moved == 0;
    steps += moved != 0 && std::abs(moved) <= kStep;
    leaps += std::abs(moved) > kStep;
    interval += std::abs(moved);
  }
  const auto count = static_cast<double>(notes.size());
  pitch_ += pitch / count;
  length_ += length / count;
  repeated_ += Share(repeated, count - 1);
  steps_ += Share(steps, count - 1);
  leaps_ += Share(leaps, count - 1);
  interval_ += Share(interval, count - 1);
}

int Profile::CommonestKey() const {
  return static_cast<int>(std::max_element(keys_.begin(), keys_.end()) - keys_.begin());
}

std::vector<ProfileFigure> Profile::Figures() const {
  if (melodies_ == 0) return {};
  const auto n = static_cast<double>(melodies_);
  return {
      {"bars", "length, bars", "bars", bars_ / n, 1, false},
      {"notes_per_bar", "notes a bar", "notes", notes_per_bar_ / n, 2, false},
      {"note_length", "note length, quarters", "length", length_ / n, 2, false},
      {"lowest_pitch", "lowest pitch", "lowest", lowest_ / n, 1, false},
      {"mean_pitch", "mean pitch", "pitch", pitch_ / n, 1, false},
      {"highest_pitch", "highest pitch", "highest", highest_ / n, 1, false},
      {"pitch_range", "range, semitones", "range", range_ / n, 1, false},
      {"interval", "interval, semitones", "interval", interval_ / n, 2, false},
      {"repeated_notes", "repeated notes", "repeated", repeated_ / n, 1, true},
      {"steps", "steps (1, 2 semitones)", "steps", steps_ / n, 1, true},
      {"leaps", "leaps (3 and more)", "leaps", leaps_ / n, 1, true},
      {"silent", "rests (share of time)", "rests", silent_ / n, 1, true},
      {"in_key", "notes in the key", "in key", in_key_ / n, 1, true},
      {"repeats_one_bar", "notes as 1 bar ago", "1 bar ago", one_bar_ / n, 1, true},
      {"repeats_two_bars", "notes as 2 bars ago", "2 bars ago", two_bars_ / n, 1, true},
      {"stuck", "on one pitch over 2 bars", "stuck", stuck_ / n, 1, true},
  };
}

std::vector<Distribution> Profile::Distributions() const {
  const auto number = [](int value) { return fmt::format("{}", value); };
  const int lowest = pitches_.empty() ? 60 : pitches_.begin()->first;
  const int highest = pitches_.empty() ? 60 : pitches_.rbegin()->first;
  const int last_position = positions_.empty() ? 0 : positions_.rbegin()->first;
  return {
      Counted("pitch", "pitches (MIDI)", pitches_, lowest, highest, number),
      Counted("degree", "degrees of the melody's major key", degrees_, 0, 11,
              [](int degree) { return std::string(kDegrees[degree]); }),
      Counted("interval", "intervals, semitones (12: and wider)", intervals_, -kWidestInterval,
              kWidestInterval,
              [](int value) { return value == 0 ? "0" : fmt::format("{:+}", value); }),
      Counted("length", "note lengths, sixteenths (16: and longer)", lengths_, 1, kLongestNote,
              number),
      Counted("position", "onsets in the bar, sixteenths from 1", positions_, 0, last_position,
              [](int step) { return fmt::format("{}", step + 1); }),
  };
}

}  // namespace magenta
