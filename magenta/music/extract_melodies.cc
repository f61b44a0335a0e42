// A melody is walked as a list of notes; its events are laid out only when it is kept, and no
// further than it is kept, so that one note of a million steps costs what any note costs.
//
// The reference fills an array of events instead and looks back in it for the last note-on and the
// note-off after it. That note-off is always where the last note ends, however notes overlap, and
// the array always ends there: so the last note says all that is needed.

#include "magenta/music/extract_melodies.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "magenta/base/sort_runs.h"
#include "magenta/music/set_order.h"

namespace magenta {
namespace {

/// A column of the histogram of lengths.
struct LengthBucket {
  int64_t bars;  // at least
  std::string_view name;
};

constexpr LengthBucket kLengthBuckets[] = {
    {0, "melody_lengths_in_bars:[0,1)"},       {1, "melody_lengths_in_bars:[1,3)"},
    {3, "melody_lengths_in_bars:[3,6)"},       {6, "melody_lengths_in_bars:[6,7)"},
    {7, "melody_lengths_in_bars:[7,8)"},       {8, "melody_lengths_in_bars:[8,10)"},
    {10, "melody_lengths_in_bars:[10,20)"},    {20, "melody_lengths_in_bars:[20,30)"},
    {30, "melody_lengths_in_bars:[30,40)"},    {40, "melody_lengths_in_bars:[40,50)"},
    {50, "melody_lengths_in_bars:[50,100)"},   {100, "melody_lengths_in_bars:[100,200)"},
    {200, "melody_lengths_in_bars:[200,500)"}, {500, "melody_lengths_in_bars:[500,inf)"}};

// Steps counted from the melody's first bar line.
struct MelodyNote {
  int64_t start;
  int64_t end;
  Event pitch;
};

struct FoundMelody {
  int64_t origin = 0;
  std::vector<MelodyNote> notes;
  std::optional<int64_t> polyphonic_at;  // step of the sequence

  int64_t length() const { return notes.empty() ? 0 : notes.back().end; }
};

// The notes of one instrument, by their place in the sequence.
struct Chain {
  int32_t instrument = 0;
  int size = 0;
  int first = 0;
  int last = 0;
};

// The remainder that is never negative.
int64_t Mod(int64_t value, int64_t modulus) { return (value % modulus + modulus) % modulus; }

int64_t RoundedUp(int64_t steps, int64_t bar) { return steps + Mod(-steps, bar); }

int PitchClassesOf(const Melody& melody) {
  const TwelveCounts classes = melody.PitchClasses();
  return static_cast<int>(
      std::count_if(classes.begin(), classes.end(), [](int n) { return n > 0; }));
}

std::string_view BucketName(int64_t bars) {
  const auto after =
      std::upper_bound(std::begin(kLengthBuckets), std::end(kLengthBuckets), bars,
                       [](int64_t n, const LengthBucket& bucket) { return n < bucket.bars; });
  return std::prev(after)->name;
}

class MelodyExtractor {
 public:
  MelodyExtractor(const QuantizedSequence& sequence, const MelodyExtractionOptions& options)
      : sequence_(sequence),
        options_(options),
        search_start_(std::max(options.search_start_step, -kMaxSteps)),
        steps_left_(kMaxSteps) {}

  MelodyExtraction Extract() && {
    const std::vector<int32_t> instruments = GroupNotes();
    if (sequence_.steps_per_bar() != std::floor(sequence_.steps_per_bar())) {
      RefuseBars(instruments);
      return std::move(result_);
    }
    bar_ = static_cast<int64_t>(sequence_.steps_per_bar());
    for (const char* counter : {"polyphonic_tracks_discarded", "melodies_discarded_too_short",
                                "melodies_discarded_too_few_pitches", "melodies_discarded_too_long",
                                "melodies_truncated"}) {
      result_.counters.Add(counter, 0);
    }
    for (const int32_t instrument : instruments) ExtractInstrument(instrument);
    return std::move(result_);
  }

 private:
  // Fills chains_ and next_ and returns the instruments in the reference's order.
  std::vector<int32_t> GroupNotes() {
    const auto& notes = sequence_.proto().notes();
    std::vector<int32_t> numbers;
    next_.resize(static_cast<size_t>(notes.size()));
    Chain* chain = nullptr;  // of the note before's instrument
    for (int i = 0; i < notes.size(); ++i) {
      if (chain == nullptr || chain->instrument != notes[i].instrument()) {
        chain = &chains_[notes[i].instrument()];
      }
      if (chain->size++ == 0) {
        chain->instrument = notes[i].instrument();
        chain->first = i;
        numbers.push_back(chain->instrument);
      } else {
        next_[chain->last] = i;
      }
      chain->last = i;
    }
    for (const auto& info : sequence_.proto().instrument_infos()) {
      names_[info.instrument()] = info.name();
    }
    return CPythonSetOrder(numbers);
  }

