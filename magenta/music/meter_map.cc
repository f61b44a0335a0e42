// A meter as written lasts up to the next one; the last up to the end of the music. Such stretches
// are walked once: each is a pickup of the next, a meter, or a short bar of the one before.

#include "magenta/music/meter_map.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

#include "magenta/music/tempo_map.h"

namespace magenta {
namespace {

/// Quarters within which two positions are the same: a MIDI file's ticks may be as coarse.
constexpr double kSamePlace = 0.02;

struct WrittenMeter {
  Meter meter;
  double end;  // in quarters; that of the music for the last one

  double start() const { return meter.start; }
};

double EndOfMusic(const NoteSequence& sequence) {
  double end = std::isfinite(sequence.total_time()) ? sequence.total_time() : 0;
  for (const auto& note : sequence.notes()) {
    if (std::isfinite(note.end_time())) end = std::max(end, note.end_time());
  }
  return end;
}

/// At least one, the first from 0 on, their starts rising.
std::vector<WrittenMeter> WrittenMeters(const NoteSequence& sequence, const TempoMap& tempos) {
  std::vector<const NoteSequence::TimeSignature*> signatures;
  for (const auto& signature : sequence.time_signatures()) {
    if (IsPlayable(signature) && std::isfinite(signature.time())) signatures.push_back(&signature);
  }
  std::stable_sort(signatures.begin(), signatures.end(),
                   [](const auto* a, const auto* b) { return a->time() < b->time(); });
  std::vector<WrittenMeter> written = {{Meter(), 0}};
  for (const auto* signature : signatures) {
    const double start = tempos.QuartersAt(std::max(signature->time(), 0.0));
    if (start <= written.back().start()) written.pop_back();
    if (!written.empty()) written.back().end = start;
    written.push_back({{signature->numerator(), signature->denominator(), start, start}, start});
  }
  const double end = tempos.QuartersAt(EndOfMusic(sequence));
  written.back().end = std::max(written.back().start(), end);
  return written;
}

bool IsOnBarLine(const Meter& meter, double quarters) {
  const double bars = (quarters - meter.bar_line) / meter.bar();
  return std::abs(bars - std::round(bars)) * meter.bar() <= kSamePlace;
}

}  // namespace

bool IsPlayable(const NoteSequence::TimeSignature& meter) {
  constexpr int kMost = 1000000;
  return meter.denominator() > 0 && meter.denominator() <= kMost &&
         std::has_single_bit(static_cast<uint32_t>(meter.denominator())) && meter.numerator() > 0 &&
         meter.numerator() <= kMost;
}

MeterMap::MeterMap(const NoteSequence& sequence) {
  const TempoMap tempos(sequence);
  const std::vector<WrittenMeter> written = WrittenMeters(sequence, tempos);
  const double music_end = written.back().end;
  for (size_t i = 0; i < written.size();) {
    const double start = written[i].start();
    // What is no longer than a bar of what follows is its pickup.
    size_t at = i;
    while (at + 1 < written.size() && written[at + 1].start() < music_end - kSamePlace &&
           written[at + 1].start() - start <= written[at + 1].meter.bar() + kSamePlace) {
      ++at;
    }
    Meter meter = written[at].meter;
    meter.start = start;
    if (IsOnBarLine(meter, start)) meter.bar_line = start;
    if (meters_.empty() || !meters_.back().IsSameAs(meter) ||
        !IsOnBarLine(meters_.back(), meter.bar_line)) {
      meters_.push_back(meter);
    }
    // What is shorter than a bar of this is one of its bars.
    size_t next = at + 1;
    while (next < written.size() && written[next].start() < music_end - kSamePlace &&
           written[next].end - written[at + 1].start() <= meter.bar() + kSamePlace &&
           written[next].meter.bar() < meter.bar() - kSamePlace) {
      ++next;
    }
    if (next == written.size() && next > at + 1) short_end_ = written[at + 1].start();
    i = next;
  }
}

bool MeterMap::HasChanges() const {
  return std::any_of(meters_.begin(), meters_.end(),
                     [this](const Meter& meter) { return !meter.IsSameAs(meters_.front()); });
}

const Meter& MeterMap::At(double quarters) const {
  const auto after =
      std::upper_bound(meters_.begin() + 1, meters_.end(), quarters + kSamePlace,
                       [](double position, const Meter& next) { return position < next.start; });
  return *(after - 1);
}

double MeterMap::BarLineFrom(double quarters, int bars) const {
  const Meter& meter = At(quarters);
  const double before = std::ceil((quarters - kSamePlace - meter.bar_line) / meter.bar());
  double line = meter.bar_line + before * meter.bar();
  auto next = meters_.begin() + (&meter - meters_.data()) + 1;
  const auto cut = [&] {
    if (next != meters_.end() && next->bar_line < line - kSamePlace) line = next->bar_line;
    while (next != meters_.end() && next->start <= line + kSamePlace) ++next;
  };
  cut();
  for (int i = 0; i < bars; ++i) {
    line += (next - 1)->bar();
    cut();
  }
  return line;
}

int64_t BarLineStep(const Meter& meter, double quarters, Grid grid) {
  if (grid.is_per_second()) return 0;
  const int steps_per_quarter = grid.steps();
  const double bar = meter.bar() * steps_per_quarter;
  if (bar != std::floor(bar)) return 0;
  const double line = std::round((meter.bar_line - quarters) * steps_per_quarter);
  constexpr double kMost = 1e15;
  if (!(std::abs(line) < kMost)) return 0;
  return static_cast<int64_t>(line - std::ceil(line / bar) * bar);
}

double LeadToBarLines(const Meter& meter, Grid grid) {
  if (grid.is_per_second()) return 0;
  const double bar = meter.bar() * grid.steps();
  if (bar != std::floor(bar)) return 0;
  // Less is what times in ticks and tempos in microseconds round.
  constexpr double kRounding = 1.0 / 8;
  const double line = meter.bar_line * grid.steps();
  return std::abs(line - std::round(line)) < kRounding ? 0 : std::ceil(line) - line;
}

namespace {

/// The meter of a bar of `quarters`, or the shortest one of 64ths that holds it.
Meter MeterOfBar(double quarters) {
  constexpr int kFinest = 64;
  const double most = std::max(std::ceil(quarters * kFinest / 4 - 1e-6), 1.0);
  Meter meter{static_cast<int>(most), kFinest, 0, 0};
  while (meter.numerator % 2 == 0 && meter.denominator > 4) {
    meter.numerator /= 2;
    meter.denominator /= 2;
  }
  return meter;
}

}  // namespace

NoteSequence WithShortBars(NoteSequence sequence, const std::vector<double>& bar_lines) {
  if (sequence.time_signatures().empty()) return sequence;
  const TempoMap tempos(sequence);
  const std::vector<WrittenMeter> written = WrittenMeters(sequence, tempos);
  std::vector<Meter> bars;  // of each bar
  size_t at = 0;
  double start = 0;
  bool is_cut = false;  // the last bar
  const auto show = [&](const Meter& meter) {
    if (bars.empty() || is_cut || !bars.back().IsSameAs(meter)) bars.push_back(meter);
  };
  for (const double end : bar_lines) {
    while (at + 1 < written.size() && written[at + 1].start() <= start + kSamePlace) ++at;
    Meter meter = written[at].meter;
    if (end - start < meter.bar() - kSamePlace) meter = MeterOfBar(end - start);
    meter.start = start;
    show(meter);
    is_cut = end - start < meter.bar() - kSamePlace;
    start = end;
  }
  // What comes after the last bar line, and changes of meter there.
  for (; at < written.size(); ++at) {
    Meter meter = written[at].meter;
    if (meter.start <= start && start > written.back().end - kSamePlace) continue;
    meter.start = std::max(meter.start, start);
    show(meter);
    is_cut = false;
  }
  sequence.clear_time_signatures();
  for (const Meter& meter : bars) {
    auto* signature = sequence.add_time_signatures();
    signature->set_time(tempos.SecondsAt(meter.start));
    signature->set_numerator(meter.numerator);
    signature->set_denominator(meter.denominator);
  }
  return sequence;
}

NoteSequence WithRealMeters(NoteSequence sequence) {
  const auto& signatures = sequence.time_signatures();
  if (signatures.size() < 2 || !std::all_of(signatures.begin(), signatures.end(), IsPlayable)) {
    return sequence;
  }
  const MeterMap map(sequence);
  const TempoMap tempos(sequence);
  sequence.clear_time_signatures();
  for (const Meter& meter : map.meters()) {
    auto* signature = sequence.add_time_signatures();
    signature->set_time(tempos.SecondsAt(meter.start));
    signature->set_numerator(meter.numerator);
    signature->set_denominator(meter.denominator);
  }
  return sequence;
}

}  // namespace magenta
