// A hidden Markov model over the beats of a piece. What is hidden is a key (24) and a chord (97:
// eight kinds on twelve roots, and none); what is heard in a beat is how long each pitch class
// sounds, and the lowest note. Chords like to change on bar lines, and to be of their key; keys
// hardly change. The likeliest path is found by Viterbi's algorithm. Since what a change costs does
// not depend on where it comes from, only on where it goes, the best way into each state is one of
// three (the chord is held, it changes, the key changes), and a beat costs one pass over the
// states.
//
// The weights are set by hand and measured by bench/chord_report.cc.

#include "magenta/music/harmony/infer_chords.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "magenta/base/status.h"
#include "magenta/music/event.h"
#include "magenta/music/harmony/chord_symbol.h"
#include "magenta/music/meter_map.h"
#include "magenta/music/tempo_map.h"

namespace magenta {
namespace {

constexpr int kFirstEffectProgram = 112;
constexpr int kPitches = kMaxPitch + 1;
/// Quarters that rounding may make.
constexpr double kNear = 1e-6;

/// A kind of chord: how it is written, how likely it is, and how its sound divides among the
/// semitones above its root.
struct InferredKind {
  std::string_view text;
  double prior;
  std::vector<std::pair<int, double>> tones;
};

const std::vector<InferredKind>& InferredKinds() {
  static const auto& kinds = *new std::vector<InferredKind>{
      {"", 1.0, {{0, 0.38}, {4, 0.31}, {7, 0.31}}},
      {"m", 0.7, {{0, 0.38}, {3, 0.31}, {7, 0.31}}},
      {"7", 0.5, {{0, 0.3}, {4, 0.25}, {7, 0.225}, {10, 0.225}}},
      {"m7", 0.12, {{0, 0.3}, {3, 0.25}, {7, 0.225}, {10, 0.225}}},
      {"maj7", 0.08, {{0, 0.3}, {4, 0.25}, {7, 0.225}, {11, 0.225}}},
      {"dim", 0.05, {{0, 0.38}, {3, 0.31}, {6, 0.31}}},
      {"m7b5", 0.04, {{0, 0.3}, {3, 0.25}, {6, 0.225}, {10, 0.225}}},
      {"aug", 0.02, {{0, 0.38}, {4, 0.31}, {8, 0.31}}},
  };
  return kinds;
}

constexpr int kChords = 1 + 8 * 12;  // none, then kind * 12 + root
constexpr int kKeys = 24;            // major on C to B, then minor
constexpr int kStates = kKeys * kChords;

/// The part of the sound over a chord that is none of its tones.
constexpr double kOtherTones = 0.4;
/// How much a note outside the key counts against the key, and a chord that has one.
constexpr double kOutOfKey = 0.25;
constexpr double kChordOutOfKey = 0.15;
/// What a beat of sound is worth, against what chords like to do.
constexpr double kSoundWeight = 2.0;
constexpr double kKeyChange = 0.002;
constexpr double kNoChordPrior = 0.002;
/// What the lowest note is worth where fewer than three pitch classes sound: a melody alone says
/// little by it.
constexpr double kThinBass = 0.1;
/// Of the lowest note: the root, the third, the fifth, a seventh, and others.
constexpr double kBassRoot = 0.5;
constexpr double kBassThird = 0.2;
constexpr double kBassFifth = 0.15;
constexpr double kBassOther = 0.02;
/// How likely a chord changes on the first beat of a bar, in its middle, and elsewhere.
constexpr double kChangeOnBar = 0.9;
constexpr double kChangeInMiddle = 0.75;
constexpr double kChangeElsewhere = 0.06;

using ChordScores = std::array<double, kChords>;
using KeyScores = std::array<double, kKeys>;
using StateScores = std::array<double, kStates>;

int KindOf(int chord) { return (chord - 1) / 12; }
int RootOf(int chord) { return (chord - 1) % 12; }

bool InKey(int pitch_class, int key) {
  // Major; minor with both sevenths.
  constexpr std::array<bool, 12> kMajor = {true,  false, true,  false, true,  true,
                                           false, true,  false, true,  false, true};
  constexpr std::array<bool, 12> kMinor = {true,  false, true, true,  false, true,
                                           false, true,  true, false, true,  true};
  const int degree = (pitch_class - key % 12 + 12) % 12;
  return key < 12 ? kMajor[degree] : kMinor[degree];
}

/// How chords are used in a key, by the degree of their root.
double DegreePrior(int root, int key) {
  constexpr std::array<double, 12> kMajor = {0.30, 0.01, 0.12, 0.01, 0.05, 0.18,
                                             0.01, 0.26, 0.01, 0.10, 0.02, 0.02};
  constexpr std::array<double, 12> kMinor = {0.32, 0.01, 0.03, 0.12, 0.01, 0.14,
                                             0.01, 0.20, 0.10, 0.01, 0.13, 0.02};
  const int degree = (root - key % 12 + 12) % 12;
  return key < 12 ? kMajor[degree] : kMinor[degree];
}

/// One beat of the piece.
struct Beat {
  double start = 0;  // seconds
  double change = kChangeOnBar;
  std::array<float, 12> sound = {};  // beats, by pitch class
  int bass = -1;                     // pitch class of the lowest note
  bool full = false;                 // three pitch classes or more
};

/// The logarithms that do not depend on the music.
struct InferenceModel {
  std::array<std::array<double, 12>, kChords> tone;  // of a pitch class in a chord
  std::array<std::array<double, 12>, kChords> bass;  // of the lowest one
  std::array<ChordScores, kKeys> prior;              // of a chord in a key

