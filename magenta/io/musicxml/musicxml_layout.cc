// Measures under one another, the meters that they show, and ties.

#include <algorithm>
#include <numeric>
#include <set>
#include <utility>

#include "magenta/io/musicxml/musicxml_findings.h"

namespace magenta {
namespace {

constexpr int kFinestMeter = 1024;
constexpr int kFinestCutMeter = 64;

/// `units` as a meter, in beats of the score's meter where that is possible, else in finer ones;
/// nothing where it is too long for a meter, or no number of 1024ths (part of a triplet).
std::optional<XmlMeter> MeterOfLength(int64_t units, int denominator) {
  const int64_t whole = 4 * kScoreUnitsPerQuarter;
  for (int64_t unit = denominator; unit <= kFinestMeter; unit *= 2) {
    if (units * unit % whole != 0) continue;
    const int64_t count = units * unit / whole;
    if (count > kFinestMeter) return std::nullopt;
    return XmlMeter{static_cast<int>(count), static_cast<int>(unit)};
  }
  return std::nullopt;
}

/// The shortest meter of 64ths (of coarser ones where those are too many) that holds `units`, in
/// beats of the score's meter where that is possible; nothing where it is too long for a meter.
std::optional<XmlMeter> MeterThatHolds(int64_t units, int denominator) {
  const int64_t whole = 4 * kScoreUnitsPerQuarter;
  XmlMeter meter{0, kFinestCutMeter};
  const auto count = [&] { return (units * meter.denominator + whole - 1) / whole; };
  while (count() > kFinestMeter && meter.denominator > 1) meter.denominator /= 2;
  if (count() > kFinestMeter) return std::nullopt;
  meter.numerator = static_cast<int>(count());
  while (meter.numerator % 2 == 0 && meter.denominator > denominator) {
    meter.numerator /= 2;
    meter.denominator /= 2;
  }
  return meter;
}

class ScoreLayout {
 public:
  explicit ScoreLayout(XmlFindings& found) : found_(found), builder_(found.builder) {}

  void Run() {
    PlaceMeasures();
    for (std::vector<XmlNote>& part : found_.notes) PlaceNotes(part);
    PlaceMeters();
    PlaceTempos();
    PlaceKeysAndChords();
    for (XmlPlaced<PlaySign>& sign : found_.signs) {
      sign.value.position = Position(sign.place);
      // kCodaSign stands in its measure, and leaves at its end.
      sign.value.leave_position = Position({sign.place.measure, kAtMeasureEnd});
      builder_.AddSign(std::move(sign.value));
    }
    builder_.SetBars({starts_.begin(), starts_.end() - 1});
    builder_.Finish(starts_.back(), "");
  }

 private:
  int64_t Position(const XmlPlace& place) const {
    const auto measure = static_cast<size_t>(place.measure);
    if (place.offset == kAtMeasureEnd) return starts_[measure + 1];
    return std::clamp<int64_t>(starts_[measure] + place.offset, 0, kMaxScoreUnits);
  }

  /// A measure lasts as long as its longest part, and one without any duration as its meter, or
  /// without a meter as the one before it.
  void PlaceMeasures() {
    starts_.assign(found_.measures.size() + 1, 0);
    for (size_t i = 0; i < found_.measures.size(); ++i) {
      const XmlMeasure& measure = found_.measures[i];
      const int64_t before = i > 0 ? starts_[i] - starts_[i - 1] : 0;
      const int64_t nominal = measure.meter.numerator > 0 ? measure.meter.units() : before;
      const bool is_nominal = measure.content == 0 || IsNominal(measure);
      starts_[i + 1] =
          std::min(starts_[i] + (is_nominal ? nominal : measure.content), kMaxScoreUnits);
    }
  }

  /// Whether the meter tells the length: what differs is rounding, or rests that go over the end in
  /// some parts while others are full.
  static bool IsNominal(const XmlMeasure& measure) {
    if (measure.meter.numerator == 0 || measure.has_change) return false;
    const int64_t whole = measure.meter.units();
    if (std::abs(measure.content - whole) < kXmlRoundingUnits) return true;
    return measure.is_full && measure.sounding < whole + kXmlRoundingUnits;
  }

  /// Ties join a note to the next one of its pitch, of the same voice if there is one.
  void PlaceNotes(std::vector<XmlNote>& part) {
    for (XmlNote& each : part) {
      const int64_t start = starts_[static_cast<size_t>(each.measure)];
      each.note.start += start;
      each.note.end += start;
    }
    std::vector<size_t> order(part.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](size_t a, size_t b) { return part[a].note.start < part[b].note.start; });
    constexpr size_t kOfItsOwn = std::numeric_limits<size_t>::max();
    std::vector<size_t> joined_to(part.size(), kOfItsOwn);
    std::vector<std::vector<size_t>> open(128);  // notes whose tie waits, by pitch
    for (const size_t index : order) {
      XmlNote& each = part[index];
      std::vector<size_t>& waiting = open[static_cast<size_t>(each.note.pitch)];
      const size_t held = TakeTied(part, waiting, each);
      size_t sounding = index;
      if (held != kOfItsOwn) {
        joined_to[index] = held;
        part[held].note.end = std::max(part[held].note.end, each.note.end);
        sounding = held;
      }
      if (!each.tie_start) continue;
      if (waiting.size() >= kMostWaiting) waiting.erase(waiting.begin());
      waiting.push_back(sounding);
      part[sounding].tie_voice = each.note.voice;
      part[sounding].staff = each.staff;
    }
    for (size_t i = 0; i < part.size(); ++i) {
      if (joined_to[i] == kOfItsOwn) builder_.AddNote(part[i].note);
    }
    part.clear();
    part.shrink_to_fit();
  }

