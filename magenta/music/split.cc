// One sweep over each kind of event, in order of time, hands them to the parts they fall in. State
// (meter, key, tempo, chords, pedals) is what an event left behind: a part starts with the last one
// at or before its beginning.

#include "magenta/music/split.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "magenta/base/check.h"
#include "magenta/base/sort_runs.h"

namespace magenta {
namespace {

struct TimeChange {
  double time;
  const NoteSequence::TimeSignature* meter;  // null for a tempo
  double qpm;
};

template <typename Events>
auto PointersByTime(const Events& events) {
  std::vector<const typename Events::value_type*> sorted;
  for (const auto& event : events) {
    if (std::isfinite(event.time())) sorted.push_back(&event);
  }
  SortRuns(sorted.begin(), sorted.end(),
           [](const auto* a, const auto* b) { return a->time() < b->time(); });
  return sorted;
}

std::vector<TimeChange> MetersAndTempos(const NoteSequence& sequence) {
  std::vector<TimeChange> changes;
  for (const auto& meter : sequence.time_signatures()) {
    changes.push_back({meter.time(), &meter, 0.0});
  }
  for (const auto& tempo : sequence.tempos()) {
    changes.push_back({tempo.time(), nullptr, tempo.qpm()});
  }
  std::erase_if(changes,
                [&](const TimeChange& change) { return !(change.time < sequence.total_time()); });
  std::stable_sort(changes.begin(), changes.end(),
                   [](const TimeChange& a, const TimeChange& b) { return a.time < b.time; });
  return changes;
}

class Splitter {
 public:
  Splitter(NoteSequence sequence, std::vector<double> cuts)
      : sequence_(std::move(sequence)), cuts_(std::move(cuts)), parts_(cuts_.size() - 1) {}

  std::vector<NoteSequence> Split() && {
    for (NoteSequence& part : parts_) CopyHeader(part);
    SortNotes();
    MoveNotes();
    CopyStates(sequence_.time_signatures(), &NoteSequence::mutable_time_signatures);
    CopyStates(sequence_.key_signatures(), &NoteSequence::mutable_key_signatures);
    CopyStates(sequence_.tempos(), &NoteSequence::mutable_tempos);
    CopyTexts();
    CopyPedals();
    CopyNames();
    if (parts_.size() == 1) CopySections();
    for (size_t i = 0; i < parts_.size(); ++i) {
      auto& info = *parts_[i].mutable_subsequence_info();
      info.set_start_time_offset(cuts_[i]);
      info.set_end_time_offset(sequence_.total_time() - cuts_[i] - parts_[i].total_time());
    }
    return std::move(parts_);
  }

 private:
  void CopyHeader(NoteSequence& part) const {
    part.set_id(sequence_.id());
    part.set_filename(sequence_.filename());
    part.set_collection_name(sequence_.collection_name());
    part.set_ticks_per_quarter(sequence_.ticks_per_quarter());
    part.set_reference_number(sequence_.reference_number());
    if (sequence_.has_source_info()) *part.mutable_source_info() = sequence_.source_info();
    if (sequence_.has_sequence_metadata()) {
      *part.mutable_sequence_metadata() = sequence_.sequence_metadata();
    }
  }

  // The part that holds `time`, the one that begins there included; parts_.size() when none does.
  size_t PartAt(double time) const {
    if (!(time >= 0.0)) return parts_.size();
    const auto next = std::upper_bound(cuts_.begin(), cuts_.end(), time);
    return static_cast<size_t>(next - cuts_.begin()) - 1;
  }

  // Leaves the notes that fall in a part, in order of their start.
  void SortNotes() {
    auto& notes = *sequence_.mutable_notes();
    const auto outside = std::stable_partition(
        notes.pointer_begin(), notes.pointer_end(), [&](const NoteSequence::Note* note) {
          return note->start_time() >= 0.0 && note->start_time() < cuts_.back() &&
                 !std::isnan(note->end_time());
        });
    const int left_out = static_cast<int>(notes.pointer_end() - outside);
    notes.DeleteSubrange(notes.size() - left_out, left_out);
    const auto before = [](const auto* a, const auto* b) {
      return a->start_time() < b->start_time();
    };
    SortRuns(notes.pointer_begin(), notes.pointer_end(), before);
  }