  InferenceModel() {
    const auto& kinds = InferredKinds();
    tone[0].fill(std::log(1.0 / 12));
    bass[0].fill(std::log(1.0 / 12));
    for (int chord = 1; chord < kChords; ++chord) {
      const auto& tones = kinds[KindOf(chord)].tones;
      tone[chord].fill(std::log(kOtherTones / (12.0 - static_cast<double>(tones.size()))));
      bass[chord].fill(std::log(kBassOther));
      constexpr std::array<double, 4> kBass = {kBassRoot, kBassThird, kBassFifth, kBassOther * 2};
      for (size_t i = 0; i < tones.size(); ++i) {
        const int pitch_class = (RootOf(chord) + tones[i].first) % 12;
        tone[chord][pitch_class] = std::log(tones[i].second * (1 - kOtherTones));
        bass[chord][pitch_class] = std::log(kBass[i]);
      }
    }
    for (int key = 0; key < kKeys; ++key) FillPriors(key);
  }

 private:
  void FillPriors(int key) {
    double sum = prior[key][0] = kNoChordPrior;
    for (int chord = 1; chord < kChords; ++chord) {
      const InferredKind& kind = InferredKinds()[KindOf(chord)];
      double p = kind.prior * DegreePrior(RootOf(chord), key);
      for (const auto& [semitones, share] : kind.tones) {
        if (!InKey((RootOf(chord) + semitones) % 12, key)) p *= kChordOutOfKey;
      }
      sum += prior[key][chord] = p;
    }
    for (double& p : prior[key]) p = std::log(p / sum);
  }
};

/// Quarters between two beats of a meter: 1.5 in 6/8, at most 1 in others.
double BeatLength(const Meter& meter) {
  const double unit = 4.0 / meter.denominator;
  const bool in_threes = meter.numerator % 3 == 0 && meter.denominator >= 8;
  return in_threes ? 3 * unit : std::min(unit, 1.0);
}

/// The last beat at or before `quarters`, or one that is `more` later.
double BeatFrom(const Meter& meter, double quarters, int more) {
  const double length = BeatLength(meter);
  const double beats = std::floor((quarters - meter.bar_line) / length + kNear) + more;
  return meter.bar_line + beats * length;
}

double ChangeOn(const Meter& meter, double quarters) {
  const double bar = meter.bar();
  const double into = std::fmod(std::fmod(quarters - meter.bar_line, bar) + bar, bar);
  if (into < kNear || bar - into < kNear) return kChangeOnBar;
  return std::abs(into - bar / 2) < kNear ? kChangeInMiddle : kChangeElsewhere;
}

bool IsHeard(const NoteSequence::Note& note) {
  return !note.is_drum() && note.velocity() != 0 && note.program() < kFirstEffectProgram &&
         note.pitch() >= kMinPitch && note.pitch() <= kMaxPitch && note.start_time() >= 0 &&
         note.end_time() > note.start_time() && std::isfinite(note.end_time());
}

/// The beats from the first to the last note, without their sound.
absl::StatusOr<std::vector<Beat>> BeatsOf(const NoteSequence& sequence, const TempoMap& tempos) {
  double first = std::numeric_limits<double>::infinity();
  double last = 0;
  for (const auto& note : sequence.notes()) {
    if (!IsHeard(note)) continue;
    first = std::min(first, note.start_time());
    last = std::max(last, note.end_time());
  }
  if (last == 0) return SequenceError("it has no notes to infer chords from");
  const MeterMap meters(sequence);
  const double end = tempos.QuartersAt(last);
  double quarters =
      std::max(0.0, BeatFrom(meters.At(tempos.QuartersAt(first)), tempos.QuartersAt(first), 0));
  std::vector<Beat> beats;
  size_t next_meter = 0;
  while (quarters < end - kNear) {
    if (static_cast<int64_t>(beats.size()) == kMaxInferredBeats) {
      return SequenceError(fmt::format("it lasts more than {} beats", kMaxInferredBeats),
                           "Cut the sequence");
    }
    while (next_meter < meters.meters().size() &&
           meters.meters()[next_meter].start <= quarters + kNear) {
      ++next_meter;
    }
    const Meter& meter = meters.meters()[next_meter == 0 ? 0 : next_meter - 1];
    Beat beat;
    beat.start = tempos.SecondsAt(quarters);
    beat.change = ChangeOn(meter, quarters);
    beats.push_back(beat);
    double next = BeatFrom(meter, quarters, 1);
    if (next_meter < meters.meters().size()) {
      next = std::min(next, meters.meters()[next_meter].start);
    }
    quarters = std::max(next, quarters + kNear);
  }
  return beats;
}

/// Fills in what sounds in each beat. A note of many beats costs no more than one of two: what it
/// covers is kept as where it begins and ends, and summed up at the end.
void HearNotes(const NoteSequence& sequence, const TempoMap& tempos, std::vector<Beat>& beats) {
  const size_t count = beats.size();
  std::vector<double> starts;  // seconds, with the end of the last beat
  starts.reserve(count + 1);
  for (const Beat& beat : beats) starts.push_back(beat.start);
  starts.push_back(tempos.SecondsAt(tempos.QuartersAt(starts.back()) + 1));
  std::vector<std::array<float, kPitches>> partly(count);
  std::vector<std::array<int32_t, kPitches>> change(count + 1);
  for (const auto& note : sequence.notes()) {
    if (!IsHeard(note)) continue;
    const auto beat_at = [&](double seconds) {
      const auto after = std::upper_bound(starts.begin(), starts.end(), seconds);
      const auto beat = std::max<int64_t>(after - starts.begin() - 1, 0);
      return std::min(static_cast<size_t>(beat), count - 1);
    };
    const auto share = [&](size_t beat, double from, double to) {
      return static_cast<float>((to - from) / (starts[beat + 1] - starts[beat]));
    };
    const size_t first = beat_at(note.start_time());
    const size_t last = beat_at(note.end_time());
    if (first == last) {
      partly[first][note.pitch()] += share(first, note.start_time(), note.end_time());
      continue;
    }
    partly[first][note.pitch()] += share(first, note.start_time(), starts[first + 1]);
    partly[last][note.pitch()] += share(last, starts[last], note.end_time());
    ++change[first + 1][note.pitch()];
    --change[last][note.pitch()];
  }
  std::array<int32_t, kPitches> whole = {};
  constexpr float kAudible = 0.2f;  // of a beat
  for (size_t beat = 0; beat < count; ++beat) {
    std::array<bool, 12> audible = {};
    for (int pitch = 0; pitch < kPitches; ++pitch) {
      whole[pitch] += change[beat][pitch];
      // Two parts that double each other say no more than one.
      const float sound = std::min(partly[beat][pitch] + static_cast<float>(whole[pitch]), 1.0f);
      if (sound <= 0) continue;
      beats[beat].sound[pitch % 12] += sound;
      if (sound < kAudible) continue;
      if (beats[beat].bass < 0) beats[beat].bass = pitch % 12;
      audible[pitch % 12] = true;
    }
    beats[beat].full = std::count(audible.begin(), audible.end(), true) >= 3;
  }
}

class ChordPath {
 public:
  /// A chord a beat, 0 for none.
  std::vector<int> Find(const std::vector<Beat>& beats) {
    for (const Beat& beat : beats) {
      Score(beat);
      if (ways_.empty()) {
        Begin();
      } else {
        Advance(beat);
      }
    }
    return Backtrack();
  }