  /// Takes the note of `waiting` that `next` goes on from. Some programs write where a tie starts
  /// and not where it stops: within a voice that is enough.
  static size_t TakeTied(const std::vector<XmlNote>& part, std::vector<size_t>& waiting,
                         const XmlNote& next) {
    size_t best = waiting.size();
    int best_rank = 3;
    for (size_t i = 0; i < waiting.size(); ++i) {
      const int64_t gap = next.note.start - part[waiting[i]].note.end;
      const int voice = part[waiting[i]].tie_voice, staff = part[waiting[i]].staff;
      const bool same_voice = voice == next.note.voice && staff == next.staff;
      const bool follows =
          next.tie_stop ? std::abs(gap) < kXmlRoundingUnits : voice == next.note.voice && gap == 0;
      const int rank = same_voice ? 0 : voice == next.note.voice || staff == next.staff ? 1 : 2;
      if (follows && rank < best_rank) {
        best = i;
        best_rank = rank;
      }
    }
    if (best == waiting.size()) return std::numeric_limits<size_t>::max();
    const size_t taken = waiting[best];
    waiting.erase(waiting.begin() + static_cast<ptrdiff_t>(best));
    return taken;
  }

  /// A measure of another length than its meter asks for (a pickup, one cut by a repeat, no meter
  /// at all) shows a meter of its own, as in the reference. Where no meter is as long (a triplet
  /// eighth), the next measure cuts its one short.
  void PlaceMeters() {
    std::stable_sort(found_.meters.begin(), found_.meters.end(), [](const auto& a, const auto& b) {
      return std::pair(a.place.measure, a.place.offset) <
             std::pair(b.place.measure, b.place.offset);
    });
    size_t next = 0;
    XmlMeter stated, shown;
    bool is_cut = false;  // the last measure
    for (size_t i = 0; i < found_.measures.size(); ++i) {
      const auto is_here = [&](int64_t last_offset) {
        return next < found_.meters.size() &&
               found_.meters[next].place.measure == static_cast<int>(i) &&
               found_.meters[next].place.offset <= last_offset;
      };
      while (is_here(0)) stated = found_.meters[next++].value;
      const XmlMeter own = ShownIn(i, stated);
      const bool is_new = own != shown || is_cut;
      if (own.numerator > 0 && is_new) ShowMeter({static_cast<int>(i), 0}, own);
      if (own.numerator > 0) shown = own;
      const int64_t length = starts_[i + 1] - starts_[i];
      is_cut = !found_.measures[i].has_change && length > 0 && own.units() > length;
      for (; is_here(kAtMeasureEnd); ++next) {
        stated = found_.meters[next].value;
        if (stated.numerator == 0 || stated == shown) continue;
        ShowMeter(found_.meters[next].place, stated);
        shown = stated;
      }
    }
  }

  XmlMeter ShownIn(size_t measure, const XmlMeter& stated) const {
    const int64_t length = starts_[measure + 1] - starts_[measure];
    if (length == 0 || length == stated.units() || found_.measures[measure].has_change) {
      return stated;
    }
    const int unit = stated.numerator > 0 ? stated.denominator : 4;
    if (const auto meter = MeterOfLength(length, unit)) return *meter;
    return MeterThatHolds(length, unit).value_or(stated);
  }

  void ShowMeter(const XmlPlace& place, const XmlMeter& meter) {
    builder_.AddMeter(Position(place), meter.numerator, meter.denominator);
  }

  void PlaceTempos() {
    std::stable_sort(
        found_.tempos.begin(), found_.tempos.end(),
        [this](const auto& a, const auto& b) { return Position(a.place) < Position(b.place); });
    double qpm = 0;  // a tempo that every part repeats is one
    for (const auto& tempo : found_.tempos) {
      if (tempo.value != qpm) builder_.AddTempo(Position(tempo.place), tempo.value);
      qpm = tempo.value;
    }
    if (found_.tempos.empty()) builder_.AddTempo(0, 120);
  }

  void PlaceKeysAndChords() {
    std::set<std::pair<int64_t, std::string>> chords;
    for (const auto& chord : found_.chords) {
      const int64_t position = Position(chord.place);
      if (chords.emplace(position, chord.value).second) {
        builder_.AddChordSymbol(position, chord.value);
      }
    }
    using Key = NoteSequence::KeySignature;
    if (found_.keys.empty()) builder_.AddKey(0, Key::C, Key::MAJOR);
    for (const auto& key : found_.keys) {
      builder_.AddKey(Position(key.place), key.value.key(), key.value.mode());
    }
  }

  static constexpr size_t kMostWaiting = 64;

  XmlFindings& found_;
  ScoreBuilder& builder_;
  std::vector<int64_t> starts_;
};

}  // namespace

void LayOutScore(XmlFindings& found) { ScoreLayout(found).Run(); }

}  // namespace magenta
