#pragma once
// The MIDI thread's side of live play: messages and frames in, notes, clicks and clock out.
//
// Each block is walked in order of time: half steps of the grid on one side, messages on the other.
// On a step players change turns, notes of answers sound and the metronome clicks; half a step
// before it, whatever was played by then is known to count for the steps before. Notes of models
// that hear seconds sound between steps, too.

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "magenta/live/realtime/active_notes.h"
#include "magenta/live/realtime/duet_options.h"
#include "magenta/live/realtime/midi_io.h"
#include "magenta/live/realtime/midi_router.h"
#include "magenta/live/realtime/player_turn.h"
#include "magenta/live/realtime/transport.h"

namespace magenta {

/// What is known after a block, for the one who watches.
struct EngineState {
  int64_t note_ons = 0;
  int64_t note_offs = 0;
  int sounding = 0;
  int64_t late_notes = 0;
  /// Frames.
  int64_t most_late = 0;
};

/// Process is the MIDI thread's: noexcept, no allocation, lock or wait after construction. What
/// other threads may call says so. Every note that it begins it ends, at the latest in the block
/// before stopped() is true.
class DuetEngine final : public MidiProcessor {
 public:
  /// `options` are in their ranges (checked).
  explicit DuetEngine(const DuetOptions& options);

  void Process(const MidiBlock& block, std::span<const MidiEvent> in,
               MidiOut& out) noexcept override;

  /// Before the first block: what goes to the first output can be had from the ring, too.
  SpscRing<MidiEvent>& Monitor() {
    router_.EnableMonitor(1 << 12);
    return *router_.monitor();
  }

  // For the other threads. Each ring has one reader.
  SpscRing<PerformanceEvent>& performance_events() { return performance_events_; }
  SpscRing<ScheduledNote>& takes(int player) { return turns_[player]->takes(); }
  SpscRing<SessionEvent>& journal() { return router_.journal(); }
  /// From the next block on nothing sounds any more, nothing is played and stopped() is true.
  void RequestStop() noexcept { stop_wanted_.store(true, std::memory_order_relaxed); }
  bool stopped() const noexcept { return stopped_.load(std::memory_order_acquire); }
  /// The next block ends every note, also those that others have begun.
  void RequestPanic() noexcept { panic_wanted_.store(true, std::memory_order_relaxed); }

  /// The next block lets go of every key and pedal that players hold: whoever held them is gone.
  void RequestRelease() noexcept { release_wanted_.store(true, std::memory_order_relaxed); }
  /// The next block chooses the instruments anew: someone listens who did not hear it.
  void RequestPrograms() noexcept { programs_wanted_.store(true, std::memory_order_relaxed); }

  // Of a performer whose music is known beforehand and who can wait for his turn, a file. Between
  // blocks of simulated time; frames as if he did not wait (kNever: none).
  /// The next note that comes in, and when the keys that are held are all let go.
  void Expect(int64_t next_on, int64_t quiet) noexcept;
  /// How long, in frames, a note on `frame` of the next block is to wait: whole bars, so that it is
  /// not played into an answer; 0: not at all.
  double WaitBefore(int64_t frame) const noexcept;
  /// Whether `note` belongs to a phrase: it is a player's, and no chord's.
  bool HearsNote(const MidiEvent& note) const noexcept;

  /// Counts; exact once stopped(), and between blocks where time is simulated.
  EngineState state() const noexcept;
  /// What full rings dropped; from any thread.
  const RingDrops& drops() const noexcept { return router_.drops(); }
  /// Whether no answer is played, and none would be if nobody played on. Between blocks of
  /// simulated time, or after.
  bool idle() const noexcept;
  /// Whether steps come no more unless an outside clock goes on. Likewise.
  bool clock_is_gone() const noexcept;