 private:
  enum Way : uint8_t { kHeld, kChanged, kOtherKey };

  /// How a beat was reached: by state, and which chord (or state) the changes come from.
  struct Step {
    std::array<uint8_t, kStates> way = {};
    std::array<uint8_t, kKeys> best_chord = {};
    std::array<uint16_t, kKeys> best_elsewhere = {};
  };

  void Score(const Beat& beat) {
    for (int chord = 0; chord < kChords; ++chord) {
      double score = 0;
      for (int pitch_class = 0; pitch_class < 12; ++pitch_class) {
        score += static_cast<double>(beat.sound[pitch_class]) * model_.tone[chord][pitch_class];
      }
      chord_scores_[chord] = kSoundWeight * score;
      if (beat.bass >= 0)
        chord_scores_[chord] += (beat.full ? 1.0 : kThinBass) * model_.bass[chord][beat.bass];
    }
    for (int key = 0; key < kKeys; ++key) {
      double outside = 0;
      for (int pitch_class = 0; pitch_class < 12; ++pitch_class) {
        if (!InKey(pitch_class, key)) outside += static_cast<double>(beat.sound[pitch_class]);
      }
      key_scores_[key] = outside * std::log(kOutOfKey);
    }
  }

  void Begin() {
    ways_.emplace_back();
    for (int key = 0; key < kKeys; ++key) {
      for (int chord = 0; chord < kChords; ++chord) {
        scores_[key * kChords + chord] =
            model_.prior[key][chord] + chord_scores_[chord] + key_scores_[key];
      }
    }
  }

