#include "magenta/motifs/motif_memory.h"

#include <algorithm>

#include "magenta/base/check.h"
#include "magenta/nn/relative_gru.h"
#include "magenta/nn/sampler.h"

namespace magenta {
namespace {

constexpr int kLongest = kMotifOrders.back().notes;
/// Different events that followed contexts at a time, for which there is room at first.
constexpr size_t kRoom = 64;

}  // namespace

MotifMemory::MotifMemory(const EventCodec& codec, const MusicKind& kind)
    : codec_(&codec), kind_(&kind) {
  MAGENTA_CHECK(codec.head_sizes().size() == 1);
  notes_.reserve(kReach);
  counts_.events.reserve(kRoom);
  labels_.reserve(kRoom);
  weights_.reserve(kRoom);
}

void MotifMemory::Add(Event event) {
  if (!notes_.empty() && event == codec_->default_event()) {
    ++notes_.back().length;
  } else {
    notes_.push_back({event, kind_->IsPitch(event), 0});
  }
}

/// How many notes up to the one at `end` are those up to the last one; `moved` is how much higher
/// the last ones are. The last one may go on.
int MotifMemory::MatchedNotes(size_t end, Event& moved) const {
  bool found = false;  // whether `moved` is known
  moved = 0;
  int matched = 0;
  const size_t last = notes_.size() - 1;
  for (; matched < kLongest && static_cast<size_t>(matched) <= end; ++matched) {
    const Note& now = notes_[last - matched];
    const Note& then = notes_[end - matched];
    const bool as_long = matched == 0 ? then.length >= now.length : then.length == now.length;
    if (!as_long || then.pitched != now.pitched) break;
    const Event difference = now.event - then.event;
    if (now.pitched && !found) {
      moved = difference;
      found = true;
    } else if (difference != (now.pitched ? moved : 0)) {
      break;
    }
  }
  return matched;
}

MotifCounts::Followed& MotifMemory::CountsOf(Event event) {
  for (MotifCounts::Followed& known : counts_.events) {
    if (known.event == event) return known;
  }
  counts_.events.push_back({event});
  return counts_.events.back();
}

const MotifCounts& MotifMemory::Count() {
  counts_.events.clear();
  if (notes_.empty()) return counts_;
  const size_t last = notes_.size() - 1;
  for (size_t end = last - std::min<size_t>(last, kReach); end < last; ++end) {
    Event moved = 0;
    const int matched = MatchedNotes(end, moved);
    if (matched < kMotifOrders.front().notes) continue;
    Event next = codec_->default_event();
    if (notes_[end].length == notes_[last].length) {
      const Note& then = notes_[end + 1];
      next = then.event + (then.pitched ? moved : 0);
      if (moved != 0 && then.pitched && !(codec_->Accepts(next) && kind_->IsPitch(next))) {
        continue;
      }
    }
    MotifCounts::Followed& followed = CountsOf(next);
    for (size_t i = 0; i < kMotifOrders.size() && kMotifOrders[i].notes <= matched; ++i) {
      ++followed.moved[i];
      if (moved == 0) ++followed.same[i];
    }
  }
  return counts_;
}

void MotifMemory::Mix(const EventEncoder& encoder, std::span<float> logits) {
  Count();
  auto& events = counts_.events;
  std::erase_if(events, [&](const MotifCounts::Followed& followed) {
    const int label = encoder.Label(followed.event);
    // What the network bans stays so.
    return !(logits[label] > kBannedLogit) || encoder.DecodeOne(label) != followed.event;
  });
  if (events.empty()) return;
  double network = 1;  // its weight in the mixture
  weights_.assign(events.size(), 0.0);
  const auto add = [&](double trust, const auto& count_of) {
    int all = 0;
    for (const MotifCounts::Followed& followed : events) all += count_of(followed);
    if (all == 0) return;
    network *= 1 - trust;
    for (size_t i = 0; i < events.size(); ++i) {
      weights_[i] = trust * count_of(events[i]) / all + (1 - trust) * weights_[i];
    }
  };
  for (size_t i = 0; i < kMotifOrders.size(); ++i) {
    add(kMotifOrders[i].moved_trust, [i](const auto& followed) { return followed.moved[i]; });
    add(kMotifOrders[i].trust, [i](const auto& followed) { return followed.same[i]; });
  }
  labels_.clear();
  for (size_t i = 0; i < events.size(); ++i) {
    labels_.push_back(encoder.Label(events[i].event));
    weights_[i] /= network;
  }
  AddToSoftmax(labels_, weights_, logits);
}

}  // namespace magenta
