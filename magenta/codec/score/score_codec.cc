#include "magenta/codec/score/score_codec.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>

#include "magenta/base/check.h"
#include "magenta/codec/score/score_entries.h"
#include "magenta/codec/score/score_rows.h"
#include "magenta/codec/score/score_sheet.h"
#include "magenta/music/score/moment_history.h"
#include "magenta/music/score/voice_leading.h"

namespace magenta {
namespace {

constexpr int kOff = 1;  // the class of kNoteOff; that of kNoEvent is 0
constexpr int16_t kMostPlaces = 32767;
constexpr float kLeastShare = 1e-3f;  // of a pitch class, in logarithms

/// Lengths of runs as levels: each of the first, then wider ones.
int LevelOf(int run) {
  constexpr int kFrom[] = {0, 1, 2, 3, 4, 5, 7, 9, 12, 16, 24, 40};
  return static_cast<int>(std::upper_bound(std::begin(kFrom), std::end(kFrom), run) - kFrom) - 1;
}

/// How strong a place of a cycle is: from its beginning (0) and middle down to odd ticks.
int ArrivalLevel(int place, int cycle) {
  if (cycle % 16 != 0) return place % kMarkLevels;
  const int sixteenth = place * 16 / cycle;
  constexpr int kOfSixteenth[] = {0, 8, 5, 9, 2, 8, 4, 9, 1, 8, 6, 9, 3, 8, 7, 9};
  return place * 16 % cycle == 0 ? kOfSixteenth[sixteenth] : 10;
}

int Mod12(int semitones) { return (semitones % 12 + 12) % 12; }

class ScoreEncoder final : public EventEncoder {
 public:
  /// `control`: null where there are no sheets.
  ScoreEncoder(const ScoreCodecOptions& options, const ScoreRows& rows,
               std::shared_ptr<const SheetControl> control)
      : options_(options),
        rows_(rows),
        sizes_(rows.sizes),
        history_(options.first_pitches, options.fading_ticks) {
    if (control != nullptr) sheet_.emplace(std::move(control), options, rows);
    Reset();
  }

  void Push(Event event) override;
  void Input(SparseVector& input) const override;
  void Labels(Event next, std::span<int> labels) const override { labels[0] = ClassOf(next); }
  Event Decode(std::span<const int> labels) const override;
  std::optional<Event> Given() const override;
  std::optional<Event> Repeated() const override {
    if (next_ < 0 || next_ >= voices()) return std::nullopt;
    return history_.before(VoiceNow()).last;
  }
  void Reset() override;
  std::unique_ptr<EventEncoder> Clone() const override {
    return std::make_unique<ScoreEncoder>(*this);
  }

 private:
  int voices() const { return history_.voices(); }
  bool struck() const { return options_.longest_shift == 0; }
  int kind(int voice) const {
    return sheet_.has_value() ? sheet_->role(voice) : options_.kinds[voice];
  }
  /// The voice of the decision at hand, which is no time.
  int VoiceNow() const { return sheet_.has_value() ? sheet_->order()[next_] : next_; }
  /// Whether `other` has got its symbol, before `voice`, and sounds.
  bool DecidedBeside(int other, int voice) const {
    return other != voice && history_.decided(other) && history_.now(other) >= 0;
  }
  bool SoundsBefore(int voice) const { return history_.before(voice).sounding >= 0; }
  int ClassOf(Event event) const {
    if (IsTimeShift(event) && struck()) return 0;  // out of its turn: no more than kNoEvent
    if (IsTimeShift(event)) {
      return kFixedClasses + options_.pitches + std::max(TicksOf(event), 1) - 1;
    }
    return event >= 0 ? kFixedClasses + event - options_.low : event + kFixedClasses;
  }
  /// The place (0 ..) of a pitch in tables; that of none is the last.
  int PitchPlace(int pitch) const {
    if (pitch < 0) return options_.pitches;
    return std::clamp(pitch - options_.low, 0, options_.pitches - 1);
  }
  int PitchClass(int pitch) const { return kFixedClasses + PitchPlace(pitch); }
  /// The place of a pitch among a head's.
  int HeadPitchPlace(int pitch) const {
    if (!options_.sheets) return PitchPlace(pitch);
    return pitch < 0 ? rows_.head_pitches : pitch % rows_.head_pitches;
  }
  int CyclePlace() const {
    return sheet_.has_value() ? sheet_->BarPlaceNow()
                              : static_cast<int>(history_.tick() % options_.cycle);
  }
  int OtherCyclePlace() const {
    return sheet_.has_value() ? sheet_->BeatPlaceNow()
                              : static_cast<int>(history_.tick() % options_.other_cycle);
  }
  int PlaceAfter(int ticks) const {
    return sheet_.has_value() ? sheet_->PlaceAfter(ticks)
                              : static_cast<int>((history_.tick() + ticks) % options_.cycle);
  }
  static int AgePlace(int64_t age) {
    return static_cast<int>(std::min<int64_t>(age, ScoreRows::kAges - 1));
  }
  static int LeapPlace(int interval) {
    return interval == MomentHistory::kNoInterval ? ScoreRows::kLeaps - 1
                                                  : std::clamp(interval, -12, 12) + 12;
  }

