#include "magenta/live/realtime/engine.h"

#include <algorithm>
#include <cmath>

#include "magenta/base/check.h"

namespace magenta {
namespace {

constexpr size_t kPerformanceRing = 1 << 14;
constexpr size_t kJournalRing = 1 << 15;

constexpr uint8_t kClockStatus = 0xf8;
constexpr uint8_t kStartStatus = 0xfa;
constexpr uint8_t kContinueStatus = 0xfb;
constexpr uint8_t kStopStatus = 0xfc;
constexpr uint8_t kSongPositionStatus = 0xf2;

constexpr uint8_t kSustain = 64;
constexpr uint8_t kAllSoundOff = 120;
constexpr uint8_t kResetControllers = 121;
constexpr uint8_t kAllNotesOff = 123;

/// Whether `event` ends its channel's notes: those two, and the modes after them, which MIDI 1.0
/// has do the same.
bool EndsChannel(const MidiEvent& event) noexcept {
  const bool is_control = (event.bytes[0] & 0xf0) == 0xb0;
  return is_control && (event.bytes[1] == kAllSoundOff || event.bytes[1] >= kAllNotesOff);
}

bool IsNoteOn(const MidiEvent& event) noexcept {
  return (event.bytes[0] & 0xf0) == 0x90 && event.bytes[2] > 0;
}

bool HasAction(const DuetOptions& options, LiveAction action) {
  return std::any_of(options.controls.begin(), options.controls.end(),
                     [&](const ControlBinding& binding) { return binding.action == action; });
}

/// Steps of a tick of the outside clock; 0: there is none.
double StepsPerTick(const DuetOptions& options) {
  if (HasAction(options, LiveAction::kClock)) return options.steps_per_bar;
  if (options.sync != SyncMode::kFollow) return 0;
  return static_cast<double>(options.steps_per_quarter) / kClocksPerQuarter;
}

bool IsWhole(const MidiEvent& event) noexcept {
  if (event.size < 1 || event.size > 3 || event.bytes[0] < 0x80) return false;
  for (int i = 1; i < event.size; ++i) {
    if (event.bytes[i] > 127) return false;
  }
  const int kind = event.bytes[0] >> 4;
  const int wanted = kind == 0xc || kind == 0xd ? 2 : 3;
  return kind == 0xf || event.size == wanted;
}

bool IsSignal(LiveAction action) noexcept {
  return action <= LiveAction::kToggle || action == LiveAction::kEndPhrase ||
         action == LiveAction::kPanic || action == LiveAction::kMutate ||
         action == LiveAction::kClock;
}

}  // namespace

DuetEngine::DuetEngine(const DuetOptions& options)
    : options_(options),
      transport_(options.qpm, options.steps_per_quarter, StepsPerTick(options)),
      router_(transport_, options.num_outputs, kJournalRing),
      performance_events_(kPerformanceRing) {
  MAGENTA_CHECK(!options.players.empty() && options.players.size() <= kMaxPlayers);
  MAGENTA_CHECK(options.num_outputs >= 0 && options.num_outputs <= kMaxLivePorts);
  MAGENTA_CHECK(options.steps_per_bar > 0 && options.steps_per_beat > 0);
  MAGENTA_CHECK(options.steps_per_quarter > 0 && options.answer_grid_steps > 0);
  for (size_t i = 0; i < options_.players.size(); ++i) {
    turns_.push_back(std::make_unique<PlayerTurn>(
        static_cast<int>(i),
        RealtimeContext{options_, transport_, router_, active_notes_, performance_events_}));
    machine_parts_.push_back(MachinePartsOf(options_.players[i]));
  }
}

void DuetEngine::Process(const MidiBlock& block, std::span<const MidiEvent> in,
                         MidiOut& out) noexcept {
  router_.BeginBlock(block, out);
  transport_.SetRate(block.start, block.rate);
  active_notes_.Retry(router_, block.start);
  if (stop_wanted_.load(std::memory_order_relaxed)) return EndSession(block.start);
  cursor_ = block.start;
  if (!begun_) BeginSession(block.start);
  if (panic_wanted_.exchange(false, std::memory_order_relaxed)) Panic(block.start);
  if (release_wanted_.exchange(false, std::memory_order_relaxed)) ReleaseKeys(block.start);
  if (programs_wanted_.exchange(false, std::memory_order_relaxed)) SendPrograms(block.start);
  for (const auto& turn : turns_) turn->OnBlock(block.start);
  for (const MidiEvent& event : in) {
    const int64_t frame = block.start + std::min(event.frame, block.frames - 1);
    Walk(frame);
    Handle(event, frame);
  }
  Walk(block.start + block.frames);
  WatchClock(block.start + block.frames);
}

void DuetEngine::BeginSession(int64_t frame) noexcept {
  begun_ = true;
  SendPrograms(frame);
  if (!transport_.follows() && !options_.learn) StartTransport(frame, 0);
}

void DuetEngine::SendPrograms(int64_t frame) noexcept {
  const auto send = [&](int port, int channel, int program, int owner) {
    if (program < 0) return;
    router_.Send(frame, static_cast<uint8_t>(port), 2,
                 {static_cast<uint8_t>(0xc0 | channel), static_cast<uint8_t>(program), 0},
                 static_cast<uint8_t>(owner));
  };
  const MetronomeOptions& metronome = options_.metronome;
  const auto is_taken = [&](int port, int channel) {
    bool taken = port == metronome.port && channel == metronome.channel;
    for (size_t i = 0; i < machine_parts_.size() && !taken; ++i) {
      taken = port == options_.players[i].output_port &&
              std::any_of(machine_parts_[i].begin(), machine_parts_[i].end(),
                          [&](const MachinePart& part) { return part.channel == channel; });
    }
    return taken;
  };
  for (size_t i = 0; i < options_.players.size(); ++i) {
    const PlayerOptions& player = options_.players[i];
    const int index = static_cast<int>(i);
    for (const MachinePart& part : machine_parts_[i]) {
      send(player.output_port, part.channel, part.program, ActiveNotes::kMachine + index);
    }
    for (int channel = 0; channel < 16 && options_.thru; ++channel) {
      const bool all = player.input_channel < 0 && !is_taken(player.output_port, channel);
      if (all || channel == player.input_channel) {
        send(player.output_port, channel, player.thru_program, ActiveNotes::kThru + index);
      }
    }
  }
  send(metronome.port, metronome.channel, metronome.program, ActiveNotes::kMetronome);
}

void DuetEngine::EndSession(int64_t frame) noexcept {
  for (const auto& turn : turns_) turn->Stop(frame);
  active_notes_.Flush(router_, frame);
  ReleasePedals(frame);
  if (options_.sync == SyncMode::kMaster && begun_) SendToAll(frame, 1, {kStopStatus, 0, 0});
  begun_ = false;
  if (active_notes_.sounding() == 0) stopped_.store(true, std::memory_order_release);
}

void DuetEngine::ReleasePedals(int64_t frame) noexcept {
  for (size_t port = 0; port < pedals_.size(); ++port) {
    for (uint8_t channel = 0; channel < 16; ++channel) {
      if (!pedals_[port][channel]) continue;
      router_.Send(frame, static_cast<uint8_t>(port), 3,
                   {static_cast<uint8_t>(0xb0 | channel), kSustain, 0});
    }
    pedals_[port].reset();
  }
}

void DuetEngine::ReleaseKeys(int64_t frame) noexcept {
  for (size_t i = 0; i < turns_.size(); ++i) {
    PlayerTurn& turn = *turns_[i];
    const std::bitset<128> held = turn.held();
    for (uint8_t pitch = 0; pitch < 128; ++pitch) {
      if (!held[pitch]) continue;
      const MidiEvent end = {0, 0, 3, {0x80, pitch, 0}};
      ReportMessage(SessionEvent::Kind::kPlayerNote, static_cast<int>(i), end, frame);
      turn.NoteOff(transport_.PositionAt(frame), pitch);
    }
    turn.Pedal(transport_.PositionAt(frame), /*down=*/false);
    active_notes_.Flush(router_, frame, static_cast<ActiveNotes::Owner>(ActiveNotes::kThru + i));
  }
  ReleasePedals(frame);
  if (options_.TakesHeldChords()) SendChordKey(PerformanceEvent::kAllKeys, /*down=*/false, frame);
  for (auto& port : chord_keys_) port.fill({});
}

EngineState DuetEngine::state() const noexcept {
  EngineState state = {active_notes_.note_ons(), active_notes_.note_offs(),
                       active_notes_.sounding(), 0, 0};
  for (const auto& turn : turns_) {
    state.late_notes += turn->late_notes();
    state.most_late = std::max(state.most_late, turn->most_late());
  }
  return state;
}

bool DuetEngine::idle() const noexcept {
  return std::none_of(turns_.begin(), turns_.end(), [](const auto& turn) { return turn->busy(); });
}

bool DuetEngine::clock_is_gone() const noexcept {
  return transport_.follows() && !transport_.Goes(cursor_);
}

void DuetEngine::Expect(int64_t next_on, int64_t quiet) noexcept {
  const auto step_of = [&](int64_t frame) {
    return frame == Transport::kNever ? PlayerTurn::kNoStep
                                      : std::llround(transport_.PositionAt(frame));
  };
  for (const auto& turn : turns_) turn->Expect(step_of(next_on), step_of(quiet));
}

double DuetEngine::WaitBefore(int64_t frame) const noexcept {
  if (!options_.performer_waits || !transport_.running() || transport_.follows()) return 0;
  const int64_t step = std::llround(transport_.PositionAt(frame));
  int64_t turn_end = step;
  for (const auto& turn : turns_) {
    const int64_t end = turn->TurnEnd(step);
    if (end != PlayerTurn::kNoStep) turn_end = std::max(turn_end, end);
  }
  const int64_t bar = options_.steps_per_bar;
  const int64_t bars = (turn_end - step + bar - 1) / bar;
  return static_cast<double>(bars * bar) * transport_.FramesPerStep();
}

bool DuetEngine::HearsNote(const MidiEvent& note) const noexcept {
  return IsPlayers(note) && !IsChordKey(note);
}

bool DuetEngine::IsPlayers(const MidiEvent& event) const noexcept {
  return std::any_of(turns_.begin(), turns_.end(), [&](const auto& turn) {
    return turn->Hears(event.port, event.bytes[0] & 0x0f);
  });
}

int64_t DuetEngine::NextBar() const noexcept {
  const int64_t bar = options_.steps_per_bar;
  // Half steps up to half_ are worked off: the bar must not lie before it.
  return ((half_ + 1) / 2 + bar - 1) / bar * bar;
}

void DuetEngine::StartTransport(int64_t frame, int64_t step) noexcept {
  transport_.Start(frame, static_cast<double>(step));
  half_ = 2 * step;
  clock_ = 0;
  clock_step_ = step;
  stalled_ = false;
  if (options_.sync == SyncMode::kMaster) SendToAll(frame, 1, {kStartStatus, 0, 0});
  if (options_.sync == SyncMode::kFollow && !options_.backing_chords.empty()) {
    PerformanceEvent song;
    song.kind = PerformanceEvent::Kind::kSong;
    song.step = step;
    song.value = static_cast<int>(song_bars_);
    SendToPlanners(song);
  }
  const int64_t bar = options_.steps_per_bar;
  const int64_t next_bar = (step + bar - 1) / bar * bar;
  for (const auto& turn : turns_) {
    if (options_.mode == TurnMode::kBars) turn->Anchor(next_bar);
  }
  SessionEvent started;
  started.kind = SessionEvent::Kind::kTransport;
  started.frame = frame;
  started.value = 1;
  started.song_bars = song_bars_;
  started.qpm = transport_.qpm();
  router_.Report(started);
}

void DuetEngine::StopTransport(int64_t frame) noexcept {
  if (!transport_.running()) return;
  transport_.Stop(frame);
  for (const auto& turn : turns_) turn->Stop(frame);
  active_notes_.Flush(router_, frame, ActiveNotes::kMetronome);
  router_.Report(SessionEvent::Kind::kTransport, frame, 0);
}

void DuetEngine::Walk(int64_t to) noexcept {
  WalkClock(to);
  for (;;) {
    const int64_t frame = transport_.FrameOf(static_cast<double>(half_) / 2);
    PlayAnswers(std::min(frame, to));
    if (frame >= to) break;
    OnHalfStep(half_, std::max(frame, cursor_));
    ++half_;
  }
  cursor_ = std::max(cursor_, to);
}

/// What lies between steps, in order of time.
void DuetEngine::PlayAnswers(int64_t to) noexcept {
  for (;;) {
    PlayerTurn* next = nullptr;
    int64_t first = to;
    for (const auto& turn : turns_) {
      const int64_t frame = turn->NextFrame();
      if (frame >= first) continue;
      first = frame;
      next = turn.get();
    }
    if (next == nullptr) return;
    next->PlayNext(std::max(first, cursor_));
  }
}

void DuetEngine::WalkClock(int64_t to) noexcept {
  if (options_.sync != SyncMode::kMaster) return;
  const double steps = static_cast<double>(options_.steps_per_quarter) / kClocksPerQuarter;
  for (;;) {
    const int64_t frame =
        transport_.FrameOf(static_cast<double>(clock_step_) + static_cast<double>(clock_) * steps);
    if (frame >= to) return;
    SendToAll(std::max(frame, cursor_), 1, {kClockStatus, 0, 0});
    ++clock_;
  }
}

void DuetEngine::OnHalfStep(int64_t half, int64_t frame) noexcept {
  if (half % 2 != 0) {
    active_notes_.Flush(router_, frame, ActiveNotes::kMetronome);
    for (const auto& turn : turns_) turn->OnClosed(half / 2 + 1);
    return;
  }
  const int64_t step = half / 2;
  for (const auto& turn : turns_) turn->OnStep(step, frame);
  if (step % options_.steps_per_beat == 0) Click(step, frame);
}

void DuetEngine::Click(int64_t step, int64_t frame) noexcept {
  router_.Report(SessionEvent::Kind::kBeat, frame);
  const MetronomeOptions& metronome = options_.metronome;
  if (metronome.when == MetronomeWhen::kOff) return;
  const bool listening =
      std::any_of(turns_.begin(), turns_.end(), [](const auto& turn) { return turn->listening(); });
  if (metronome.when == MetronomeWhen::kListening && !listening) return;
  const bool accent = step % options_.steps_per_bar == 0;
  active_notes_.On(router_, frame,
                   {static_cast<uint8_t>(metronome.port), static_cast<uint8_t>(metronome.channel),
                    static_cast<uint8_t>(accent ? metronome.accent_pitch : metronome.pitch)},
                   static_cast<uint8_t>(metronome.velocity), ActiveNotes::kMetronome);
}

void DuetEngine::WatchClock(int64_t frame) noexcept {
  if (stalled_ || !transport_.Stalled(frame)) return;
  stalled_ = true;
  for (const auto& turn : turns_) turn->Silence(frame);
  active_notes_.Flush(router_, frame, ActiveNotes::kMetronome);
}

void DuetEngine::SendToAll(int64_t frame, uint8_t size, std::array<uint8_t, 3> bytes) noexcept {
  for (int port = 0; port < options_.num_outputs; ++port) {
    router_.Send(frame, static_cast<uint8_t>(port), size, bytes);
  }
}

void DuetEngine::ReportMessage(SessionEvent::Kind kind, int player, const MidiEvent& event,
                               int64_t frame) noexcept {
  SessionEvent entry;
  entry.kind = kind;
  entry.player = static_cast<uint8_t>(player);
  entry.port = event.port;
  entry.size = event.size;
  entry.bytes = event.bytes;
  entry.frame = frame;
  router_.Report(entry);
}

void DuetEngine::Handle(const MidiEvent& event, int64_t frame) noexcept {
  if (!IsWhole(event)) return;
  const uint8_t status = event.bytes[0];
  if (options_.learn) {
    if (status < 0xf8) ReportMessage(SessionEvent::Kind::kMessage, 0, event, frame);
    return;
  }
  if (status < 0xf0) {
    if (!HandleControl(event, frame)) HandleMusic(event, frame);
  } else if (status == kSongPositionStatus && event.size == 3) {
    const int sixteenths = event.bytes[1] + 128 * event.bytes[2];
    song_step_ = sixteenths * options_.steps_per_quarter / 4.0;
  } else {
    HandleRealTime(status, frame);
  }
}

void DuetEngine::HandleRealTime(uint8_t status, int64_t frame) noexcept {
  if (options_.sync != SyncMode::kFollow) return;
  switch (status) {
    case kClockStatus:
      if (!said_transport_ && !transport_.running()) StartTransport(frame, NextBar());
      transport_.Tick(frame);
      stalled_ = false;
      return;
    case kStartStatus:
    case kContinueStatus: {
      said_transport_ = true;
      StopTransport(frame);
      if (status == kStartStatus) song_step_ = 0;
      // Steps go on rising, and keep their place in the bar.
      const auto song_step = static_cast<int64_t>(std::ceil(song_step_));
      const int64_t step = NextBar() + song_step % options_.steps_per_bar;
      song_bars_ = (song_step - step) / options_.steps_per_bar;
      StartTransport(frame, step);
      return;
    }
    case kStopStatus:
      said_transport_ = true;
      if (transport_.running()) {
        song_step_ = std::ceil(transport_.PositionAt(frame)) +
                     static_cast<double>(song_bars_ * options_.steps_per_bar);
      }
      StopTransport(frame);
      return;
    default: return;
  }
}

bool DuetEngine::HandleControl(const MidiEvent& event, int64_t frame) noexcept {
  const int kind = event.bytes[0] & 0xf0;
  const bool note_on = IsNoteOn(event);
  const bool note_off = kind == 0x80 || (kind == 0x90 && event.bytes[2] == 0);
  bool taken = false;
  for (const ControlBinding& binding : options_.controls) {
    const bool kinds_agree = binding.note ? note_on || note_off : kind == 0xb0;
    if (!kinds_agree || binding.number != event.bytes[1]) continue;
    taken = true;
    const int value = event.bytes[2];
    if (binding.note && !note_on) continue;
    if (binding.value >= 0 && binding.value != value) continue;
    if (binding.value < 0 && !binding.note && IsSignal(binding.action) && value < 64) continue;
    Act(binding, value, event, frame);
  }
  return taken;
}

void DuetEngine::HandleMusic(const MidiEvent& event, int64_t frame) noexcept {
  const uint8_t kind = event.bytes[0] & 0xf0;
  bool heard = false;
  if ((kind == 0x80 || kind == 0x90) && IsChordKey(event)) {
    chord_keys_[event.port % kMaxLivePorts][event.bytes[0] & 0x0f][event.bytes[1]] =
        IsNoteOn(event);
    SendChordKey(event.bytes[1], IsNoteOn(event), frame);
  } else if (EndsChannel(event)) {
    EndChordKeys(event, frame);
  }
  for (size_t i = 0; i < turns_.size(); ++i) {
    PlayerTurn& turn = *turns_[i];
    const int index = static_cast<int>(i);
    if (!turn.Hears(event.port, event.bytes[0] & 0x0f)) continue;
    if (EndsChannel(event)) EndChannel(turn, index, event, frame);
    if (options_.thru && !heard) Thru(turn, index, event, frame);
    heard = true;
    ReportMusic(index, event, frame);
    if (kind == 0xb0) HearPedal(turn, event, frame);
    if ((kind != 0x80 && kind != 0x90) || !transport_.running()) continue;
    if (IsChordKey(event)) continue;
    const double position = transport_.PositionAt(frame);
    if (IsNoteOn(event)) {
      turn.NoteOn(position, frame, event);
    } else {
      turn.NoteOff(position, event.bytes[1]);
    }
  }
  if (heard || !options_.thru || !options_.thru_others) return;
  if (EndsChannel(event)) EndChannel(*turns_[0], 0, event, frame);
  Thru(*turns_[0], 0, event, frame);
  ReportMusic(0, event, frame);
}

void DuetEngine::HearPedal(PlayerTurn& turn, const MidiEvent& event, int64_t frame) noexcept {
  const bool is_reset = event.bytes[1] == kResetControllers;
  if (event.bytes[1] != kSustain && !is_reset) return;
  turn.Pedal(transport_.PositionAt(frame), !is_reset && event.bytes[2] >= 64);
}

bool DuetEngine::IsChordKey(const MidiEvent& event) const noexcept {
  const int channel = event.bytes[0] & 0x0f;
  if (options_.chord_channel >= 0) return channel == options_.chord_channel;
  return event.bytes[1] < options_.split_key && IsPlayers(event);
}

/// The chord's keys that are held on the event's channel are let go of.
void DuetEngine::EndChordKeys(const MidiEvent& event, int64_t frame) noexcept {
  auto& held = chord_keys_[event.port % kMaxLivePorts][event.bytes[0] & 0x0f];
  for (uint8_t pitch = 0; pitch < 128; ++pitch) {
    if (held[pitch]) SendChordKey(pitch, /*down=*/false, frame);
  }
  held.reset();
}

void DuetEngine::SendChordKey(uint8_t pitch, bool down, int64_t frame) noexcept {
  PerformanceEvent key;
  key.kind = down ? PerformanceEvent::Kind::kChordKeyDown : PerformanceEvent::Kind::kChordKeyUp;
  key.pitch = pitch;
  key.position = transport_.PositionAt(frame);
  SendToPlanners(key);
  const auto status = static_cast<uint8_t>(down ? 0x90 : 0x80);
  ReportMessage(SessionEvent::Kind::kChordKey, 0, {0, 0, 3, {status, pitch, 64}}, frame);
}

/// All players play over chords.
void DuetEngine::SendToPlanners(PerformanceEvent event) noexcept {
  for (size_t i = 0; i < turns_.size(); ++i) {
    event.player = static_cast<uint8_t>(i);
    if (!performance_events_.Push(event)) ++router_.drops().phrase;
  }
}

void DuetEngine::ReportMusic(int player, const MidiEvent& event, int64_t frame) noexcept {
  switch (event.bytes[0] & 0xf0) {
    case 0x80:
    case 0x90: return ReportMessage(SessionEvent::Kind::kPlayerNote, player, event, frame);
    case 0xb0:
    case 0xc0:
    case 0xe0: return ReportMessage(SessionEvent::Kind::kPlayerSound, player, event, frame);
    default: return;
  }
}

/// The player lets go of the channel's keys, and what of them went through ends.
void DuetEngine::EndChannel(PlayerTurn& turn, int index, const MidiEvent& event,
                            int64_t frame) noexcept {
  const uint8_t channel = event.bytes[0] & 0x0f;
  const std::bitset<128> held = turn.HeldOn(event.port, channel);
  for (uint8_t pitch = 0; pitch < 128; ++pitch) {
    if (!held[pitch]) continue;
    const auto status = static_cast<uint8_t>(0x80 | channel);
    const MidiEvent end = {0, event.port, 3, {status, pitch, 64}};
    ReportMessage(SessionEvent::Kind::kPlayerNote, index, end, frame);
    turn.NoteOff(transport_.PositionAt(frame), pitch);
  }
  active_notes_.EndChannel(router_, frame, static_cast<uint8_t>(turn.player().output_port),
                           static_cast<uint8_t>(ThruChannel(turn, event)),
                           static_cast<ActiveNotes::Owner>(ActiveNotes::kThru + index));
}

/// Drums sound as such, whatever channel the pads send on: on the machine's.
int DuetEngine::ThruChannel(const PlayerTurn& turn, const MidiEvent& event) const noexcept {
  const bool are_drums = options_.drums && turn.Hears(event.port, event.bytes[0] & 0x0f);
  return are_drums ? turn.player().output_channel : event.bytes[0] & 0x0f;
}

void DuetEngine::Thru(const PlayerTurn& turn, int index, const MidiEvent& event,
                      int64_t frame) noexcept {
  const auto port = static_cast<uint8_t>(turn.player().output_port);
  const uint8_t kind = event.bytes[0] & 0xf0;
  const auto channel = static_cast<uint8_t>(ThruChannel(turn, event));
  const bool moved = channel != (event.bytes[0] & 0x0f);
  if (moved && kind == 0xc0) return;  // another channel's instrument is no drum kit
  const ActiveNotes::Key key = {port, channel, event.bytes[1]};
  const auto owner = static_cast<ActiveNotes::Owner>(ActiveNotes::kThru + index);
  if (IsNoteOn(event)) {
    active_notes_.On(router_, frame, key, event.bytes[2], owner);
  } else if (kind == 0x80 || kind == 0x90) {
    active_notes_.Off(router_, frame, key, owner);
  } else {
    // What the machine sounds on the same channel is not the player's to end.
    if (EndsChannel(event) && active_notes_.Sounds(port, channel)) return;
    if (kind == 0xb0 && event.bytes[1] == kSustain) pedals_[port][channel] = event.bytes[2] >= 64;
    if (kind == 0xb0 && event.bytes[1] == kResetControllers) pedals_[port].reset(channel);
    const auto status = static_cast<uint8_t>(kind | channel);
    router_.Send(frame, port, event.size, {status, event.bytes[1], event.bytes[2]}, owner);
  }
}

void DuetEngine::Act(const ControlBinding& binding, int value, const MidiEvent& event,
                     int64_t frame) noexcept {
  value = ControlTurn{binding.pitch_class, value}.Packed();
  router_.Report(SessionEvent::Kind::kControl, frame, value, binding.action);
  if (ActOnAll(binding.action, value, frame)) return;
  for (const auto& turn : turns_) {
    if (turn->Hears(event.port, event.bytes[0] & 0x0f)) {
      ActOnTurn(binding.action, value, *turn, frame);
    }
  }
}

bool DuetEngine::ActOnAll(LiveAction action, int value, int64_t frame) noexcept {
  switch (action) {
    case LiveAction::kPanic: Panic(frame); return true;
    case LiveAction::kTempo: transport_.SetTempo(frame, 60.0 + value); return true;
    case LiveAction::kClock:
      if (!transport_.running()) StartTransport(frame, NextBar());
      transport_.Tick(frame);
      stalled_ = false;
      return true;
    default: return false;
  }
}

void DuetEngine::ActOnTurn(LiveAction action, int value, PlayerTurn& turn, int64_t frame) noexcept {
  const int64_t next_step = (half_ + 1) / 2;
  switch (action) {
    case LiveAction::kStartPhrase:
      // A wheel that trembles at its end begins nothing anew.
      if (!turn.listening() || turn.ending()) StartPhrase(turn, frame);
      return;
    case LiveAction::kStopPhrase:
    case LiveAction::kEndPhrase: return turn.EndPhraseAt(next_step);
    case LiveAction::kToggle:
      return turn.listening() ? turn.EndPhraseAt(next_step) : StartPhrase(turn, frame);
    case LiveAction::kPedal:
      if (value < 64) return turn.EndPhraseAt(next_step);
      if (!turn.listening()) StartPhrase(turn, frame);
      return;
    case LiveAction::kMutate: {
      const int64_t grid = std::max(options_.answer_grid_steps, options_.steps_per_beat);
      return turn.MutateAt((next_step + grid) / grid * grid);
    }
    default: turn.Control(action, value, frame);
  }
}

void DuetEngine::StartPhrase(PlayerTurn& turn, int64_t frame) noexcept {
  if (!transport_.running()) return;
  // An eager first note is not lost: half a step early is on time.
  const auto half_step = static_cast<int64_t>(transport_.FramesPerStep() / 2);
  const std::bitset<128> early = turn.StruckSince(frame - half_step);
  turn.Stop(frame);
  const bool alone = std::all_of(turns_.begin(), turns_.end(), [](const auto& other) {
    return other->state() == TurnState::kIdle;
  });
  // Our own clock begins anew with the phrase: its first beat is the moment of the switch.
  if (alone && !transport_.follows()) {
    StartTransport(frame, NextBar());
    turn.BeginPhrase(half_ / 2, frame);
  } else {
    turn.BeginPhrase(std::llround(transport_.PositionAt(frame)), frame);
  }
  turn.TakeAlong(early);
}

void DuetEngine::Panic(int64_t frame) noexcept {
  for (const auto& turn : turns_) turn->Silence(frame);
  active_notes_.Flush(router_, frame);
  for (uint8_t channel = 0; channel < 16; ++channel) {
    const auto status = static_cast<uint8_t>(0xb0 | channel);
    SendToAll(frame, 3, {status, kSustain, 0});
    SendToAll(frame, 3, {status, kAllNotesOff, 0});
    SendToAll(frame, 3, {status, kAllSoundOff, 0});
  }
  for (auto& port : pedals_) port.reset();
}

}  // namespace magenta
