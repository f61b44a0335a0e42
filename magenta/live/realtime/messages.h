#pragma once
// What the MIDI thread, the response thread and the main thread send one another, through rings.
//
// Plain values, copied. Each ring has one writer and one reader and keeps their order; what a full
// one can't take is dropped and counted (RingDrops), but answers, which wait. Players count from 0.

#include <array>
#include <cstdint>

#include "magenta/live/realtime/duet_options.h"

namespace magenta {

/// What one player's side is doing.
enum class TurnState : uint8_t { kIdle, kListening, kAnswering };

/// MIDI thread -> response thread.
struct PerformanceEvent {
  enum class Kind : uint8_t {
    kNoteOn,   // pitch, velocity; at position
    kNoteOff,  // pitch; at position
    kPedal,    // the sustain pedal, flag: it goes down; at position
    kBegin,    // a phrase begins on step; kTogether: the machine's part does
    kClosed,   // every event of the steps before `step` is known; flag: the phrase may end there,
               // and the answer would last until `until`
    kReached,  // kTogether: it is `step`, and every event up to now is known
    kEnd,      // the phrase ends on step; the answer lasts until `until`
    kMutate,   // the last answer is continued from step until `until`
    kStop,     // the answer is over; flag: listening, too
    kControl,  // action, value
    kChordKeyDown,  // pitch, of a chord to play over; at position
    kChordKeyUp,    // pitch (kAllKeys: each); at position
    kSong,          // from step on, a sequencer that is followed counts `value` bars more than we
  };
  static constexpr uint8_t kAllKeys = 255;
  Kind kind = Kind::kClosed;
  uint8_t player = 0;
  uint8_t pitch = 0;
  uint8_t velocity = 0;
  bool flag = false;
  LiveAction action = LiveAction::kPanic;
  /// In steps.
  double position = 0;
  int64_t step = 0;
  int64_t until = 0;
  int value = 0;
  /// Of kClosed: that a step lasts now.
  double step_seconds = 0;
};

/// Response thread -> MIDI thread, a ring a player. A take is one answer, or one that would be
/// given if the phrase ended on its first step; a newer take replaces an older one that was not
/// needed.
struct ScheduledNote {
  enum class Kind : uint8_t { kBegin, kNoteOn, kNoteOff };
  Kind kind = Kind::kBegin;
  uint8_t pitch = 0;
  uint8_t velocity = 0;
  uint32_t take = 0;
  /// In steps; of models that don't hear seconds it is a whole one.
  double position = 0;
  /// Of an accompaniment: which of PlayerOptions::voices.
  uint8_t voice = 0;
};

/// MIDI thread -> main thread.
struct SessionEvent {
  enum class Kind : uint8_t {
    kPlayerNote,   // bytes; player
    kPlayerSound,  // bytes of a controller, program or pitch bend; player
    kMachineNote,  // bytes; player
    kClick,        // bytes
    kChordKey,     // bytes of a chord's key, down or up (kAllKeys: each)
    kMessage,      // bytes: --learn
    kState,        // state of player
    kBeat,         // step
    kControl,      // action, value; player
    kTempo,        // qpm
    kTransport,    // value 1 started, 0 stopped; song_bars
    kLate,         // value: frames that notes of an answer were late; player
  };
  Kind kind = Kind::kBeat;
  uint8_t player = 0;
  uint8_t port = 0;
  uint8_t size = 0;
  std::array<uint8_t, 3> bytes = {};
  TurnState state = TurnState::kIdle;
  LiveAction action = LiveAction::kPanic;
  int value = 0;
  /// Since the backend's start.
  int64_t frame = 0;
  double seconds = 0;
  /// Position in steps; steps of a bar line are multiples of the bar.
  double position = 0;
  /// Bars of the sequencer that is followed less those of `position`.
  int64_t song_bars = 0;
  double qpm = 0;
};

}  // namespace magenta
