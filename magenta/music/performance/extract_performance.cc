#include "magenta/music/performance/extract_performance.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

namespace magenta {
namespace {

struct PerformanceBucket {
  int64_t seconds;  // at least
  std::string_view name;
};

constexpr PerformanceBucket kPerformanceBuckets[] = {
    {0, "performance_lengths_in_seconds:[-inf,5)"},
    {5, "performance_lengths_in_seconds:[5,10)"},
    {10, "performance_lengths_in_seconds:[10,20)"},
    {20, "performance_lengths_in_seconds:[20,30)"},
    {30, "performance_lengths_in_seconds:[30,40)"},
    {40, "performance_lengths_in_seconds:[40,60)"},
    {60, "performance_lengths_in_seconds:[60,120)"},
    {120, "performance_lengths_in_seconds:[120,inf)"}};

constexpr const char* kPerformanceCounters[] = {"performances_discarded_too_short",
                                                "performances_truncated",
                                                "performances_truncated_timewise",
                                                "performances_discarded_more_than_1_program",
                                                "performance_discarded_too_many_time_shift_steps",
                                                "performance_discarded_too_many_duration_steps"};

std::string_view PerformanceBucketName(int64_t seconds) {
  const auto after = std::upper_bound(
      std::begin(kPerformanceBuckets), std::end(kPerformanceBuckets), seconds,
      [](int64_t n, const PerformanceBucket& bucket) { return n < bucket.seconds; });
  return std::prev(after)->name;
}

using NotePointers = std::vector<const NoteSequence::Note*>;

/// As they were played: by their beginnings in seconds, then by pitch.
NotePointers NotesInOrder(const QuantizedSequence& sequence, int64_t from) {
  NotePointers notes;
  for (const auto& note : sequence.proto().notes()) {
    const bool has_pitch = note.pitch() >= kMinPitch && note.pitch() <= kMaxPitch;
    if (has_pitch && note.quantized_start_step() >= from) notes.push_back(&note);
  }
  std::stable_sort(notes.begin(), notes.end(), [](const auto* a, const auto* b) {
    return std::pair(a->start_time(), a->pitch()) < std::pair(b->start_time(), b->pitch());
  });
  return notes;
}

/// Leaves out what is silent after what is not; how many.
int64_t LeaveOutSilent(NotePointers& notes) {
  const auto loud = std::find_if(notes.begin(), notes.end(),
                                 [](const auto* note) { return note->velocity() > 0; });
  const auto left =
      std::remove_if(loud, notes.end(), [](const auto* note) { return note->velocity() <= 0; });
  const int64_t silent = std::distance(left, notes.end());
  notes.erase(left, notes.end());
  return silent;
}

void Pass(int64_t steps, std::vector<Event>& events) {
  for (; steps > kMostShift; steps -= kMostShift) events.push_back(ShiftBy(kMostShift));
  if (steps > 0) events.push_back(ShiftBy(static_cast<int>(steps)));
}

std::vector<Event> EventsOf(const NotePointers& notes, int64_t start, bool loud) {
  // Step, which note, whether it ends: an earlier note's end comes before later ones' beginnings.
  std::vector<std::tuple<int64_t, size_t, bool>> changes;
  for (size_t i = 0; i < notes.size(); ++i) {
    changes.emplace_back(notes[i]->quantized_start_step(), i, false);
    changes.emplace_back(notes[i]->quantized_end_step(), i, true);
  }
  std::sort(changes.begin(), changes.end());
  std::vector<Event> events;
  int64_t now = start;
  int bin = 0;
  for (const auto& [step, i, ends] : changes) {
    Pass(step - now, events);
    now = step;
    const int own = VelocityBinOf(notes[i]->velocity());
    if (loud && !ends && own != bin) {
      bin = own;
      events.push_back(kFirstVelocity + bin - 1);
    }
    events.push_back((ends ? kFirstNoteOff : 0) + notes[i]->pitch());
  }
  return events;
}

class PerformanceExtractor {
 public:
  PerformanceExtractor(const QuantizedSequence& sequence,
                       const PerformanceExtractionOptions& options)
      : sequence_(sequence), options_(options) {
    for (const char* counter : kPerformanceCounters) result_.counters.Add(counter, 0);
  }

  PerformanceExtraction Extract() && {
    if (const int programs = ProgramsOf(sequence_.proto()); programs > 1) {
      result_.counters.Add("performances_discarded_more_than_1_program");
      Drop(PerformanceOutcome::kSeveralPrograms,
           fmt::format("{} programs, a performance has one", programs));
      return std::move(result_);
    }
    NotePointers notes = NotesInOrder(sequence_, options_.search_start_step);
    if (options_.form != PerformanceForm::kEvents) result_.silent = LeaveOutSilent(notes);
    if (options_.form == PerformanceForm::kWholeNotes) {
      if (!TakeWholeNotes(notes)) return std::move(result_);
    } else {
      performance_.events = EventsOf(notes, options_.search_start_step,
                                     options_.form == PerformanceForm::kLoudEvents);
    }
    performance_.start_step = options_.search_start_step;
    SetInstrument();
    return Judge();
  }

