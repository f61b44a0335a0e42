// Every melody codec, event by event, against the rules read off whole lists of events.

#include "magenta/codec/melody_codecs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "magenta/music/key.h"

namespace magenta {
namespace {

constexpr Event kLow = 48;
constexpr Event kHigh = 84;

using Dense = std::vector<float>;

Dense DenseOf(const SparseVector& sparse, int size) {
  Dense dense(size, 0.0f);
  for (size_t i = 0; i < sparse.index.size(); ++i) {
    EXPECT_TRUE(i == 0 || sparse.index[i - 1] < sparse.index[i]);
    EXPECT_NE(sparse.value[i], 0.0f);
    dense.at(sparse.index[i]) = sparse.value[i];
  }
  return dense;
}

std::string Dump(const SparseVector& input) {
  std::string text;
  for (size_t i = 0; i < input.index.size(); ++i) {
    if (!text.empty()) text += " ";
    text += (input.value[i] < 0 ? "-" : "") + std::to_string(input.index[i]);
  }
  return text;
}

// docs/rules.md section 4 as it is written there: everything from the list, nothing remembered.
using Events = std::vector<Event>;

Dense ListOneHot(const Events& events) {
  Dense input(38);
  const Event e = events.back();
  input[e < 0 ? e + 2 : e - 46] = 1;
  return input;
}

void ListRepeatsAndCounter(const Events& events, int bits, float* repeats, float* counter) {
  const int p = static_cast<int>(events.size()) - 1;
  if (p >= 16 && events[p] == events[p - 16]) repeats[0] = 1;
  if (p >= 32 && events[p] == events[p - 32]) repeats[1] = 1;
  for (int bit = 0; bit < bits; ++bit) counter[bit] = ((p + 1) >> bit) % 2 == 1 ? 1.0f : -1.0f;
}

Dense ListLookback(const Events& events) {
  Dense input(121);
  const int p = static_cast<int>(events.size()) - 1;
  int block = 0;
  for (const int back : {p, p - 15, p - 31}) {
    const Event e = back < 0 ? kNoEvent : events[back];
    input[block + (e < 0 ? e + 2 : e - 46)] = 1;
    block += 38;
  }
  ListRepeatsAndCounter(events, 5, &input[119], &input[114]);
  return input;
}

void ListBestKeys(const Events& pitches, float* input) {
  TwelveCounts counts{};
  for (const Event pitch : pitches) {
    for (const int step : {0, 2, 4, 5, 7, 9, 11}) ++counts[(pitch - step + 12) % 12];
  }
  for (int key = 0; key < 12; ++key) {
    if (counts[key] == *std::max_element(counts.begin(), counts.end())) input[key] = 1;
  }
}

Dense ListKey(const Events& events) {
  Dense input(74);
  Events cleaned = events;
  for (Event& event : cleaned) {
    if (event >= 0) break;
    event = kNoEvent;
  }
  Events notes;
  Event sounding = kNoEvent;
  for (const Event event : cleaned) {
    if (event == kNoEvent) input[38] = 0;
    if (event == kNoteOff) sounding = kNoEvent;
    if (event < 0) continue;
    if (!notes.empty() && event != notes.back()) input[39] = event > notes.back() ? 1 : -1;
    input[38] = 1;
    sounding = event;
    notes.push_back(event);
  }
  if (sounding >= 0) input[sounding - kLow] = 1;
  input[sounding >= 0 ? 36 : 37] = 1;
  ListRepeatsAndCounter(events, 7, &input[40], &input[42]);
  if (events.size() % 16 == 0) input[49] = 1;
  ListBestKeys(notes, &input[50]);
  Events last_three;
  for (auto note = notes.rbegin(); note != notes.rend() && last_three.size() < 3; ++note) {
    if (std::find(last_three.begin(), last_three.end(), *note) == last_three.end()) {
      last_three.push_back(*note);
    }
  }
  ListBestKeys(last_three, &input[62]);
  return input;
}

int ListLabel(const Events& events, Event next, bool key_codec, bool repeats) {
  const size_t p = events.size();
  if (repeats) {
    if (p < 32 && next == kNoEvent) return 39;
    if (p >= 32 && events[p - 32] == next) return 39;
    if (p >= 16 && events[p - 16] == next) return 38;
  }
  if (!key_codec) return next < 0 ? next + 2 : next - 46;
  return next == kNoteOff ? 37 : next == kNoEvent ? 36 : next - 48;
}

struct Tested {
  std::unique_ptr<EventCodec> codec;
  Dense (*list_input)(const Events&);
  bool key_codec;
  bool repeats;
};

std::vector<Tested> AllCodecs() {
  std::vector<Tested> all;
  all.push_back({MakeOneHotCodec({kLow, kHigh}), ListOneHot, false, false});
  all.push_back({MakeLookbackCodec({kLow, kHigh}), ListLookback, false, true});
  all.push_back({MakeKeyMelodyCodec({kLow, kHigh}), ListKey, true, true});
  return all;
}

// Melodies of few pitches that often repeat what stood one or two bars before.
Events RandomEvents(std::mt19937& random, int length) {
  const auto below = [&](int n) { return static_cast<int>(random() % n); };
  const int pitches = 1 + below(8);
  const Event base = kLow + below(kHigh - kLow - pitches + 1);
  Events events;
  for (int p = 0; p < length; ++p) {
    const int choice = below(10);
    if (choice < 2 && p >= 16) {
      events.push_back(events[p - 16]);
    } else if (choice < 4 && p >= 32) {
      events.push_back(events[p - 32]);
    } else {
      events.push_back(choice < 7 ? base + below(pitches) : choice == 7 ? kNoteOff : kNoEvent);
    }
  }
  return events;
}

TEST(MelodyCodecs, SizesAndDefaults) {
  struct Row {
    std::unique_ptr<EventCodec> codec;
    std::string name;
    int inputs, classes, default_label;
  };
  const Row rows[] = {
      {MakeOneHotCodec({48, 84}), "onehot", 38, 38, 0},
      {MakeOneHotCodec({0, 128}), "onehot", 130, 130, 0},
      {MakeLookbackCodec({48, 84}), "lookback", 121, 40, 0},
      {MakeKeyMelodyCodec({48, 84}), "key", 74, 40, 36},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(row.codec->name(), row.name);
    EXPECT_EQ(row.codec->input_size(), row.inputs) << row.name;
    EXPECT_EQ(row.codec->num_classes(), row.classes) << row.name;
    EXPECT_EQ(row.codec->default_label(), row.default_label) << row.name;
    EXPECT_EQ(row.codec->default_event(), kNoEvent);
    EXPECT_FALSE(row.codec->has_control());
  }
}

TEST(MelodyCodecs, Accept) {
  for (const Tested& tested : AllCodecs()) {
    const std::pair<Event, bool> rows[] = {{-3, false}, {-2, true},  {-1, true},
                                           {0, false},  {47, false}, {48, true},
                                           {83, true},  {84, false}, {128, false}};
    for (const auto& [event, accepted] : rows) {
      EXPECT_EQ(tested.codec->Accepts(event), accepted) << tested.codec->name() << " " << event;
    }
  }
  EXPECT_TRUE(MakeOneHotCodec({0, 128})->Accepts(0));
  EXPECT_TRUE(MakeOneHotCodec({0, 128})->Accepts(127));
  EXPECT_FALSE(MakeOneHotCodec({0, 128})->Accepts(128));
}

TEST(MelodyCodecs, StreamingEqualsTheRulesOnLists) {
  std::mt19937 random(1);
  SparseVector input;
  for (const Tested& tested : AllCodecs()) {
    SCOPED_TRACE(tested.codec->name());
    const auto encoder = tested.codec->NewEncoder();
    for (int melody = 0; melody < 100; ++melody) {
      const Events events = RandomEvents(random, 150);
      encoder->Reset();
      for (size_t p = 0; p + 1 < events.size(); ++p) {
        encoder->Push(events[p]);
        encoder->Input(input);
        const Events so_far(events.begin(), events.begin() + p + 1);
        const Dense expected = tested.list_input(so_far);
        ASSERT_EQ(DenseOf(input, tested.codec->input_size()), expected)
            << "melody " << melody << " position " << p;
        const Event next = events[p + 1];
        const int label = encoder->Label(next);
        ASSERT_EQ(label, ListLabel(so_far, next, tested.key_codec, tested.repeats)) << p;
        ASSERT_EQ(encoder->DecodeOne(label), next) << p;
      }
    }
  }
}

// Whatever class is drawn, from the first position on, stands for an event that is accepted.
TEST(MelodyCodecs, EveryClassDecodesAnywhere) {
  std::mt19937 random(2);
  for (const Tested& tested : AllCodecs()) {
    const auto encoder = tested.codec->NewEncoder();
    for (const Event event : RandomEvents(random, 40)) {
      for (int label = 0; label < tested.codec->num_classes(); ++label) {
        const Event decoded = encoder->DecodeOne(label);
        ASSERT_TRUE(tested.codec->Accepts(decoded)) << tested.codec->name() << " " << label;
      }
      encoder->Push(event);
    }
  }
}

TEST(MelodyCodecs, ClonesGoTheirOwnWay) {
  std::mt19937 random(3);
  for (const Tested& tested : AllCodecs()) {
    const Events events = RandomEvents(random, 40);
    const auto encoder = tested.codec->NewEncoder();
    for (const Event event : events) encoder->Push(event);
    SparseVector before;
    encoder->Input(before);
    const auto clone = encoder->Clone();
    clone->Push(kHigh - 1);
    SparseVector after;
    encoder->Input(after);
    EXPECT_EQ(before, after) << tested.codec->name();
    encoder->Push(kHigh - 1);
    SparseVector of_clone;
    encoder->Input(after);
    clone->Input(of_clone);
    EXPECT_EQ(after, of_clone) << tested.codec->name();
  }
}

// Indices that are not zero, "-" before a value of -1; positions count from 0.
struct InputRow {
  Events events;
  const char* dump;
};

TEST(LookbackCodec, WritesOut) {
  const InputRow rows[] = {
      {{60}, "14 38 76 114 -115 -116 -117 -118"},
      {{60, kNoteOff}, "1 38 76 -114 115 -116 -117 -118"},
  };
  const auto codec = MakeLookbackCodec({kLow, kHigh});
  for (const InputRow& row : rows) {
    const auto encoder = codec->NewEncoder();
    SparseVector input;
    for (const Event event : row.events) encoder->Push(event);
    encoder->Input(input);
    EXPECT_EQ(Dump(input), row.dump);
  }
}

TEST(KeyMelodyCodec, WritesOut) {
  const InputRow rows[] = {
      // Silence: every key fits.
      {{kNoEvent},
       "37 42 -43 -44 -45 -46 -47 -48 50 51 52 53 54 55 56 57 58 59 60 61 62 63 64 65 66 67 68 69 "
       "70 71 72 73"},
      // A note-off before the first note is nothing.
      {{kNoteOff},
       "37 42 -43 -44 -45 -46 -47 -48 50 51 52 53 54 55 56 57 58 59 60 61 62 63 64 65 66 67 68 69 "
       "70 71 72 73"},
      {{60}, "12 36 38 42 -43 -44 -45 -46 -47 -48 50 51 53 55 57 58 60 62 63 65 67 69 70 72"},
      // The attack outlives a note-off that follows at once.
      {{60, kNoteOff},
       "37 38 -42 43 -44 -45 -46 -47 -48 50 51 53 55 57 58 60 62 63 65 67 69 70 72"},
      {{60, kNoEvent},
       "12 36 -42 43 -44 -45 -46 -47 -48 50 51 53 55 57 58 60 62 63 65 67 69 70 72"},
      // The line fell, and stays so while the pitch repeats. C and B: the keys C and G.
      {{60, 59, 59}, "11 36 38 -39 42 43 -44 -45 -46 -47 -48 50 57 62 69"},
  };
  const auto codec = MakeKeyMelodyCodec({kLow, kHigh});
  for (const InputRow& row : rows) {
    const auto encoder = codec->NewEncoder();
    SparseVector input;
    for (const Event event : row.events) encoder->Push(event);
    encoder->Input(input);
    EXPECT_EQ(Dump(input), row.dump);
  }
}

// Where the reference hears silence (its fault on ranges that hold pitch 0), ours sounds.
TEST(KeyMelodyCodec, PitchZeroSounds) {
  const auto encoder = MakeKeyMelodyCodec({0, 36})->NewEncoder();
  encoder->Push(0);
  SparseVector input;
  encoder->Input(input);
  EXPECT_EQ(input.index[0], 0);
  EXPECT_EQ(input.index[1], 36);
}

TEST(MelodyCodecsDeathTest, OnlyAcceptedEventsComeIn) {
  for (const Tested& tested : AllCodecs()) {
    const auto encoder = tested.codec->NewEncoder();
    EXPECT_DEATH(encoder->Push(kHigh), "");
    EXPECT_DEATH(encoder->Label(kLow - 1), "");
    EXPECT_DEATH(encoder->DecodeOne(tested.codec->num_classes()), "");
    EXPECT_DEATH(encoder->DecodeOne(-1), "");
    SparseVector input;
    EXPECT_DEATH(encoder->Input(input), "");
  }
}

}  // namespace
}  // namespace magenta
