// Each kind of event is sorted by time and swept once. State (meter, key, tempo, chord, pedals) is
// what the last event at or before the beginning of a part left behind.

#include "magenta/music/edits/subsequences.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

#include "magenta/base/status.h"
#include "magenta/music/edits/quantized.h"
#include "magenta/music/piece_limits.h"
#include "magenta/music/split.h"

namespace magenta {
namespace {

using Annotation = NoteSequence::TextAnnotation;
using Parts = std::vector<NoteSequence>;
using Times = std::vector<double>;

double TimeOf(const NoteSequence::Note& note) { return note.start_time(); }
template <typename Event>
double TimeOf(const Event& event) {
  return event.time();
}

/// Those of `events` that `wanted` takes, by time; what has no number for a time is none.
template <typename Events, typename Wanted>
auto SortedByTime(const Events& events, const Wanted& wanted) {
  std::vector<const typename Events::value_type*> sorted;
  for (const auto& event : events) {
    if (!std::isnan(TimeOf(event)) && wanted(event)) sorted.push_back(&event);
  }
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto* a, const auto* b) { return TimeOf(*a) < TimeOf(*b); });
  return sorted;
}

constexpr auto kAll = [](const auto&) { return true; };

/// Writes parts, and counts what is written, which repeated state makes more than there was.
class PartWriter {
 public:
  PartWriter(Parts& parts, const Times& times) : parts_(parts), times_(times) {}

  /// `add(part)` makes a new event of a part.
  template <typename Event, typename Add>
  void AddState(const std::vector<const Event*>& sorted, const Add& add) {
    auto next = sorted.begin();
    const Event* state = nullptr;
    for (size_t p = 0; p < parts_.size(); ++p) {
      for (; next != sorted.end() && (*next)->time() <= times_[p]; ++next) state = *next;
      if (state != nullptr) Write(*state, 0, parts_[p], add);
      for (; next != sorted.end() && (*next)->time() < times_[p + 1]; ++next) {
        Write(**next, (*next)->time() - times_[p], parts_[p], add);
        state = *next;
      }
    }
  }

  /// The same for pedals, each of which is a state of its own, in the order in which they were
  /// first used.
  void AddPedals(const std::vector<const NoteSequence::ControlChange*>& sorted) {
    auto next = sorted.begin();
    std::vector<const NoteSequence::ControlChange*> states;
    const auto take = [&](const NoteSequence::ControlChange* change) {
      const auto same = std::find_if(states.begin(), states.end(), [&](const auto* state) {
        return state->instrument() == change->instrument() &&
               state->control_number() == change->control_number();
      });
      if (same == states.end()) {
        states.push_back(change);
      } else {
        *same = change;
      }
    };
    const auto add = [](NoteSequence& part) { return part.add_control_changes(); };
    for (size_t p = 0; p < parts_.size() && !IsFull(); ++p) {
      for (; next != sorted.end() && (*next)->time() <= times_[p]; ++next) take(*next);
      for (const auto* state : states) Write(*state, 0, parts_[p], add);
      for (; next != sorted.end() && (*next)->time() < times_[p + 1]; ++next) {
        Write(**next, (*next)->time() - times_[p], parts_[p], add);
        take(*next);
      }
    }
  }

  /// Events without a state, those on a cut in the part that begins there.
  void AddBeats(const std::vector<const Annotation*>& sorted) {
    size_t p = 0;
    for (const Annotation* beat : sorted) {
      if (beat->time() < times_.front()) continue;
      while (p < parts_.size() && beat->time() >= times_[p + 1]) ++p;
      if (p == parts_.size()) return;
      Write(*beat, beat->time() - times_[p], parts_[p],
            [](NoteSequence& part) { return part.add_text_annotations(); });
    }
  }

