#include "magenta/live/recorder.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "magenta/base/files.h"
#include "magenta/base/status.h"
#include "magenta/io/midi/midi_file.h"

namespace magenta {
namespace {

/// A tempo that follows an outside clock wavers; what is smaller is not written.
constexpr double kLeastTempoChange = 0.5;

/// Two tracks a player: theirs, and the machine's.
constexpr int kTracksPerPlayer = 2;

}  // namespace

SessionRecorder::SessionRecorder(const DuetOptions& options) : options_(options) {
  recorded_.set_ticks_per_quarter(480);
  recorded_.add_tempos()->set_qpm(options.qpm);
  auto* meter = recorded_.add_time_signatures();
  meter->set_numerator(options.meter_numerator);
  meter->set_denominator(options.meter_denominator);
  for (size_t i = 0; i < options.players.size() * kTracksPerPlayer; ++i) {
    auto* info = recorded_.add_instrument_infos();
    info->set_instrument(static_cast<int>(i));
    info->set_name(fmt::format("{} {}", i % 2 == 0 ? "player" : "machine", i / 2 + 1));
  }
}

void SessionRecorder::Add(const JournalEntry& entry) {
  now_ = std::max(now_, entry.seconds);
  switch (entry.kind) {
    case JournalEntry::Kind::kPlayerNote: return AddNote(kTracksPerPlayer * entry.voice, entry);
    case JournalEntry::Kind::kPlayerSound: return AddSound(kTracksPerPlayer * entry.voice, entry);
    case JournalEntry::Kind::kMachineNote:
      return AddNote(kTracksPerPlayer * entry.voice + 1, entry);
    case JournalEntry::Kind::kBeat:
    case JournalEntry::Kind::kTransport: {
      const double before = recorded_.tempos(recorded_.tempos_size() - 1).qpm();
      if (entry.qpm <= 0 || std::abs(entry.qpm - before) < kLeastTempoChange) return;
      auto* tempo = recorded_.add_tempos();
      tempo->set_time(entry.seconds);
      tempo->set_qpm(entry.qpm);
      return;
    }
    default: return;
  }
}

void SessionRecorder::AddSound(int instrument, const JournalEntry& entry) {
  if ((entry.bytes[0] & 0xf0) == 0xe0) {
    auto* bend = recorded_.add_pitch_bends();
    bend->set_time(entry.seconds);
    bend->set_bend(entry.bytes[1] + 128 * entry.bytes[2] - 8192);
    bend->set_instrument(instrument);
    return;
  }
  auto* change = recorded_.add_control_changes();
  change->set_time(entry.seconds);
  change->set_control_number(entry.bytes[1]);
  change->set_control_value(entry.bytes[2]);
  change->set_instrument(instrument);
}

void SessionRecorder::AddNote(int instrument, const JournalEntry& entry) {
  const int pitch = entry.bytes[1];
  const auto sounding = sounding_.find({instrument, pitch});
  if (sounding != sounding_.end()) {
    recorded_.mutable_notes(sounding->second)->set_end_time(entry.seconds);
    sounding_.erase(sounding);
  }
  if ((entry.bytes[0] & 0xf0) != 0x90 || entry.bytes[2] == 0) return;
  auto* note = recorded_.add_notes();
  note->set_instrument(instrument);
  const bool machine = instrument % kTracksPerPlayer == 1;
  note->set_program(machine ? std::max(options_.players[entry.voice].program, 0) : 0);
  note->set_pitch(pitch);
  note->set_velocity(entry.bytes[2]);
  note->set_start_time(entry.seconds);
  note->set_end_time(entry.seconds);
  sounding_[{instrument, pitch}] = recorded_.notes_size() - 1;
}

NoteSequence SessionRecorder::Sequence() const {
  NoteSequence sequence = recorded_;
  for (const auto& [key, index] : sounding_) {
    auto* note = sequence.mutable_notes(index);
    note->set_end_time(std::max(now_, note->start_time()));
  }
  sequence.set_total_time(now_);
  return sequence;
}

absl::Status SessionRecorder::Save(const std::string& path) const {
  const absl::StatusOr<std::string> bytes = WriteMidi(Sequence());
  if (!bytes.ok()) return WithFile(bytes.status(), path);
  return WriteFile(path, *bytes);
}

}  // namespace magenta
