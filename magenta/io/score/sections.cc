#include "magenta/io/score/sections.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <utility>
#include <vector>

#include "magenta/base/status.h"
#include "magenta/music/piece_limits.h"
#include "magenta/music/tempo_map.h"

namespace magenta {
namespace {

struct Span {
  double start;
  double end;
};

absl::StatusOr<std::map<int64_t, Span>> SectionSpans(const NoteSequence& sequence) {
  std::map<int64_t, Span> spans;
  const auto& annotations = sequence.section_annotations();
  for (int i = 0; i < annotations.size(); ++i) {
    const double end =
        i + 1 < annotations.size() ? annotations[i + 1].time() : sequence.total_time();
    if (!(annotations[i].time() <= end)) {
      return InputError("", fmt::format("section_annotations[{}] ends before it begins", i));
    }
    spans[annotations[i].section_id()] = {annotations[i].time(), end};
  }
  return spans;
}

/// The sections in the order in which `groups` play them. Groups in groups are walked with a stack
/// of our own, since the depth is the input's.
absl::StatusOr<std::vector<int64_t>> PlayedSections(const NoteSequence& sequence) {
  struct Frame {
    const NoteSequence::SectionGroup* group;
    int times_left;
    int next;
  };
  std::vector<int64_t> played;
  size_t steps = 0;
  for (const auto& group : sequence.section_groups()) {
    std::vector<Frame> stack = {{&group, group.num_times(), 0}};
    while (!stack.empty()) {
      MAGENTA_RETURN_IF_ERROR(CheckSections(std::max(++steps / 4, played.size())));
      Frame& frame = stack.back();
      if (frame.next == frame.group->sections_size()) {
        frame.next = 0;
        --frame.times_left;
      }
      if (frame.times_left <= 0 || frame.group->sections_size() == 0) {
        stack.pop_back();
        continue;
      }
      const auto& section = frame.group->sections(frame.next++);
      if (section.has_section_group()) {
        stack.push_back({&section.section_group(), section.section_group().num_times(), 0});
      } else {
        played.push_back(section.section_id());
      }
    }
  }
  return played;
}

bool SameSign(const NoteSequence::Tempo& a, const NoteSequence::Tempo& b) {
  return a.qpm() == b.qpm();
}
bool SameSign(const NoteSequence::TimeSignature& a, const NoteSequence::TimeSignature& b) {
  return a.numerator() == b.numerator() && a.denominator() == b.denominator();
}
bool SameSign(const NoteSequence::KeySignature& a, const NoteSequence::KeySignature& b) {
  return a.key() == b.key() && a.mode() == b.mode();
}

/// The entries of a repeated field in order of time.
template <typename T>
class Timeline {
 public:
  explicit Timeline(const google::protobuf::RepeatedPtrField<T>& list) {
    for (const T& entry : list) entries_.push_back(&entry);
    std::stable_sort(entries_.begin(), entries_.end(),
                     [](const T* a, const T* b) { return a->time() < b->time(); });
  }

  /// Copies what happens within `span`, moved by `offset`.
  void CopyEvents(const Span& span, double offset,
                  google::protobuf::RepeatedPtrField<T>* to) const {
    for (auto at = From(span.start); at != entries_.end() && (*at)->time() < span.end; ++at) {
      auto& copy = *to->Add();
      copy = **at;
      copy.set_time(copy.time() + offset);
    }
  }

  /// As CopyEvents, with the sign in force at the start of `span`; a sign that says what the one
  /// before it in `to` says is left out.
  void CopySigns(const Span& span, double offset, google::protobuf::RepeatedPtrField<T>* to) const {
    auto at = From(span.start);
    if ((at == entries_.end() || (*at)->time() > span.start) && at != entries_.begin()) {
      --at;
    }
    for (; at != entries_.end() && (*at)->time() < span.end; ++at) {
      if (!to->empty() && SameSign(to->Get(to->size() - 1), **at)) continue;
      auto& copy = *to->Add();
      copy = **at;
      copy.set_time(std::max(copy.time(), span.start) + offset);
    }
  }

 private:
  auto From(double time) const {
    return std::lower_bound(entries_.begin(), entries_.end(), time,
                            [](const T* entry, double wanted) { return entry->time() < wanted; });
  }
  std::vector<const T*> entries_;
};

/// Copies the notes of sections, and carries what sounds over a section's end into what is played
/// next.
class NotePlayer {
 public:
  NotePlayer(const NoteSequence& from, NoteSequence* to) : from_(from), to_(to) {}

  /// How the playing came to a section: from the one that stands before it, or past some, or back.
  enum Arrival { kStraight, kAhead, kBack };
  struct Place {
    double start;
    /// Until when the score is played on as written.
    double reach;
    /// From written to played seconds.
    double offset;
    Arrival arrival;
  };

