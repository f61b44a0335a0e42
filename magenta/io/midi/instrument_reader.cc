// Open notes of one key (channel and pitch) hang in a list by age, so a note-off touches only the
// notes that it closes. A control change or a bend belongs to the instrument of its channel's
// program if that has a note already; else it is held and goes to the next instrument that the
// channel makes. Owners are settled per event and dealt out at the end of the track, which keeps
// every event single and in its order.

#include "magenta/io/midi/instrument_reader.h"

namespace magenta {

InstrumentReader::InstrumentReader(MidiWarnings& warnings) : warnings_(warnings) {
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
  MidiInstrument& instrument = instruments_[InstrumentFor(note.key / 128, note.program)];
  instrument.notes.push_back({note.tick, end, static_cast<uint8_t>(note.key % 128), note.velocity});
}

void InstrumentReader::NoteOn(const SmfEvent& event) {
  int key = event.channel * 128 + event.a;
  auto number = static_cast<int32_t>(notes_.size());
  notes_.push_back({event.tick, event.offset, kNone, static_cast<uint16_t>(key), event.b,
                    channels_[event.channel].program, true});
  if (oldest_[key] == kNone) {
    oldest_[key] = number;
  } else {
    notes_[newest_[key]].next = number;
  }
  newest_[key] = number;
}

void InstrumentReader::NoteOff(const SmfEvent& event) {
  int32_t& oldest = oldest_[event.channel * 128 + event.a];
  bool closed = false;
  while (oldest != kNone && notes_[oldest].tick != event.tick) {
    CloseNote(notes_[oldest], event.tick);
    oldest = notes_[oldest].next;
    closed = true;
  }
  if (closed) return;  // what began on this very tick goes on
  while (oldest != kNone) {
    notes_[oldest].is_open = false;  // of length zero: no note
    oldest = notes_[oldest].next;
  }
}

void InstrumentReader::ChannelEvent(const SmfEvent& event, MidiInstrument::EventIndex index) {
  Channel& state = channels_[event.channel];
  owner_[index] = instrument_of_[event.channel * 128 + state.program];
  if (owner_[index] == kNone) state.held.push_back(index);
}

void InstrumentReader::ReadTrack(const SmfTrack& track, int index) {
  track_ = index;
  name_ = {};
  notes_.clear();
  notes_.reserve(track.events.size() / 2);
  channels_.fill({});
  owner_.assign(track.events.size(), kNone);
  size_t first_instrument = instruments_.size();
  for (size_t i = 0; i < track.events.size(); ++i) {
    const SmfEvent& event = track.events[i];
    switch (event.kind) {
      case SmfKind::kNoteOn: NoteOn(event); break;
      case SmfKind::kNoteOff: NoteOff(event); break;
      case SmfKind::kProgram: channels_[event.channel].program = event.a; break;
      case SmfKind::kName: name_ = track.names[event.value]; break;
      case SmfKind::kControl:
      case SmfKind::kBend: ChannelEvent(event, static_cast<uint32_t>(i)); break;
      default: break;
    }
  }
  CloseNeverEnded(track.end_tick);
  DealOutChannelEvents(track);
  for (size_t i = first_instrument; i < instruments_.size(); ++i) {
    instrument_of_[instruments_[i].channel * 128 + instruments_[i].program] = kNone;
  }
}

void InstrumentReader::CloseNeverEnded(int64_t end) {
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
  for (const Channel& state : channels_) {
    for (uint32_t event : state.held) owner_[event] = state.adopter;
  }
  for (uint32_t i = 0; i < owner_.size(); ++i) {
    if (owner_[i] == kNone) continue;
    MidiInstrument& instrument = instruments_[owner_[i]];
    bool is_bend = track.events[i].kind == SmfKind::kBend;
    (is_bend ? instrument.bends : instrument.controls).push_back(i);
  }
}

}  // namespace magenta