  // All notes of one part go at once, with the memory that their field keeps for others.
  void MoveNotes() {
    auto& notes = *sequence_.mutable_notes();
    std::vector<int> counts(parts_.size());
    size_t part = 0;
    for (auto& note : notes) {
      while (note.start_time() >= cuts_[part + 1]) ++part;
      FitIntoPart(note, part);
      ++counts[part];
    }
    if (parts_.size() == 1) return notes.Swap(parts_[0].mutable_notes());
    std::vector<NoteSequence::Note*> moved(static_cast<size_t>(notes.size()));
    notes.ExtractSubrange(0, notes.size(), moved.data());
    auto next = moved.begin();
    for (size_t i = 0; i < parts_.size(); ++i) {
      for (int k = 0; k < counts[i]; ++k) parts_[i].mutable_notes()->AddAllocated(*next++);
    }
  }

  void FitIntoPart(NoteSequence::Note& note, size_t part) {
    note.clear_quantized_start_step();
    note.clear_quantized_end_step();
    note.set_start_time(note.start_time() - cuts_[part]);
    note.set_end_time(std::min(note.end_time(), cuts_[part + 1]) - cuts_[part]);
    parts_[part].set_total_time(std::max(parts_[part].total_time(), note.end_time()));
  }

  template <typename Events>
  void CopyStates(const Events& events, Events* (NoteSequence::*kind)()) {
    const auto sorted = PointersByTime(events);
    size_t next = 0;
    for (size_t i = 0; i < parts_.size(); ++i) {
      Events& copies = *(parts_[i].*kind)();
      while (next < sorted.size() && sorted[next]->time() <= cuts_[i]) ++next;
      if (next > 0) AddAt(copies, *sorted[next - 1], 0.0);
      for (; next < sorted.size() && sorted[next]->time() < cuts_[i + 1]; ++next) {
        AddAt(copies, *sorted[next], sorted[next]->time() - cuts_[i]);
      }
    }
  }

  template <typename Events>
  static typename Events::value_type& AddAt(Events& events,
                                            const typename Events::value_type& event, double time) {
    auto& copy = *events.Add();
    copy = event;
    copy.set_time(time);
    return copy;
  }

  // Chords are states, beats are not; other texts say nothing about a part.
  void CopyTexts() {
    NoteSequence chords;
    NoteSequence beats;
    for (const auto& text : sequence_.text_annotations()) {
      const auto type = text.annotation_type();
      if (type == NoteSequence::TextAnnotation::CHORD_SYMBOL) *chords.add_text_annotations() = text;
      if (type == NoteSequence::TextAnnotation::BEAT) *beats.add_text_annotations() = text;
    }
    CopyStates(chords.text_annotations(), &NoteSequence::mutable_text_annotations);
    for (const auto* beat : PointersByTime(beats.text_annotations())) {
      const size_t i = PartAt(beat->time());
      if (i == parts_.size()) continue;
      AddAt(*parts_[i].mutable_text_annotations(), *beat, beat->time() - cuts_[i]);
    }
    for (NoteSequence& part : parts_) {
      for (auto& text : *part.mutable_text_annotations()) text.clear_quantized_step();
    }
  }

  static bool IsPedal(const NoteSequence::ControlChange& change) {
    const int number = change.control_number();
    return number == kSustainPedal || number == kSostenutoPedal || number == kSoftPedal;
  }

  // What `number` gives for the notes of `part`, each once, rising.
  static std::vector<int> NumbersOf(const NoteSequence& part,
                                    int32_t (NoteSequence::Note::*number)() const) {
    std::vector<int> numbers;
    for (const auto& note : part.notes()) {
      if (numbers.empty() || numbers.back() != (note.*number)()) {
        numbers.push_back((note.*number)());
      }
    }
    std::sort(numbers.begin(), numbers.end());
    numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
    return numbers;
  }
  static std::vector<int> InstrumentsOf(const NoteSequence& part) {
    return NumbersOf(part, &NoteSequence::Note::instrument);
  }

