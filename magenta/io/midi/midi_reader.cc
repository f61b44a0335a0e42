// Events -> NoteSequence: the tempo map of all tracks first, then the tracks in order, then the
// instruments' ticks as seconds.

#include <algorithm>
#include <tuple>
#include <utility>

#include "magenta/io/midi/instrument_reader.h"
#include "magenta/io/midi/midi_file.h"
#include "magenta/io/midi/smf_clock.h"
#include "magenta/io/midi/smf_parser.h"
#include "magenta/io/midi/tick_clock.h"

namespace magenta {
namespace {

constexpr int kDrumChannel = 9;

std::string Latin1ToUtf8(std::string_view text) {
  const bool is_ascii =
      std::all_of(text.begin(), text.end(), [](char c) { return (c & 0x80) == 0; });
  if (is_ascii) return std::string(text);
  std::string utf8;
  for (char c : text) {
    auto byte = static_cast<uint8_t>(c);
    if (byte < 0x80) {
      utf8 += c;
    } else {
      utf8 += static_cast<char>(0xC0 | byte >> 6);
      utf8 += static_cast<char>(0x80 | (byte & 0x3F));
    }
  }
  return utf8;
}

void AddTempos(const TickClock& clock, NoteSequence& sequence) {
  for (const TickClock::Segment& segment : clock.segments()) {
    NoteSequence::Tempo* tempo = sequence.add_tempos();
    tempo->set_time(segment.seconds);
    tempo->set_qpm(60.0 / (segment.scale * sequence.ticks_per_quarter()));
  }
}

/// Meters and keys, which only the first track may give.
void AddSignatures(const SmfTrack& track, const TickClock& clock, NoteSequence& sequence) {
  for (const SmfEvent& event : track.events) {
    if (event.kind == SmfKind::kMeter) {
      NoteSequence::TimeSignature* meter = sequence.add_time_signatures();
      meter->set_time(clock.Seconds(event.tick));
      meter->set_numerator(event.a);
      meter->set_denominator(1 << event.b);
    } else if (event.kind == SmfKind::kKey) {
      NoteSequence::KeySignature* key = sequence.add_key_signatures();
      int tonic = 7 * event.value + (event.a == 1 ? 9 : 0);
      key->set_time(clock.Seconds(event.tick));
      key->set_key(static_cast<NoteSequence::KeySignature::Key>((tonic % 12 + 12) % 12));
      key->set_mode(event.a == 1 ? NoteSequence::KeySignature::MINOR
                                 : NoteSequence::KeySignature::MAJOR);
    }
  }
}

/// What a signature says, for comparing.
auto SignatureOf(const SmfEvent& event) {
  return std::make_tuple(event.tick, event.kind, event.value, event.a, event.b);
}

bool IsSignature(const SmfEvent& event) {
  return event.kind == SmfKind::kMeter || event.kind == SmfKind::kKey;
}

/// Notation programs repeat the signatures in every track; only what the first track does not say
/// is worth a word, once a track.
void WarnOfStraySignatures(const SmfFile& file, MidiWarnings& warnings) {
  using Signature = decltype(SignatureOf(std::declval<SmfEvent>()));
  std::vector<Signature> known;
  for (const SmfEvent& event : file.tracks[0].events) {
    if (IsSignature(event)) known.push_back(SignatureOf(event));
  }
  std::sort(known.begin(), known.end());
  auto is_stray = [&](const SmfEvent& event) {
    return IsSignature(event) &&
           !std::binary_search(known.begin(), known.end(), SignatureOf(event));
  };
  for (size_t t = 1; t < file.tracks.size(); ++t) {
    const std::vector<SmfEvent>& events = file.tracks[t].events;
    auto stray = std::find_if(events.begin(), events.end(), is_stray);
    if (stray == events.end()) continue;
    warnings.Add(stray->offset, static_cast<int>(t),
                 "a time or key signature that the first track lacks; such ones are left out");
  }
}

/// One instrument's part of a NoteSequence, from ticks to seconds.
class InstrumentWriter {
 public:
  InstrumentWriter(const MidiInstrument& instrument, int number, const SmfFile& file,
                   const TickClock& clock, NoteSequence& sequence)
      : instrument_(instrument),
        number_(number),
        is_drum_(instrument.channel == kDrumChannel),
        events_(file.tracks[instrument.track].events),
        clock_(clock),
        sequence_(sequence) {}

