#include "magenta/io/score/score_builder.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace magenta {
namespace {

constexpr double kDefaultQpm = 120;
constexpr size_t kMaxReports = 64;
constexpr size_t kMaxSignsAtOnce = 64;

template <typename T>
void SortByPosition(std::vector<std::pair<int64_t, T>>& list) {
  std::stable_sort(list.begin(), list.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
}

/// Sorts, and drops what says the same at the same position.
template <typename T, typename Same>
void SortUnique(std::vector<std::pair<int64_t, T>>& list, Same same) {
  SortByPosition(list);
  std::vector<std::pair<int64_t, T>> kept;
  size_t here = 0;  // the first kept entry at this position
  for (auto& entry : list) {
    if (kept.empty() || kept.back().first != entry.first) here = kept.size();
    const bool known =
        std::any_of(kept.begin() + static_cast<std::ptrdiff_t>(here), kept.end(),
                    [&](const auto& other) { return same(other.second, entry.second); });
    if (!known && kept.size() - here < kMaxSignsAtOnce) kept.push_back(std::move(entry));
  }
  list = std::move(kept);
}

}  // namespace

void ScoreBuilder::AddNote(const ScoreNote& note) { notes_.push_back(note); }

void ScoreBuilder::AddKey(int64_t position, NoteSequence::KeySignature::Key key,
                          NoteSequence::KeySignature::Mode mode) {
  NoteSequence::KeySignature signature;
  signature.set_key(key);
  signature.set_mode(mode);
  keys_.emplace_back(position, std::move(signature));
}

void ScoreBuilder::AddMeter(int64_t position, int numerator, int denominator) {
  NoteSequence::TimeSignature signature;
  signature.set_numerator(numerator);
  signature.set_denominator(denominator);
  meters_.emplace_back(position, std::move(signature));
}

void ScoreBuilder::AddTempo(int64_t position, double qpm) { tempos_.push_back({position, qpm, 0}); }

void ScoreBuilder::AddChordSymbol(int64_t position, std::string text) {
  chords_.emplace_back(position, std::move(text));
}

void ScoreBuilder::AddPart(int part, std::string name) {
  auto& info = *sequence_.add_part_infos();
  info.set_part(part);
  info.set_name(std::move(name));
}

bool ScoreBuilder::ReportAgain(const std::string& text) {
  const auto known = reported_.find(text);
  if (known == reported_.end()) return false;
  ++reports_[known->second].count;
  return true;
}

void ScoreBuilder::Report(int line, const std::string& text) {
  if (ReportAgain(text) || reports_.size() >= kMaxReports) return;
  reported_.emplace(text, reports_.size());
  reports_.push_back({line, text});
}

void ScoreBuilder::PlaceTempos() {
  std::stable_sort(tempos_.begin(), tempos_.end(),
                   [](const auto& a, const auto& b) { return a.position < b.position; });
  std::vector<TempoMark> kept;
  for (const TempoMark& tempo : tempos_) {
    if (!kept.empty() && kept.back().position == tempo.position) kept.pop_back();
    kept.push_back(tempo);
  }
  // Until the first mark a score goes at the usual tempo, which is told where it isn't the only
  // one.
  if (!kept.empty() && kept[0].position > 0) kept.insert(kept.begin(), {0, kDefaultQpm, 0});
  tempos_ = std::move(kept);
  double seconds = 0;
  int64_t position = 0;
  double qpm = kDefaultQpm;
  for (TempoMark& tempo : tempos_) {
    seconds += UnitsToQuarters(tempo.position - position) * (60 / qpm);
    tempo.seconds = seconds;
    position = tempo.position;
    qpm = tempo.qpm;
    auto& added = *sequence_.add_tempos();
    added.set_time(seconds);
    added.set_qpm(qpm);
  }
}

double ScoreBuilder::Seconds(int64_t position) const {
  const auto after = std::upper_bound(
      tempos_.begin(), tempos_.end(), position,
      [](int64_t wanted, const TempoMark& tempo) { return wanted < tempo.position; });
  if (after == tempos_.begin()) return UnitsToQuarters(position) * (60 / kDefaultQpm);
  const TempoMark& tempo = *std::prev(after);
  return tempo.seconds + UnitsToQuarters(position - tempo.position) * (60 / tempo.qpm);
}

void ScoreBuilder::PlaceNotes() {
  for (const ScoreNote& note : notes_) {
    auto& added = *sequence_.add_notes();
    added.set_pitch(note.pitch);
    added.set_velocity(note.velocity);
    added.set_start_time(Seconds(note.start));
    added.set_end_time(Seconds(note.end));
    added.set_instrument(note.instrument);
    added.set_program(note.program);
    added.set_is_drum(note.is_drum);
    added.set_part(note.part);
    added.set_voice(note.voice);
  }
}

void ScoreBuilder::ReportUnplayed(const ScoreForm& form, int64_t end) {
  constexpr size_t kMostStretches = 8;
  if (form.groups.empty() || bars_.empty()) return;
  std::vector<bool> is_played(form.starts.size());
  for (const ScoreForm::Group& group : form.groups) {
    for (const int section : group.sections) is_played[static_cast<size_t>(section)] = true;
  }
  const auto bar_at = [&](int64_t position) {
    return std::upper_bound(bars_.begin(), bars_.end(), position) - bars_.begin();
  };
  std::vector<std::pair<ptrdiff_t, ptrdiff_t>> stretches;  // first and last bar, from 1
  for (size_t i = 0; i < form.starts.size(); ++i) {
    const int64_t stop = i + 1 < form.starts.size() ? form.starts[i + 1] : end;
    if (is_played[i] || stop <= form.starts[i]) continue;
    const auto first = bar_at(form.starts[i]), last = bar_at(stop - 1);
    if (!stretches.empty() && first <= stretches.back().second + 1) {
      stretches.back().second = last;
    } else {
      stretches.emplace_back(first, last);
    }
  }
  if (stretches.empty()) return;
  std::string bars;
  for (size_t i = 0; i < stretches.size() && i < kMostStretches; ++i) {
    const auto [first, last] = stretches[i];
    bars += fmt::format("{}{}", bars.empty() ? "" : ", ", first);
    if (last > first) bars += fmt::format("-{}", last);
  }
  if (stretches.size() > kMostStretches) bars += ", ...";
  Report(0, fmt::format("never played, since no repeat or jump leads there: bar {}", bars));
}

void ScoreBuilder::PlaceSections(int64_t end, std::string_view part_order) {
  const ScoreForm form = signs_.empty() ? BuildScoreForm(marks_, end, part_order)
                                        : BuildPlayOrder(std::move(signs_), end);
  for (const std::string& warning : form.warnings) Report(0, warning);
  ReportUnplayed(form, end);
  for (size_t i = 0; i < form.starts.size(); ++i) {
    auto& annotation = *sequence_.add_section_annotations();
    annotation.set_time(Seconds(form.starts[i]));
    annotation.set_section_id(static_cast<int64_t>(i));
  }
  for (const ScoreForm::Group& group : form.groups) {
    auto& added = *sequence_.add_section_groups();
    added.set_num_times(group.times);
    for (int section : group.sections) added.add_sections()->set_section_id(section);
  }
}

void ScoreBuilder::Finish(int64_t end, std::string_view part_order) {
  PlaceTempos();
  PlaceNotes();
  SortUnique(keys_, [](const auto& a, const auto& b) {
    return a.key() == b.key() && a.mode() == b.mode();
  });
  for (auto& [position, key] : keys_) {
    key.set_time(Seconds(position));
    *sequence_.add_key_signatures() = std::move(key);
  }
  SortUnique(meters_, [](const auto& a, const auto& b) {
    return a.numerator() == b.numerator() && a.denominator() == b.denominator();
  });
  for (auto& [position, meter] : meters_) {
    meter.set_time(Seconds(position));
    *sequence_.add_time_signatures() = std::move(meter);
  }
  SortByPosition(chords_);
  for (auto& [position, text] : chords_) {
    auto& chord = *sequence_.add_text_annotations();
    chord.set_time(Seconds(position));
    chord.set_text(std::move(text));
    chord.set_annotation_type(NoteSequence::TextAnnotation::CHORD_SYMBOL);
  }
  for (const ScoreNote& note : notes_) end = std::max(end, note.end);
  sequence_.set_total_time(Seconds(end));
  PlaceSections(end, part_order);
}

}  // namespace magenta
