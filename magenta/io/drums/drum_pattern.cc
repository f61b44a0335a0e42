#include "magenta/io/drums/drum_pattern.h"

#include <algorithm>

#include "magenta/music/drums/drum_track.h"

namespace magenta {
namespace {

constexpr int64_t kBarsOfPhrase = 4;
constexpr int64_t kLeastBars = 8;
constexpr int kGridTicksPerQuarter = 220;

/// A part by its bars' numbers.
struct BarRange {
  int64_t first;
  int64_t count;
};

/// Which of a pattern's bars are grooves and which are fills.
struct Repertoire {
  std::vector<BarRange> grooves;
  std::vector<BarRange> fills;
};

Repertoire RepertoireOf(const DrumPattern& pattern) {
  Repertoire all;
  int64_t bar = 0;
  for (const DrumPart& part : pattern.parts) {
    auto& parts = part.kind == DrumPart::Kind::kFill ? all.fills : all.grooves;
    parts.push_back({bar, part.bars});
    bar += part.bars;
  }
  return all;
}

int64_t BarsOfPhrase(const BarRange& groove) {
  return (kBarsOfPhrase + groove.count - 1) / groove.count * groove.count;
}

/// A phrase is told by its groove's length, which `take` gets with the phrase's number.
template <typename Take>
void EachPhrase(const Repertoire& all, Take take) {
  int64_t bars = 0;
  for (size_t i = 0; i < std::max(all.grooves.size(), all.fills.size()) || bars < kLeastBars; ++i) {
    const BarRange& groove = all.grooves[i % all.grooves.size()];
    take(i, groove);
    bars += BarsOfPhrase(groove);
  }
}

void AddNotes(const DrumPattern& pattern, const DrumPart& part, int64_t first_cell,
              NoteSequence& sequence) {
  for (const DrumStroke& stroke : part.strokes) {
    NoteSequence::Note& note = *sequence.add_notes();
    const auto cell = static_cast<double>(first_cell + stroke.cell);
    note.set_start_time(cell * pattern.seconds_per_cell());
    note.set_end_time((cell + 1) * pattern.seconds_per_cell());
    note.set_pitch(stroke.pitch);
    note.set_velocity(stroke.velocity);
    note.set_instrument(kDrumInstrument);
    note.set_is_drum(true);
  }
}

void AddForm(const DrumPattern& pattern, int64_t bars, NoteSequence& sequence) {
  for (int64_t bar = 0; bar < bars; ++bar) {
    auto& section = *sequence.add_section_annotations();
    section.set_time(static_cast<double>(bar * pattern.cells_per_bar()) *
                     pattern.seconds_per_cell());
    section.set_section_id(bar);
  }
  for (const std::vector<int64_t>& phrase : DrumPhrases(pattern)) {
    auto& group = *sequence.add_section_groups();
    group.set_num_times(1);
    for (const int64_t bar : phrase) group.add_sections()->set_section_id(bar);
  }
}

}  // namespace

bool IsDrumMeter(int numerator, int denominator) {
  return numerator >= 1 && numerator <= kMaxDrumMeter && denominator >= 1 &&
         denominator <= kMaxDrumMeter && (denominator & (denominator - 1)) == 0;
}

bool IsDrumTempo(double qpm) { return qpm >= 1 && qpm <= kMaxDrumQpm; }

std::vector<std::vector<int64_t>> DrumPhrases(const DrumPattern& pattern) {
  const Repertoire all = RepertoireOf(pattern);
  std::vector<std::vector<int64_t>> phrases;
  EachPhrase(all, [&](size_t i, const BarRange& groove) {
    std::vector<int64_t>& phrase = phrases.emplace_back();
    for (int64_t bar = 0; bar < BarsOfPhrase(groove); ++bar) {
      phrase.push_back(groove.first + bar % groove.count);
    }
    if (all.fills.empty()) return;
    const BarRange& fill = all.fills[i % all.fills.size()];
    phrase.resize(std::max<int64_t>(BarsOfPhrase(groove) - fill.count, 0));
    for (int64_t bar = 0; bar < fill.count; ++bar) phrase.push_back(fill.first + bar);
  });
  return phrases;
}

int64_t PhraseBars(const DrumPattern& pattern) {
  const Repertoire all = RepertoireOf(pattern);
  int64_t bars = 0;
  EachPhrase(all, [&](size_t i, const BarRange& groove) {
    const int64_t fill = all.fills.empty() ? 0 : all.fills[i % all.fills.size()].count;
    bars += std::max(BarsOfPhrase(groove), fill);
  });
  return bars;
}

NoteSequence ToSequence(const DrumPattern& pattern) {
  NoteSequence sequence;
  sequence.set_ticks_per_quarter(kGridTicksPerQuarter);
  sequence.add_tempos()->set_qpm(pattern.qpm);
  auto& meter = *sequence.add_time_signatures();
  meter.set_numerator(pattern.numerator);
  meter.set_denominator(pattern.denominator);
  auto& metadata = *sequence.mutable_sequence_metadata();
  metadata.set_title(pattern.title);
  metadata.set_artist(pattern.by);
  if (!pattern.style.empty()) metadata.add_genre(pattern.style);
  int64_t bars = 0;
  for (const DrumPart& part : pattern.parts) {
    AddNotes(pattern, part, bars * pattern.cells_per_bar(), sequence);
    bars += part.bars;
  }
  sequence.set_total_time(static_cast<double>(bars * pattern.cells_per_bar()) *
                          pattern.seconds_per_cell());
  AddForm(pattern, bars, sequence);
  return sequence;
}

}  // namespace magenta
