#include "magenta/music/edits/times.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <utility>

#include "magenta/base/status.h"
#include "magenta/music/edits/quantized.h"

namespace magenta {
namespace {

/// Calls `move` with each time but those of notes and sections.
template <typename Move>
void ForEachEvent(NoteSequence& sequence, const Move& move) {
  const auto all = [&](auto& events) {
    for (auto& event : events) event.set_time(move(event.time()));
  };
  all(*sequence.mutable_time_signatures());
  all(*sequence.mutable_key_signatures());
  all(*sequence.mutable_tempos());
  all(*sequence.mutable_pitch_bends());
  all(*sequence.mutable_control_changes());
  all(*sequence.mutable_text_annotations());
}

template <typename Move>
void ForEachNote(NoteSequence& sequence, const Move& move) {
  for (auto& note : *sequence.mutable_notes()) {
    note.set_start_time(move(note.start_time()));
    note.set_end_time(move(note.end_time()));
  }
  sequence.set_total_time(move(sequence.total_time()));
}

bool IsSame(const NoteSequence::TimeSignature& a, const NoteSequence::TimeSignature& b) {
  return a.numerator() == b.numerator() && a.denominator() == b.denominator();
}
bool IsSame(const NoteSequence::KeySignature& a, const NoteSequence::KeySignature& b) {
  return a.key() == b.key() && a.mode() == b.mode();
}
bool IsSame(const NoteSequence::Tempo& a, const NoteSequence::Tempo& b) {
  return a.qpm() == b.qpm();
}

/// Sorts `events` by time, and keeps the first of each run of same ones.
template <typename Events>
void KeepChanges(Events& events) {
  std::stable_sort(events.begin(), events.end(), [](const auto& a, const auto& b) {
    return a.time() < b.time() || (std::isnan(b.time()) && !std::isnan(a.time()));
  });
  const auto last = std::unique(events.begin(), events.end(),
                                [](const auto& a, const auto& b) { return IsSame(a, b); });
  events.erase(last, events.end());
}

void KeepFirsts(google::protobuf::RepeatedPtrField<std::string>& texts) {
  std::set<std::string> seen;
  const auto last = std::remove_if(texts.begin(), texts.end(), [&](const std::string& text) {
    return !seen.insert(text).second;
  });
  texts.erase(last, texts.end());
}

}  // namespace

absl::StatusOr<NoteSequence> Trimmed(NoteSequence sequence, double start, double end) {
  MAGENTA_RETURN_IF_ERROR(CheckInSeconds(sequence, "trimmed"));
  auto& notes = *sequence.mutable_notes();
  const auto last = std::remove_if(notes.begin(), notes.end(), [&](const NoteSequence::Note& note) {
    return note.start_time() < start || note.start_time() >= end;
  });
  notes.erase(last, notes.end());
  for (auto& note : notes) note.set_end_time(std::min(note.end_time(), end));
  sequence.set_total_time(std::min(sequence.total_time(), end));
  return sequence;
}

absl::StatusOr<NoteSequence> Shifted(NoteSequence sequence, double seconds) {
  if (!(std::isfinite(seconds) && seconds > 0)) {
    return UsageError(fmt::format("a shift by {} s is none", seconds), "Give seconds above 0");
  }
  MAGENTA_RETURN_IF_ERROR(CheckInSeconds(sequence, "shifted"));
  const auto later = [seconds](double time) { return time + seconds; };
  sequence.clear_subsequence_info();
  ForEachNote(sequence, later);
  ForEachEvent(sequence, later);
  for (auto& section : *sequence.mutable_section_annotations())
    section.set_time(later(section.time()));
  return sequence;
}

absl::StatusOr<NoteSequence> Stretched(NoteSequence sequence, double factor) {
  MAGENTA_RETURN_IF_ERROR(CheckInSeconds(sequence, "stretched"));
  if (!(std::isfinite(factor) && factor > 0)) {
    return UsageError(fmt::format("music can't be stretched {} times", factor),
                      "Give a factor above 0");
  }
  if (factor == 1.0) return sequence;
  const auto stretch = [factor](double time) { return time * factor; };
  ForEachNote(sequence, stretch);
  ForEachEvent(sequence, stretch);
  for (auto& tempo : *sequence.mutable_tempos()) tempo.set_qpm(tempo.qpm() / factor);
  return sequence;
}

absl::StatusOr<NoteSequence> Concatenated(const std::vector<NoteSequence>& sequences,
                                          const std::vector<double>& durations) {
  if (!durations.empty() && durations.size() != sequences.size()) {
    return UsageError(
        fmt::format("{} durations for {} sequences", durations.size(), sequences.size()),
        "Give one duration a sequence, or none");
  }
  NoteSequence whole;
  double end = 0;
  for (size_t i = 0; i < sequences.size(); ++i) {
    const NoteSequence& sequence = sequences[i];
    MAGENTA_RETURN_IF_ERROR(CheckInSeconds(sequence, "concatenated"));
    if (!durations.empty() && durations[i] < sequence.total_time()) {
      return UsageError(fmt::format("sequence {} lasts {} s, longer than its duration of {} s", i,
                                    sequence.total_time(), durations[i]),
                        "Trim it, or give a longer duration");
    }
    if (end > 0) {
      MAGENTA_ASSIGN_OR_RETURN(const NoteSequence shifted, Shifted(sequence, end));
      whole.MergeFrom(shifted);
    } else {
      whole.MergeFrom(sequence);
    }
    end = durations.empty() ? whole.total_time() : end + durations[i];
  }
  whole.clear_subsequence_info();
  return WithoutRedundantData(std::move(whole));
}

NoteSequence WithoutRedundantData(NoteSequence sequence) {
  KeepChanges(*sequence.mutable_time_signatures());
  KeepChanges(*sequence.mutable_key_signatures());
  KeepChanges(*sequence.mutable_tempos());
  if (sequence.has_sequence_metadata()) {
    KeepFirsts(*sequence.mutable_sequence_metadata()->mutable_composers());
    KeepFirsts(*sequence.mutable_sequence_metadata()->mutable_genre());
  }
  return sequence;
}

}  // namespace magenta
