#include "magenta/live/recorder.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "magenta/base/files.h"
#include "magenta/base/status.h"
#include "magenta/io/midi/midi_file.h"
#include "magenta/io/midi/tick_clock.h"
#include "magenta/music/harmony/chord_symbol.h"

namespace magenta {
namespace {

/// A tempo that follows an outside clock wavers; what is smaller is not written.
constexpr double kLeastTempoChange = 0.5;

/// Two tracks a player: theirs, and the machine's first. Further channels follow.
constexpr int kTracksPerPlayer = 2;
constexpr int kClickInstrument = 1 << 20;
constexpr int kDrumChannel = 9;
constexpr int kAllSoundOffNumber = 120;
constexpr int kAllNotesOffNumber = 123;

}  // namespace

SessionRecorder::SessionRecorder(const DuetOptions& options)
    : options_(options),
      next_instrument_(static_cast<int>(options.players.size()) * kTracksPerPlayer),
      chords_(options) {
  AddTempo(0, options.qpm);
  auto* meter = recorded_.add_time_signatures();
  meter->set_numerator(options.meter_numerator);
  meter->set_denominator(options.meter_denominator);
  for (int i = 0; i < static_cast<int>(options.players.size()); ++i) {
    const int own = kTracksPerPlayer * i;
    AddInstrument(own, NameOf("player", i));
    const auto parts = MachinePartsOf(options.players[static_cast<size_t>(i)]);
    for (const MachinePart& part : parts) {
      const int instrument = &part == &parts.front() ? own + 1 : next_instrument_++;
      AddInstrument(instrument, NameOf(part.name, i));
      const bool is_drum = options.drums || part.channel == kDrumChannel;
      machine_[{i, part.channel}] = {instrument, std::max(part.program, 0), is_drum};
    }
  }
}

void SessionRecorder::AddInstrument(int instrument, const std::string& name) {
  auto* info = recorded_.add_instrument_infos();
  info->set_instrument(instrument);
  info->set_name(name);
}

std::string SessionRecorder::NameOf(std::string_view who, int player) const {
  return options_.players.size() == 1 ? std::string(who) : fmt::format("{} {}", who, player + 1);
}

SessionRecorder::Part& SessionRecorder::PlayersPart(const SessionEvent& entry) {
  const int channel = entry.bytes[0] & 0x0f;
  const PlayerOptions& player = options_.players[entry.player];
  const auto known = players_.find({entry.player, channel});
  if (known != players_.end()) return known->second;
  const auto first = players_.lower_bound({entry.player, 0});
  const bool is_first = first == players_.end() || first->first.first != entry.player;
  const bool is_main = player.input_channel < 0 ? is_first : channel == player.input_channel;
  Part part = {kTracksPerPlayer * entry.player, std::max(player.thru_program, 0),
               options_.drums || channel == kDrumChannel};
  if (!is_main) {
    part.instrument = next_instrument_++;
    AddInstrument(part.instrument,
                  fmt::format("{}, channel {}", NameOf("player", entry.player), channel + 1));
  }
  return players_.emplace(std::pair(entry.player, channel), part).first->second;
}

void SessionRecorder::Add(const SessionEvent& entry) {
  now_ = std::max(now_, entry.seconds);
  switch (entry.kind) {
    case SessionEvent::Kind::kPlayerNote: return AddNote(PlayersPart(entry), entry, recorded_);
    case SessionEvent::Kind::kPlayerSound: return AddSound(entry);
    case SessionEvent::Kind::kMachineNote:
      return AddNote(machine_[{entry.player, entry.bytes[0] & 0x0f}], entry, recorded_);
    case SessionEvent::Kind::kClick: {
      const bool is_drum = options_.metronome.channel == kDrumChannel;
      const int program = std::max(options_.metronome.program, 0);
      return AddNote({kClickInstrument, program, is_drum}, entry, clicks_);
    }
    case SessionEvent::Kind::kChordKey: return AddChordKey(entry);
    case SessionEvent::Kind::kBeat:
    case SessionEvent::Kind::kTransport: {
      AddChordsUpTo(entry);
      const double before = recorded_.tempos(recorded_.tempos_size() - 1).qpm();
      if (entry.qpm <= 0 || std::abs(entry.qpm - before) < kLeastTempoChange) return;
      return AddTempo(entry.seconds, entry.qpm);
    }
    default: return;
  }
}

void SessionRecorder::AddChordKey(const SessionEvent& entry) {
  const bool down = (entry.bytes[0] & 0xf0) == 0x90;
  if (down) {
    chords_.KeyDown(entry.position, entry.bytes[1]);
  } else {
    chords_.KeyUp(entry.bytes[1]);
  }
}

/// Keys that were held before `beat` are known by then.
void SessionRecorder::AddChordsUpTo(const SessionEvent& beat) {
  if (!chords_.given()) return;
  const bool is_clock = beat.kind == SessionEvent::Kind::kTransport;
  const auto step = static_cast<int64_t>(std::llround(beat.position));
  if (is_clock) beat_.reset();
  if (is_clock && beat.value == 0) return;
  if (is_clock && options_.sync == SyncMode::kFollow) chords_.FollowSong(step, beat.song_bars);
  if (beat_.has_value() && beat.position > beat_->position) {
    const double step_seconds = (beat.seconds - beat_->seconds) / (beat.position - beat_->position);
    for (auto at = static_cast<int64_t>(std::llround(beat_->position)) + 1; at < step; ++at) {
      AddChord(at, beat_->seconds + (static_cast<double>(at) - beat_->position) * step_seconds);
    }
  }
  AddChord(step, beat.seconds);
  beat_ = beat;
}

/// Where another one counts than before.
void SessionRecorder::AddChord(int64_t step, double seconds) {
  const std::string_view symbol = chords_.SymbolAt(step);
  const auto& before = recorded_.text_annotations();
  if (symbol == (before.empty() ? kNoChordText : before.rbegin()->text())) return;
  auto* text = recorded_.add_text_annotations();
  text->set_time(seconds);
  text->set_text(std::string(symbol));
  text->set_annotation_type(NoteSequence::TextAnnotation::CHORD_SYMBOL);
}

void SessionRecorder::AddTempo(double seconds, double qpm) {
  auto* tempo = recorded_.add_tempos();
  tempo->set_time(seconds);
  tempo->set_qpm(qpm);
  const int ticks = std::max(recorded_.ticks_per_quarter(), PlayedTicksPerQuarter(qpm));
  recorded_.set_ticks_per_quarter(ticks);
}

void SessionRecorder::AddSound(const SessionEvent& entry) {
  Part& part = PlayersPart(entry);
  const int kind = entry.bytes[0] & 0xf0, number = entry.bytes[1];
  if (kind == 0xc0) {
    part.program = number;
    return;
  }
  if (kind == 0xe0) {
    auto* bend = recorded_.add_pitch_bends();
    bend->set_time(entry.seconds);
    bend->set_bend(number + 128 * entry.bytes[2] - 8192);
    bend->set_instrument(part.instrument);
    bend->set_program(part.program);
    bend->set_is_drum(part.is_drum);
    return;
  }
  if (number == kAllSoundOffNumber || number >= kAllNotesOffNumber) {
    for (int pitch = 0; pitch < 128; ++pitch) EndNote(part.instrument, pitch, entry.seconds);
    return;
  }
  auto* change = recorded_.add_control_changes();
  change->set_time(entry.seconds);
  change->set_control_number(number);
  change->set_control_value(entry.bytes[2]);
  change->set_instrument(part.instrument);
  change->set_program(part.program);
  change->set_is_drum(part.is_drum);
}

void SessionRecorder::EndNote(int instrument, int pitch, double seconds) {
  const auto sounding = sounding_.find({instrument, pitch});
  if (sounding == sounding_.end()) return;
  const auto [sequence, index] = sounding->second;
  sequence->mutable_notes(index)->set_end_time(seconds);
  sounding_.erase(sounding);
}

void SessionRecorder::AddNote(const Part& part, const SessionEvent& entry, NoteSequence& recorded) {
  const int pitch = entry.bytes[1];
  EndNote(part.instrument, pitch, entry.seconds);
  if ((entry.bytes[0] & 0xf0) != 0x90 || entry.bytes[2] == 0) return;
  sounding_[{part.instrument, pitch}] = {&recorded, recorded.notes_size()};
  auto* note = recorded.add_notes();
  note->set_instrument(part.instrument);
  note->set_program(part.program);
  note->set_is_drum(part.is_drum);
  note->set_pitch(pitch);
  note->set_velocity(entry.bytes[2]);
  note->set_start_time(entry.seconds);
  note->set_end_time(entry.seconds);
}

NoteSequence SessionRecorder::Sequence(bool with_clicks) const {
  NoteSequence sequence = recorded_;
  NoteSequence clicks = with_clicks ? clicks_ : NoteSequence();
  for (const auto& [key, place] : sounding_) {
    const auto& [recorded, index] = place;
    if (recorded == &clicks_ && !with_clicks) continue;
    auto* note = (recorded == &clicks_ ? clicks : sequence).mutable_notes(index);
    note->set_end_time(std::max(now_, note->start_time()));
  }
  sequence.mutable_notes()->MergeFrom(clicks.notes());
  sequence.set_total_time(now_);
  return sequence;
}

absl::Status SessionRecorder::Save(const std::string& path) const {
  const absl::StatusOr<std::string> bytes = WriteMidi(Sequence());
  if (!bytes.ok()) return WithFile(bytes.status(), path);
  return WriteFile(path, *bytes);
}

}  // namespace magenta
