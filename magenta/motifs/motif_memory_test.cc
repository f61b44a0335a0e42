#include "magenta/motifs/motif_memory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <limits>
#include <new>
#include <numeric>
#include <string>

#include "magenta/codec/drum_codecs.h"
#include "magenta/codec/melody_codecs.h"
#include "magenta/kinds/drums_kind.h"
#include "magenta/kinds/melody_kind.h"
#include "magenta/music/drums/drum_types.h"
#include "magenta/nn/sampler.h"

namespace {
constinit int allocations = 0;
}  // namespace

#ifndef MAGENTA_SANITIZED
void* operator new(std::size_t size) {
  ++allocations;
  void* const block = std::malloc(size);
  if (block == nullptr) std::abort();
  return block;
}
void operator delete(void* block) noexcept { std::free(block); }
void operator delete(void* block, std::size_t) noexcept { std::free(block); }
#endif

namespace magenta {
namespace {

using ::testing::UnorderedElementsAre;

/// What a melody may be heard by, and drums.
enum Music { kOneHot, kLookback, kKey, kDrums };

std::unique_ptr<EventCodec> CodecOf(Music music) {
  switch (music) {
    case kOneHot: return MakeOneHotCodec({48, 84});
    case kLookback: return MakeLookbackCodec({48, 84});
    case kKey: return MakeKeyMelodyCodec({48, 84});
    case kDrums: break;
  }
  return MakeDrumKitCodec();
}

/// What was heard, and what the network says.
struct Heard {
  std::unique_ptr<EventCodec> codec;
  std::shared_ptr<const MusicKind> kind;
  MotifMemory memory;
  std::unique_ptr<EventEncoder> encoder;

