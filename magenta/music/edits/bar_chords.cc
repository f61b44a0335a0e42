// A hidden Markov model: hidden are a key (12) and a chord (none, and eight kinds on twelve roots),
// heard is how long each pitch class sounds in a frame, as a unit vector. The likeliest path is
// found by Viterbi's algorithm. What a change of key costs does not depend on where it comes from,
// so of all other keys only the best states count.

#include "magenta/music/edits/bar_chords.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/cord.h"
#include "magenta/base/status.h"
#include "magenta/music/edits/quantized.h"
#include "magenta/music/harmony/chord_code.h"
#include "magenta/music/harmony/chord_symbol.h"
#include "magenta/music/quantize.h"

namespace magenta {
namespace {

using Annotation = NoteSequence::TextAnnotation;

constexpr char kBarChordPayload[] = "magenta/bar_chord_failure";
constexpr int kClasses = 12;
constexpr std::array<int, 7> kMajorClasses = {0, 2, 4, 5, 7, 9, 11};

struct BarChordKind {
  std::string_view text;
  std::vector<int> tones;  // semitones above the root
};

const std::vector<BarChordKind>& BarChordKinds() {
  static const auto& kinds = *new std::vector<BarChordKind>{
      {"", {0, 4, 7}},      {"m", {0, 3, 7}},        {"+", {0, 4, 8}},      {"dim", {0, 3, 6}},
      {"7", {0, 4, 7, 10}}, {"maj7", {0, 4, 7, 11}}, {"m7", {0, 3, 7, 10}}, {"m7b5", {0, 3, 6, 10}},
  };
  return kinds;
}

constexpr int kKinds = 8;
constexpr int kBarChords = 1 + kClasses * kKinds;  // none, then root * 8 + kind
constexpr int kBarStates = kClasses * kBarChords;  // key * 97 + chord
constexpr double kNever = -std::numeric_limits<double>::infinity();

using ClassVector = std::array<double, kClasses>;
using ChordVector = std::array<double, kBarChords>;
using StateVector = std::vector<double>;  // kBarStates

absl::Status RefuseBarChords(BarChordFailure failure, std::string message, std::string remedy) {
  absl::Status status = SequenceError(std::move(message), std::move(remedy));
  status.SetPayload(kBarChordPayload,
                    absl::Cord(std::string(1, static_cast<char>('0' + static_cast<int>(failure)))));
  return status;
}

std::string BarChordText(int chord) {
  if (chord == 0) return std::string(kNoChordText);
  return std::string(ChordRootName((chord - 1) / kKinds))
      .append(BarChordKinds()[(chord - 1) % kKinds].text);
}

/// How many tones of `chord` lie in the major scale on `key`, and how many don't.
std::pair<int, int> TonesInKey(int chord, int key) {
  if (chord == 0) return {0, 0};
  int inside = 0;
  const auto& tones = BarChordKinds()[(chord - 1) % kKinds].tones;
  for (const int tone : tones) {
    const int above = ((chord - 1) / kKinds + tone - key + 2 * kClasses) % kClasses;
    if (std::find(kMajorClasses.begin(), kMajorClasses.end(), above) != kMajorClasses.end())
      ++inside;
  }
  return {inside, static_cast<int>(tones.size()) - inside};
}

/// Where frames end but for the last, rising, and what they are called.
struct ChordFrames {
  std::vector<double> ends;
  std::vector<double> starts;  // seconds, of every frame
  std::vector<int64_t> steps;  // of every frame; empty where the sequence has none
};

absl::StatusOr<int> ChordsPerBar(const NoteSequence::TimeSignature& meter,
                                 const BarChordOptions& options) {
  if (options.chords_per_bar.has_value()) {
    if (*options.chords_per_bar > 0) return *options.chords_per_bar;
    return UsageError(fmt::format("{} chords a bar are none", *options.chords_per_bar),
                      "Give 1 or more");
  }
  constexpr std::array<std::array<int, 3>, 5> kUsual = {
      {{2, 2, 1}, {2, 4, 1}, {3, 4, 1}, {4, 4, 2}, {6, 8, 2}}};
  for (const auto& [numerator, denominator, chords] : kUsual) {
    if (meter.numerator() == numerator && meter.denominator() == denominator) return chords;
  }
  return RefuseBarChords(
      BarChordFailure::kUncommonMeter,
      fmt::format("no number of chords is usual in {}/{}", meter.numerator(), meter.denominator()),
      "Give chords_per_bar");
}

absl::Status CheckFrameCount(double frames) {
  if (frames <= kMaxBarChords) return absl::OkStatus();
  return RefuseBarChords(BarChordFailure::kTooLong,
                         fmt::format("{} chords are more than {}", frames, kMaxBarChords),
                         "Split the sequence, or give fewer chords a bar");
}

absl::StatusOr<ChordFrames> FramesOfBars(const NoteSequence& sequence,
                                         const BarChordOptions& options) {
  if (sequence.time_signatures().empty() || sequence.tempos().empty() ||
      sequence.time_signatures(0).denominator() <= 0 || !(sequence.tempos(0).qpm() > 0)) {
    return RefuseBarChords(BarChordFailure::kNotQuantized,
                           "a quantized sequence without a meter and a tempo", "Quantize it");
  }
  const auto& meter = sequence.time_signatures(0);
  MAGENTA_ASSIGN_OR_RETURN(const int chords_per_bar, ChordsPerBar(meter, options));
  const int per_quarter = sequence.quantization_info().steps_per_quarter();
  const double steps_per_bar = per_quarter * (4.0 / meter.denominator() * meter.numerator());
  const double steps = steps_per_bar / chords_per_bar;
  if (steps != std::nearbyint(steps) || steps < 1 || steps > kMaxSteps) {
    return RefuseBarChords(BarChordFailure::kNonIntegerSteps,
                           fmt::format("{} chords a bar of {} steps are no whole steps",
                                       chords_per_bar, steps_per_bar),
                           "Give another chords_per_bar");
  }
  const double seconds = steps / (per_quarter * sequence.tempos(0).qpm() / 60.0);
  const double count = std::ceil(sequence.total_time() / seconds);
  if (!(count > 0))
    return RefuseBarChords(BarChordFailure::kEmpty, "the sequence is empty", "Give one with notes");
  MAGENTA_RETURN_IF_ERROR(CheckFrameCount(count));
  ChordFrames frames;
  for (int i = 0; i < count; ++i) {
    frames.starts.push_back(i * seconds);
    frames.steps.push_back(i * static_cast<int64_t>(steps));
    if (i > 0) frames.ends.push_back(seconds * i);
  }
  return frames;
}

absl::StatusOr<ChordFrames> FramesOfBeats(const NoteSequence& sequence,
                                          const BarChordOptions& options) {
  std::vector<const Annotation*> beats;
  bool any = false;
  for (const auto& annotation : sequence.text_annotations()) {
    if (annotation.annotation_type() != Annotation::BEAT) continue;
    any = true;
    if (annotation.time() > 0 && annotation.time() < sequence.total_time())
      beats.push_back(&annotation);
  }
  if (options.chords_per_bar.has_value() || !any) {
    return RefuseBarChords(
        BarChordFailure::kNotQuantized,
        any ? "a sequence in seconds has no bars" : "a sequence in seconds without beats",
        "Quantize it, by steps per quarter");
  }
  std::stable_sort(beats.begin(), beats.end(),
                   [](const auto* a, const auto* b) { return a->time() < b->time(); });
  const auto last = std::unique(beats.begin(), beats.end(), [](const auto* a, const auto* b) {
    return a->time() == b->time();
  });
  beats.erase(last, beats.end());
  MAGENTA_RETURN_IF_ERROR(CheckFrameCount(static_cast<double>(beats.size() + 1)));
  const bool quantized = IsQuantized(sequence);
  ChordFrames frames;
  frames.starts.push_back(0);
  if (quantized) frames.steps.push_back(0);
  for (const Annotation* beat : beats) {
    frames.starts.push_back(beat->time());
    frames.ends.push_back(beat->time());
    if (quantized) frames.steps.push_back(beat->quantized_step());
  }
  return frames;
}

bool IsUnpitched(int program) {
  return (program >= 96 && program < 104) || (program >= 112 && program < 128);
}

/// How long each pitch class sounds in each frame, as unit vectors.
std::vector<ClassVector> PitchVectors(const NoteSequence& sequence,
                                      const std::vector<double>& ends) {
  std::vector<ClassVector> frames(ends.size() + 1, ClassVector{});
  for (const auto& note : sequence.notes()) {
    if (note.is_drum() || IsUnpitched(note.program())) continue;
    if (std::isnan(note.start_time()) || std::isnan(note.end_time())) continue;
    const size_t first =
        std::upper_bound(ends.begin(), ends.end(), note.start_time()) - ends.begin();
    const size_t last = std::lower_bound(ends.begin(), ends.end(), note.end_time()) - ends.begin();
    const int pitch_class = (note.pitch() % kClasses + kClasses) % kClasses;
    if (first >= last) {
      frames[first][pitch_class] += note.end_time() - note.start_time();
      continue;
    }
    frames[first][pitch_class] += ends[first] - note.start_time();
    for (size_t f = first + 1; f < last; ++f) frames[f][pitch_class] += ends[f] - ends[f - 1];
    frames[last][pitch_class] += note.end_time() - ends[last - 1];
  }
  for (ClassVector& frame : frames) {
    double squares = 0;
    for (const double seconds : frame) squares += seconds * seconds;
    if (!(squares > 0)) continue;
    for (double& seconds : frame) seconds /= std::sqrt(squares);
  }
  return frames;
}

class BarChordModel {
 public:
  explicit BarChordModel(const BarChordOptions& options)
      : options_(options), stay_(kClasses, std::vector<double>(size_t{kBarChords} * kBarChords)) {
    for (int key = 0; key < kClasses; ++key) {
      double sum = 0;
      for (int chord = 0; chord < kBarChords; ++chord) {
        const auto [inside, outside] = TonesInKey(chord, key);
        chords_of_[key][chord] = std::pow(1 - options.chord_pitch_out_of_key, inside) *
                                 std::pow(options.chord_pitch_out_of_key, outside);
        sum += chords_of_[key][chord];
      }
      for (double& probability : chords_of_[key]) probability /= sum;
      FillTransitions(key);
    }
    for (int chord = 1; chord < kBarChords; ++chord) {
      const auto& tones = BarChordKinds()[(chord - 1) % kKinds].tones;
      for (const int tone : tones) {
        tones_[chord][((chord - 1) / kKinds + tone) % kClasses] =
            1 / std::sqrt(static_cast<double>(tones.size()));
      }
    }
  }