  void Write() {
    if (!instrument_.name.empty()) {
      NoteSequence::InstrumentInfo* info = sequence_.add_instrument_infos();
      info->set_instrument(number_);
      info->set_name(Latin1ToUtf8(instrument_.name));
    }
    for (const MidiInstrument::Note& note : instrument_.notes) AddNote(note);
    for (uint32_t index : instrument_.bends) {
      NoteSequence::PitchBend* bend = sequence_.add_pitch_bends();
      bend->set_bend(events_[index].value);
      Place(events_[index], *bend);
    }
    for (uint32_t index : instrument_.controls) {
      NoteSequence::ControlChange* control = sequence_.add_control_changes();
      control->set_control_number(events_[index].a);
      control->set_control_value(events_[index].b);
      Place(events_[index], *control);
    }
  }

 private:
  void AddNote(const MidiInstrument::Note& in) {
    NoteSequence::Note* note = sequence_.add_notes();
    note->set_pitch(in.pitch);
    note->set_velocity(in.velocity);
    note->set_start_time(clock_.Seconds(in.start));
    note->set_end_time(clock_.Seconds(in.end));
    note->set_instrument(number_);
    note->set_program(instrument_.program);
    note->set_is_drum(is_drum_);
    sequence_.set_total_time(std::max(sequence_.total_time(), note->end_time()));
  }

  template <typename Message>
  void Place(const SmfEvent& event, Message& message) {
    message.set_time(clock_.Seconds(event.tick));
    message.set_instrument(number_);
    message.set_program(instrument_.program);
    message.set_is_drum(is_drum_);
  }

  const MidiInstrument& instrument_;
  int number_;
  bool is_drum_;
  const std::vector<SmfEvent>& events_;
  const TickClock& clock_;
  NoteSequence& sequence_;
};

void AddInstruments(const SmfFile& file, const TickClock& clock, MidiWarnings& warnings,
                    NoteSequence& sequence) {
  InstrumentReader reader(warnings);
  for (size_t t = 0; t < file.tracks.size(); ++t) {
    reader.ReadTrack(file.tracks[t], static_cast<int>(t));
  }
  int number = 0;
  for (const MidiInstrument& instrument : reader.instruments()) {
    InstrumentWriter(instrument, number++, file, clock, sequence).Write();
  }
}

}  // namespace

absl::StatusOr<MidiReading> ReadMidi(std::string_view bytes, NoteSequence memory) {
  MidiWarnings warnings;
  absl::StatusOr<SmfFile> file = ParseSmf(bytes, warnings);
  if (!file.ok()) return file.status();
  MidiReading reading{std::move(memory), {}, 0};
  NoteSequence& sequence = reading.sequence;
  sequence.Clear();  // which keeps its messages
  sequence.set_ticks_per_quarter(TicksPerQuarterOf(*file));
  sequence.mutable_source_info()->set_encoding_type(NoteSequence::SourceInfo::MIDI);
  sequence.mutable_source_info()->set_parser(NoteSequence::SourceInfo::PRETTY_MIDI);
  TickClock clock = ClockOf(*file, warnings);
  AddTempos(clock, sequence);
  AddSignatures(file->tracks[0], clock, sequence);
  WarnOfStraySignatures(*file, warnings);
  AddInstruments(*file, clock, warnings, sequence);
  std::move(warnings).MoveInto(reading);
  return reading;
}

}  // namespace magenta
