#pragma once
// Adaptation: what a piece has played so far says what may come next, whatever the model learned.
//
// The idea is a cache beside the network, as language models have it: n-grams of the piece itself,
// interpolated from short contexts to long ones with the network's distribution at the bottom (in
// music the short-term model of Conklin and Witten, 1995). A context is the last 2 to 12 notes with
// their lengths, at their pitches or all of them moved; one that was there before is trusted by its
// length alone, however often it was, so that no loop gets stronger with each round:
//
//   p(event) = trust * (share of the times that `event` followed) + (1 - trust) * p_shorter(event)
//
// p_shorter is that of the next shorter context, in the end the network's. So where nothing
// returned all stays as the network has it, to the bit.

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "magenta/codec/codec.h"
#include "magenta/kinds/kind.h"

namespace magenta {

/// Notes of a context, and how far it is trusted: where it may have been moved, and where it was at
/// the same pitches. Found by bench/fit_adaptation (docs/music.md, "Motifs within a piece").
struct MotifOrder {
  int notes;
  double moved_trust;
  double trust;
};
inline constexpr std::array<MotifOrder, 6> kMotifOrders = {{{2, 0.05, 0.15},
                                                            {3, 0.05, 0.35},
                                                            {4, 0.1, 0.3},
                                                            {6, 0.2, 0.25},
                                                            {8, 0.1, 0.25},
                                                            {12, 0.35, 0.3}}};

/// What followed earlier in a piece where it went as it has now.
struct MotifCounts {
  struct Followed {
    Event event;
    /// How often after each context of kMotifOrders; the first may be moved, `event` with it.
    std::array<int, kMotifOrders.size()> moved{}, same{};
  };
  std::vector<Followed> events;
};

/// The notes of one sequence so far, and what they say of its next event. A value: copies go their
/// own way. Not thread-safe. Allocates only as it grows.
class MotifMemory {
 public:
  /// Notes before the last one in which contexts are looked for.
  static constexpr int kReach = 512;

  /// `codec` has one head (checked); both outlive it.
  MotifMemory(const EventCodec& codec, const MusicKind& kind);

  /// `event` follows.
  void Add(Event event);
  /// What followed the contexts that end here. Until the next call.
  const MotifCounts& Count();
  /// Mixes Count() into the logits of the network, which has heard the same as this and as
  /// `encoder`: their softmax is the mixture. What has no probability there gets none.
  void Mix(const EventEncoder& encoder, std::span<float> logits);

 private:
  /// An event that is not the codec's default ("nothing happens"), and how many of these follow.
  struct Note {
    Event event;
    bool pitched;
    int length;
  };
  int MatchedNotes(size_t end, Event& moved) const;
  MotifCounts::Followed& CountsOf(Event event);

  const EventCodec* codec_;
  const MusicKind* kind_;
  std::vector<Note> notes_;
  MotifCounts counts_;
  std::vector<int> labels_;
  std::vector<double> weights_;
};

}  // namespace magenta