  explicit Heard(Music music, const std::vector<Event>& events = {})
      : codec(CodecOf(music)),
        kind(music == kDrums ? MakeDrumsKind(DrumKitTypes()) : MakeMelodyKind({})),
        memory(*codec, *kind),
        encoder(codec->NewEncoder()) {
    for (const Event event : events) Add(event);
  }
  void Add(Event event) {
    memory.Add(event);
    encoder->Push(event);
  }
  /// Logits that differ from class to class.
  std::vector<float> Logits() const {
    std::vector<float> logits(codec->num_classes());
    for (size_t i = 0; i < logits.size(); ++i) logits[i] = std::sin(static_cast<float>(i));
    return logits;
  }
  /// The probability of each class, mixed or as the network has it.
  std::vector<float> Probabilities(bool mixed) {
    std::vector<float> logits = Logits();
    if (mixed) memory.Mix(*encoder, logits);
    std::vector<float> p(logits.size());
    Softmax(logits, p);
    return p;
  }
};

/// "64:1/1 -2:2/1": events, and how often they followed the shortest context, moved or not and not
/// moved.
std::vector<std::string> Counts(MotifMemory& memory) {
  std::vector<std::string> counts;
  for (const auto& followed : memory.Count().events) {
    counts.push_back(std::to_string(followed.event) + ":" + std::to_string(followed.moved[0]) +
                     "/" + std::to_string(followed.same[0]));
  }
  return counts;
}

struct CountsCase {
  Music music;
  std::vector<Event> events;
  std::vector<std::string> counts;
};

TEST(MotifMemoryTest, CountsWhatFollowedTheLastTwoNotes) {
  for (const CountsCase& c : {
           CountsCase{kOneHot, {}, {}},
           CountsCase{kOneHot, {60, 62}, {}},
           CountsCase{kOneHot, {60, 63, 64, 70, 60, 63}, {"64:1/1"}},
           // Moved, and so what follows.
           CountsCase{kOneHot, {60, 62, 65, 70, 50, 52}, {"55:1/0"}},
           // Both ways.
           CountsCase{kOneHot, {60, 63, 65, 70, 73, 71, 60, 63}, {"65:1/1", "61:1/0"}},
           // Notes as long as those; the last one may go on.
           CountsCase{kOneHot, {60, -2, 62, -2, -2, 64, 70, 60, -2, 62}, {"-2:1/1"}},
           CountsCase{kOneHot, {60, -2, 62, -2, -2, 64, 70, 60, -2, 62, -2, -2}, {"64:1/1"}},
           CountsCase{kOneHot, {60, -2, 63, 64, 70, 60, 63}, {}},
           CountsCase{kOneHot, {60, 62, 64, 70, 60, 62, -2}, {}},
           // A rest is a note without a pitch; nothing that the model can't play.
           CountsCase{kOneHot, {60, -1, 62, 70, 60, -1}, {"62:1/1"}},
           CountsCase{kOneHot, {60, 62, 83, 70, 70, 72}, {}},
           // Strokes have no pitches.
           CountsCase{kDrums, {1, 0, 2, 3, 1, 0, 2}, {"3:1/1"}},
           CountsCase{kDrums, {1, 2, 3, 2, 3, 9}, {}},
       }) {
    Heard heard(c.music, c.events);
    EXPECT_THAT(Counts(heard.memory), ::testing::UnorderedElementsAreArray(c.counts))
        << ::testing::PrintToString(c.events);
  }
}

TEST(MotifMemoryTest, LongerContextsAreCountedApart) {
  Heard heard(kOneHot, {60, 63, 64, 66, 70, 63, 64, 67, 60, 63, 64});
  const auto& counts = heard.memory.Count().events;
  ASSERT_EQ(counts.size(), 2u);
  EXPECT_EQ(counts[0].event, 66);  // after 60 63 64 and 63 64
  EXPECT_THAT(counts[0].same, ::testing::ElementsAre(1, 1, 0, 0, 0, 0));
  EXPECT_EQ(counts[1].event, 67);  // after 63 64
  EXPECT_THAT(counts[1].same, ::testing::ElementsAre(1, 0, 0, 0, 0, 0));
}

TEST(MotifMemoryTest, TheMixtureIsWhatTheFormulaSays) {
  Heard heard(kOneHot, {60, 63, 64, 66, 70, 63, 64, 67, 60, 63, 64});
  const std::vector<float> network = heard.Probabilities(false), mixed = heard.Probabilities(true);
  EXPECT_NEAR(std::accumulate(mixed.begin(), mixed.end(), 0.0), 1, 1e-6);
  for (size_t label = 0; label < mixed.size(); ++label) {
    const Event event = heard.encoder->DecodeOne(static_cast<int>(label));
    double p = network[label];
    for (size_t i = 0; i < 2; ++i) {
      const double share = event == 66 ? (i == 0 ? 0.5 : 1) : event == 67 && i == 0 ? 0.5 : 0;
      for (const double trust : {kMotifOrders[i].moved_trust, kMotifOrders[i].trust}) {
        p = trust * share + (1 - trust) * p;
      }
    }
    EXPECT_NEAR(mixed[label], p, 1e-6) << event;
  }
}

TEST(MotifMemoryTest, AMotifThatReturnsIsMoreProbable) {
  const std::vector<Event> motif = {60, -2, 64, -2, -2, 62, 65, -2};
  for (const Music music : {kOneHot, kLookback, kKey}) {
    for (const int moved : {0, 5, -3}) {
      Heard heard(music, motif);
      for (const Event event : {71, -1, 69, 69}) heard.Add(event);
      for (size_t i = 0; i < motif.size(); ++i) {
        const Event next = motif[i] >= 0 ? motif[i] + moved : motif[i];
        const int label = heard.encoder->Label(next);
        const float before = heard.Probabilities(false)[label],
                    mixed = heard.Probabilities(true)[label];
        if (i < 3) {
          EXPECT_GE(mixed, before - 0.01f) << music << " " << moved;
        } else {  // two notes and more are there again
          EXPECT_GT(mixed, before + (moved == 0 ? 0.1f : 0.02f))
              << music << " " << moved << " " << i;
        }
        heard.Add(next);
      }
    }
  }
}

TEST(MotifMemoryTest, NothingReturnsNothingChanges) {
  Heard heard(kLookback, {60, 62, -2, 65, 71, -2, -2, 70, -1});
  std::vector<float> logits = heard.Logits();
  heard.memory.Mix(*heard.encoder, logits);
  EXPECT_EQ(logits, heard.Logits());
}

TEST(MotifMemoryTest, WhatTheNetworkForbidsStaysForbidden) {
  constexpr float kForbidden = -std::numeric_limits<float>::infinity();
  Heard heard(kOneHot, {60, 62, 64, 70, 60, 62, 65, 71, 60, 62});
  std::vector<float> logits = heard.Logits();
  const int forbidden = heard.encoder->Label(64), other = heard.encoder->Label(65);
  logits[forbidden] = kForbidden;
  const float before = logits[other];
  heard.memory.Mix(*heard.encoder, logits);
  EXPECT_EQ(logits[forbidden], kForbidden);
  EXPECT_GT(logits[other], before);
}

TEST(MotifMemoryTest, LooksBackAsFarAsItReaches) {
  Heard heard(kOneHot, {60, 62, 64});
  for (int i = 0; i < MotifMemory::kReach; ++i) heard.Add(70 + i % 2);
  for (const Event event : {60, 62}) heard.Add(event);
  EXPECT_THAT(Counts(heard.memory), UnorderedElementsAre());
}

TEST(MotifMemoryTest, AllocatesNothingWithinItsReach) {
#ifdef MAGENTA_SANITIZED
  GTEST_SKIP() << "a sanitizer has its own malloc";
#endif
  for (const Music music : {kLookback, kDrums}) {
    Heard heard(music);
    std::vector<float> logits = heard.Logits();
    allocations = 0;
    for (int i = 0; i < MotifMemory::kReach; ++i) {
      heard.memory.Add(60 + i * i % 7);
      heard.encoder->Push(60 + i * i % 7);
      heard.memory.Mix(*heard.encoder, logits);
    }
    EXPECT_EQ(allocations, 0) << music;
    EXPECT_NE(logits, heard.Logits());
    EXPECT_GT(allocations, 0);  // the trap is set
  }
}

}  // namespace
}  // namespace magenta
