#include "magenta/music/tempo_map.h"

#include <algorithm>
#include <cmath>

#include "magenta/base/check.h"

namespace magenta {
namespace {

constexpr double kImpliedQpm = 120;
/// Between tempos that differ more, times would leave what a double holds.
constexpr double kMostRatio = 1e9;

double RatioOf(double qpm, double to_qpm) {
  return std::clamp(qpm / to_qpm, 1 / kMostRatio, kMostRatio);
}

template <typename Events>
Events ByTime(const Events& events) {
  Events sorted = events;
  sorted.erase(std::remove_if(sorted.begin(), sorted.end(),
                              [](const auto& event) { return !std::isfinite(event.time()); }),
               sorted.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.time() < b.time(); });
  return sorted;
}

}  // namespace

TempoMap::TempoMap(const NoteSequence& sequence) {
  std::vector<const NoteSequence::Tempo*> tempos;
  for (const auto& tempo : sequence.tempos()) {
    if (std::isfinite(tempo.time()) && std::isfinite(tempo.qpm()) && tempo.qpm() > 0) {
      tempos.push_back(&tempo);
    }
  }
  std::stable_sort(tempos.begin(), tempos.end(),
                   [](const auto* a, const auto* b) { return a->time() < b->time(); });
  segments_ = {{0, 0, kImpliedQpm}};
  for (const auto* tempo : tempos) {
    const double seconds = std::max(tempo->time(), 0.0);
    const Segment next = {seconds, QuartersAt(seconds), tempo->qpm()};
    if (segments_.back().seconds == seconds) segments_.pop_back();
    segments_.push_back(next);
  }
}

const TempoMap::Segment& TempoMap::From(double seconds) const {
  const auto after =
      std::upper_bound(segments_.begin() + 1, segments_.end(), seconds,
                       [](double time, const Segment& next) { return time < next.seconds; });
  return *(after - 1);
}

double TempoMap::QuartersAt(double seconds) const {
  const Segment& from = From(seconds);
  return from.quarters + (seconds - from.seconds) * from.qpm / 60.0;
}

double TempoMap::SecondsAt(double quarters) const {
  const auto after =
      std::upper_bound(segments_.begin() + 1, segments_.end(), quarters,
                       [](double at, const Segment& next) { return at < next.quarters; });
  const Segment& from = *(after - 1);
  return from.seconds + (quarters - from.quarters) * 60.0 / from.qpm;
}

double TempoMap::QpmAt(double seconds) const { return From(seconds).qpm; }

bool TempoMap::HasChanges() const {
  return std::any_of(segments_.begin(), segments_.end(),
                     [this](const Segment& next) { return next.qpm != segments_.front().qpm; });
}

double StepsAt(const TempoMap& tempos, double seconds, Grid grid) {
  return (grid.is_per_second() ? seconds : tempos.QuartersAt(seconds)) * grid.steps();
}

StraightTime::StraightTime(const NoteSequence& sequence, double at, double lead) {
  const auto tempos = ByTime(sequence.tempos());
  qpm_ = kImpliedQpm;
  for (const auto& tempo : tempos) {
    MAGENTA_CHECK(tempo.qpm() > 0);
    if (tempo.time() <= std::max(at, 0.0)) qpm_ = tempo.qpm();
  }
  segments_ = {{0, lead, RatioOf(kImpliedQpm, qpm_)}};
  for (const auto& tempo : tempos) {
    const double seconds = std::max(tempo.time(), 0.0);
    segments_.push_back({seconds, Straighten(seconds), RatioOf(tempo.qpm(), qpm_)});
  }
}

double StraightTime::Straighten(double seconds) const {
  const auto after =
      std::upper_bound(segments_.begin() + 1, segments_.end(), seconds,
                       [](double time, const Segment& next) { return time < next.seconds; });
  const Segment& segment = *(after - 1);
  return segment.straight + (seconds - segment.seconds) * segment.ratio;
}

double StraightTime::Restore(double seconds) const {
  const auto after =
      std::upper_bound(segments_.begin() + 1, segments_.end(), seconds,
                       [](double time, const Segment& next) { return time < next.straight; });
  const Segment& segment = *(after - 1);
  return segment.seconds + (seconds - segment.straight) / segment.ratio;
}

NoteSequence Straightened(const NoteSequence& sequence, const StraightTime& time, double at) {
  NoteSequence straight;
  straight.set_ticks_per_quarter(sequence.ticks_per_quarter());
  *straight.mutable_instrument_infos() = sequence.instrument_infos();
  *straight.mutable_source_info() = sequence.source_info();
  straight.add_tempos()->set_qpm(time.qpm());
  for (const auto& meter : ByTime(sequence.time_signatures())) {
    if (meter.time() > std::max(at, 0.0)) break;
    straight.clear_time_signatures();
    *straight.add_time_signatures() = meter;
    straight.mutable_time_signatures(0)->set_time(0);
  }
  for (const auto& note : sequence.notes()) {
    auto* moved = straight.add_notes();
    *moved = note;
    moved->set_start_time(time.Straighten(note.start_time()));
    moved->set_end_time(time.Straighten(note.end_time()));
  }
  for (const auto& text : sequence.text_annotations()) {
    if (text.annotation_type() != NoteSequence::TextAnnotation::CHORD_SYMBOL) continue;
    auto* moved = straight.add_text_annotations();
    *moved = text;
    moved->set_time(time.Straighten(text.time()));
  }
  straight.set_total_time(time.Straighten(sequence.total_time()));
  return straight;
}

}  // namespace magenta