  /// The notes of a section: those that sound into it, `held`, and those that begin in it, `own`.
  void Copy(const std::vector<int>& held, const std::vector<int>& own, const Place& place) {
    // What sounded where the playing left sounds on ahead; whoever goes back strikes again.
    if (place.arrival == kBack) cut_.clear();
    std::map<Who, int> cut;
    if (place.arrival != kStraight) {
      for (int index : held) CopyNote(index, place, cut);
    }
    for (int index : own) CopyNote(index, place, cut);
    if (place.arrival == kAhead) cut_.clear();
    cut_.merge(cut);
  }

 private:
  /// Whatever the voice: a tie may lead from one to another.
  using Who = std::array<int, 3>;

  void CopyNote(int index, const Place& place, std::map<Who, int>& cut) {
    const auto& note = from_.notes(index);
    const Who who{note.pitch(), note.part(), note.instrument()};
    const auto sounding = cut_.find(who);
    const bool goes_on =
        place.arrival == kAhead && note.start_time() <= place.start && sounding != cut_.end();
    const int at = goes_on ? sounding->second : to_->notes_size();
    auto& copy = goes_on ? *to_->mutable_notes(at) : *to_->add_notes();
    if (!goes_on) {
      copy = note;
      copy.set_start_time(std::max(note.start_time(), place.start) + place.offset);
    }
    copy.set_end_time(std::min(note.end_time(), place.reach) + place.offset);
    if (note.end_time() > place.reach) cut[who] = at;
  }

  const NoteSequence& from_;
  NoteSequence* to_;
  std::map<Who, int> cut_;  // notes whose sound went on where the playing left
};

/// Which notes start in each section.
std::map<int64_t, std::vector<int>> NotesOfSections(const NoteSequence& sequence,
                                                    const std::map<int64_t, Span>& spans) {
  std::vector<std::pair<double, int64_t>> starts;
  starts.reserve(spans.size());
  for (const auto& [id, span] : spans) starts.emplace_back(span.start, id);
  std::sort(starts.begin(), starts.end());
  std::map<int64_t, std::vector<int>> notes;
  for (int i = 0; i < sequence.notes_size(); ++i) {
    const auto after =
        std::upper_bound(starts.begin(), starts.end(), sequence.notes(i).start_time(),
                         [](double time, const auto& start) { return time < start.first; });
    if (after != starts.begin()) notes[std::prev(after)->second].push_back(i);
  }
  return notes;
}

/// Which notes sound into each section that is played after another one than the one before it.
/// Less than a 32nd note is rounding of a length.
absl::StatusOr<std::map<int64_t, std::vector<int>>> NotesHeldInto(
    const NoteSequence& sequence, const std::vector<int64_t>& played,
    const std::map<int64_t, Span>& spans) {
  constexpr double kShortestQuarters = 1.0 / 8 - 1e-6;
  std::map<double, std::vector<int64_t>> arrivals;  // by start
  double last_end = 0;
  for (const int64_t id : played) {
    const Span& span = spans.at(id);
    if (span.start != last_end) arrivals[span.start].push_back(id);
    last_end = span.end;
  }
  const TempoMap tempos(sequence);
  std::vector<int> order(static_cast<size_t>(sequence.notes_size()));
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) {
    return sequence.notes(a).start_time() < sequence.notes(b).start_time();
  });
  std::map<int64_t, std::vector<int>> held;
  std::vector<int> sounding;
  uint64_t count = 0;
  auto next = order.begin();
  for (auto& [start, ids] : arrivals) {
    for (; next != order.end() && sequence.notes(*next).start_time() < start; ++next) {
      sounding.push_back(*next);
    }
    const double least = tempos.SecondsAt(tempos.QuartersAt(start) + kShortestQuarters);
    std::erase_if(sounding, [&](int index) { return sequence.notes(index).end_time() < least; });
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    for (const int64_t id : ids) {
      MAGENTA_RETURN_IF_ERROR(CheckNotes(count += sounding.size()));
      held[id] = sounding;
    }
  }
  return held;
}

uint64_t EventCount(const NoteSequence& sequence) {
  return static_cast<uint64_t>(sequence.text_annotations_size()) +
         static_cast<uint64_t>(sequence.control_changes_size()) +
         static_cast<uint64_t>(sequence.pitch_bends_size()) +
         static_cast<uint64_t>(sequence.tempos_size()) +
         static_cast<uint64_t>(sequence.time_signatures_size()) +
         static_cast<uint64_t>(sequence.key_signatures_size());
}

/// Of the text annotations from `first` on.
uint64_t TextBytes(const NoteSequence& sequence, int first) {
  uint64_t bytes = 0;
  for (int i = first; i < sequence.text_annotations_size(); ++i) {
    bytes += sequence.text_annotations(i).text().size();
  }
  return bytes;
}