 private:
  void Drop(PerformanceOutcome outcome, std::string reason, std::string flag = "") {
    result_.outcome = outcome;
    result_.reason = std::move(reason);
    result_.flag = std::move(flag);
  }

  /// Whether they can be: else it is said why not.
  bool TakeWholeNotes(const NotePointers& notes) {
    int64_t now = options_.search_start_step;
    for (const auto* note : notes) {
      if (note->velocity() <= 0) {  // before all louder ones
        ++result_.silent;
        continue;
      }
      const int64_t shift = note->quantized_start_step() - now;
      const int64_t duration = note->quantized_end_step() - note->quantized_start_step();
      now = note->quantized_start_step();
      if (shift > kMostNoteSteps) {
        result_.counters.Add("performance_discarded_too_many_time_shift_steps");
        Drop(PerformanceOutcome::kLongGap,
             fmt::format("{} steps before the note at {:.6g} s, more than {}", shift,
                         note->start_time(), kMostNoteSteps));
        return false;
      }
      if (duration > kMostNoteSteps) {
        result_.counters.Add("performance_discarded_too_many_duration_steps");
        Drop(PerformanceOutcome::kLongNote,
             fmt::format("a note of {} steps at {:.6g} s, more than {}", duration,
                         note->start_time(), kMostNoteSteps));
        return false;
      }
      performance_.events.push_back(
          PackNote({static_cast<int>(shift), note->pitch(), VelocityBinOf(note->velocity()),
                    static_cast<int>(duration)}));
    }
    return true;
  }

  void SetInstrument() {
    const auto& notes = sequence_.proto().notes();
    const auto drums =
        std::count_if(notes.begin(), notes.end(), [](const auto& note) { return note.is_drum(); });
    performance_.is_drum = drums > 0 && drums == notes.size();
    if (drums == 0 && !notes.empty()) performance_.program = notes[0].program();
  }

  PerformanceExtraction Judge() {
    const size_t count = performance_.events.size();
    const auto most = static_cast<size_t>(options_.max_events);
    if (most > 0 && count > most) {
      performance_.events.resize(most);
      result_.counters.Add("performances_truncated");
      result_.outcome = PerformanceOutcome::kTruncated;
      result_.reason = fmt::format("{} events, cut to {}", count, most);
      result_.flag = fmt::format("--max_events={}", count);
    }
    if (performance_.events.size() < static_cast<size_t>(options_.min_events)) {
      result_.counters.Add("performances_discarded_too_short");
      if (count == 0) {
        Drop(PerformanceOutcome::kNoNotes, "no notes");
      } else {
        Drop(PerformanceOutcome::kTooShort,
             fmt::format("{} events, fewer than {}", count, options_.min_events),
             fmt::format("--min_events={}", count));
      }
      return std::move(result_);
    }
    int64_t steps = StepsOfPerformance(options_.form, performance_.events);
    if (options_.form == PerformanceForm::kWholeNotes && !performance_.events.empty()) {
      steps += NoteOf(performance_.events.back()).duration;
    }
    result_.counters.Add(PerformanceBucketName(steps / kPerformanceStepsPerSecond));
    result_.performance = std::move(performance_);
    return std::move(result_);
  }

  const QuantizedSequence& sequence_;
  const PerformanceExtractionOptions& options_;
  Performance performance_;
  PerformanceExtraction result_;
};

}  // namespace

const char* PerformanceOutcomeName(PerformanceOutcome outcome) {
  switch (outcome) {
    case PerformanceOutcome::kKept: return "kept";
    case PerformanceOutcome::kTruncated: return "truncated";
    case PerformanceOutcome::kTooShort: return "too_short";
    case PerformanceOutcome::kSeveralPrograms: return "several_programs";
    case PerformanceOutcome::kLongGap: return "long_gap";
    case PerformanceOutcome::kLongNote: return "long_note";
    case PerformanceOutcome::kNoNotes: return "no_notes";
  }
  return "";
}

int ProgramsOf(const NoteSequence& sequence) {
  std::set<int> programs;
  for (const auto& note : sequence.notes()) programs.insert(note.program());
  return static_cast<int>(programs.size());
}

int64_t StepsOfPerformance(PerformanceForm form, const std::vector<Event>& events) {
  int64_t steps = 0;
  for (const Event event : events) {
    steps += form == PerformanceForm::kWholeNotes ? NoteOf(event).shift : ShiftOf(event);
  }
  return steps;
}

void SetPerformanceLength(int64_t steps, std::vector<Event>& events) {
  int64_t over = StepsOfPerformance(PerformanceForm::kEvents, events) - steps;
  while (over > 0) {
    const int shift = ShiftOf(events.back());
    events.pop_back();
    if (shift > over) events.push_back(ShiftBy(static_cast<int>(shift - over)));
    over -= std::min<int64_t>(over, shift);
  }
  if (over < 0 && !events.empty() && ShiftOf(events.back()) > 0) {
    over -= ShiftOf(events.back());
    events.pop_back();
  }
  Pass(-over, events);
}

PerformanceExtraction ExtractPerformance(const QuantizedSequence& sequence,
                                         const PerformanceExtractionOptions& options) {
  return PerformanceExtractor(sequence, options).Extract();
}

}  // namespace magenta