  void CopyPedals() {
    // What each pedal of an instrument was last set to.
    std::map<int, std::map<int, const NoteSequence::ControlChange*>> state;
    const auto sorted = PointersByTime(sequence_.control_changes());
    if (sorted.empty()) return;
    size_t next = 0;
    for (size_t i = 0; i < parts_.size(); ++i) {
      auto& copies = *parts_[i].mutable_control_changes();
      for (; next < sorted.size() && sorted[next]->time() <= cuts_[i]; ++next) {
        if (IsPedal(*sorted[next])) Remember(*sorted[next], state);
      }
      for (const int instrument : InstrumentsOf(parts_[i])) {
        const auto found = state.find(instrument);
        if (found == state.end()) continue;
        for (const auto& [number, change] : found->second) AddAt(copies, *change, 0.0);
      }
      for (; next < sorted.size() && sorted[next]->time() < cuts_[i + 1]; ++next) {
        if (!IsPedal(*sorted[next])) continue;
        AddAt(copies, *sorted[next], sorted[next]->time() - cuts_[i]);
        Remember(*sorted[next], state);
      }
      for (auto& copy : copies) copy.clear_quantized_step();
    }
  }

  static void Remember(const NoteSequence::ControlChange& change,
                       std::map<int, std::map<int, const NoteSequence::ControlChange*>>& state) {
    state[change.instrument()][change.control_number()] = &change;
  }

  template <typename Infos>
  static void CopyNamed(const std::vector<int>& numbers,
                        const std::map<int, const typename Infos::value_type*>& known,
                        Infos& copies) {
    for (const int number : numbers) {
      const auto found = known.find(number);
      if (found != known.end()) *copies.Add() = *found->second;
    }
  }

  void CopyNames() {
    std::map<int, const NoteSequence::InstrumentInfo*> instruments;
    std::map<int, const NoteSequence::PartInfo*> score_parts;
    for (const auto& info : sequence_.instrument_infos()) instruments[info.instrument()] = &info;
    for (const auto& info : sequence_.part_infos()) score_parts[info.part()] = &info;
    for (NoteSequence& part : parts_) {
      if (!instruments.empty()) {
        CopyNamed(InstrumentsOf(part), instruments, *part.mutable_instrument_infos());
      }
      if (!score_parts.empty()) {
        CopyNamed(NumbersOf(part, &NoteSequence::Note::part), score_parts,
                  *part.mutable_part_infos());
      }
    }
  }

  // Repeats span the sequence: they mean nothing in a piece of it.
  void CopySections() {
    *parts_[0].mutable_section_annotations() = sequence_.section_annotations();
    *parts_[0].mutable_section_groups() = sequence_.section_groups();
  }

  NoteSequence sequence_;  // without its notes, once they are moved
  const std::vector<double> cuts_;
  std::vector<NoteSequence> parts_;
};

}  // namespace

std::vector<double> TimeChanges(const NoteSequence& sequence) {
  int numerator = 4;
  int denominator = 4;
  double qpm = 120.0;
  std::vector<double> times;
  for (const TimeChange& change : MetersAndTempos(sequence)) {
    if (change.meter != nullptr) {
      if (change.meter->numerator() == numerator && change.meter->denominator() == denominator) {
        continue;
      }
      numerator = change.meter->numerator();
      denominator = change.meter->denominator();
    } else {
      if (change.qpm == qpm) continue;
      qpm = change.qpm;
    }
    if (change.time > (times.empty() ? 0.0 : times.back())) times.push_back(change.time);
  }
  return times;
}

std::vector<NoteSequence> SplitOnTimeChanges(NoteSequence sequence) {
  // Part i lasts from cuts[i] to cuts[i + 1].
  std::vector<double> cuts = TimeChanges(sequence);
  cuts.insert(cuts.begin(), 0.0);
  if (sequence.total_time() > cuts.back()) cuts.push_back(sequence.total_time());
  if (cuts.size() < 2) return {};
  return SplitAt(std::move(sequence), std::move(cuts));
}

std::vector<NoteSequence> SplitAt(NoteSequence sequence, std::vector<double> cuts) {
  MAGENTA_CHECK(cuts.size() >= 2);
  return Splitter(std::move(sequence), std::move(cuts)).Split();
}

}  // namespace magenta