  void AddRow(int index, float value = 1) const { entries_.Add(ScoreEntries::kRow, index, value); }
  void AddHead(int row) const { AddRow(sizes_.HeadAt(row)); }
  void AddState() const;
  void AddVoiceDecision(int voice) const;
  void AddDecided(int voice, int other) const;
  void AddMarks(ScoreRows::Mark mark, const SymbolSupport& support, RowTable best) const;
  void AddTogether(int voice) const;
  void AddMotions(int voice) const;
  void AddIntervals(int voice) const;
  void AddPitchValues(int voice) const;
  void AddCounts(ScoreRows::Value value, const PitchCounts& counts) const;
  void AddVoiceBans(int voice) const;
  void AddSheetBans(int voice) const;
  void AddParallelBans(int voice) const;
  void AddCompassBans(int voice) const;
  bool HasStayedLong(int voice) const;
  bool AllStay(int but) const;
  void AddOnly(int c) const;
  void AddTimeDecision() const;
  void Advance(int ticks);
  void CountArrivals() const;

  const ScoreCodecOptions& options_;
  const ScoreRows& rows_;
  const RelativeSizes& sizes_;
  std::optional<ScoreSheet> sheet_;
  MomentHistory history_;
  /// The decision at hand, of as many as there are voices; voices(): the time; -1: nothing was
  /// pushed.
  int next_ = -1;
  // Under a sheet: how many moments there were at each place of a bar, and notes that began where
  // each voice is open.
  std::vector<int16_t> places_;
  std::vector<int> begun_;
  // Scratch of Input.
  mutable ScoreEntries entries_;
  mutable SymbolSupport support_{};
  mutable PitchCounts counts_{}, counts_after_{};
  mutable std::vector<int16_t> times_, time_counts_, arrivals_;
};

void ScoreEncoder::Reset() {
  next_ = -1;
  history_ = sheet_.has_value() ? sheet_->first_history()
                                : MomentHistory(options_.first_pitches, options_.fading_ticks);
  if (!sheet_.has_value()) return;
  sheet_->MoveTo(0);
  places_.assign(static_cast<size_t>(options_.cycle), 0);
  begun_.assign(static_cast<size_t>(voices()), 0);
}

void ScoreEncoder::Advance(int ticks) {
  if (sheet_.has_value()) {
    int16_t& count = places_[static_cast<size_t>(sheet_->BarPlaceNow())];
    if (count < kMostPlaces) ++count;
  }
  history_.Advance(ticks);
  if (sheet_.has_value()) sheet_->MoveTo(history_.tick());
  next_ = 0;
}

void ScoreEncoder::Push(Event event) {
  if (next_ < 0) {
    next_ = 0;  // whatever it is that all begin with
    return;
  }
  if (next_ == voices()) {
    Advance(IsTimeShift(event) ? std::max(TicksOf(event), 1) : 1);
    return;
  }
  const int voice = VoiceNow();
  const Event symbol = IsTimeShift(event) ? kNoEvent : event;
  if (sheet_.has_value() && symbol >= 0 && !sheet_->Given(voice, false)) ++begun_[voice];
  history_.Decide(voice, symbol);
  ++next_;
  if (struck() && next_ == voices()) Advance(1);
}

std::optional<Event> ScoreEncoder::Given() const {
  if (!sheet_.has_value() || next_ < 0) return std::nullopt;
  if (next_ < voices()) return sheet_->Given(VoiceNow(), SoundsBefore(VoiceNow()));
  const std::optional<int> time = sheet_->GivenTime();
  return time.has_value() ? std::optional(TimeShift(*time)) : std::nullopt;
}

Event ScoreEncoder::Decode(std::span<const int> labels) const {
  const int shift = labels[0] - kFixedClasses - options_.pitches;
  if (shift >= 0) return TimeShift(shift + 1);
  return labels[0] < kFixedClasses ? labels[0] - kFixedClasses
                                   : labels[0] - kFixedClasses + options_.low;
}

void ScoreEncoder::Input(SparseVector& input) const {
  MAGENTA_CHECK(next_ >= 0);
  entries_.Clear();
  if (next_ == 0) AddState();
  if (const std::optional<Event> given = Given()) {
    AddOnly(ClassOf(*given));
  } else if (next_ < voices()) {
    AddVoiceDecision(VoiceNow());
  } else {
    AddTimeDecision();
  }
  entries_.WriteTo(input);
}

void ScoreEncoder::AddState() const {
  AddRow(rows_.cycle[CyclePlace()]);
  AddRow(rows_.other_cycle[OtherCyclePlace()]);
  AddRow(rows_.elapsed[std::min(history_.elapsed(), options_.longest_shift)]);
  for (int v = 0; v < voices(); ++v) {
    const MomentHistory::Voice& voice = history_.before(v);
    AddRow(rows_.sounding[kind(v) * (rows_.pitches + 1) + PitchPlace(voice.sounding)]);
    AddRow(rows_.age[kind(v) * ScoreRows::kAges + AgePlace(voice.age)]);
    AddRow(rows_.leap[kind(v) * ScoreRows::kLeaps + LeapPlace(voice.interval)]);
    for (int u = 0; u < v; ++u) {
      const int interval = IntervalPlace(history_.before(u).last - voice.last);
      if (!sheet_.has_value()) {
        AddRow(rows_.PairAt(kind(u), kind(v), interval));
      } else if (u == 0 || u == v - 1) {
        AddRow(rows_.NeighbourAt(u != v - 1, kind(v), interval));
      }
    }
  }
  for (const bool recent : {true, false}) {
    const std::array<float, 12> shares = history_.PitchClasses(recent);
    for (int k = 0; k < 12; ++k) {
      if (shares[k] > 0) AddRow(rows_.classes[(recent ? 0 : 12) + k], shares[k]);
    }
  }
  if (sheet_.has_value()) sheet_->AddState(history_, entries_);
}

void ScoreEncoder::AddVoiceDecision(int voice) const {
  const MomentHistory::Voice& own = history_.before(voice);
  AddHead(rows_.head_kind[kind(voice)]);
  AddRow(sizes_.BiasAt(kind(voice)));
  AddHead(rows_.head_cycle[CyclePlace()]);
  AddHead(
      rows_.head_sounding[kind(voice) * (rows_.head_pitches + 1) + HeadPitchPlace(own.sounding)]);
  AddHead(rows_.head_age[kind(voice) * ScoreRows::kAges + AgePlace(own.age)]);
  AddHead(rows_.head_leap[kind(voice) * ScoreRows::kLeaps + LeapPlace(own.interval)]);
  entries_.Add(ScoreEntries::kShift,
               sizes_.ShiftAt(rows_.ShiftOf(ScoreRows::kToOwn, kind(voice)), PitchClass(own.last)));
  history_.ChordSupport(voice, support_);
  AddMarks(ScoreRows::kChordMark, support_, rows_.best_chord);
  history_.MovedChordSupport(voice, support_);
  AddMarks(ScoreRows::kMovedChordMark, support_, rows_.best_moved);
  history_.VoiceSupport(voice, support_);
  AddMarks(ScoreRows::kVoiceMark, support_, rows_.best_voice);
  AddPitchValues(voice);
  for (int u = 0; u < voices(); ++u) {
    if (u == voice) continue;
    const int last = history_.before(u).last;
    AddHead(rows_.head_other[kind(u) * ScoreRows::kIntervals + IntervalPlace(last - own.last)]);
    if (history_.decided(u)) {
      AddDecided(voice, u);
    } else {
      entries_.Add(ScoreEntries::kShift,
                   sizes_.ShiftAt(rows_.ShiftOf(ScoreRows::kToOther, kind(u)), PitchClass(last)));
    }
  }
  AddTogether(voice);
  if (options_.motions) AddMotions(voice);
  if (sheet_.has_value()) {
    sheet_->AddVoice(voice, history_, entries_);
    AddSheetBans(voice);
  } else {
    AddVoiceBans(voice);
  }
  if (options_.intervals) AddIntervals(voice);
}

/// What intervals each pitch would form with the voices that are decided, and they form themselves.
void ScoreEncoder::AddIntervals(int voice) const {
  const auto add = [&](int from, RowTable begun, RowTable held, int k) {
    for (int interval = 0; interval < 12; ++interval) {
      const int value = begun[k * 12 + interval];
      for (int p = Mod12(from + interval - options_.low); p < options_.pitches; p += 12) {
        entries_.Add(ScoreEntries::kValue, sizes_.ValueAt(value, kFixedClasses + p));
      }
    }
    const int own = history_.before(voice).sounding;
    if (own >= 0) {
      entries_.Add(ScoreEntries::kValue, sizes_.ValueAt(held[k * 12 + Mod12(own - from)], 0));
    }
  };
  int lowest = kMaxPitch + 1;
  for (int u = 0; u < voices(); ++u) {
    if (DecidedBeside(u, voice)) lowest = std::min(lowest, history_.now(u));
  }
  if (lowest > kMaxPitch) return;
  add(lowest, rows_.over_lowest, rows_.held_over_lowest, 0);
  for (int u = 0; u < voices(); ++u) {
    if (!DecidedBeside(u, voice)) continue;
    AddHead(rows_.chord[kind(u) * 12 + Mod12(history_.now(u) - lowest)]);
    add(history_.now(u), rows_.over_decided, rows_.held_over_decided, kind(u));
  }
}

/// Class `c` is the only one.
void ScoreEncoder::AddOnly(int c) const {
  entries_.Add(ScoreEntries::kLimit, sizes_.RangeAt(c), static_cast<float>(c + 1));
}

/// Whether every voice but one goes on as it was.
bool ScoreEncoder::AllStay(int but) const {
  for (int v = 0; v < voices(); ++v) {
    if (v != but && history_.symbol(v) != kNoEvent) return false;
  }
  return true;
}

void ScoreEncoder::AddSheetBans(int voice) const {
  const bool sounds = SoundsBefore(voice);
  SymbolLimits limits = sheet_->LimitsOf(voice, sounds, begun_[voice]);
  const bool may_move = limits.end > kFixedClasses || (sounds && limits.end > kOff);
  const bool may_stay =
      limits.refused || sheet_->MayStay() || history_.elapsed() == options_.longest_shift;
  if (limits.first == 0 && may_move && !may_stay && next_ == voices() - 1 && AllStay(voice)) {
    limits.banned.push_back(0);
  }
  entries_.Add(ScoreEntries::kLimit, sizes_.RangeAt(limits.first), static_cast<float>(limits.end));
  for (const int c : limits.banned) entries_.Add(ScoreEntries::kLimit, sizes_.BanAt(c));
  // The next of pitches that are kept is the only one that may come.
  const SheetVoice& part = sheet_->sheet().voices[voice];
  if (part.keep == Keep::kPitches || kind(voice) > static_cast<int>(VoiceRole::kBass)) return;
  if (sheet_->sheet().no_parallels) AddParallelBans(voice);
  if (sheet_->sheet().keeps_compass) AddCompassBans(voice);
  const bool may_hold = limits.first == 0 && limits.end > kFixedClasses;
  if (sheet_->sheet().moves_on && sounds && may_hold && HasStayedLong(voice)) {
    entries_.Add(ScoreEntries::kLimit, sizes_.BanAt(0));
    entries_.Add(ScoreEntries::kLimit, sizes_.BanAt(PitchClass(history_.before(voice).last)));
  }
}

bool ScoreEncoder::HasStayedLong(int voice) const {
  if (history_.before(voice).stay < kLongestStay) return false;
  const BarPlace place = PlaceOf(sheet_->sheet(), sheet_->tick());
  return place.place % place.meter.beat == 0;
}

void ScoreEncoder::AddCompassBans(int voice) const {
  const Compass& compass = sheet_->compass(voice);
  for (int p = 0; p < options_.pitches; ++p) {
    const int pitch = options_.low + p;
    if (pitch >= compass.low && pitch <= compass.high) continue;
    entries_.Add(ScoreEntries::kLimit, sizes_.BanAt(kFixedClasses + p));
  }
}

/// What would go in parallels with a line that is decided: from what both sang, or, where they soon
/// go on together in given notes, into these.
void ScoreEncoder::AddParallelBans(int voice) const {
  constexpr int64_t kSoon = 2 * kTicksPerQuarter;
  const Sheet& sheet = sheet_->sheet();
  const auto next_of = [&](int v) {
    const SheetVoice& of = sheet.voices[v];
    return of.known_ahead ? NextNote(of, sheet_->tick()) : nullptr;
  };
  const VoiceNote* own_next = next_of(voice);
  const int own = history_.before(voice).sounding;
  for (int u = 0; u < voices(); ++u) {
    if (!DecidedBeside(u, voice) || kind(u) > static_cast<int>(VoiceRole::kBass)) continue;
    const int before = history_.before(u).sounding, now = history_.now(u);
    const VoiceNote* next = next_of(u);
    const bool from = own >= 0 && before >= 0 && before != now && IsFifthOrOctave(own - before);
    const bool into = own_next != nullptr && next != nullptr && own_next->start == next->start &&
                      next->start <= sheet_->tick() + kSoon &&
                      IsFifthOrOctave(own_next->pitch - next->pitch);
    if (!from && !into) continue;
    for (int p = 0; p < options_.pitches; ++p) {
      const int pitch = options_.low + p;
      if ((from && AreParallel(own, before, pitch, now)) ||
          (into && AreParallel(pitch, now, own_next->pitch, next->pitch))) {
        entries_.Add(ScoreEntries::kLimit, sizes_.BanAt(kFixedClasses + p));
      }
    }
  }
}

void ScoreEncoder::AddDecided(int voice, int other) const {
  const int pitch = history_.now(other);
  const int moved = pitch < 0 ? ScoreRows::kIntervals
                    : history_.symbol(other) == kNoEvent
                        ? ScoreRows::kIntervals + 1
                        : IntervalPlace(pitch - history_.before(other).last);
  const int distance =
      pitch < 0 ? ScoreRows::kIntervals : IntervalPlace(pitch - history_.before(voice).last);
  const int k = kind(other);
  AddHead(rows_.decided_pitch[k * (rows_.head_pitches + 1) + HeadPitchPlace(pitch)]);
  AddHead(rows_.decided_move[k * (ScoreRows::kIntervals + 2) + moved]);
  AddHead(rows_.decided_distance[k * (ScoreRows::kIntervals + 1) + distance]);
  if (pitch < 0) return;
  entries_.Add(
      ScoreEntries::kShift,
      sizes_.ShiftAt(rows_.ShiftOf(ScoreRows::kToDecided, kind(other)), PitchClass(pitch)));
}

/// How often each pitch was heard with what the voices that are decided have.
void ScoreEncoder::AddTogether(int voice) const {
  std::array<float, kMaxPitch + 1> sums{};
  for (int u = 0; u < voices(); ++u) {
    if (!DecidedBeside(u, voice)) continue;
    history_.CountTogether(u, voice, counts_);
    for (int p = 0; p < options_.pitches; ++p) {
      const int count = counts_[options_.low + p];
      if (count > 0) sums[p] += std::log1p(static_cast<float>(count));
    }
  }
  for (int p = 0; p < options_.pitches; ++p) {
    if (sums[p] == 0) continue;
    entries_.Add(ScoreEntries::kValue, sizes_.ValueAt(ScoreRows::kTogether, kFixedClasses + p),
                 sums[p]);
  }
}

/// How each pitch would move `voice` against those that are decided and sound.
void ScoreEncoder::AddMotions(int voice) const {
  struct Other {
    int now, before, moves;
    bool was_fifth, was_octave, below;
  };
  const int own_before = history_.before(voice).sounding;
  std::array<Other, kMaxVoices> others;
  size_t count = 0;
  for (int u = 0; u < voices(); ++u) {
    if (!DecidedBeside(u, voice)) continue;
    const int before = history_.before(u).sounding, now = history_.now(u);
    others[count++] = {now,
                       before,
                       before < 0 ? 0 : now - before,
                       std::abs(own_before - before) % 12 == 7,
                       (own_before - before) % 12 == 0,
                       u < voice};
  }
  for (int p = 0; p < options_.pitches; ++p) {
    const int pitch = options_.low + p;
    const int moves = own_before < 0 ? 0 : pitch - own_before;
    const auto add = [&](ScoreRows::MotionLevel level) {
      entries_.Add(ScoreEntries::kMark,
                   sizes_.MarkAt(ScoreRows::kMotionMark, kFixedClasses + p, level));
    };
    for (const Other& other : std::span(others).first(count)) {
      const int apart = std::abs(pitch - other.now) % 12;
      const bool fifth = apart == 7, octave = apart == 0;
      if (moves * other.moves > 0) {
        if (fifth) add(other.was_fifth ? ScoreRows::kParallelFifth : ScoreRows::kSimilarToFifth);
        if (octave) {
          add(other.was_octave ? ScoreRows::kParallelOctave : ScoreRows::kSimilarToOctave);
        }
      }
      if (moves * other.moves < 0) add(ScoreRows::kAgainst);
      // Beyond where it belongs, below others or above them.
      const auto beyond = [&](int limit) { return other.below ? pitch > limit : pitch < limit; };
      if (beyond(other.now)) add(ScoreRows::kCrosses);
      if (other.before >= 0 && beyond(other.before)) add(ScoreRows::kOverlaps);
      if (octave) add(pitch == other.now ? ScoreRows::kUnison : ScoreRows::kOctave);
    }
  }
}

void ScoreEncoder::AddMarks(ScoreRows::Mark mark, const SymbolSupport& support,
                            RowTable best) const {
  int longest = 0;
  for (int place = 0; place < kSymbols; ++place) {
    if (support[place] == 0) continue;
    longest = std::max<int>(longest, support[place]);
    const int pitch = place - kFixedClasses;
    if (pitch >= 0 && (pitch < options_.low || pitch >= options_.low + options_.pitches)) continue;
    const int c = pitch < 0 ? place : PitchClass(pitch);
    entries_.Add(ScoreEntries::kMark, sizes_.MarkAt(mark, c, LevelOf(support[place]) - 1));
  }
  AddHead(best[LevelOf(longest)]);
}

void ScoreEncoder::AddPitchValues(int voice) const {
  for (const bool recent : {true, false}) {
    std::array<float, 12> shares = history_.PitchClasses(recent);
    for (float& share : shares) share = std::log(share + kLeastShare);
    const ScoreRows::Value value = recent ? ScoreRows::kRecent : ScoreRows::kWhole;
    for (int p = 0; p < options_.pitches; ++p) {
      const float share = shares[(options_.low + p) % 12];
      entries_.Add(ScoreEntries::kValue, sizes_.ValueAt(value, kFixedClasses + p), share);
    }
  }
  history_.CountPitches(voice, counts_, counts_after_);
  AddCounts(ScoreRows::kHeard, counts_);
  AddCounts(ScoreRows::kHeardAfter, counts_after_);
}

void ScoreEncoder::AddCounts(ScoreRows::Value value, const PitchCounts& counts) const {
  for (int p = 0; p < options_.pitches; ++p) {
    const int count = counts[options_.low + p];
    if (count > 0) {
      entries_.Add(ScoreEntries::kValue, sizes_.ValueAt(value, kFixedClasses + p),
                   std::log1p(static_cast<float>(count)));
    }
  }
}

void ScoreEncoder::AddVoiceBans(int voice) const {
  const MomentHistory::Voice& own = history_.before(voice);
  const int first = !struck() ? 0 : options_.silence ? kOff : kFixedClasses;
  int end = kFixedClasses + options_.pitches;
  if (options_.ranked && voice > 0) {
    const int above = history_.now(voice - 1);
    end = above < 0 ? kFixedClasses : PitchClass(above);
  }
  entries_.Add(ScoreEntries::kLimit, sizes_.RangeAt(first), static_cast<float>(end));
  if (struck()) return;
  if (own.sounding < 0) entries_.Add(ScoreEntries::kLimit, sizes_.BanAt(kOff));
  if (own.sounding >= 0 && !options_.repeats)
    entries_.Add(ScoreEntries::kLimit, sizes_.BanAt(PitchClass(own.sounding)));
  // A moment is where something changes, but for the first, and where no longer time could be told.
  const bool may_stay = history_.tick() == 0 || history_.elapsed() == options_.longest_shift;
  if (voice != voices() - 1 || may_stay || !AllStay(voice)) return;
  entries_.Add(ScoreEntries::kLimit, sizes_.BanAt(0));
}

void ScoreEncoder::AddTimeDecision() const {
  const int time_kind = rows_.kinds;
  AddHead(rows_.head_kind[time_kind]);
  AddRow(sizes_.BiasAt(time_kind));
  AddHead(rows_.head_cycle[options_.cycle + CyclePlace()]);
  AddHead(rows_.time_elapsed[std::min(history_.elapsed(), options_.longest_shift)]);
  for (int v = 0; v < voices(); ++v) {
    AddHead(rows_.time_pitch[kind(v) * (rows_.head_pitches + 1) + HeadPitchPlace(history_.now(v))]);
    AddHead(rows_.time_moves[kind(v) * 2 + (history_.symbol(v) == kNoEvent)]);
  }
  times_.resize(options_.longest_shift + 1);
  time_counts_.resize(options_.longest_shift + 1);
  history_.TimeSupport(times_, time_counts_);
  CountArrivals();
  int longest = 0;
  const int first = kFixedClasses + options_.pitches;
  const int most = sheet_.has_value() ? sheet_->LongestTime(begun_) : options_.longest_shift;
  for (int ticks = 1; ticks <= most; ++ticks) {
    const int c = first + ticks - 1;
    longest = std::max<int>(longest, times_[ticks]);
    if (times_[ticks] > 0) {
      entries_.Add(ScoreEntries::kMark,
                   sizes_.MarkAt(ScoreRows::kTimeMark, c, LevelOf(times_[ticks]) - 1));
    }
    if (time_counts_[ticks] > 0) {
      entries_.Add(ScoreEntries::kValue, sizes_.ValueAt(ScoreRows::kTimeHeard, c),
                   std::log1p(static_cast<float>(time_counts_[ticks])));
    }
    const int arrival = PlaceAfter(ticks);
    if (arrivals_[arrival] > 0) {
      entries_.Add(ScoreEntries::kValue, sizes_.ValueAt(ScoreRows::kArrivalHeard, c),
                   std::log1p(static_cast<float>(arrivals_[arrival])));
    }
    entries_.Add(ScoreEntries::kMark,
                 sizes_.MarkAt(ScoreRows::kArrivalMark, c,
                               sheet_.has_value() ? sheet_->StrengthAfter(ticks)
                                                  : ArrivalLevel(arrival, options_.cycle)));
  }
  AddHead(rows_.best_time[LevelOf(longest)]);
  if (sheet_.has_value()) sheet_->AddTime(history_, entries_);
  entries_.Add(ScoreEntries::kLimit, sizes_.RangeAt(first), static_cast<float>(first + most));
}

/// How many moments there were at each place of the cycle.
void ScoreEncoder::CountArrivals() const {
  if (sheet_.has_value()) {
    arrivals_ = places_;
    return;
  }
  arrivals_.resize(static_cast<size_t>(options_.cycle));
  history_.CountPlaces(arrivals_);
}

class ScoreCodec final : public RelativeCodec {
 public:
  explicit ScoreCodec(ScoreCodecOptions options) : options_(std::move(options)), rows_(options_) {
    MAGENTA_CHECK(options_.kinds.size() == options_.first_pitches.size());
    if (options_.sheets) free_melody_ = std::make_shared<SheetControl>(FreeMelody(), options_);
  }