  void Advance(const Beat& beat) {
    Step& step = ways_.emplace_back();
    std::array<double, kKeys> best;
    for (int key = 0; key < kKeys; ++key) {
      const auto from = scores_.begin() + key * kChords;
      const auto most = std::max_element(from, from + kChords);
      step.best_chord[key] = static_cast<uint8_t>(most - from);
      best[key] = *most;
    }
    const double held = std::log(1 - beat.change) + std::log(1 - kKeyChange);
    const double changed = std::log(beat.change) + std::log(1 - kKeyChange);
    const double other_key = std::log(beat.change * kKeyChange / (kKeys - 1));
    for (int key = 0; key < kKeys; ++key) {
      int other = key == 0 ? 1 : 0;
      for (int k = 0; k < kKeys; ++k) {
        if (k != key && best[k] > best[other]) other = k;
      }
      step.best_elsewhere[key] = static_cast<uint16_t>(other * kChords + step.best_chord[other]);
      const double in_key = best[key] + changed;
      const double elsewhere = best[other] + other_key;
      const double change = std::max(in_key, elsewhere);
      const Way way = in_key >= elsewhere ? kChanged : kOtherKey;
      for (int chord = 0; chord < kChords; ++chord) {
        const int state = key * kChords + chord;
        const double hold = scores_[state] + held;
        const double enter = change + model_.prior[key][chord];
        step.way[state] = hold >= enter ? kHeld : way;
        next_[state] = std::max(hold, enter) + chord_scores_[chord] + key_scores_[key];
      }
    }
    std::swap(scores_, next_);
  }

  std::vector<int> Backtrack() const {
    std::vector<int> chords(ways_.size());
    int state =
        static_cast<int>(std::max_element(scores_.begin(), scores_.end()) - scores_.begin());
    for (size_t beat = ways_.size(); beat-- > 0;) {
      chords[beat] = state % kChords;
      const int key = state / kChords;
      const Step& step = ways_[beat];
      const uint8_t way = step.way[state];
      if (way == kChanged) state = key * kChords + step.best_chord[key];
      if (way == kOtherKey) state = step.best_elsewhere[key];
    }
    return chords;
  }

  const InferenceModel model_;
  ChordScores chord_scores_ = {};
  KeyScores key_scores_ = {};
  StateScores scores_ = {};
  StateScores next_ = {};
  std::vector<Step> ways_;
};

std::string SymbolOf(int chord) {
  if (chord == 0) return std::string(kNoChordText);
  return fmt::format("{}{}", ChordRootName(RootOf(chord)), InferredKinds()[KindOf(chord)].text);
}

}  // namespace

absl::Status InferChords(NoteSequence& sequence) {
  for (const auto& annotation : sequence.text_annotations()) {
    if (annotation.annotation_type() != NoteSequence::TextAnnotation::CHORD_SYMBOL) continue;
    return SequenceError(fmt::format("it has chord symbols, the first at {} s", annotation.time()),
                         "Leave them out, or use them as they are");
  }
  const TempoMap tempos(sequence);
  MAGENTA_ASSIGN_OR_RETURN(std::vector<Beat> beats, BeatsOf(sequence, tempos));
  HearNotes(sequence, tempos, beats);
  const std::vector<int> chords = ChordPath().Find(beats);
  for (size_t i = 0; i < beats.size(); ++i) {
    if (i > 0 && chords[i] == chords[i - 1]) continue;
    auto& annotation = *sequence.add_text_annotations();
    annotation.set_time(beats[i].start);
    annotation.set_text(SymbolOf(chords[i]));
    annotation.set_annotation_type(NoteSequence::TextAnnotation::CHORD_SYMBOL);
  }
  return absl::OkStatus();
}

}  // namespace magenta
