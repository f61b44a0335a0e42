#pragma once
// What a sheet adds to the inputs of a piece that is drawn under it, moment after moment: what is
// given to come, where the end lies, chords and key; and what it leaves open.

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "magenta/codec/codec.h"
#include "magenta/codec/score/score_codec.h"
#include "magenta/codec/score/score_entries.h"
#include "magenta/codec/score/score_rows.h"
#include "magenta/music/score/moment_history.h"
#include "magenta/music/score/sheet.h"
#include "magenta/music/score/voice_leading.h"

namespace magenta {

/// A sheet as the control of an encoder, with what is known before the first moment.
class SheetControl final : public Control {
 public:
  SheetControl(Sheet sheet, const ScoreCodecOptions& options);

  int width() const override { return 0; }
  void Append(int64_t, int, SparseVector&) const override {}
  const Sheet& sheet() const { return sheet_; }
  /// At the first moment. Bars after the first open range in which nothing is open have been heard
  /// already, as if they had been played before the piece: what it returns to is known by then.
  const MomentHistory& history() const { return history_; }
  /// CompassOf a voice; all pitches of one without notes, unless the others LieAsInChoirs.
  const Compass& compass(int voice) const { return compasses_[voice]; }

 private:
  Sheet sheet_;
  std::vector<Compass> compasses_;
  MomentHistory history_;
};

/// Which symbols a voice may get: classes from `first` to before `end`, less those banned. What is
/// `refused` is among these: nothing may happen in its stead.
struct SymbolLimits {
  int first = 0, end = 0;
  std::vector<int> banned = {};
  bool refused = false;
};

/// A sheet at one moment after another. A value.
class ScoreSheet {
 public:
  ScoreSheet(std::shared_ptr<const SheetControl> control, const ScoreCodecOptions& options,
             const ScoreRows& rows);

  const Sheet& sheet() const { return control_->sheet(); }
  const Compass& compass(int voice) const { return control_->compass(voice); }
  const MomentHistory& first_history() const { return control_->history(); }
  int role(int voice) const { return static_cast<int>(sheet().voices[voice].role); }

  /// The moment at hand is at `tick`.
  void MoveTo(int64_t tick);
  int64_t tick() const { return tick_; }
  /// Where it lies in its bar, and in its beat; cut off at the codec's cycles.
  int BarPlaceNow() const { return bar_place_; }
  int BeatPlaceNow() const { return beat_place_; }
  /// The place in the bar `ticks` later, and how strong it is (0: a bar line .. kMarkLevels - 1).
  int PlaceAfter(int ticks) const;
  int StrengthAfter(int ticks) const;
  /// The voices in the order of decisions.
  std::span<const int> order() const { return order_; }

  /// What `voice` must get, if it is given now: a symbol.
  std::optional<Event> Given(int voice, bool sounds) const;
  /// The time to the next moment, where it is certain: no voice is open until then.
  std::optional<int> GivenTime() const;
  /// The longest time that may be drawn. `begun`: of each voice, notes that began in its open
  /// ranges so far; those that it keeps and are to come must have room.
  int LongestTime(std::span<const int> begun) const;
  /// Whether the moment may be one at which nothing changes.
  bool MayStay() const { return fixed_; }
  /// `begun`: that of `voice`.
  SymbolLimits LimitsOf(int voice, bool sounds, int begun) const;

  void AddState(const MomentHistory& history, ScoreEntries& entries) const;
  void AddVoice(int voice, const MomentHistory& history, ScoreEntries& entries) const;
  void AddTime(const MomentHistory& history, ScoreEntries& entries) const;

 private:
  int TimeToFixed() const;
  SymbolLimits OpenLimits(const SheetVoice& part, bool sounds, int begun) const;
  void KeepPitches(const SheetVoice& part, const OpenRange& range, int begun,
                   SymbolLimits& limits) const;
  void Refuse(const SheetVoice& part, SymbolLimits& limits) const;
  int PitchClass(int pitch) const;
  void AddShares(ScoreRows::Value value, const std::array<float, 12>& shares,
                 ScoreEntries& entries) const;
  void AddDensity(int unsaid, const MomentHistory& history, ScoreEntries& entries) const;
  bool IsPushed(const MomentHistory& history) const;
  void AddEnd(int kind, const MomentHistory& history, ScoreEntries& entries) const;
  std::array<float, 12> SharesAhead(int64_t ticks) const;

  std::shared_ptr<const SheetControl> control_;
  const ScoreCodecOptions* options_;
  const ScoreRows* rows_;
  int64_t tick_ = 0;
  BarPlace place_;
  int bar_place_ = 0, beat_place_ = 0;
  int bars_left_ = 0;
  int64_t next_fixed_ = 0;
  bool fixed_ = true;
  std::vector<int> order_;
  const SheetChord* chord_ = nullptr;
  std::array<float, 12> near_{}, far_{};
};

}  // namespace magenta
