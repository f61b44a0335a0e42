#pragma once
// One player's side on the MIDI thread: whose turn it is, and the notes of the answer as they fall
// due. Step by step it tells the response thread what is played, and takes from it what is to
// sound.

#include <array>
#include <bitset>
#include <cstdint>
#include <limits>

#include "magenta/base/spsc_ring.h"
#include "magenta/live/realtime/active_notes.h"
#include "magenta/live/realtime/messages.h"
#include "magenta/live/realtime/midi_router.h"

namespace magenta {

/// What all turns on the MIDI thread share; it outlives them.
struct RealtimeContext {
  const DuetOptions& options;
  Transport& transport;
  MidiRouter& router;
  ActiveNotes& active_notes;
  SpscRing<PerformanceEvent>& performance_events;
};

/// Part of the MIDI thread (but takes(), which the response thread writes to): noexcept, no
/// allocation after construction. Steps only rise; frames are counted from the backend's start.
class PlayerTurn {
 public:
  static constexpr int64_t kNoStep = std::numeric_limits<int64_t>::max();

  /// `index` is the player's.
  PlayerTurn(int index, const RealtimeContext& context);

  /// Where the response thread puts what it makes.
  SpscRing<ScheduledNote>& takes() noexcept { return takes_; }
  TurnState state() const noexcept;
  bool listening() const noexcept { return listening_; }
  bool answering() const noexcept { return answering_; }
  /// Whether the phrase's end is known.
  bool ending() const noexcept { return phrase_end_ != kNoStep; }
  /// Whether an answer is played, or one will be though nobody plays on (a loop: its first round).
  bool busy() const noexcept;
  const PlayerOptions& player() const noexcept { return context_.options.players[index_]; }
  /// Whether a message of `channel` (0..15) on input `port` is this player's.
  bool Hears(uint8_t port, uint8_t channel) const noexcept;

  /// As each block begins: takes what the response thread has made, and plays what is overdue.
  void OnBlock(int64_t frame) noexcept;
  /// Half a step before `step`: what is played now counts for `step`.
  void OnClosed(int64_t step) noexcept;
  /// `step` is reached: turns change, and notes of the answer sound.
  void OnStep(int64_t step, int64_t frame) noexcept;
  /// The frame on which the answer next begins or ends a note before the next step comes;
  /// Transport::kNever: it does not, or it can't be said yet.
  int64_t NextFrame() const noexcept;
  /// It does now: there must be one.
  void PlayNext(int64_t frame) noexcept;

  /// Notes that the player plays; `position` in steps.
  void NoteOn(double position, int64_t frame, const MidiEvent& event) noexcept;
  void NoteOff(double position, uint8_t pitch) noexcept;
  void Pedal(double position, bool down) noexcept;

  /// Of a performer whose music is known: the steps of the next note that comes in and of the last
  /// key that is then let go (kNoStep: none).
  void Expect(int64_t next_on, int64_t quiet) noexcept;
  /// The step on which the machine's turn ends, if a note on `step`, before which no other comes,
  /// would fall into one; else kNoStep.
  int64_t TurnEnd(int64_t step) const noexcept;

  /// kBars: the first phrase begins on `step`.
  void Anchor(int64_t step) noexcept { next_begin_ = step; }
  void BeginPhrase(int64_t step, int64_t frame) noexcept;
  /// Keys that are held.
  const std::bitset<128>& held() const noexcept { return held_; }
  /// Those of them that were struck on a channel of a port.
  std::bitset<128> HeldOn(uint8_t port, uint8_t channel) const noexcept;
  /// Those that were struck on frame `since` or later.
  std::bitset<128> StruckSince(int64_t since) const noexcept;
  /// Of the phrase that has just begun: `keys` that were struck too early for it count for its
  /// first step.
  void TakeAlong(const std::bitset<128>& keys) noexcept;
  /// The phrase, if there is one, ends on `step` or, where that can't be, the next that can.
  void EndPhraseAt(int64_t step) noexcept;
  /// A new answer to the last answer begins on `step`.
  void MutateAt(int64_t step) noexcept;
  /// Phrase and answer are over; the machine's notes end.
  void Stop(int64_t frame) noexcept;
  /// The answer is over; turns go on (panic).
  void Silence(int64_t frame) noexcept;
  /// An action of this player's controls that is none of the above; false: it is not a turn's.
  bool Control(LiveAction action, int value, int64_t frame) noexcept;

