#include "magenta/io/score/meter_stretches.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "magenta/music/meter_map.h"

namespace magenta {
namespace {

/// Quarters within which two places are the same: a MIDI file's ticks may be as coarse.
constexpr double kSamePlace = 0.02;

bool IsSamePlace(double a, double b) { return std::abs(a - b) <= kSamePlace; }

/// Bars that no 64th divides, or that last too long, can't be written.
bool IsWritable(const NoteSequence::TimeSignature& signature) {
  return IsPlayable(signature) && signature.denominator() <= 64 && signature.numerator() <= 1024 &&
         std::isfinite(signature.time());
}

class StretchFinder {
 public:
  StretchFinder(const NoteSequence& sequence, const TempoMap& tempos, double end)
      : sequence_(sequence), tempos_(tempos), end_(end) {}

  PrintedMeters Find() {
    ReadMeters();
    ReadSections();
    FindPickup();
    for (size_t i = 1; i < stretches_.size();) i = PrintShortBars(i);
    return std::move(found_);
  }

 private:
  void ReadMeters() {
    std::vector<const NoteSequence::TimeSignature*> signatures;
    for (const auto& signature : sequence_.time_signatures()) {
      if (IsWritable(signature)) signatures.push_back(&signature);
      found_.has_unwritable |= !IsWritable(signature);
    }
    std::stable_sort(signatures.begin(), signatures.end(),
                     [](const auto* a, const auto* b) { return a->time() < b->time(); });
    stretches_.emplace_back();
    for (const auto* signature : signatures) {
      const double start = tempos_.QuartersAt(std::max(signature->time(), 0.0));
      if (start > 0 && start >= end_ - kSamePlace) {
        found_.has_late = true;
      } else {
        AddMeter(*signature, start);
      }
    }
    for (size_t i = 0; i + 1 < stretches_.size(); ++i) {
      stretches_[i].end = stretches_[i + 1].start;
    }
    stretches_.back().end = std::numeric_limits<double>::infinity();
  }

  void AddMeter(const NoteSequence::TimeSignature& signature, double start) {
    const MeterStretch& last = stretches_.back();
    const double bars = (start - last.start) / last.bar();
    const bool is_same =
        last.numerator == signature.numerator() && last.denominator == signature.denominator();
    if (is_same && IsSamePlace(std::round(bars) * last.bar(), start - last.start)) return;
    if (IsSamePlace(start, last.start)) {
      start = last.start;
      stretches_.pop_back();
    }
    stretches_.push_back({signature.numerator(), signature.denominator(), start, start});
  }

  void ReadSections() {
    for (const auto& section : sequence_.section_annotations()) {
      if (!(section.time() > 0) || !std::isfinite(section.time())) continue;
      sections_.push_back(tempos_.QuartersAt(section.time()));
    }
    std::sort(sections_.begin(), sections_.end());
  }

  bool IsAtSection(double place) const {
    const auto at = std::lower_bound(sections_.begin(), sections_.end(), place - kSamePlace);
    return at != sections_.end() && *at <= place + kSamePlace;
  }

  double MusicEnd(const MeterStretch& stretch) const { return std::min(stretch.end, end_); }

  /// Whether it is one bar, whole or not, of a meter with shorter bars than `around`.
  bool IsShortBar(const MeterStretch& stretch, const MeterStretch& around) const {
    return stretch.bar() < around.bar() - kSamePlace &&
           MusicEnd(stretch) - stretch.start <= stretch.bar() + kSamePlace;
  }

  static void PrintAs(const MeterStretch& around, MeterStretch& stretch) {
    if (std::isinf(stretch.end)) stretch.end = stretch.start + stretch.bar();
    stretch.numerator = around.numerator;
    stretch.denominator = around.denominator;
  }

  void FindPickup() {
    MeterStretch& first = stretches_[0];
    if (stretches_.size() > 1) {
      const MeterStretch& next = stretches_[1];
      const bool stays = stretches_.size() == 2 ||
                         next.end - next.start > next.bar() + kSamePlace ||
                         IsSamePlace(first.bar() + stretches_[2].bar(), next.bar());
      has_pickup_ = stays && IsShortBar(first, next) && first.end < next.bar() - kSamePlace;
      if (has_pickup_) return PrintAs(next, first);
    }
    if (sections_.empty() || sections_[0] <= kSamePlace) return;
    const double bar = std::min(first.bar(), first.end);
    if (sections_[0] >= bar - kSamePlace) return;
    has_pickup_ = true;
    MeterStretch rest = first;
    first.end = rest.start = sections_[0];
    stretches_.insert(stretches_.begin() + 1, rest);
  }

  /// Prints the short bars from stretch `i` on as the meter before them; what comes next.
  size_t PrintShortBars(size_t i) {
    const MeterStretch around = stretches_[i - 1];
    size_t after = i;
    double together = 0;
    while (after < stretches_.size() && IsShortBar(stretches_[after], around) &&
           together < around.bar() - kSamePlace) {
      together += stretches_[after++].bar();
    }
    const bool is_one_bar = IsSamePlace(together, around.bar()) && after < stretches_.size() &&
                            stretches_[after].numerator == around.numerator &&
                            stretches_[after].denominator == around.denominator;
    if (!is_one_bar) after = i + (IsShortBar(stretches_[i], around) && IsCut(i) ? 1 : 0);
    for (size_t at = i; at < after; ++at) PrintAs(around, stretches_[at]);
    return std::max(after, i + 1);
  }

  /// Whether a single short bar is one that a repeat sign or the end cuts.
  bool IsCut(size_t i) const {
    const bool is_last = i + 1 == stretches_.size();
    return IsAtSection(stretches_[i].start) || IsAtSection(stretches_[i].end) ||
           (is_last && has_pickup_);
  }

  const NoteSequence& sequence_;
  const TempoMap& tempos_;
  const double end_;
  PrintedMeters found_;
  std::vector<MeterStretch>& stretches_ = found_.stretches;
  std::vector<double> sections_;  // where they begin, but for the first; rising
  bool has_pickup_ = false;
};

}  // namespace

PrintedMeters MeterStretches(const NoteSequence& sequence, const TempoMap& tempos, double end) {
  return StretchFinder(sequence, tempos, end).Find();
}

}  // namespace magenta
