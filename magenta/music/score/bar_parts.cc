#include "magenta/music/score/bar_parts.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "magenta/music/meter_map.h"
#include "magenta/music/split.h"
#include "magenta/music/tempo_map.h"

namespace magenta {
namespace {

/// At which the parts play: that of NoteSequences that name none.
constexpr double kQpm = 120;
constexpr double kSecondsPerQuarter = 60 / kQpm;
/// Of a quarter: a part that begins so near to a bar line begins on it (MeterMap's precision).
constexpr double kOnBarLine = 0.02;

template <class Events>
void MoveTimes(Events& events, const TempoMap& tempos) {
  for (auto& event : events) {
    event.set_time(tempos.QuartersAt(std::max(event.time(), 0.0)) * kSecondsPerQuarter);
  }
}

/// `sequence` as it would be at kQpm, with what bars, keys, chords and notes say of it alone.
NoteSequence AtOneTempo(NoteSequence sequence, const TempoMap& tempos) {
  auto& notes = *sequence.mutable_notes();
  const auto none = std::remove_if(notes.begin(), notes.end(), [](const auto& note) {
    return !(note.start_time() >= 0) || !std::isfinite(note.end_time()) ||
           note.end_time() < note.start_time();
  });
  notes.erase(none, notes.end());
  double end = 0;
  for (auto& note : notes) {
    note.set_start_time(tempos.QuartersAt(note.start_time()) * kSecondsPerQuarter);
    note.set_end_time(tempos.QuartersAt(note.end_time()) * kSecondsPerQuarter);
    end = std::max(end, note.end_time());
  }
  MoveTimes(*sequence.mutable_key_signatures(), tempos);
  MoveTimes(*sequence.mutable_text_annotations(), tempos);
  sequence.clear_tempos();
  sequence.add_tempos()->set_qpm(kQpm);
  sequence.clear_time_signatures();
  sequence.clear_control_changes();
  sequence.clear_pitch_bends();
  sequence.clear_section_annotations();
  sequence.clear_section_groups();
  sequence.set_total_time(end);
  return sequence;
}

/// `part` begins `seconds` later; what is in force at its 0 s stays there.
void Delay(NoteSequence& part, double seconds) {
  for (auto& note : *part.mutable_notes()) {
    note.set_start_time(note.start_time() + seconds);
    note.set_end_time(note.end_time() + seconds);
  }
  for (auto& key : *part.mutable_key_signatures()) {
    if (key.time() > 0) key.set_time(key.time() + seconds);
  }
  for (auto& text : *part.mutable_text_annotations()) {
    if (text.time() > 0) text.set_time(text.time() + seconds);
  }
  part.set_total_time(part.total_time() + seconds);
}

}  // namespace

std::vector<NoteSequence> SplitByBars(NoteSequence sequence) {
  const MeterMap map(sequence);
  const std::vector<Meter>& meters = map.meters();
  const TempoMap tempos(sequence);
  sequence = AtOneTempo(std::move(sequence), tempos);
  const double end = sequence.total_time();
  std::vector<double> cuts = {0};
  std::vector<const Meter*> of_part = {&meters.front()};
  for (size_t i = 1; i < meters.size(); ++i) {
    const double cut = meters[i].start * kSecondsPerQuarter;
    if (!(cut > cuts.back() && cut < end)) continue;
    cuts.push_back(cut);
    of_part.push_back(&meters[i]);
  }
  if (!(end > cuts.back())) return {};
  cuts.push_back(end);
  std::vector<NoteSequence> parts = SplitAt(std::move(sequence), std::move(cuts));
  for (size_t i = 0; i < parts.size(); ++i) {
    const Meter& meter = *of_part[i];
    auto* signature = parts[i].add_time_signatures();
    signature->set_numerator(meter.numerator);
    signature->set_denominator(meter.denominator);
    const double start = i == 0 ? 0 : meter.start;
    double into_bar = std::fmod(start - meter.bar_line, meter.bar());
    if (into_bar < -kOnBarLine) into_bar += meter.bar();
    if (into_bar < kOnBarLine || into_bar > meter.bar() - kOnBarLine) continue;
    Delay(parts[i], into_bar * kSecondsPerQuarter);
  }
  return parts;
}

}  // namespace magenta
