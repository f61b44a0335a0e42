#include "magenta/io/abc/abc_voice.h"

#include <algorithm>

#include "magenta/music/key.h"

namespace magenta {
namespace {

constexpr int kLetterSemitones[7] = {0, 2, 4, 5, 7, 9, 11};
constexpr size_t kMaxLayers = 16;

}  // namespace

void AbcVoice::SetKey(const AbcKey& key) {
  if (key.has_key) {
    key_ = key.accidentals;
    bar_accidentals_.clear();
  }
}

void AbcVoice::Apply(const AbcVoiceProperties& properties) {
  if (properties.clef_shift) clef_shift_ = properties.clef_shift;
  if (properties.octave_shift) octave_shift_ = properties.octave_shift;
  if (properties.transpose) transpose_ = properties.transpose;
  if (!properties.name.empty()) name_ = properties.name;
}

void AbcVoice::ApplyBelow(const AbcVoiceProperties& properties) {
  if (!clef_shift_ && !octave_shift_) {
    clef_shift_ = properties.clef_shift;
    octave_shift_ = properties.octave_shift;
  }
  if (!transpose_) transpose_ = properties.transpose;
  if (name_.empty()) name_ = properties.name;
}

int64_t AbcVoice::Length(ScoreFraction by) const {
  const ScoreFraction whole{unit_.numerator * by.numerator, unit_.denominator * by.denominator};
  return ScaleUnits(4 * kScoreUnitsPerQuarter, whole);
}

int64_t AbcVoice::TakeModifiers(int64_t length, ScoreFraction* by) {
  *by = {1, 1};
  if (tuplet_left_ > 0) {
    --tuplet_left_;
    *by = tuplet_;
  }
  by->numerator *= broken_.numerator;
  by->denominator *= broken_.denominator;
  if (broken_length_ > 0) {
    const ScoreFraction rest{by->numerator * broken_.denominator,
                             by->denominator * broken_.numerator};
    uneven_break_ |= ScaleUnits(length, rest) != broken_length_;
  }
  broken_length_ = 0;
  broken_ = {1, 1};
  return ScaleUnits(length, *by);
}

void AbcVoice::MoveOn(int64_t length) {
  last_length_ = length;
  position_ = std::min(position_ + length, kMaxScoreUnits);
}

const AbcVoice::Tied* AbcVoice::FindTied(const AbcPitch& pitch) const {
  const auto found = std::find_if(tied_.begin(), tied_.end(), [&](const Tied& tied) {
    return tied.letter == pitch.letter && tied.octave == pitch.octave;
  });
  return found == tied_.end() ? nullptr : &*found;
}

int AbcVoice::Sounding(const AbcPitch& pitch, const Tied* tied) {
  int accidental = key_[pitch.letter];
  const auto in_bar = bar_accidentals_.find(pitch.letter);
  if (pitch.has_accidental) {
    accidental = bar_accidentals_[pitch.letter] = pitch.accidental;
  } else if (in_bar != bar_accidentals_.end()) {
    accidental = in_bar->second;
  } else if (tied != nullptr) {
    return notes_[tied->note].pitch;
  }
  return kMiddleC + kLetterSemitones[pitch.letter] + kOctave * pitch.octave + accidental +
         octave_shift_.value_or(clef_shift_.value_or(0)) + transpose_.value_or(0);
}

int AbcVoice::AddNotes(const std::vector<AbcPitch>& pitches,
                       const std::vector<ScoreFraction>& lengths) {
  ScoreFraction by;
  const int64_t step = TakeModifiers(Length(lengths.front()), &by);
  std::vector<size_t> added;
  std::vector<AbcPitch> written;
  int left_out = 0;
  for (size_t i = 0; i < pitches.size(); ++i) {
    const Tied* tied = FindTied(pitches[i]);
    const int pitch = Sounding(pitches[i], tied);
    if (pitch < 0 || pitch > 127) {
      ++left_out;
      continue;
    }
    const int64_t end = position_ + ScaleUnits(Length(lengths[i]), by);
    if (tied != nullptr && notes_[tied->note].pitch == pitch) {
      notes_[tied->note].end = std::max(notes_[tied->note].end, end);
      added.push_back(tied->note);
    } else {
      added.push_back(notes_.size());
      notes_.push_back({static_cast<int8_t>(pitch), program_, is_drum_, position_, end});
    }
    written.push_back(pitches[i]);
  }
  tied_.clear();
  last_notes_ = std::move(added);
  last_pitches_ = std::move(written);
  MoveOn(step);
  return left_out;
}

void AbcVoice::AddRest(ScoreFraction length) {
  ScoreFraction by;
  const int64_t step = TakeModifiers(Length(length), &by);
  tied_.clear();
  last_notes_.clear();
  last_pitches_.clear();
  MoveOn(step);
}

void AbcVoice::AddMeasureRest(int measures) {
  const bool free = meter_.numerator == 0;
  const ScoreFraction whole{free ? 1 : meter_.numerator, free ? 1 : meter_.denominator};
  tied_.clear();
  last_notes_.clear();
  last_pitches_.clear();
  MoveOn(ScaleUnits(4 * kScoreUnitsPerQuarter, {whole.numerator * measures, whole.denominator}));
}

void AbcVoice::Tie(const std::vector<bool>& which) {
  for (size_t i = 0; i < last_notes_.size(); ++i) {
    const bool wanted = which.empty() || (i < which.size() && which[i]);
    const bool known = FindTied(last_pitches_[i]) != nullptr;
    if (wanted && !known) {
      tied_.push_back({last_notes_[i], last_pitches_[i].letter, last_pitches_[i].octave});
    }
  }
}

void AbcVoice::Break(int steps) {
  if (steps == 0 || last_length_ == 0 || broken_length_ > 0) return;
  const int64_t power = int64_t{1} << std::min(std::abs(steps), 8);
  const ScoreFraction more{2 * power - 1, power};
  const ScoreFraction less{1, power};
  broken_length_ = last_length_;
  const int64_t length = ScaleUnits(last_length_, steps > 0 ? more : less);
  for (size_t note : last_notes_) {
    notes_[note].end = std::max(notes_[note].start, notes_[note].end + length - last_length_);
  }
  position_ = std::min(position_ + length - last_length_, kMaxScoreUnits);
  last_length_ = length;
  broken_ = steps > 0 ? less : more;
}

void AbcVoice::StartTuplet(ScoreFraction by, int count) {
  tuplet_ = by;
  tuplet_left_ = count;
}

void AbcVoice::CutTies() {
  tied_.clear();
  tied_in_layers_.clear();
}

/// Each overlay of a bar is tied to the same one of the next bar.
void AbcVoice::ChangeLayer(size_t layer) {
  if (layer == layer_) return;
  if (tied_in_layers_.size() <= std::max(layer, layer_)) {
    if (layer >= kMaxLayers) return tied_.clear();
    tied_in_layers_.resize(std::max(layer, layer_) + 1);
  }
  tied_in_layers_[layer_] = std::move(tied_);
  tied_ = std::move(tied_in_layers_[layer]);
  tied_in_layers_[layer].clear();
  layer_ = layer;
}

void AbcVoice::Bar() {
  position_ = std::max(position_, overlay_end_);
  overlay_end_ = 0;
  bar_start_ = position_;
  bar_accidentals_.clear();
  ChangeLayer(0);
}

void AbcVoice::Overlay() {
  overlay_end_ = std::max(overlay_end_, position_);
  position_ = bar_start_;
  ChangeLayer(layer_ + 1);
  std::erase_if(tied_, [this](const Tied& tied) { return notes_[tied.note].end != position_; });
  // A broken rhythm joins two notes of one layer.
  broken_ = {1, 1};
  broken_length_ = last_length_ = 0;
  last_notes_.clear();
  last_pitches_.clear();
  bar_accidentals_.clear();
}

}  // namespace magenta
