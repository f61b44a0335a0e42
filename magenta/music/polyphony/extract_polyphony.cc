#include "magenta/music/polyphony/extract_polyphony.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

#include "magenta/music/polyphony/pianoroll.h"
#include "magenta/music/polyphony/polyphony_events.h"

namespace magenta {
namespace {

constexpr int kMostRollSteps = 2048;

/// Where the columns of the histogram of lengths begin, in bars.
constexpr int kLengthColumns[] = {0, 1, 10, 20, 30, 40, 50, 100, 200, 500, 1000};

/// Those that the reference counts.
constexpr std::string_view kDiscardOutcomes[] = {"too_short", "too_long", "more_than_1_program"};

/// The reference's counters of a kind of tracks: "polyphonic_tracks_discarded_too_short",
/// "polyphonic_track_lengths_in_bars:[10,20)".
class TrackCounters {
 public:
  explicit TrackCounters(std::string_view track)
      : truncated_(fmt::format("{}s_truncated_too_long", track)) {
    for (const std::string_view outcome : kDiscardOutcomes) {
      discards_.push_back(fmt::format("{}s_discarded_{}", track, outcome));
    }
    for (const int* column = std::begin(kLengthColumns); column != std::end(kLengthColumns);) {
      const int from = *column++;
      const bool is_last = column == std::end(kLengthColumns);
      lengths_.push_back(fmt::format("{}_lengths_in_bars:[{},{})", track, from,
                                     is_last ? "inf" : fmt::format("{}", *column)));
    }
  }

  std::string_view truncated() const { return truncated_; }
  std::string_view OfLength(double bars) const {
    const auto after = std::upper_bound(std::begin(kLengthColumns), std::end(kLengthColumns), bars,
                                        [](double n, int column) { return n < column; });
    return lengths_[std::prev(after) - std::begin(kLengthColumns)];
  }
  /// Counts `n` of each outcome that is `outcome`, or, where that is empty, of all.
  void AddDiscards(std::string_view outcome, int64_t n, Counters& counters) const {
    for (size_t i = 0; i < discards_.size(); ++i) {
      if (outcome.empty() || outcome == kDiscardOutcomes[i])
        counters.Add(std::string_view(discards_[i]), n);
    }
  }

 private:
  std::string truncated_;
  std::vector<std::string> discards_, lengths_;
};

const TrackCounters& PolyphonyCounters() {
  static const TrackCounters& counters = *new TrackCounters("polyphonic_track");
  return counters;
}

const TrackCounters& PianorollCounters() {
  static const TrackCounters& counters = *new TrackCounters("pianoroll_track");
  return counters;
}

/// Fills what is told of a sequence that is dropped.
void DropTrack(const TrackCounters& counters, std::string_view outcome, std::string reason,
               std::string flag, PolyphonyExtraction& extraction) {
  extraction.outcome = outcome;
  extraction.reason = std::move(reason);
  extraction.flag = std::move(flag);
  counters.AddDiscards(outcome, 1, extraction.counters);
}

/// Whether `sequence` counts but for being too long; else `extraction` says why not.
bool PassesFirst(const TrackCounters& counters, const QuantizedSequence& sequence,
                 const PolyphonyExtractionOptions& options, PolyphonyExtraction& extraction) {
  counters.AddDiscards("", 0, extraction.counters);
  const int64_t steps = sequence.total_steps();
  if (!options.several_programs && HasSeveralPrograms(sequence.proto())) {
    DropTrack(counters, "more_than_1_program", "its notes are of several programs",
              "--several_programs", extraction);
    return false;
  }
  if (steps < options.min_steps) {
    DropTrack(counters, "too_short",
              fmt::format("{} steps, fewer than {}", steps, options.min_steps),
              fmt::format("--min_steps={}", steps), extraction);
    return false;
  }
  return true;
}

void KeepTrack(const TrackCounters& counters, const QuantizedSequence& sequence,
               std::vector<Event> events, PolyphonyExtraction& extraction) {
  extraction.outcome = "kept";
  extraction.events = std::move(events);
  const double bars = static_cast<double>(sequence.total_steps()) / sequence.steps_per_bar();
  extraction.counters.Add(counters.OfLength(bars));
}

std::vector<PolyphonicNote> AllNotesOf(const QuantizedSequence& sequence) {
  return PolyphonicNotesOf(sequence.proto(), [](const auto&) { return true; });
}

/// Whether the events of `notes` in the first `steps` are not too many; else it is dropped.
bool FitsInMemory(const TrackCounters& counters, const std::vector<PolyphonicNote>& notes,
                  int64_t steps, PolyphonyExtraction& extraction) {
  const int64_t events = CountPolyphonyEvents(notes, 0, steps);
  if (events <= kMostPolyphonyEvents) return true;
  DropTrack(counters, "over_limit",
            fmt::format("{} events, more than {}", events, kMostPolyphonyEvents), "", extraction);
  return false;
}

}  // namespace

PolyphonyExtractionOptions PianorollOptions() {
  PolyphonyExtractionOptions options;
  options.max_steps = kMostRollSteps;
  return options;
}

bool HasSeveralPrograms(const NoteSequence& sequence) {
  const auto& notes = sequence.notes();
  return std::any_of(notes.begin(), notes.end(),
                     [&](const auto& note) { return note.program() != notes[0].program(); });
}

PolyphonyExtraction ExtractPolyphony(const QuantizedSequence& sequence,
                                     const PolyphonyExtractionOptions& options) {
  PolyphonyExtraction extraction;
  const int64_t steps = sequence.total_steps();
  if (!PassesFirst(PolyphonyCounters(), sequence, options, extraction)) return extraction;
  if (options.max_steps > 0 && steps > options.max_steps) {
    DropTrack(PolyphonyCounters(), "too_long",
              fmt::format("{} steps, more than {}", steps, options.max_steps),
              fmt::format("--max_steps={}", steps), extraction);
    return extraction;
  }
  const std::vector<PolyphonicNote> notes = AllNotesOf(sequence);
  if (!FitsInMemory(PolyphonyCounters(), notes, steps, extraction)) return extraction;
  std::vector<Event> events = PolyphonyEventsOf(notes, 0, steps);
  events.push_back(kPolyphonyEnd);
  KeepTrack(PolyphonyCounters(), sequence, std::move(events), extraction);
  return extraction;
}

PolyphonyExtraction ExtractPianoroll(const QuantizedSequence& sequence,
                                     const PolyphonyExtractionOptions& options) {
  PolyphonyExtraction extraction;
  extraction.counters.Add(PianorollCounters().truncated(), 0);
  const int64_t steps = sequence.total_steps();
  if (!PassesFirst(PianorollCounters(), sequence, options, extraction)) return extraction;
  const std::vector<PolyphonicNote> notes = AllNotesOf(sequence);
  if (!FitsInMemory(PianorollCounters(), notes, steps, extraction)) return extraction;
  std::vector<Keys> roll = RollOf(notes, steps, RollRule::kReference);
  if (options.max_steps > 0 && steps > options.max_steps) {
    extraction.counters.Add(PianorollCounters().truncated());
    roll.resize(static_cast<size_t>(options.max_steps));
  }
  KeepTrack(PianorollCounters(), sequence, RollEvents(roll), extraction);
  return extraction;
}

}  // namespace magenta
