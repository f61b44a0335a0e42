// Input, for 36 pitches: 0 the pitch that sounds, 36 one sounds, 37 silence, 38 it began here, 39
// the line rises (+1) or falls (-1), 40 and 41 repeats one and two bars before, 42 seven bits of
// the next position, 49 the next event begins a bar, 50 the major keys that fit all notes so far
// best, 62 those that fit the last three different pitches best. All of it is kept up to date event
// by event.
//
// Where the reference takes pitch 0 for silence, here it sounds: docs/rules.md section 9.

#include <algorithm>
#include <array>

#include "magenta/base/check.h"
#include "magenta/codec/lookback.h"
#include "magenta/codec/melody_codecs.h"
#include "magenta/codec/one_hot.h"
#include "magenta/music/key.h"

namespace magenta {
namespace {

constexpr int kKeyCounterBits = 7;
constexpr int kRepeats = static_cast<int>(kLookbackDistances.size());
constexpr int kKeys = 12;
// Sounds, silence, attack, direction.
constexpr int kStateInputs = 4;

// The last different pitches, newest last; one that comes again moves to the end.
class DistinctPitches {
 public:
  bool empty() const { return count_ == 0; }
  Event newest() const { return pitches_[count_ - 1]; }

  void Push(Event pitch) {
    const auto end = pitches_.begin() + count_;
    auto gone = std::find(pitches_.begin(), end, pitch);
    if (gone == end && count_ < kCapacity) {
      pitches_[count_++] = pitch;
      return;
    }
    if (gone == end) gone = pitches_.begin();
    std::copy(gone + 1, end, gone);
    pitches_[count_ - 1] = pitch;
  }

  TwelveCounts Keys() const {
    TwelveCounts keys{};
    for (int i = 0; i < count_; ++i) CountMajorKeys(pitches_[i], keys);
    return keys;
  }

 private:
  static constexpr int kCapacity = 3;
  std::array<Event, kCapacity> pitches_{};
  int count_ = 0;
};

// What the events so far say about the line.
struct LineState {
  Event sounding = kNoEvent;  // a pitch or kNoEvent
  bool attack = false;
  int direction = 0;  // +1 rose, -1 fell, 0 no change yet
  DistinctPitches pitches;
  TwelveCounts keys{};

  void Push(Event event) {
    if (event == kNoEvent) {
      attack = false;
    } else if (event == kNoteOff) {
      // Leaves `attack` as the reference does. Before the first note it finds nothing to end.
      sounding = kNoEvent;
    } else {
      if (!pitches.empty() && event != pitches.newest()) {
        direction = event > pitches.newest() ? 1 : -1;
      }
      attack = true;
      sounding = event;
      pitches.Push(event);
      CountMajorKeys(event, keys);
    }
  }
};

void AddBestKeys(const TwelveCounts& keys, int offset, SparseVector& input) {
  const int best = *std::max_element(keys.begin(), keys.end());
  for (int key = 0; key < kKeys; ++key) {
    if (keys[key] == best) input.Add(offset + key, 1.0f);
  }
}

class KeyMelodyEncoder final : public EventEncoder {
 public:
  explicit KeyMelodyEncoder(const OneHotMelody& one_hot) : one_hot_(one_hot) {}

  void Push(Event event) override {
    MAGENTA_CHECK(one_hot_.Accepts(event));
    events_.Push(event);
    line_.Push(event);
  }

  void Input(SparseVector& input) const override {
    MAGENTA_CHECK(events_.count() > 0);
    input.Clear();
    AddLine(input);
    int offset = one_hot_.pitches() + kStateInputs;
    for (const int distance : kLookbackDistances) {
      if (events_.LastRepeats(distance)) input.Add(offset, 1.0f);
      ++offset;
    }
    AddCounter(events_.count(), kKeyCounterBits, offset, input);
    offset += kKeyCounterBits;
    if (events_.count() % kCodecStepsPerBar == 0) input.Add(offset, 1.0f);
    ++offset;
    AddBestKeys(line_.keys, offset, input);
    AddBestKeys(line_.pitches.Keys(), offset + kKeys, input);
  }

  void Labels(Event next, std::span<int> labels) const override {
    MAGENTA_CHECK(labels.size() == 1 && one_hot_.Accepts(next));
    if (const std::optional<size_t> repeat = RepeatOf(events_, next, kLookbackDistances, kNoEvent);
        repeat.has_value()) {
      labels[0] = FirstRepeat() + static_cast<int>(*repeat);
    } else if (next < kMinPitch) {
      labels[0] = one_hot_.pitches() + (next - kNoEvent);
    } else {
      labels[0] = next - one_hot_.min_note();
    }
  }

  Event Decode(std::span<const int> labels) const override {
    MAGENTA_CHECK(labels.size() == 1);
    const int label = labels[0];
    MAGENTA_CHECK(label >= 0 && label < FirstRepeat() + kRepeats);
    if (label >= FirstRepeat()) {
      return events_.Back(kLookbackDistances[label - FirstRepeat()], kNoEvent);
    }
    if (label >= one_hot_.pitches()) return label - one_hot_.pitches() + kNoEvent;
    return label + one_hot_.min_note();
  }

  void Reset() override {
    events_.Reset();
    line_ = LineState();
  }

  std::unique_ptr<EventEncoder> Clone() const override {
    return std::make_unique<KeyMelodyEncoder>(*this);
  }

 private:
  int FirstRepeat() const { return one_hot_.size(); }

  void AddLine(SparseVector& input) const {
    const int state = one_hot_.pitches();
    if (line_.sounding >= kMinPitch) {
      input.Add(line_.sounding - one_hot_.min_note(), 1.0f);
      input.Add(state, 1.0f);
    } else {
      input.Add(state + 1, 1.0f);
    }
    if (line_.attack) input.Add(state + 2, 1.0f);
    if (line_.direction != 0) input.Add(state + 3, static_cast<float>(line_.direction));
  }

  OneHotMelody one_hot_;
  RecentEvents events_;
  LineState line_;
};

class KeyMelodyCodec final : public EventCodec {
 public:
  explicit KeyMelodyCodec(NoteRange range)
      : one_hot_(range), classes_(one_hot_.size() + kRepeats) {}

  std::string_view name() const override { return "key"; }
  int input_size() const override {
    return one_hot_.pitches() + kStateInputs + kRepeats + kKeyCounterBits + 1 + 2 * kKeys;
  }
  std::span<const int> head_sizes() const override { return {&classes_, 1}; }
  int default_label() const override { return one_hot_.pitches(); }
  Event default_event() const override { return kNoEvent; }
  bool Accepts(Event event) const override { return one_hot_.Accepts(event); }
  std::unique_ptr<EventEncoder> NewEncoder(std::shared_ptr<const Control>) const override {
    return std::make_unique<KeyMelodyEncoder>(one_hot_);
  }

 private:
  OneHotMelody one_hot_;
  int classes_;
};

}  // namespace

std::unique_ptr<EventCodec> MakeKeyMelodyCodec(NoteRange range) {
  return std::make_unique<KeyMelodyCodec>(range);
}

}  // namespace magenta