  /// The likeliest state of each frame.
  std::vector<int> BestPath(const std::vector<ClassVector>& frames) const {
    StateVector scores(kBarStates);
    const ChordVector first = Heard(frames[0]);
    for (int s = 0; s < kBarStates; ++s) {
      scores[s] = -std::log(12.0) + std::log(chords_of_[s / kBarChords][s % kBarChords]) +
                  first[s % kBarChords];
    }
    std::vector<std::vector<int>> from(frames.size(), std::vector<int>(kBarStates));
    for (size_t f = 1; f < frames.size(); ++f) scores = Step(scores, Heard(frames[f]), from[f]);
    std::vector<int> path(frames.size());
    path.back() = static_cast<int>(std::max_element(scores.begin(), scores.end()) - scores.begin());
    for (size_t f = frames.size() - 1; f > 0; --f) path[f - 1] = from[f][path[f]];
    return path;
  }

 private:
  void FillTransitions(int key) {
    const auto& chords = chords_of_[key];
    for (int to = 0; to < kBarChords; ++to) {
      change_key_[key][to] = std::log(options_.key_change / 11 * chords[to]);
      for (int before = 0; before < kBarChords; ++before) {
        const double way =
            before == to ? 1 - options_.chord_change
                         : options_.chord_change * (chords[to] + chords[before] / (kBarChords - 1));
        stay_[key][size_t(to) * kBarChords + before] = std::log((1 - options_.key_change) * way);
      }
    }
  }

