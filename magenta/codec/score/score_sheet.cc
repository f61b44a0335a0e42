#include "magenta/codec/score/score_sheet.h"

#include <algorithm>
#include <utility>

#include "magenta/base/check.h"

namespace magenta {
namespace {

constexpr int64_t kNear = kTicksPerQuarter, kFar = 4 * kTicksPerQuarter;
// What a density makes of the network is taken so many times, as guidance without a classifier does
// it with outputs (Ho and Salimans 2022). docs/music.md has what comes of it.
constexpr float kDensityStress = 4;
constexpr int kMajorScale = 0b101010110101;  // a bit each, from the tonic on

/// Distances in ticks as levels; none is the last.
int DistanceLevel(int64_t ticks) {
  constexpr int kUpTo[] = {0, 3, 6, 12, 18, 24, 36, 48, 72, 96, 192};
  static_assert(std::size(kUpTo) == ScoreRows::kDistances - 1);
  return static_cast<int>(std::lower_bound(std::begin(kUpTo), std::end(kUpTo), ticks) -
                          std::begin(kUpTo));
}

/// How many beats a bar has and what they are, as one number.
int MeterPlace(const SheetMeter& meter) {
  const int kind = meter.beat == kTicksPerQuarter           ? 0
                   : meter.beat == kTicksPerQuarter * 3 / 2 ? 1
                                                            : 2;
  return kind * 8 + std::clamp(meter.bar / meter.beat, 1, 8) - 1;
}

std::vector<int> FirstPitches(const Sheet& sheet, const ScoreCodecOptions& options) {
  std::vector<int> pitches;
  for (const SheetVoice& voice : sheet.voices) {
    pitches.push_back(options.first_pitches[static_cast<int>(voice.role)]);
  }
  return pitches;
}

/// Of a voice that keeps its pitches, `begun` of them so far: the last tick for the next one of
/// `range`, so that each of those after it has half the time that one of the range has on average;
/// nullopt: all have begun.
std::optional<int64_t> LatestOnset(const SheetVoice& voice, const OpenRange& range, int begun) {
  if (voice.keep != Keep::kPitches) return std::nullopt;
  const auto kept_before = [&](int64_t tick) {
    return std::lower_bound(voice.kept.begin(), voice.kept.end(), tick,
                            [](const VoiceNote& note, int64_t t) { return note.start < t; }) -
           voice.kept.begin();
  };
  const int64_t end = kept_before(range.end), left = end - begun;
  if (left <= 0) return std::nullopt;
  const int64_t in_range = std::max(left, end - kept_before(range.start));
  return range.end - left * std::max<int64_t>(1, (range.end - range.start) / (2 * in_range));
}

// Plays what is given from `start` to `end`, where no voice is open.
void Hear(const Sheet& sheet, int64_t start, int64_t end, MomentHistory& history) {
  for (int64_t tick = start; tick < end;) {
    const int64_t next = std::min({NextFixedMoment(sheet, tick), tick + kLongestShift, end});
    for (int v = 0; v < history.voices(); ++v) {
      const SheetVoice& voice = sheet.voices[v];
      const VoiceNote* note = NoteAt(voice, tick);
      const bool sounds = history.before(v).sounding >= 0;
      // A note that began before the stretch begins with it.
      const bool begins = note != nullptr && (note->start == tick || tick == start);
      history.Decide(v, begins ? note->pitch : GivenSymbol(voice, tick, sounds));
    }
    history.Advance(static_cast<int>(next - tick));
    tick = next;
  }
}

MomentHistory HistoryBefore(const Sheet& sheet, const ScoreCodecOptions& options) {
  MomentHistory history(FirstPitches(sheet, options), options.fading_ticks);
  const bool all_known = std::all_of(sheet.voices.begin(), sheet.voices.end(),
                                     [](const SheetVoice& voice) { return voice.known_ahead; });
  if (!all_known) return history;
  // Stretches between what is open in any voice, after the first of it.
  std::vector<std::pair<int64_t, int64_t>> open;
  for (const SheetVoice& voice : sheet.voices) {
    for (const OpenRange& range : voice.open) open.emplace_back(range.start, range.until);
  }
  if (open.empty()) return history;
  std::sort(open.begin(), open.end());
  int64_t closed = open[0].second;
  bool heard = false;
  const auto hear = [&](int64_t end) {
    if (end - closed < kFar) return;
    Hear(sheet, closed, end, history);
    heard = true;
  };
  for (const auto& [start, until] : open) {
    hear(start);
    closed = std::max(closed, until);
  }
  hear(sheet.length);
  if (heard) history.Begin();
  return history;
}

}  // namespace

SheetControl::SheetControl(Sheet sheet, const ScoreCodecOptions& options)
    : sheet_(std::move(sheet)), history_(HistoryBefore(sheet_, options)) {
  const bool as_in_choirs = LieAsInChoirs(sheet_);
  for (const SheetVoice& voice : sheet_.voices) {
    const bool has_compass = as_in_choirs || !voice.notes.empty();
    compasses_.push_back(has_compass ? CompassOf(voice) : Compass());
  }
}

ScoreSheet::ScoreSheet(std::shared_ptr<const SheetControl> control,
                       const ScoreCodecOptions& options, const ScoreRows& rows)
    : control_(std::move(control)), options_(&options), rows_(&rows) {
  MoveTo(0);
}

void ScoreSheet::MoveTo(int64_t tick) {
  tick_ = tick;
  place_ = PlaceOf(sheet(), tick);
  bar_place_ = std::min(place_.place, options_->cycle - 1);
  beat_place_ = std::min(place_.place % place_.meter.beat, options_->other_cycle - 1);
  bars_left_ = sheet().ends ? std::min(BarsLeft(sheet(), tick), ScoreRows::kBarsLeft - 2)
                            : ScoreRows::kBarsLeft - 1;
  fixed_ = tick == 0 || tick == next_fixed_ || IsFixedMoment(sheet(), tick);
  next_fixed_ = NextFixedMoment(sheet(), tick);
  DecisionOrder(sheet(), tick, order_);
  chord_ = nullptr;
  for (const SheetChord& chord : sheet().chords) {
    if (chord.start > tick) break;
    chord_ = &chord;
  }
  near_ = SharesAhead(kNear);
  far_ = SharesAhead(kFar);
}

int ScoreSheet::PlaceAfter(int ticks) const {
  return std::min((place_.place + ticks) % place_.meter.bar, options_->cycle - 1);
}

int ScoreSheet::StrengthAfter(int ticks) const {
  const int bar = place_.meter.bar, beat = place_.meter.beat;
  const int place = (place_.place + ticks) % bar;
  if (place == 0) return 0;
  const int beats = bar / beat;
  if (place % beat == 0) return beats % 2 == 0 && place * 2 == bar ? 1 : 2;
  int level = 3;
  for (const int part : {2, 3, 4, 6, 8, 9, 12}) {
    if (place * part % beat == 0) return level;
    ++level;
  }
  return kMarkLevels - 1;
}

std::optional<Event> ScoreSheet::Given(int voice, bool sounds) const {
  const SheetVoice& part = sheet().voices[voice];
  if (OpenAt(part, tick_) != nullptr) return std::nullopt;
  const Event symbol = GivenSymbol(part, tick_, sounds);
  if (symbol < 0) return symbol;
  return std::clamp(symbol, options_->low, options_->low + options_->pitches - 1);
}

std::optional<int> ScoreSheet::GivenTime() const {
  for (const SheetVoice& voice : sheet().voices) {
    if (OpenAt(voice, tick_) != nullptr || !voice.known_ahead) return std::nullopt;
  }
  return TimeToFixed();
}

int ScoreSheet::TimeToFixed() const {
  return static_cast<int>(std::clamp<int64_t>(next_fixed_ - tick_, 1, options_->longest_shift));
}

int ScoreSheet::LongestTime(std::span<const int> begun) const {
  int64_t longest = TimeToFixed();
  for (size_t v = 0; v < begun.size(); ++v) {
    const SheetVoice& voice = sheet().voices[v];
    const OpenRange* range = OpenAt(voice, tick_);
    if (range == nullptr) continue;
    const auto latest = LatestOnset(voice, *range, begun[v]);
    if (latest.has_value()) longest = std::min(longest, std::max<int64_t>(1, *latest - tick_));
  }
  return static_cast<int>(longest);
}

SymbolLimits ScoreSheet::LimitsOf(int voice, bool sounds, int begun) const {
  const SheetVoice& part = sheet().voices[voice];
  SymbolLimits limits = OpenLimits(part, sounds, begun);
  Refuse(part, limits);
  return limits;
}

/// Bans what is refused at the moment at hand, if it is not all there is.
void ScoreSheet::Refuse(const SheetVoice& part, SymbolLimits& limits) const {
  for (const RefusedPitch& refused : part.refused) {
    const int c = PitchClass(refused.pitch);
    if (refused.start != tick_ || c < limits.first || c >= limits.end) continue;
    if (limits.end - limits.first == 1) continue;
    limits.refused = true;
    const auto same = std::find(limits.banned.begin(), limits.banned.end(), c);
    if (same == limits.banned.end()) limits.banned.push_back(c);
  }
}

/// The next pitch alone, and where it is the last moment for it nothing else.
void ScoreSheet::KeepPitches(const SheetVoice& part, const OpenRange& range, int begun,
                             SymbolLimits& limits) const {
  limits.end = kFixedClasses;
  const auto latest = LatestOnset(part, range, begun);
  if (!latest.has_value()) return;
  const int c = PitchClass(part.kept[begun].pitch);
  limits.end = c + 1;
  if (tick_ >= *latest) {
    limits.first = c;
    limits.banned.clear();
    return;
  }
  for (int between = kFixedClasses; between < c; ++between) limits.banned.push_back(between);
}

SymbolLimits ScoreSheet::OpenLimits(const SheetVoice& part, bool sounds, int begun) const {
  const OpenRange* range = OpenAt(part, tick_);
  MAGENTA_CHECK(range != nullptr);
  constexpr int kStay = 0, kOff = 1;
  SymbolLimits limits = {.first = kStay, .end = kFixedClasses + options_->pitches};
  if (!sounds) limits.banned.push_back(kOff);
  if (sounds && tick_ == range->start) limits.first = kOff;  // a given note ends where it is given
  if (part.keep == Keep::kRhythm) {
    const auto note =
        std::upper_bound(part.kept.begin(), part.kept.end(), tick_,
                         [](int64_t tick, const VoiceNote& kept) { return tick < kept.start; });
    const bool inside = note != part.kept.begin() && (note - 1)->end > tick_;
    if (inside && (note - 1)->start == tick_) return {.first = kFixedClasses, .end = limits.end};
    if (inside || !sounds) return {.first = kStay, .end = kStay + 1};
    return {.first = kOff, .end = kOff + 1};
  }
  if (part.keep == Keep::kSound && tick_ < range->end) {
    if (!sounds || tick_ == range->start) return {.first = kFixedClasses, .end = limits.end};
    limits.banned.push_back(kOff);
    return limits;
  }
  if (tick_ >= range->end) {
    limits.end = kFixedClasses;
  } else if (part.keep == Keep::kPitches) {
    KeepPitches(part, *range, begun, limits);
  }
  return limits;
}

int ScoreSheet::PitchClass(int pitch) const {
  return kFixedClasses + std::clamp(pitch - options_->low, 0, options_->pitches - 1);
}

/// The share of each pitch class in what is given and known from the moment at hand on.
std::array<float, 12> ScoreSheet::SharesAhead(int64_t ticks) const {
  std::array<float, 12> shares{};
  float sum = 0;
  const int64_t end = tick_ + ticks;
  for (const SheetVoice& voice : sheet().voices) {
    if (!voice.known_ahead) continue;
    const VoiceNote* note = NoteAt(voice, tick_);
    if (note == nullptr) note = NextNote(voice, tick_);
    if (note == nullptr) continue;
    const VoiceNote* last = voice.notes.data() + voice.notes.size();
    for (; note != last && note->start < end; ++note) {
      const auto time = static_cast<float>(std::min(end, note->end) - std::max(tick_, note->start));
      shares[note->pitch % 12] += time;
      sum += time;
    }
  }
  if (sum > 0) {
    for (float& share : shares) share /= sum;
  }
  return shares;
}

void ScoreSheet::AddState(const MomentHistory& history, ScoreEntries& entries) const {
  const ScoreRows& rows = *rows_;
  const auto add = [&entries](int row, float value = 1) {
    entries.Add(ScoreEntries::kRow, row, value);
  };
  add(rows.bars_left[bars_left_]);
  add(rows.key[sheet().key + 1]);
  AddDensity(rows.density[0], history, entries);
  add(rows.meter[MeterPlace(place_.meter)]);
  if (sheet().chords.empty()) {
    add(rows.chord_root[13]);
  } else {
    const int root = chord_ == nullptr ? -1 : chord_->root;
    add(rows.chord_root[root + 1]);
    for (int k = 0; root >= 0 && k < 12; ++k) {
      if ((chord_->pitch_classes >> k & 1) != 0) add(rows.chord_tones[k]);
    }
  }
  for (int v = 0; v < history.voices(); ++v) {
    const SheetVoice& voice = sheet().voices[v];
    const bool open = OpenAt(voice, tick_) != nullptr;
    add(rows.given[role(v) * 3 + (open ? 0 : voice.known_ahead ? 1 : 2)]);
    const VoiceNote* next = voice.known_ahead ? NextNote(voice, tick_) : nullptr;
    add(rows.ahead_time[role(v) * ScoreRows::kDistances +
                        (next == nullptr ? ScoreRows::kDistances - 1
                                         : DistanceLevel(next->start - tick_))]);
    if (next == nullptr) continue;
    add(rows.ahead[role(v) * ScoreRows::kIntervals +
                   IntervalPlace(next->pitch - history.before(v).last)]);
  }
}

/// `unsaid`: the row where nobody says a density; those of densities follow it.
void ScoreSheet::AddDensity(int unsaid, const MomentHistory& history, ScoreEntries& entries) const {
  const float weight = IsPushed(history) ? kDensityStress : 1;
  entries.Add(ScoreEntries::kRow, unsaid + sheet().density + 1, weight);
  if (weight != 1) entries.Add(ScoreEntries::kRow, unsaid, 1 - weight);
}

/// Open voices that are to be dense and are as dense as can be are pushed no more: nothing else
/// would come from then on.
bool ScoreSheet::IsPushed(const MomentHistory& history) const {
  if (!sheet().stresses_density) return false;
  if (sheet().density <= kDensities / 2) return true;
  double notes = 0, quarters = 0;
  for (int v = 0; v < history.voices(); ++v) {
    if (OpenAt(sheet().voices[v], tick_) == nullptr) continue;
    notes += history.NotesSince(v, kFar);
    quarters += static_cast<double>(kFar) / kTicksPerQuarter;
  }
  return quarters == 0 || DensityOf(notes / quarters) < kDensities - 1;
}

/// What is said of the end to decisions of a kind.
void ScoreSheet::AddEnd(int kind, const MomentHistory& history, ScoreEntries& entries) const {
  const ScoreRows& rows = *rows_;
  const auto add = [&](int row) { entries.Add(ScoreEntries::kRow, rows.sizes.HeadAt(row)); };
  add(rows.head_bars_left[kind * ScoreRows::kBarsLeft + bars_left_]);
  AddDensity(rows.sizes.HeadAt(rows.head_density[kind * (kDensities + 1)]), history, entries);
  if (sheet().ends) {
    add(rows.head_end[kind * ScoreRows::kDistances + DistanceLevel(sheet().length - tick_)]);
  }
}

void ScoreSheet::AddVoice(int voice, const MomentHistory& history, ScoreEntries& entries) const {
  const ScoreRows& rows = *rows_;
  const RelativeSizes& sizes = rows.sizes;
  const auto add = [&](int row) { entries.Add(ScoreEntries::kRow, sizes.HeadAt(row)); };
  const int own = role(voice);
  const int last = history.before(voice).last;
  AddEnd(own, history, entries);
  const OpenRange* range = OpenAt(sheet().voices[voice], tick_);
  if (range != nullptr) {
    add(rows.head_until[own * ScoreRows::kDistances + DistanceLevel(range->until - tick_)]);
  }
  for (int u = 0; u < history.voices(); ++u) {
    const SheetVoice& other = sheet().voices[u];
    const VoiceNote* next = other.known_ahead ? NextNote(other, tick_) : nullptr;
    if (next == nullptr) continue;
    const int interval = IntervalPlace(next->pitch - last);
    const int level = DistanceLevel(next->start - tick_);
    const bool is_own = u == voice;
    const int k = role(u);
    add((is_own ? rows.own_next : rows.other_next)[k * ScoreRows::kIntervals + interval]);
    add((is_own ? rows.own_next_time : rows.other_next_time)[k * ScoreRows::kDistances + level]);
    const auto distance = static_cast<float>(next->start - tick_);
    entries.Add(
        ScoreEntries::kShift,
        sizes.ShiftAt(rows.ShiftOf(is_own ? ScoreRows::kToOwnNext : ScoreRows::kToOtherNext, k),
                      PitchClass(next->pitch)),
        kTicksPerQuarter / (kTicksPerQuarter + distance));
  }
  AddShares(ScoreRows::kAheadNear, near_, entries);
  AddShares(ScoreRows::kAheadFar, far_, entries);
  std::array<float, 12> members{};
  if (chord_ != nullptr && chord_->root >= 0) {
    for (int k = 0; k < 12; ++k) members[k] = static_cast<float>(chord_->pitch_classes >> k & 1);
    AddShares(ScoreRows::kChordTone, members, entries);
    members.fill(0);
    members[chord_->root] = 1;
    AddShares(ScoreRows::kChordRoot, members, entries);
  }
  if (sheet().key >= 0) {
    for (int k = 0; k < 12; ++k) {
      members[(k + sheet().key) % 12] = static_cast<float>(kMajorScale >> k & 1);
    }
    AddShares(ScoreRows::kKeyTone, members, entries);
  }
}

/// Each pitch has the number of its class.
void ScoreSheet::AddShares(ScoreRows::Value value, const std::array<float, 12>& shares,
                           ScoreEntries& entries) const {
  for (int p = 0; p < options_->pitches; ++p) {
    const float share = shares[(options_->low + p) % 12];
    if (share > 0) {
      entries.Add(ScoreEntries::kValue, rows_->sizes.ValueAt(value, kFixedClasses + p), share);
    }
  }
}

void ScoreSheet::AddTime(const MomentHistory& history, ScoreEntries& entries) const {
  const ScoreRows& rows = *rows_;
  AddEnd(rows.kinds, history, entries);
  entries.Add(ScoreEntries::kRow,
              rows.sizes.HeadAt(rows.time_fixed[DistanceLevel(next_fixed_ - tick_)]));
  entries.Add(ScoreEntries::kRow, rows.sizes.HeadAt(rows.time_meter[MeterPlace(place_.meter)]));
}

}  // namespace magenta
