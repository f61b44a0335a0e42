// Hits of all instruments in order of time, walked once: a track ends where a gap begins.

#include "magenta/music/drums/extract_drum_tracks.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <string_view>
#include <utility>

namespace magenta {
namespace {

/// A column of the histogram of lengths.
struct DrumLengthBucket {
  int64_t bars;  // at least
  std::string_view name;
};

constexpr DrumLengthBucket kDrumLengthBuckets[] = {
    {0, "drum_track_lengths_in_bars:[0,1)"},       {1, "drum_track_lengths_in_bars:[1,3)"},
    {3, "drum_track_lengths_in_bars:[3,6)"},       {6, "drum_track_lengths_in_bars:[6,7)"},
    {7, "drum_track_lengths_in_bars:[7,8)"},       {8, "drum_track_lengths_in_bars:[8,10)"},
    {10, "drum_track_lengths_in_bars:[10,20)"},    {20, "drum_track_lengths_in_bars:[20,30)"},
    {30, "drum_track_lengths_in_bars:[30,40)"},    {40, "drum_track_lengths_in_bars:[40,50)"},
    {50, "drum_track_lengths_in_bars:[50,100)"},   {100, "drum_track_lengths_in_bars:[100,200)"},
    {200, "drum_track_lengths_in_bars:[200,500)"}, {500, "drum_track_lengths_in_bars:[500,inf)"}};

std::string_view DrumBucketName(int64_t bars) {
  const auto after =
      std::upper_bound(std::begin(kDrumLengthBuckets), std::end(kDrumLengthBuckets), bars,
                       [](int64_t n, const DrumLengthBucket& bucket) { return n < bucket.bars; });
  return std::prev(after)->name;
}

/// The remainder that is never negative.
int64_t DrumMod(int64_t value, int64_t modulus) { return (value % modulus + modulus) % modulus; }

class DrumTrackExtractor {
 public:
  DrumTrackExtractor(const QuantizedSequence& sequence, const DrumExtractionOptions& options)
      : sequence_(sequence),
        options_(options),
        search_start_(std::max(options.search_start_step, -kMaxSteps)) {}

  DrumExtraction Extract() && {
    if (sequence_.steps_per_bar() != std::floor(sequence_.steps_per_bar())) {
      RefuseBars();
      return std::move(result_);
    }
    bar_ = static_cast<int64_t>(sequence_.steps_per_bar());
    for (const char* counter : {"drum_tracks_discarded_too_short", "drum_tracks_discarded_too_long",
                                "drum_tracks_truncated"}) {
      result_.counters.Add(counter, 0);
    }
    const std::vector<DrumHit> hits = Hits();
    if (hits.empty() && !sequence_.proto().notes().empty()) {
      Decide(DrumOutcome::kNoDrums, 0, "no drums: only other instruments, or silent notes");
    }
    int64_t search = search_start_;
    for (auto next = hits.begin(); next != hits.end();) {
      const int64_t origin = next->step - DrumMod(next->step - search, bar_);
      const auto end = EndOfTrack(next, hits.end());
      int64_t length = std::prev(end)->step + 1 - origin;
      if (options_.pad_end) length += DrumMod(-length, bar_);
      Judge({next, end}, origin, length);
      search = origin + length;
      search += DrumMod(search_start_ - search, bar_);
      next = std::find_if(end, hits.end(), [&](const DrumHit& hit) { return hit.step >= search; });
    }
    return std::move(result_);
  }

 private:
  void RefuseBars() {
    result_.counters.Add("non_integer_steps_per_bar");
    const auto& meter = sequence_.proto().time_signatures(0);
    Decide(DrumOutcome::kNonIntegerStepsPerBar, 0,
           fmt::format("a bar of {}/{} is {} steps, no whole number", meter.numerator(),
                       meter.denominator(), sequence_.steps_per_bar()));
  }

