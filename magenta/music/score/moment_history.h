#pragma once
// A piece of several voices as moments: points of time at which some voice changes. What was played
// up to now, and what it says of what may follow: phrases return, so the best hint at a symbol is
// an earlier place that it followed after the same music ("support"), and how often it has been
// heard.
//
// A voice sounds one pitch or none. At a moment each voice gets a symbol: kNoEvent (what sounds
// goes on, silence stays silence), kNoteOff (it falls silent) or a pitch (0..127), which begins.
// Then time goes on by ticks, a unit of the caller's. Symbols are given one voice after another:
//
//   history.Decide(0, 67); history.Decide(1, kNoEvent); history.Advance(12);

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "magenta/music/event.h"

namespace magenta {

/// What symbols a voice may get, as places in an array: 0 kNoEvent, 1 kNoteOff, 2 + pitch.
inline constexpr int kSymbols = 2 + 128;
inline int SymbolPlace(Event symbol) { return symbol + 2; }

/// Of each symbol, how long (moments or notes) the longest run of equal music was before an earlier
/// place that it followed; 0: it followed none.
using SymbolSupport = std::array<int16_t, kSymbols>;
/// How often each pitch occurred.
using PitchCounts = std::array<int16_t, 128>;

/// A value; copies go their own way. All searches look at the last kReach moments or notes.
class MomentHistory {
 public:
  static constexpr int kReach = 1024;
  static constexpr int kNoInterval = 99;

  /// A voice before the moment at hand.
  struct Voice {
    /// The pitch that sounds; -1: none.
    int sounding = -1;
    /// The last pitch that began; at first one given to the constructor.
    int last = 60;
    /// Ticks since its last change.
    int64_t age = 0;
    /// Ticks since it came to its last pitch, however often that began again; 0 after a silence of
    /// over a quarter.
    int64_t stay = 0;
    /// From the pitch before the last one to that, in semitones; kNoInterval before the second.
    int interval = kNoInterval;
  };

  /// `first_pitches`, one a voice: where it may be expected before its first note. Of the recent
  /// past, what is `fading_ticks` ago counts 1 / e.
  MomentHistory(std::span<const int> first_pitches, double fading_ticks);

  int voices() const { return static_cast<int>(before_.size()); }
  /// Ticks from the beginning to the moment at hand.
  int64_t tick() const { return tick_ - begin_; }
  /// Ticks from the moment before to this one; 0 at the first.
  int elapsed() const { return tick_ == begin_ ? 0 : times_.back(); }
  const Voice& before(int voice) const { return before_[voice]; }

  bool decided(int voice) const { return decided_[voice]; }
  /// Of a decided voice: its symbol, and the pitch that sounds from now on (-1: none).
  Event symbol(int voice) const { return symbols_now_[voice]; }
  int now(int voice) const { return now_[voice]; }

  /// `voice`, not decided yet, gets `symbol`.
  void Decide(int voice, Event symbol);
  /// Every voice is decided; `ticks` (>= 1) later is the next moment.
  void Advance(int ticks);

  /// The piece begins at the moment at hand: voices are as at the beginning, and ticks count from
  /// here. What was played stays known.
  void Begin();

  /// The share of each pitch class (0..11) in the sounding time up to now; the nearer past counts
  /// more where `recent` is set.
  std::array<float, 12> PitchClasses(bool recent) const;

  /// Earlier moments where the decided voices got the same symbols as now, after the same chords
  /// and times: what `voice` got there.
  void ChordSupport(int voice, SymbolSupport& support) const;
  /// The same of moments a certain interval higher or lower, other than none: of all voices'
  /// pitches now and in the run, by as much; what `voice` got there, moved likewise.
  void MovedChordSupport(int voice, SymbolSupport& support) const;
  /// Earlier notes of `voice` that ended the same run of intervals and durations as its last one:
  /// what followed, as high above its last pitch.
  void VoiceSupport(int voice, SymbolSupport& support) const;
  /// Earlier moments with the same chord as all voices have now: how many ticks (1 and more, at
  /// most support.size() - 1) went by until the next, by length of the run and by number.
  void TimeSupport(std::span<int16_t> support, std::span<int16_t> counts) const;

  /// Moments up to now by their places in a cycle of counts.size() ticks.
  void CountPlaces(std::span<int16_t> counts) const;
  /// How often each pitch began in `voice`, which is not decided; and of these after `last`.
  void CountPitches(int voice, PitchCounts& all, PitchCounts& after_last) const;
  /// How many notes began in `voice` in the last `ticks`.
  int NotesSince(int voice, int64_t ticks) const;
  /// How often each pitch sounded in `voice` while `other` sounded what it does now.
  void CountTogether(int other, int voice, PitchCounts& counts) const;

 private:
  struct Note {
    int8_t pitch = 0;  // of a rest the one before it
    bool rest = false;
    int64_t tick = 0;
  };
  /// The notes and rests of a voice, and for each earlier one how long the run is that it ends and
  /// that is equal to the one that the last ends.
  struct Line {
    std::vector<Note> notes;
    std::vector<int16_t> runs;
  };

  int moments() const { return static_cast<int>(times_.size()); }
  int FirstInReach() const { return moments() > kReach ? moments() - kReach : 0; }
  bool SameMoment(int a, int b) const;
  std::optional<int> MoveOf(int a, int b) const;
  void ExtendRuns();
  static void ExtendLine(Line& line, Note note);

  double fading_ticks_;
  std::vector<int> first_pitches_;
  std::vector<Voice> before_;
  std::vector<bool> decided_;
  std::vector<Event> symbols_now_;
  std::vector<int> now_;
  int64_t tick_ = 0, begin_ = 0;  // from the first moment of all
  // Moments that are over, voice after voice; and ticks from each to the next.
  std::vector<int8_t> symbols_, pitches_;
  std::vector<int16_t> times_;
  std::vector<int64_t> ticks_;  // of them
  /// runs_[s]: moments before s that equal those before the moment at hand, one by one.
  std::vector<int16_t> runs_;
  /// The same, but that chords there are moved by moves_[s] semitones.
  std::vector<int16_t> moved_runs_;
  std::vector<int8_t> moves_;
  std::vector<Line> lines_;
  std::array<double, 12> recent_{}, whole_{};
};

}  // namespace magenta