  void RefuseBars(const std::vector<int32_t>& instruments) {
    result_.counters.Add("non_integer_steps_per_bar");
    const auto& meter = sequence_.proto().time_signatures(0);
    for (const int32_t instrument : instruments) {
      Decide(instrument, MelodyOutcome::kNonIntegerStepsPerBar, 0,
             fmt::format("a bar of {}/{} is {} steps, no whole number", meter.numerator(),
                         meter.denominator(), sequence_.steps_per_bar()));
    }
  }

  // In memory that the next call uses again.
  std::span<const NoteSequence::Note*> NotesOf(const Chain& chain) {
    notes_.resize(static_cast<size_t>(chain.size));
    int i = chain.first;
    for (const NoteSequence::Note*& note : notes_) {
      note = &sequence_.proto().notes(i);
      i = next_[i];
    }
    return notes_;
  }

  void ExtractInstrument(int32_t instrument) {
    const std::span<const NoteSequence::Note*> notes = NotesOf(chains_[instrument]);
    SortRuns(notes.begin(), notes.end(), [](const auto* a, const auto* b) {
      return a->quantized_start_step() < b->quantized_start_step();
    });
    int64_t search = search_start_;
    auto next = notes.begin();
    for (bool first = true;; first = false) {
      next = std::find_if(next, notes.end(),
                          [&](const auto* note) { return note->quantized_start_step() >= search; });
      if (next == notes.end()) return;
      const FoundMelody& found = FindMelody({next, notes.end()}, search);
      if (found.polyphonic_at.has_value()) {
        result_.counters.Add("polyphonic_tracks_discarded");
        return Decide(instrument, MelodyOutcome::kPolyphonic, *found.polyphonic_at,
                      fmt::format("two notes start together at step {}", *found.polyphonic_at),
                      "--ignore_polyphonic_notes");
      }
      if (found.notes.empty()) {
        if (first) Decide(instrument, MelodyOutcome::kNoNotes, 0, "only drums or silent notes");
        return;
      }
      const int64_t end = found.origin + found.length();
      search = end + Mod(search_start_ - end, bar_);
      Judge(instrument, found);
    }
  }

  bool Sounds(const NoteSequence::Note& note) const {
    return !(options_.filter_drums && note.is_drum()) && note.velocity() != 0 &&
           note.pitch() >= kMinPitch && note.pitch() <= kMaxPitch &&
           note.quantized_end_step() > note.quantized_start_step();
  }

  // Of those notes at the head of `notes` that start together the highest first. Done as they are
  // reached: most chords are never, since the first one ends its instrument.
  static void SortTogether(std::span<const NoteSequence::Note*> notes) {
    const int64_t start = notes.front()->quantized_start_step();
    const auto later = std::find_if(notes.begin() + 1, notes.end(), [&](const auto* note) {
      return note->quantized_start_step() != start;
    });
    if (later - notes.begin() == 1) return;
    std::stable_sort(notes.begin(), later,
                     [](const auto* a, const auto* b) { return a->pitch() > b->pitch(); });
  }

  // `notes` is not empty, begins at or after `search` and is in order of start. The next call puts
  // another melody in the place of what it gives.
  const FoundMelody& FindMelody(std::span<const NoteSequence::Note*> notes, int64_t search) {
    FoundMelody& found = found_;
    found.notes.clear();
    found.polyphonic_at.reset();
    const int64_t first = notes.front()->quantized_start_step();
    found.origin = first - Mod(first - search, bar_);
    for (size_t i = 0; i < notes.size(); ++i) {
      if (i == 0 || notes[i]->quantized_start_step() != notes[i - 1]->quantized_start_step()) {
        SortTogether(notes.subspan(i));
      }
      const auto* note = notes[i];
      if (!Sounds(*note)) continue;
      const int64_t start = note->quantized_start_step() - found.origin;
      if (!found.notes.empty()) {
        const MelodyNote& last = found.notes.back();
        if (start == last.start) {
          if (options_.ignore_polyphonic_notes) continue;
          found.polyphonic_at = note->quantized_start_step();
          break;
        }
        if (static_cast<double>(start - last.end) >= options_.gap_bars * bar_) break;
      }
      found.notes.push_back({start, note->quantized_end_step() - found.origin, note->pitch()});
    }
    return found;
  }