  /// The log likelihood of `frame` under each chord.
  ChordVector Heard(const ClassVector& frame) const {
    ChordVector heard;
    for (int chord = 0; chord < kBarChords; ++chord) {
      double sum = 0;
      for (int c = 0; c < kClasses; ++c) sum += frame[c] * tones_[chord][c];
      heard[chord] = options_.chord_note_concentration * sum;
    }
    return heard;
  }

  /// The states of other keys than `key` that may be the best to come from: adding the same to all
  /// may make equal what lies this near, and of equal ones the first counts.
  static std::vector<int> BestOutside(const StateVector& scores, int key) {
    const auto outside = [key](int state) { return state / kBarChords != key; };
    double best = kNever;
    for (int s = 0; s < kBarStates; ++s) {
      if (outside(s)) best = std::max(best, scores[s]);
    }
    std::vector<int> states;
    for (int s = 0; s < kBarStates; ++s) {
      if (outside(s) && scores[s] >= best - 1e-9 * std::max(1.0, std::fabs(best)))
        states.push_back(s);
    }
    return states;
  }

  StateVector Step(const StateVector& scores, const ChordVector& heard,
                   std::vector<int>& from) const {
    StateVector next(kBarStates);
    for (int key = 0; key < kClasses; ++key) {
      const std::vector<int> outside = BestOutside(scores, key);
      for (int to = 0; to < kBarChords; ++to) {
        double best = kNever;
        int best_from = kBarStates;
        const auto consider = [&](int state, double score) {
          if (score < best || (score == best && state > best_from)) return;
          best = score;
          best_from = state;
        };
        for (const int state : outside) consider(state, scores[state] + change_key_[key][to]);
        for (int before = 0; before < kBarChords; ++before) {
          const int state = key * kBarChords + before;
          consider(state, scores[state] + stay_[key][size_t(to) * kBarChords + before]);
        }
        from[key * kBarChords + to] = best_from;
        next[key * kBarChords + to] = best + heard[to];
      }
    }
    return next;
  }