  void AddNotes(const std::vector<const NoteSequence::Note*>& sorted) {
    size_t p = 0;
    for (const NoteSequence::Note* note : sorted) {
      if (note->start_time() < times_.front()) continue;
      while (p < parts_.size() && note->start_time() >= times_[p + 1]) ++p;
      if (p == parts_.size()) return;
      NoteSequence::Note& added = *parts_[p].add_notes();
      added = *note;
      added.set_start_time(note->start_time() - times_[p]);
      added.set_end_time(std::min(note->end_time(), times_[p + 1]) - times_[p]);
      parts_[p].set_total_time(std::max(parts_[p].total_time(), added.end_time()));
    }
  }

  /// Whether more was to be written than a piece may hold.
  absl::Status status() const { return CheckEvents(written_); }

 private:
  bool IsFull() const { return written_ > kPieceLimits.events; }

  template <typename Event, typename Add>
  void Write(const Event& event, double time, NoteSequence& part, const Add& add) {
    ++written_;
    if (IsFull()) return;
    Event* added = add(part);
    *added = event;
    added->set_time(time);
  }

  Parts& parts_;
  const Times& times_;
  uint64_t written_ = 0;
};

absl::Status CheckTimes(const NoteSequence& sequence, const Times& times) {
  if (times.size() < 2)
    return UsageError("a part needs two times", "Give where it starts and where it ends");
  for (size_t i = 0; i < times.size(); ++i) {
    if (std::isnan(times[i])) return UsageError(fmt::format("time {} is no number", i));
    if (i > 0 && times[i] < times[i - 1]) {
      return UsageError(fmt::format("{} s comes after {} s", times[i], times[i - 1]),
                        "Give times in order");
    }
    if (i + 1 < times.size() && times[i] >= sequence.total_time()) {
      return UsageError(fmt::format("no part starts at {} s: the sequence ends at {} s", times[i],
                                    sequence.total_time()),
                        "Start before its end");
    }
  }
  return absl::OkStatus();
}

/// What has no time, for each of `count` parts.
absl::StatusOr<Parts> EmptyParts(const NoteSequence& sequence, size_t count) {
  NoteSequence empty = sequence;
  empty.clear_notes();
  empty.clear_time_signatures();
  empty.clear_key_signatures();
  empty.clear_tempos();
  empty.clear_text_annotations();
  empty.clear_control_changes();
  empty.clear_pitch_bends();
  empty.clear_total_time();
  const uint64_t bytes = count * (sizeof(NoteSequence) + empty.SpaceUsedLong());
  if (bytes > kPieceLimits.memory_bytes) {
    return LimitError(fmt::format("{} parts would take {} MiB", count, bytes >> 20),
                      "Cut into fewer parts");
  }
  return Parts(count, empty);
}

/// Of `times`, in order, those at which no note sounds on; all of them if `skip_inside_notes` is
/// false.
Times TimesBetweenNotes(const NoteSequence& sequence, const Times& times, bool skip_inside_notes) {
  if (!skip_inside_notes) return times;
  const auto notes = SortedByTime(sequence.notes(), kAll);
  Times kept;
  auto next = notes.begin();
  double sounding_until = -INFINITY;
  for (const double time : times) {
    for (; next != notes.end() && (*next)->start_time() < time; ++next) {
      sounding_until = std::max(sounding_until, (*next)->end_time());
    }
    if (sounding_until <= time) kept.push_back(time);
  }
  return kept;
}

/// From the beginning through `cuts` to the end.
absl::StatusOr<Parts> SplitAtCuts(const NoteSequence& sequence, const Times& cuts) {
  Times times = {0.0};
  times.insert(times.end(), cuts.begin(), cuts.end());
  if (sequence.total_time() > times.back()) times.push_back(sequence.total_time());
  if (times.size() < 2) return Parts();
  return ExtractSubsequences(sequence, times);
}

}  // namespace

