#include "magenta/music/polyphony/extract_polyphony.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

#include "magenta/music/polyphony/polyphony_events.h"

namespace magenta {
namespace {

/// A column of the histogram of lengths.
struct PolyphonyLengthBucket {
  double bars;  // at least
  std::string_view name;
};

constexpr PolyphonyLengthBucket kPolyphonyLengthBuckets[] = {
    {0, "polyphonic_track_lengths_in_bars:[0,1)"},
    {1, "polyphonic_track_lengths_in_bars:[1,10)"},
    {10, "polyphonic_track_lengths_in_bars:[10,20)"},
    {20, "polyphonic_track_lengths_in_bars:[20,30)"},
    {30, "polyphonic_track_lengths_in_bars:[30,40)"},
    {40, "polyphonic_track_lengths_in_bars:[40,50)"},
    {50, "polyphonic_track_lengths_in_bars:[50,100)"},
    {100, "polyphonic_track_lengths_in_bars:[100,200)"},
    {200, "polyphonic_track_lengths_in_bars:[200,500)"},
    {500, "polyphonic_track_lengths_in_bars:[500,1000)"},
    {1000, "polyphonic_track_lengths_in_bars:[1000,inf)"}};

std::string_view PolyphonyBucketName(double bars) {
  const auto after = std::upper_bound(
      std::begin(kPolyphonyLengthBuckets), std::end(kPolyphonyLengthBuckets), bars,
      [](double n, const PolyphonyLengthBucket& bucket) { return n < bucket.bars; });
  return std::prev(after)->name;
}

struct PolyphonyDiscard {
  std::string_view outcome;
  std::string_view counter;
};

/// Those that the reference counts.
constexpr PolyphonyDiscard kPolyphonyDiscards[] = {
    {"too_short", "polyphonic_tracks_discarded_too_short"},
    {"too_long", "polyphonic_tracks_discarded_too_long"},
    {"more_than_1_program", "polyphonic_tracks_discarded_more_than_1_program"}};

/// Fills what is told of a sequence that is dropped.
void DropPolyphony(std::string_view outcome, std::string reason, std::string flag,
                   PolyphonyExtraction& extraction) {
  extraction.outcome = outcome;
  extraction.reason = std::move(reason);
  extraction.flag = std::move(flag);
  for (const PolyphonyDiscard& discard : kPolyphonyDiscards) {
    if (discard.outcome == outcome) extraction.counters.Add(discard.counter);
  }
}

}  // namespace

bool HasSeveralPrograms(const NoteSequence& sequence) {
  const auto& notes = sequence.notes();
  return std::any_of(notes.begin(), notes.end(),
                     [&](const auto& note) { return note.program() != notes[0].program(); });
}

PolyphonyExtraction ExtractPolyphony(const QuantizedSequence& sequence,
                                     const PolyphonyExtractionOptions& options) {
  PolyphonyExtraction extraction;
  for (const PolyphonyDiscard& discard : kPolyphonyDiscards) {
    extraction.counters.Add(discard.counter, 0);
  }
  const int64_t steps = sequence.total_steps();
  if (!options.several_programs && HasSeveralPrograms(sequence.proto())) {
    DropPolyphony("more_than_1_program", "its notes are of several programs", "--several_programs",
                  extraction);
    return extraction;
  }
  if (steps < options.min_steps) {
    DropPolyphony("too_short", fmt::format("{} steps, fewer than {}", steps, options.min_steps),
                  fmt::format("--min_steps={}", steps), extraction);
    return extraction;
  }
  if (options.max_steps > 0 && steps > options.max_steps) {
    DropPolyphony("too_long", fmt::format("{} steps, more than {}", steps, options.max_steps),
                  fmt::format("--max_steps={}", steps), extraction);
    return extraction;
  }
  const std::vector<PolyphonicNote> notes =
      PolyphonicNotesOf(sequence.proto(), [](const auto&) { return true; });
  if (const int64_t events = CountPolyphonyEvents(notes, 0, steps); events > kMostPolyphonyEvents) {
    DropPolyphony("over_limit",
                  fmt::format("{} events, more than {}", events, kMostPolyphonyEvents), "",
                  extraction);
    return extraction;
  }
  extraction.outcome = "kept";
  extraction.events = PolyphonyEventsOf(notes, 0, steps);
  extraction.events.push_back(kPolyphonyEnd);
  extraction.counters.Add(
      PolyphonyBucketName(static_cast<double>(steps) / sequence.steps_per_bar()));
  return extraction;
}

}  // namespace magenta
