// Open notes of one key (channel and pitch) hang in a list by age, so a note-off touches only the
// notes that it closes. A control change or a bend belongs to the instrument of its channel's
// program if that has a note already; else it is held and goes to the next instrument that the
// channel makes. Owners are settled per event and dealt out at the end of the track, which keeps
// every event single and in its order.
//
// Controllers that end all notes of a channel (SharedChannels) may stand in any track: a channel
// knows the first tick at which one ends a note of its own, and looks again when that has passed.

#include "magenta/io/midi/instrument_reader.h"

#include <algorithm>
#include <utility>

#include "magenta/base/status.h"

namespace magenta {

InstrumentReader::InstrumentReader(MidiWarnings& warnings, const PieceLimits& limits)
    : warnings_(warnings), limits_(limits) {
  oldest_.fill(kNone);
  instrument_of_.fill(kNone);
}

// What every event passes through.

int32_t InstrumentReader::InstrumentFor(int channel, int program) {
  const int32_t number = instrument_of_[channel * 128 + program];
  return number != kNone ? number : NewInstrument(channel, program);
}

void InstrumentReader::CloseNote(OpenNote& note, int64_t end) {
  note.is_open = false;
  --channels_[note.key / 128].open;
  MidiInstrument& instrument = instruments_[InstrumentFor(note.key / 128, note.program)];
  instrument.notes.push_back({note.tick, end, static_cast<uint8_t>(note.key % 128), note.velocity});
}

void InstrumentReader::PassSilences(int channel, int64_t tick) {
  if (tick >= channels_[channel].silence) EndSilenced(channel, tick);
}

int InstrumentReader::ProgramAt(int channel, int64_t tick) const {
  const Channel& state = channels_[channel];
  if (!shared_->HasOtherPrograms(channel, track_)) return state.program;
  return shared_->ProgramAt(channel, tick, track_, state.program, state.program_tick);
}

void InstrumentReader::NoteOn(const SmfEvent& event) {
  PassSilences(event.channel, event.tick);
  int key = event.channel * 128 + event.a;
  auto number = static_cast<int32_t>(notes_.size());
  notes_.push_back({event.tick, event.offset, kNone, static_cast<uint16_t>(key), event.b,
                    static_cast<uint8_t>(ProgramAt(event.channel, event.tick)), true});
  Channel& state = channels_[event.channel];
  if (state.open++ == 0) state.silence = shared_->SilenceAfter(event.channel, event.tick);
  if (oldest_[key] == kNone) {
    oldest_[key] = number;
  } else {
    notes_[newest_[key]].next = number;
  }
  newest_[key] = number;
}

/// Of length zero: no note.
void InstrumentReader::DropOldest(int channel, int32_t& oldest) {
  notes_[oldest].is_open = false;
  --channels_[channel].open;
  ++no_length_;
  oldest = notes_[oldest].next;
}

void InstrumentReader::NoteOff(const SmfEvent& event) {
  PassSilences(event.channel, event.tick);
  int32_t& oldest = oldest_[event.channel * 128 + event.a];
  bool closed = false;
  while (oldest != kNone && notes_[oldest].tick != event.tick) {
    CloseNote(notes_[oldest], event.tick);
    oldest = notes_[oldest].next;
    closed = true;
  }
  if (closed) return;  // what began on this very tick goes on
  while (oldest != kNone) DropOldest(event.channel, oldest);
}

void InstrumentReader::ChannelEvent(const SmfEvent& event, MidiInstrument::EventIndex index) {
  PassSilences(event.channel, event.tick);
  if (event.kind == SmfKind::kControl && EndsAllNotes(event.a)) DropJustBegun(event.channel);
  owner_[index] = instrument_of_[event.channel * 128 + ProgramAt(event.channel, event.tick)];
  if (owner_[index] == kNone) channels_[event.channel].held.push_back(index);
}

absl::Status InstrumentReader::ReadTrack(const SmfTrack& track, int index,
                                         const SharedChannels& channels) {
  track_ = index;
  shared_ = &channels;
  name_ = {};
  notes_.clear();
  notes_.reserve(track.events.size() / 2);
  channels_.fill({});
  owner_.assign(track.events.size(), kNone);
  size_t first_instrument = instruments_.size();
  const uint64_t room = limits_.notes - note_count_;
  for (size_t i = 0; i < track.events.size() && notes_.size() <= room; ++i) {
    const SmfEvent& event = track.events[i];
    switch (event.kind) {
      case SmfKind::kNoteOn: NoteOn(event); break;
      case SmfKind::kNoteOff: NoteOff(event); break;
      case SmfKind::kProgram:
        channels_[event.channel].program = event.a;
        channels_[event.channel].program_tick = event.tick;
        break;
      case SmfKind::kName: name_ = track.names[event.value]; break;
      case SmfKind::kControl:
      case SmfKind::kBend: ChannelEvent(event, static_cast<uint32_t>(i)); break;
      default: break;
    }
  }
  note_count_ += notes_.size();
  MAGENTA_RETURN_IF_ERROR(CheckNotes(note_count_, limits_));
  CloseNeverEnded(track.end_tick);
  DealOutChannelEvents(track);
  for (size_t i = first_instrument; i < instruments_.size(); ++i) {
    instrument_of_[instruments_[i].channel * 128 + instruments_[i].program] = kNone;
  }
  return absl::OkStatus();
}

void InstrumentReader::EndSilenced(int channel, int64_t tick) {
  Channel& state = channels_[channel];
  state.silence = SharedChannels::kNever;
  for (int key = channel * 128; state.open > 0 && key < channel * 128 + 128; ++key) {
    int32_t& oldest = oldest_[key];
    while (oldest != kNone) {
      const int64_t end = shared_->SilenceAfter(channel, notes_[oldest].tick);
      if (end == SharedChannels::kNever || end > tick) {
        state.silence = std::min(state.silence, end);
        break;
      }
      CloseNote(notes_[oldest], end);
      oldest = notes_[oldest].next;
    }
  }
}

/// What began earlier has been ended: what still sounds began on the tick of the controller. It has
/// no length, so it is no note.
void InstrumentReader::DropJustBegun(int channel) {
  for (int key = channel * 128; channels_[channel].open > 0 && key < channel * 128 + 128; ++key) {
    while (oldest_[key] != kNone) DropOldest(channel, oldest_[key]);
  }
}

void InstrumentReader::CloseNeverEnded(int64_t end) {
  for (int channel = 0; channel < kChannels; ++channel) {
    PassSilences(channel, SharedChannels::kNever - 1);
  }
  for (OpenNote& note : notes_) {
    if (!note.is_open) continue;
    oldest_[note.key] = kNone;
    warnings_.Add(note.offset, track_, "note {} of channel {} never ends; {}", note.key % 128,
                  note.key / 128, note.tick < end ? "closed at the end of its track" : "left out");
    if (note.tick < end) CloseNote(note, end);
  }
}

int32_t InstrumentReader::NewInstrument(int channel, int program) {
  int32_t& number = instrument_of_[channel * 128 + program];
  number = static_cast<int32_t>(instruments_.size());
  instruments_.push_back(
      {static_cast<uint8_t>(program), static_cast<uint8_t>(channel), track_, name_, {}, {}, {}});
  Channel& state = channels_[channel];
  if (!state.held.empty()) state.adopter = number;
  for (uint32_t event : state.held) owner_[event] = number;
  state.held.clear();
  return number;
}

void InstrumentReader::DealOutChannelEvents(const SmfTrack& track) {
  for (int channel = 0; channel < kChannels; ++channel) {
    Channel& state = channels_[channel];
    for (uint32_t event : state.held) owner_[event] = state.adopter;
    if (state.adopter != kNone || state.held.empty()) continue;
    orphans_.push_back({track_, channel, std::move(state.held)});
  }
  for (uint32_t i = 0; i < owner_.size(); ++i) {
    if (owner_[i] == kNone) continue;
    MidiInstrument& instrument = instruments_[owner_[i]];
    bool is_bend = track.events[i].kind == SmfKind::kBend;
    (is_bend ? instrument.bends : instrument.controls).push_back(i);
  }
}

}  // namespace magenta
