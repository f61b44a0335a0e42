#pragma once
// A sheet: what is known of a piece of several voices before anything of it is drawn. It says who
// plays, where the bars lie, perhaps chords, key and end, which notes are given and where voices
// are open: there they are drawn. A fill, a harmony, an accompaniment and a continuation are the
// same thing with other places open.
//
// Time is in ticks, kTicksPerQuarter a quarter note, from the beginning of the piece.
//
// A piece is a row of events (music/score/moment_history.h has the symbols): at each moment a
// symbol of every voice, in DecisionOrder(), then a TimeShift to the next. Those of voices that are
// given stand there too; the sheet says what they must be.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/music/event.h"

namespace magenta {

/// Eighths and sixteenths, straight and in triplets, stand on ticks.
inline constexpr int kTicksPerQuarter = 12;
inline constexpr int kMaxVoices = 8;
/// The longest time from a moment to the next; of longer rests and notes moments stand in between.
inline constexpr int kLongestShift = 4 * kTicksPerQuarter;

/// What Sheet::moves_on allows, in ticks: two bars of 4/4.
inline constexpr int kLongestStay = 8 * kTicksPerQuarter;

/// `ticks` (>= 0) go by.
inline constexpr Event TimeShift(int ticks) { return 1000 + ticks; }
inline constexpr bool IsTimeShift(Event event) { return event >= 1000; }
inline constexpr int TicksOf(Event event) { return event - 1000; }

/// What a voice is among others: parts of their own from high to low, and the notes of one part
/// that plays chords.
enum class VoiceRole { kMelody, kAlto, kTenor, kBass, kChordTop, kChordInner, kChordBottom };
inline constexpr int kVoiceRoles = 7;

struct VoiceNote {
  int64_t start = 0, end = 0;  // ticks, end after start
  int pitch = 60;              // MIDI
  bool operator==(const VoiceNote&) const = default;
};

/// Where a voice is drawn.
struct OpenRange {
  /// Notes begin from `start` to before `end`.
  int64_t start = 0, end = 0;
  /// By then they have ended (>= end).
  int64_t until = 0;
  bool operator==(const OpenRange&) const = default;
};

/// What of a voice's former notes stays where it is drawn anew.
enum class Keep { kNothing, kRhythm, kPitches, kSound };

/// A pitch that does not begin on a tick.
struct RefusedPitch {
  int64_t start = 0;
  int pitch = 60;  // MIDI
  bool operator==(const RefusedPitch&) const = default;
};

struct SheetVoice {
  VoiceRole role = VoiceRole::kMelody;
  /// In order, each from the `until` of the one before it or later. Elsewhere the voice is given.
  std::vector<OpenRange> open;
  /// What is given, in order; one at a time; none sounds in [start, until) of an open range.
  std::vector<VoiceNote> notes;
  /// Whether what is given is known before its time. (Not what a musician is about to play.)
  bool known_ahead = true;
  /// In open ranges: the rhythm that stays, and its pitches are drawn; or the pitches, all of them
  /// in their order and each in its range, and the rhythm is; or that it never rests.
  Keep keep = Keep::kNothing;
  std::vector<VoiceNote> kept;
  /// In open ranges, in order: of what was there, what is not to come back.
  std::vector<RefusedPitch> refused;
  bool operator==(const SheetVoice&) const = default;
};

/// Bars of `bar` ticks, each of beats of `beat` ticks, from `bar_line` on, which is one.
struct SheetMeter {
  int64_t bar_line = 0;
  int bar = 4 * kTicksPerQuarter;
  int beat = kTicksPerQuarter;
  bool operator==(const SheetMeter&) const = default;
};

/// A meter whose bar line is at tick 0. A beat is a note of `denominator`, or, where eighths or
/// shorter ones stand in threes (6/8), three. What is no whole number of ticks is rounded.
SheetMeter SheetMeterFor(int numerator, int denominator);

/// A chord from `start` on.
struct SheetChord {
  int64_t start = 0;
  int root = -1;          // 0..11; -1: none
  int pitch_classes = 0;  // a bit each, from C on
  bool operator==(const SheetChord&) const = default;
};

struct Sheet {
  /// The piece lasts so many ticks: up to there something is given or drawn.
  int64_t length = 0;
  /// Whether it ends there, as pieces end.
  bool ends = false;
  /// 1 to kMaxVoices, from high to low; voices of one part stand side by side.
  std::vector<SheetVoice> voices;
  /// At least one, in order. The first may begin before 0: then the piece begins within a bar, or
  /// with a pickup.
  std::vector<SheetMeter> meters = std::vector<SheetMeter>(1);
  /// In order; none: nobody says.
  std::vector<SheetChord> chords;
  /// The major key (0..11) of its signature; -1: nobody says.
  int key = -1;
  /// How many notes voices play (DensityOf); -1: nobody says.
  int density = -1;
  /// Whether voices are pushed towards `density`, beyond what a network makes of it by itself;
  /// towards many notes only while they are not as dense as can be.
  bool stresses_density = false;
  /// Whether lines that are drawn (voices up to kBass) never go in parallel fifths or octaves with
  /// lines that are decided before them (voice_leading.h).
  bool no_parallels = false;
  /// Whether lines that are drawn stay near what is given of them, or of their roles (CompassOf).
  bool keeps_compass = false;
  /// Whether lines that are drawn stay on no pitch, held or struck again, for longer than
  /// kLongestStay and up to the next beat.
  bool moves_on = false;
  bool operator==(const Sheet&) const = default;
};

/// Notes of each voice.
using VoiceLines = std::vector<std::vector<VoiceNote>>;

/// `sheet` as the control of an EventSequence, and back. Errors (exit 3): what no WriteSheet wrote,
/// or breaks a rule above, says which.
std::vector<Event> WriteSheet(const Sheet& sheet);
absl::StatusOr<Sheet> ReadSheet(std::span<const Event> control);
/// Nothing, or the first rule above that `sheet` breaks (exit 3).
absl::Status CheckSheet(const Sheet& sheet);

/// Where a tick lies.
struct BarPlace {
  int64_t bar_start = 0;  // tick; perhaps below 0
  int place = 0;          // ticks since then
  SheetMeter meter;
};
BarPlace PlaceOf(const Sheet& sheet, int64_t tick);
/// Bar lines from `tick` (not counted) to the end: 0 in the last bar.
int BarsLeft(const Sheet& sheet, int64_t tick);

/// The open range of `voice` in whose [start, until) `tick` lies; null: it is given there.
const OpenRange* OpenAt(const SheetVoice& voice, int64_t tick);
/// The given note of `voice` that sounds at `tick`; null: none.
const VoiceNote* NoteAt(const SheetVoice& voice, int64_t tick);
/// The first given note that begins after `tick`; null: none.
const VoiceNote* NextNote(const SheetVoice& voice, int64_t tick);
/// The symbol of `voice`, which is given at `tick`, where it sounds (`sounds`) before it.
Event GivenSymbol(const SheetVoice& voice, int64_t tick, bool sounds);

/// The voices as they are decided at `tick`: those given there in order, then the open ones from
/// the outside in: the first, the last, then what lies between from first to last.
void DecisionOrder(const Sheet& sheet, int64_t tick, std::vector<int>& order);

/// The first tick after `tick`, at most sheet.length, that must be a moment: in a voice that is
/// known ahead a given note begins or ends, an open range begins or ends, or a kept rhythm moves.
int64_t NextFixedMoment(const Sheet& sheet, int64_t tick);
/// Whether `tick` is such a moment (0 is one).
bool IsFixedMoment(const Sheet& sheet, int64_t tick);

/// 0 (sparse) .. kDensities - 1: notes that begin a quarter in each voice that has an open range.
inline constexpr int kDensities = 5;
int DensityOf(double notes_each_quarter);
int DensityOf(const Sheet& sheet, const VoiceLines& lines);

/// A voice that is open from the beginning to `length`.
SheetVoice OpenVoiceOf(VoiceRole role, int64_t length);

/// Opens `voice`, all of whose notes are `line`, from `start` to before `end`, after the ranges
/// that are open already: notes that begin there are no longer given. A note that sounds into the
/// range stays, and the range begins at its end; what begins last may sound up to the next given
/// note, or, where there is none, up to `end` or its own end in `line`. Returns whether anything is
/// open then.
bool OpenVoice(SheetVoice& voice, const std::vector<VoiceNote>& line, int64_t start, int64_t end);

/// The events of a piece of these `lines` under `sheet`: TimeShift(0), then moment after moment.
/// Notes outside the sheet's length are cut. Given and drawn notes alike must lie as the sheet says
/// (unchecked: a note may not cross the border of an open range other than from [start, end) into
/// [end, until)).
std::vector<Event> EventsOf(const Sheet& sheet, const VoiceLines& lines);
/// The notes of each voice that `events` play; those still sounding where events stop end there.
VoiceLines LinesOf(const Sheet& sheet, std::span<const Event> events);

}  // namespace magenta