  /// Notes of answers that came after their time, and by how many frames at most.
  int64_t late_notes() const noexcept { return late_notes_; }
  int64_t most_late() const noexcept { return most_late_; }

 private:
  /// What the response thread made, in order of steps.
  struct Queue {
    std::array<ScheduledNote, 1024> events;
    size_t first = 0;
    size_t count = 0;
    bool full() const noexcept { return count == events.size(); }
    void Clear() noexcept { first = count = 0; }
    void Add(const ScheduledNote& event) noexcept;
    const ScheduledNote& Front() const noexcept { return events[first]; }
    void Drop() noexcept;
  };

  void Collect() noexcept;
  bool together() const noexcept { return context_.options.mode == TurnMode::kTogether; }
  void OnStepTogether(int64_t step, int64_t frame) noexcept;
  void TellReached() noexcept;
  void PlayDue(int64_t frame) noexcept;
  void PlayLate(int64_t frame) noexcept;
  void ReportLate(const ScheduledNote& event, int64_t frame) noexcept;
  bool PhraseIsOver(int64_t step) const noexcept;
  bool IsSilent(int64_t step) const noexcept;
  /// In steps, of one that begins on `step`.
  int64_t AnswerLength(int64_t step) const noexcept;
  void EndPhrase(int64_t step, int64_t frame) noexcept;
  void BeginAnswer(int64_t step, int64_t length) noexcept;
  void EndAnswer(int64_t step, int64_t frame) noexcept;
  void ReportState(int64_t frame) noexcept;
  void SendStop(bool all) noexcept;
  void Send(PerformanceEvent event) noexcept;

  const int index_;
  const RealtimeContext context_;
  const ActiveNotes::Owner owner_;
  SpscRing<ScheduledNote> takes_;
  TurnState reported_state_ = TurnState::kIdle;
  int64_t step_ = -1;  // the last one reached

  bool listening_ = false;
  int64_t phrase_start_ = 0;
  int64_t phrase_end_ = kNoStep;  // decided
  int64_t next_begin_ = kNoStep;
  bool heard_ = false;  // a note of this phrase
  std::bitset<128> held_;
  struct Stroke {
    int64_t frame = 0;
    int64_t step = 0;
    uint8_t velocity = 0;
    uint8_t port = 0;
    uint8_t channel = 0;
  };
  std::array<Stroke, 128> strokes_ = {};  // the last of each key
  int64_t last_on_ = -1;
  int64_t last_off_ = 0;
  bool expects_ = false;  // what is known beforehand, by Expect
  int64_t expected_on_ = kNoStep;
  int64_t expected_quiet_ = kNoStep;

  // kTogether: the step that the response thread is to hear of, and from which frame on.
  int64_t reached_ = kNoStep;
  int64_t tell_at_ = 0;

  bool answering_ = false;
  int64_t answer_start_ = 0;
  int64_t answer_end_ = 0;
  int64_t answer_length_ = 0;
  int64_t mutate_at_ = kNoStep;
  bool loop_ = false;
  bool muted_ = false;
  int answer_bars_;
  int min_listen_bars_;
  int max_listen_bars_;

  uint32_t take_ = 0;           // the answer's; 0: not there yet
  Queue queue_;                 // its events
  uint32_t candidate_ = 0;      // the newest other one
  int64_t candidate_step_ = 0;  // on which it would begin
  Queue candidate_events_;
  int64_t late_notes_ = 0;
  int64_t most_late_ = 0;
};

}  // namespace magenta