 private:
  void BeginSession(int64_t frame) noexcept;
  void SendPrograms(int64_t frame) noexcept;
  void EndSession(int64_t frame) noexcept;
  void Walk(int64_t to) noexcept;
  void WalkClock(int64_t to) noexcept;
  void PlayAnswers(int64_t to) noexcept;
  void OnHalfStep(int64_t half, int64_t frame) noexcept;
  void Click(int64_t step, int64_t frame) noexcept;
  void WatchClock(int64_t frame) noexcept;

  void Handle(const MidiEvent& event, int64_t frame) noexcept;
  void HandleRealTime(uint8_t status, int64_t frame) noexcept;
  bool HandleControl(const MidiEvent& event, int64_t frame) noexcept;
  void HandleMusic(const MidiEvent& event, int64_t frame) noexcept;
  void HearPedal(PlayerTurn& turn, const MidiEvent& event, int64_t frame) noexcept;
  bool IsPlayers(const MidiEvent& event) const noexcept;
  bool IsChordKey(const MidiEvent& event) const noexcept;
  void SendChordKey(uint8_t pitch, bool down, int64_t frame) noexcept;
  void EndChordKeys(const MidiEvent& event, int64_t frame) noexcept;
  void SendToPlanners(PerformanceEvent event) noexcept;
  void EndChannel(PlayerTurn& turn, int index, const MidiEvent& event, int64_t frame) noexcept;
  void ReportMusic(int player, const MidiEvent& event, int64_t frame) noexcept;
  int ThruChannel(const PlayerTurn& turn, const MidiEvent& event) const noexcept;
  void Thru(const PlayerTurn& turn, int index, const MidiEvent& event, int64_t frame) noexcept;
  void ReportMessage(SessionEvent::Kind kind, int player, const MidiEvent& event,
                     int64_t frame) noexcept;

  void Act(const ControlBinding& binding, int value, const MidiEvent& event,
           int64_t frame) noexcept;
  bool ActOnAll(LiveAction action, int value, int64_t frame) noexcept;
  void ActOnTurn(LiveAction action, int value, PlayerTurn& turn, int64_t frame) noexcept;
  void StartPhrase(PlayerTurn& turn, int64_t frame) noexcept;
  void Panic(int64_t frame) noexcept;
  void ReleaseKeys(int64_t frame) noexcept;
  void ReleasePedals(int64_t frame) noexcept;
  void StartTransport(int64_t frame, int64_t step) noexcept;
  void StopTransport(int64_t frame) noexcept;
  int64_t NextBar() const noexcept;
  void SendToAll(int64_t frame, uint8_t size, std::array<uint8_t, 3> bytes) noexcept;

  const DuetOptions options_;
  Transport transport_;
  MidiRouter router_;
  ActiveNotes active_notes_;
  SpscRing<PerformanceEvent> performance_events_;
  std::vector<std::unique_ptr<PlayerTurn>> turns_;
  std::vector<std::vector<MachinePart>> machine_parts_;  // of each player

  bool begun_ = false;
  int64_t half_ = 0;    // the next half step to come
  int64_t cursor_ = 0;  // frames before it are worked off
  int64_t clock_ = 0;   // master: clocks sent since clock_step_
  int64_t clock_step_ = 0;
  double song_step_ = 0;         // follow: where the next start or continue goes on
  int64_t song_bars_ = 0;        // follow: its bars less ours
  bool said_transport_ = false;  // follow: a start or stop was heard
  bool stalled_ = false;
  /// Keys of chords that are held, by input and channel.
  std::array<std::array<std::bitset<128>, 16>, kMaxLivePorts> chord_keys_ = {};
  /// Sustain pedals that went through, by port and channel.
  std::array<std::bitset<16>, kMaxLivePorts> pedals_ = {};
  std::atomic<bool> stop_wanted_ = false;
  std::atomic<bool> panic_wanted_ = false;
  std::atomic<bool> release_wanted_ = false;
  std::atomic<bool> programs_wanted_ = false;
  std::atomic<bool> stopped_ = false;
};

}  // namespace magenta