  std::string_view name() const override { return "score"; }
  int input_size() const override { return sizes().input_size(); }
  std::span<const int> head_sizes() const override { return {&sizes().classes, 1}; }
  int default_label() const override { return 0; }
  Event default_event() const override { return TimeShift(0); }
  bool Accepts(Event event) const override {
    if (IsTimeShift(event)) return TicksOf(event) <= options_.longest_shift;
    return event >= kNoEvent &&
           (event < 0 || (event >= options_.low && event < options_.low + options_.pitches));
  }
  bool has_control() const override { return options_.sheets; }
  absl::Status CheckControl(const EventSequence& example) const override {
    if (!options_.sheets) return EventCodec::CheckControl(example);
    return example.control.empty() ? absl::OkStatus() : ReadSheet(example.control).status();
  }
  std::shared_ptr<const Control> MakeControl(std::vector<Event> control) const override {
    if (!options_.sheets || control.empty()) return nullptr;
    auto sheet = ReadSheet(control);
    MAGENTA_CHECK(sheet.ok());
    return std::make_shared<SheetControl>(*std::move(sheet), options_);
  }
  std::unique_ptr<EventEncoder> NewEncoder(std::shared_ptr<const Control> control) const override {
    if (!options_.sheets) return std::make_unique<ScoreEncoder>(options_, rows_, nullptr);
    auto sheet = std::dynamic_pointer_cast<const SheetControl>(control);
    return std::make_unique<ScoreEncoder>(options_, rows_, sheet != nullptr ? sheet : free_melody_);
  }
  const RelativeSizes& sizes() const override { return rows_.sizes; }

 private:
  /// What stands where no sheet does.
  static Sheet FreeMelody() {
    constexpr int64_t kLong = int64_t{1} << 23;
    Sheet sheet;
    sheet.length = kLong;
    sheet.voices.resize(1);
    sheet.voices[0].open = {{0, kLong, kLong}};
    return sheet;
  }

  ScoreCodecOptions options_;
  ScoreRows rows_;
  std::shared_ptr<const SheetControl> free_melody_;  // null where there are no sheets
};

}  // namespace

std::unique_ptr<RelativeCodec> MakeScoreCodec(ScoreCodecOptions options) {
  return std::make_unique<ScoreCodec>(std::move(options));
}

}  // namespace magenta