  /// In order, each once; steps are the sequence's.
  std::vector<DrumHit> Hits() const {
    std::vector<DrumHit> hits;
    for (const NoteSequence::Note& note : sequence_.proto().notes()) {
      if (!(note.is_drum() || options_.ignore_is_drum) || note.velocity() == 0) continue;
      if (note.pitch() < kMinPitch || note.pitch() > kMaxPitch) continue;
      if (note.quantized_start_step() < search_start_) continue;
      hits.push_back({note.quantized_start_step(), note.pitch()});
    }
    std::sort(hits.begin(), hits.end());
    hits.erase(std::unique(hits.begin(), hits.end()), hits.end());
    return hits;
  }

  using HitIt = std::vector<DrumHit>::const_iterator;

  /// The first hit behind a gap.
  HitIt EndOfTrack(HitIt begin, HitIt end) const {
    HitIt it = std::next(begin);
    while (it != end && (it->step == std::prev(it)->step ||
                         static_cast<double>(it->step - std::prev(it)->step - 1) <
                             options_.gap_bars * static_cast<double>(bar_))) {
      ++it;
    }
    return it;
  }

  void Judge(std::span<const DrumHit> hits, int64_t origin, int64_t length) {
    if (length < options_.min_bars * bar_) {
      result_.counters.Add("drum_tracks_discarded_too_short");
      return Decide(DrumOutcome::kTooShort, origin,
                    fmt::format("{:.3g} {}, fewer than {}", static_cast<double>(length) / bar_,
                                length == bar_ ? "bar" : "bars", options_.min_bars),
                    fmt::format("--min_bars={}", length / bar_));
    }
    const int64_t kept = KeptSteps(length);
    if (kept < length) result_.counters.Add("drum_tracks_truncated");
    DrumTrack track(static_cast<int>(bar_), sequence_.steps_per_quarter(), origin);
    for (const DrumHit& hit : hits) {
      if (hit.step - origin < kept) track.Strike(hit.step - origin, hit.pitch);
    }
    track.SetLength(kept);
    result_.counters.Add(DrumBucketName(kept / bar_));
    result_.tracks.push_back(std::move(track));
    if (kept == length) return Decide(DrumOutcome::kKept, origin, "");
    Decide(DrumOutcome::kTruncated, origin, fmt::format("{} steps, cut to {}", length, kept),
           fmt::format("--max_steps={}", length));
  }

  int64_t KeptSteps(int64_t length) const {
    const int64_t limit = options_.max_steps > 0 ? options_.max_steps : length;
    if (length <= limit) return length;
    return options_.pad_end ? limit - limit % bar_ : limit;
  }

  void Decide(DrumOutcome outcome, int64_t start_step, std::string reason, std::string flag = "") {
    result_.decisions.push_back({outcome, start_step, std::move(reason), std::move(flag)});
  }

  const QuantizedSequence& sequence_;
  const DrumExtractionOptions& options_;
  const int64_t search_start_;
  int64_t bar_ = 0;  // steps
  DrumExtraction result_;
};

}  // namespace

DrumExtractionOptions DrumExtractionOptions::ForPrimer(int64_t search_start_step) {
  DrumExtractionOptions options;
  options.search_start_step = search_start_step;
  options.min_bars = 0;
  options.max_steps = 0;
  options.gap_bars = std::numeric_limits<double>::infinity();
  options.ignore_is_drum = true;
  return options;
}

const char* DrumOutcomeName(DrumOutcome outcome) {
  switch (outcome) {
    case DrumOutcome::kKept: return "kept";
    case DrumOutcome::kTruncated: return "truncated";
    case DrumOutcome::kTooShort: return "too_short";
    case DrumOutcome::kNonIntegerStepsPerBar: return "non_integer_steps_per_bar";
    case DrumOutcome::kNoDrums: return "no_drums";
  }
  return "";
}

bool HoldsDrums(const NoteSequence& sequence) {
  return std::any_of(sequence.notes().begin(), sequence.notes().end(),
                     [](const auto& note) { return note.is_drum() && note.velocity() > 0; });
}

DrumExtraction ExtractDrumTracks(const QuantizedSequence& sequence,
                                 const DrumExtractionOptions& options) {
  return DrumTrackExtractor(sequence, options).Extract();
}

}  // namespace magenta