/// Until when the score is played on as written from each played section.
absl::StatusOr<std::vector<double>> Reaches(const std::vector<int64_t>& played,
                                            const std::map<int64_t, Span>& spans) {
  std::vector<double> reaches(played.size());
  double next_start = -1, next_reach = -1;
  for (size_t i = played.size(); i-- > 0;) {
    const auto found = spans.find(played[i]);
    if (found == spans.end()) {
      return InputError(
          "", fmt::format("section_groups play section {}, which is not there", played[i]));
    }
    const Span& span = found->second;
    reaches[i] = next_start == span.end ? next_reach : span.end;
    next_start = span.start;
    next_reach = reaches[i];
  }
  return reaches;
}

/// Everything but what UnrollSections places anew.
NoteSequence CopyWithoutEvents(const NoteSequence& sequence) {
  NoteSequence copy;
  copy.set_id(sequence.id());
  copy.set_filename(sequence.filename());
  copy.set_collection_name(sequence.collection_name());
  copy.set_ticks_per_quarter(sequence.ticks_per_quarter());
  copy.set_reference_number(sequence.reference_number());
  *copy.mutable_part_infos() = sequence.part_infos();
  *copy.mutable_instrument_infos() = sequence.instrument_infos();
  if (sequence.has_source_info()) *copy.mutable_source_info() = sequence.source_info();
  if (sequence.has_sequence_metadata()) {
    *copy.mutable_sequence_metadata() = sequence.sequence_metadata();
  }
  return copy;
}

}  // namespace

absl::StatusOr<NoteSequence> UnrollSections(const NoteSequence& sequence) {
  if (sequence.section_groups().empty()) return sequence;
  MAGENTA_ASSIGN_OR_RETURN(const auto spans, SectionSpans(sequence));
  MAGENTA_ASSIGN_OR_RETURN(const auto played, PlayedSections(sequence));
  MAGENTA_ASSIGN_OR_RETURN(const auto reaches, Reaches(played, spans));
  const auto notes = NotesOfSections(sequence, spans);
  MAGENTA_ASSIGN_OR_RETURN(const auto held, NotesHeldInto(sequence, played, spans));
  const auto notes_of = [](const auto& sections, int64_t id) {
    const auto found = sections.find(id);
    return found == sections.end() ? std::vector<int>() : found->second;
  };
  const Timeline tempos(sequence.tempos());
  const Timeline meters(sequence.time_signatures());
  const Timeline keys(sequence.key_signatures());
  const Timeline texts(sequence.text_annotations());
  const Timeline controls(sequence.control_changes());
  const Timeline bends(sequence.pitch_bends());
  NoteSequence unrolled = CopyWithoutEvents(sequence);
  NotePlayer note_player(sequence, &unrolled);
  double time = 0, last_end = 0;
  uint64_t text_bytes = 0;
  for (size_t i = 0; i < played.size(); ++i) {
    const int64_t id = played[i];
    const Span& span = spans.at(id);
    const double offset = time - span.start;
    auto& annotation = *unrolled.add_section_annotations();
    annotation.set_time(time);
    annotation.set_section_id(id);
    const auto arrival = span.start == last_end  ? NotePlayer::kStraight
                         : span.start > last_end ? NotePlayer::kAhead
                                                 : NotePlayer::kBack;
    note_player.Copy(notes_of(held, id), notes_of(notes, id),
                     {span.start, reaches[i], offset, arrival});
    last_end = span.end;
    tempos.CopySigns(span, offset, unrolled.mutable_tempos());
    meters.CopySigns(span, offset, unrolled.mutable_time_signatures());
    keys.CopySigns(span, offset, unrolled.mutable_key_signatures());
    const int texts_before = unrolled.text_annotations_size();
    texts.CopyEvents(span, offset, unrolled.mutable_text_annotations());
    text_bytes += TextBytes(unrolled, texts_before);
    MAGENTA_RETURN_IF_ERROR(CheckUnpackedBytes(text_bytes));
    controls.CopyEvents(span, offset, unrolled.mutable_control_changes());
    bends.CopyEvents(span, offset, unrolled.mutable_pitch_bends());
    MAGENTA_RETURN_IF_ERROR(CheckNotes(static_cast<uint64_t>(unrolled.notes_size())));
    MAGENTA_RETURN_IF_ERROR(CheckEvents(EventCount(unrolled)));
    MAGENTA_RETURN_IF_ERROR(CheckChanges(static_cast<uint64_t>(unrolled.tempos_size()) +
                                         static_cast<uint64_t>(unrolled.time_signatures_size()) +
                                         static_cast<uint64_t>(unrolled.key_signatures_size())));
    time += span.end - span.start;
  }
  unrolled.set_total_time(time);
  return unrolled;
}

}  // namespace magenta