absl::StatusOr<Parts> ExtractSubsequences(const NoteSequence& sequence, const Times& times,
                                          const std::vector<int>& pedals) {
  MAGENTA_RETURN_IF_ERROR(CheckInSeconds(sequence, "cut into parts"));
  MAGENTA_RETURN_IF_ERROR(CheckTimes(sequence, times));
  MAGENTA_ASSIGN_OR_RETURN(Parts parts, EmptyParts(sequence, times.size() - 1));
  PartWriter writer(parts, times);
  writer.AddNotes(SortedByTime(sequence.notes(), kAll));
  writer.AddState(SortedByTime(sequence.time_signatures(), kAll),
                  [](NoteSequence& part) { return part.add_time_signatures(); });
  writer.AddState(SortedByTime(sequence.key_signatures(), kAll),
                  [](NoteSequence& part) { return part.add_key_signatures(); });
  writer.AddState(SortedByTime(sequence.tempos(), kAll),
                  [](NoteSequence& part) { return part.add_tempos(); });
  const auto of_type = [](Annotation::TextAnnotationType type) {
    return [type](const Annotation& annotation) { return annotation.annotation_type() == type; };
  };
  writer.AddState(SortedByTime(sequence.text_annotations(), of_type(Annotation::CHORD_SYMBOL)),
                  [](NoteSequence& part) { return part.add_text_annotations(); });
  writer.AddBeats(SortedByTime(sequence.text_annotations(), of_type(Annotation::BEAT)));
  writer.AddPedals(
      SortedByTime(sequence.control_changes(), [&](const NoteSequence::ControlChange& change) {
        return std::find(pedals.begin(), pedals.end(), change.control_number()) != pedals.end();
      }));
  MAGENTA_RETURN_IF_ERROR(writer.status());
  for (size_t p = 0; p < parts.size(); ++p) {
    auto& info = *parts[p].mutable_subsequence_info();
    info.set_start_time_offset(times[p]);
    info.set_end_time_offset(sequence.total_time() - times[p] - parts[p].total_time());
  }
  return parts;
}

absl::StatusOr<Parts> SplitAtTimes(const NoteSequence& sequence, Times times,
                                   bool skip_inside_notes) {
  if (std::any_of(times.begin(), times.end(), [](double time) { return std::isnan(time); })) {
    return UsageError("a time is no number");
  }
  std::sort(times.begin(), times.end());
  return SplitAtCuts(sequence, TimesBetweenNotes(sequence, times, skip_inside_notes));
}

absl::StatusOr<Parts> SplitEvery(const NoteSequence& sequence, double hop, bool skip_inside_notes) {
  if (!(std::isfinite(hop) && hop > 0)) {
    return UsageError(fmt::format("parts of {} s are none", hop), "Give seconds above 0");
  }
  const double cuts = std::ceil((sequence.total_time() - hop) / hop);
  if (cuts * sizeof(NoteSequence) > kPieceLimits.memory_bytes) {
    return LimitError(fmt::format("there would be {} parts", cuts + 1), "Give more seconds a part");
  }
  Times times;
  for (int64_t i = 0; i < cuts; ++i) times.push_back(hop + i * ((hop + hop) - hop));
  return SplitAtCuts(sequence, TimesBetweenNotes(sequence, times, skip_inside_notes));
}

absl::StatusOr<Parts> SplitAtTimeChanges(const NoteSequence& sequence, bool skip_inside_notes) {
  return SplitAtCuts(sequence,
                     TimesBetweenNotes(sequence, TimeChanges(sequence), skip_inside_notes));
}

absl::StatusOr<Parts> SplitOnSilence(const NoteSequence& sequence, double gap) {
  if (std::isnan(gap)) return UsageError("a gap that is no number", "Give seconds");
  Times cuts;
  double sounding_until = 0;
  for (const auto* note : SortedByTime(sequence.notes(), kAll)) {
    if (note->start_time() > sounding_until + gap) cuts.push_back(note->start_time());
    sounding_until = std::max(sounding_until, note->end_time());
  }
  return SplitAtCuts(sequence, cuts);
}

}  // namespace magenta