  const BarChordOptions& options_;
  std::array<ChordVector, kClasses> chords_of_{};   // probabilities in each key
  std::array<ChordVector, kClasses> change_key_{};  // log probabilities of coming from another key
  std::vector<std::vector<double>> stay_;           // the same within a key: to * 97 + before
  std::array<ClassVector, kBarChords> tones_{};     // unit vectors
};

absl::Status CheckBarChordOptions(const BarChordOptions& options) {
  for (const double p :
       {options.key_change, options.chord_change, options.chord_pitch_out_of_key}) {
    if (!(p > 0 && p < 1))
      return UsageError(fmt::format("{} is no probability above 0 and below 1", p));
  }
  if (std::isfinite(options.chord_note_concentration)) return absl::OkStatus();
  return UsageError(fmt::format("a concentration of {}", options.chord_note_concentration),
                    "Give a number");
}

}  // namespace

std::optional<BarChordFailure> BarChordFailureOf(const absl::Status& status) {
  const auto payload = status.GetPayload(kBarChordPayload);
  if (!payload.has_value()) return std::nullopt;
  return static_cast<BarChordFailure>(std::string(*payload)[0] - '0');
}

absl::Status InferBarChords(NoteSequence& sequence, const BarChordOptions& options) {
  MAGENTA_RETURN_IF_ERROR(CheckBarChordOptions(options));
  for (const auto& annotation : sequence.text_annotations()) {
    if (annotation.annotation_type() != Annotation::CHORD_SYMBOL) continue;
    return RefuseBarChords(BarChordFailure::kHasChords,
                           fmt::format("the sequence has chords already, {} at {} s",
                                       annotation.text(), annotation.time()),
                           "Take them out first");
  }
  const bool has_bars = sequence.quantization_info().steps_per_quarter() > 0;
  MAGENTA_ASSIGN_OR_RETURN(const ChordFrames frames, has_bars ? FramesOfBars(sequence, options)
                                                              : FramesOfBeats(sequence, options));
  const std::vector<int> path =
      BarChordModel(options).BestPath(PitchVectors(sequence, frames.ends));
  if (options.add_key_signatures) sequence.clear_key_signatures();
  for (size_t f = 0; f < path.size(); ++f) {
    const int key = path[f] / kBarChords;
    const int chord = path[f] % kBarChords;
    if (options.add_key_signatures && (f == 0 || key != path[f - 1] / kBarChords)) {
      auto& added = *sequence.add_key_signatures();
      added.set_time(frames.starts[f]);
      added.set_key(static_cast<NoteSequence::KeySignature::Key>(key));
    }
    if (f > 0 && chord == path[f - 1] % kBarChords) continue;
    auto& added = *sequence.add_text_annotations();
    added.set_time(frames.starts[f]);
    if (!frames.steps.empty()) added.set_quantized_step(frames.steps[f]);
    added.set_text(BarChordText(chord));
    added.set_annotation_type(Annotation::CHORD_SYMBOL);
  }
  return absl::OkStatus();
}

}  // namespace magenta