  void Judge(int32_t instrument, const FoundMelody& found) {
    int64_t length = found.length();
    if (options_.pad_end) length = RoundedUp(length, bar_);
    if (length < options_.min_bars * bar_) {
      result_.counters.Add("melodies_discarded_too_short");
      return Decide(instrument, MelodyOutcome::kTooShort, found.origin,
                    fmt::format("{:.3g} {}, fewer than {}", static_cast<double>(length) / bar_,
                                length == bar_ ? "bar" : "bars", options_.min_bars),
                    fmt::format("--min_bars={}", length / bar_));
    }
    const int64_t kept = KeptSteps(length);
    if (kept < length) result_.counters.Add("melodies_truncated");
    ExtractedMelody melody{LayOut(found, kept), instrument};
    const int pitches = PitchClassesOf(melody.melody);
    if (pitches < options_.min_unique_pitches) {
      result_.counters.Add("melodies_discarded_too_few_pitches");
      return Decide(
          instrument, MelodyOutcome::kTooFewPitches, found.origin,
          fmt::format("{} pitch classes, fewer than {}", pitches, options_.min_unique_pitches),
          fmt::format("--min_unique_pitches={}", pitches));
    }
    steps_left_ -= kept;
    result_.counters.Add(BucketName(kept / bar_));
    result_.melodies.push_back(std::move(melody));
    if (kept == length) return Decide(instrument, MelodyOutcome::kKept, found.origin, "");
    Decide(instrument, MelodyOutcome::kTruncated, found.origin,
           fmt::format("{} steps, cut to {}", length, kept),
           length <= steps_left_ + kept ? fmt::format("--max_steps={}", length) : "");
  }

  int64_t KeptSteps(int64_t length) const {
    const int64_t limit = options_.max_steps > 0 ? options_.max_steps : length;
    if (length <= limit) return std::min(length, steps_left_);
    return std::min(options_.pad_end ? limit - limit % bar_ : limit, steps_left_);
  }

  Melody LayOut(const FoundMelody& found, int64_t steps) const {
    std::vector<Event> events(static_cast<size_t>(steps), kNoEvent);
    for (size_t i = 0; i < found.notes.size() && found.notes[i].start < steps; ++i) {
      const MelodyNote& note = found.notes[i];
      const int64_t next = i + 1 < found.notes.size() ? found.notes[i + 1].start : steps;
      events[note.start] = note.pitch;
      if (note.end < std::min(next, steps)) events[note.end] = kNoteOff;
    }
    return *Melody::FromEvents(std::move(events), static_cast<int>(bar_),
                               sequence_.steps_per_quarter(), found.origin);
  }

  void Decide(int32_t instrument, MelodyOutcome outcome, int64_t start_step, std::string reason,
              std::string flag = "") {
    const auto name = names_.find(instrument);
    result_.tracks.push_back({instrument, name == names_.end() ? "" : name->second, outcome,
                              start_step, std::move(reason), std::move(flag)});
  }

  const QuantizedSequence& sequence_;
  const MelodyExtractionOptions& options_;
  const int64_t search_start_;
  int64_t steps_left_;  // of what all melodies together may hold
  int64_t bar_ = 0;     // steps
  std::map<int32_t, Chain> chains_;
  std::vector<int> next_;  // note of the same instrument
  std::vector<const NoteSequence::Note*> notes_;
  FoundMelody found_;
  std::map<int32_t, std::string> names_;
  MelodyExtraction result_;
};

}  // namespace

MelodyExtractionOptions MelodyExtractionOptions::ForPrimer(int64_t search_start_step) {
  MelodyExtractionOptions options;
  options.search_start_step = search_start_step;
  options.min_bars = 0;
  options.max_steps = 0;
  options.min_unique_pitches = 1;
  options.gap_bars = std::numeric_limits<double>::infinity();
  options.ignore_polyphonic_notes = true;
  return options;
}

const char* MelodyOutcomeName(MelodyOutcome outcome) {
  switch (outcome) {
    case MelodyOutcome::kKept: return "kept";
    case MelodyOutcome::kTruncated: return "truncated";
    case MelodyOutcome::kTooShort: return "too_short";
    case MelodyOutcome::kTooFewPitches: return "too_few_pitches";
    case MelodyOutcome::kPolyphonic: return "polyphonic";
    case MelodyOutcome::kNonIntegerStepsPerBar: return "non_integer_steps_per_bar";
    case MelodyOutcome::kNoNotes: return "no_notes";
  }
  return "";
}

MelodyExtraction ExtractMelodies(const QuantizedSequence& sequence,
                                 const MelodyExtractionOptions& options) {
  return MelodyExtractor(sequence, options).Extract();
}

}  // namespace magenta
