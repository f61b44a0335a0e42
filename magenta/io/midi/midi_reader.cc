// Events -> NoteSequence: the tempo map of all tracks first, then the tracks in order, then the
// instruments' ticks as seconds.

#include <algorithm>
#include <array>
#include <map>
#include <span>
#include <tuple>
#include <utility>

#include "magenta/base/status.h"
#include "magenta/base/utf8.h"
#include "magenta/io/midi/instrument_reader.h"
#include "magenta/io/midi/midi_file.h"
#include "magenta/io/midi/smf_clock.h"
#include "magenta/io/midi/smf_parser.h"
#include "magenta/io/midi/tick_clock.h"
#include "magenta/music/harmony/chord_symbol.h"
#include "magenta/music/harmony/chord_text.h"

namespace magenta {
namespace {

constexpr int kDrumChannel = 9;

void AddTempos(const TickClock& clock, NoteSequence& sequence) {
  for (const TickClock::Segment& segment : clock.segments()) {
    NoteSequence::Tempo* tempo = sequence.add_tempos();
    tempo->set_time(segment.seconds);
    tempo->set_qpm(60.0 / (segment.scale * sequence.ticks_per_quarter()));
  }
}

bool IsSignature(const SmfEvent& event) {
  return event.kind == SmfKind::kMeter || event.kind == SmfKind::kKey;
}

bool Has(const SmfTrack& track, SmfKind kind) {
  return std::any_of(track.wide.begin(), track.wide.end(),
                     [&](uint32_t index) { return track.events[index].kind == kind; });
}

/// The track that gives the meters or the keys of a piece: the first one, as the format asks, or,
/// where that has none, the first one that has. Tracks of format 2 are pieces of their own.
size_t TrackOf(SmfKind kind, const SmfFile& file) {
  if (file.format == 2) return 0;
  for (size_t t = 0; t < file.tracks.size(); ++t) {
    if (Has(file.tracks[t], kind)) return t;
  }
  return 0;
}

void AddMeters(const SmfTrack& track, const TickClock& clock, NoteSequence& sequence) {
  for (const uint32_t index : track.wide) {
    const SmfEvent& event = track.events[index];
    if (event.kind != SmfKind::kMeter) continue;
    NoteSequence::TimeSignature* meter = sequence.add_time_signatures();
    meter->set_time(clock.Seconds(event.tick));
    meter->set_numerator(event.a);
    meter->set_denominator(1 << event.b);
  }
}

void AddKeys(const SmfTrack& track, const TickClock& clock, NoteSequence& sequence) {
  for (const uint32_t index : track.wide) {
    const SmfEvent& event = track.events[index];
    if (event.kind != SmfKind::kKey) continue;
    NoteSequence::KeySignature* key = sequence.add_key_signatures();
    int tonic = 7 * event.value + (event.a == 1 ? 9 : 0);
    key->set_time(clock.Seconds(event.tick));
    key->set_key(static_cast<NoteSequence::KeySignature::Key>((tonic % 12 + 12) % 12));
    key->set_mode(event.a == 1 ? NoteSequence::KeySignature::MINOR
                               : NoteSequence::KeySignature::MAJOR);
  }
}

/// What a signature says, for comparing.
auto SignatureOf(const SmfEvent& event) {
  return std::make_tuple(event.tick, event.kind, event.value, event.a, event.b);
}

/// Notation programs repeat the signatures in every track; only what the tracks that give them do
/// not say is worth a word, once a track.
void WarnOfStraySignatures(const SmfFile& file, size_t meters, size_t keys,
                           MidiWarnings& warnings) {
  using Signature = decltype(SignatureOf(std::declval<SmfEvent>()));
  std::vector<Signature> known;
  const auto is_read = [&](const SmfEvent& event, size_t track) {
    return track == (event.kind == SmfKind::kMeter ? meters : keys);
  };
  for (size_t t : {meters, keys}) {
    for (const uint32_t index : file.tracks[t].wide) {
      const SmfEvent& event = file.tracks[t].events[index];
      if (IsSignature(event) && is_read(event, t)) known.push_back(SignatureOf(event));
    }
  }
  std::sort(known.begin(), known.end());
  for (size_t t = 0; t < file.tracks.size(); ++t) {
    const SmfTrack& track = file.tracks[t];
    const auto index = std::find_if(track.wide.begin(), track.wide.end(), [&](uint32_t i) {
      const SmfEvent& event = track.events[i];
      return IsSignature(event) &&
             !std::binary_search(known.begin(), known.end(), SignatureOf(event));
    });
    if (index == track.wide.end()) continue;
    const SmfEvent* stray = &track.events[*index];
    const size_t giver = stray->kind == SmfKind::kMeter ? meters : keys;
    warnings.Add(stray->offset, static_cast<int>(t),
                 "a time or key signature that {} lacks; such ones are left out",
                 giver == 0 ? "the first track" : fmt::format("track {}", giver));
  }
}

void AddSignatures(const SmfFile& file, const TickClock& clock, MidiWarnings& warnings,
                   NoteSequence& sequence) {
  const size_t meters = TrackOf(SmfKind::kMeter, file);
  const size_t keys = TrackOf(SmfKind::kKey, file);
  AddMeters(file.tracks[meters], clock, sequence);
  AddKeys(file.tracks[keys], clock, sequence);
  WarnOfStraySignatures(file, meters, keys, warnings);
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
      info->set_name(ToUtf8(instrument_.name));
    }
    for (const MidiInstrument::Note& note : instrument_.notes) AddNote(note);
    for (uint32_t index : instrument_.bends) AddChannelEvent(events_[index]);
    for (uint32_t index : instrument_.controls) AddChannelEvent(events_[index]);
  }

  /// A control change or a bend.
  void AddChannelEvent(const SmfEvent& event) {
    if (event.kind == SmfKind::kBend) {
      NoteSequence::PitchBend* bend = sequence_.add_pitch_bends();
      bend->set_bend(event.value);
      Place(event, *bend);
    } else {
      NoteSequence::ControlChange* control = sequence_.add_control_changes();
      control->set_control_number(event.a);
      control->set_control_value(event.b);
      Place(event, *control);
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

/// Reads the tracks: in formats 0 and 1 those of one port share channels, in format 2 none do.
absl::Status ReadTracks(const SmfFile& file, InstrumentReader& reader) {
  const std::span<const SmfTrack> tracks = file.tracks;
  std::map<uint8_t, std::vector<int>> together;
  std::map<uint8_t, SharedChannels> shared;
  if (file.format != 2) {
    for (size_t t = 0; t < tracks.size(); ++t) {
      together[tracks[t].port].push_back(static_cast<int>(t));
    }
    for (const auto& [port, numbers] : together) shared.try_emplace(port, tracks, numbers);
  }
  for (size_t t = 0; t < tracks.size(); ++t) {
    const std::array alone = {static_cast<int>(t)};
    const absl::Status read =
        file.format == 2 ? reader.ReadTrack(tracks[t], alone[0], SharedChannels(tracks, alone))
                         : reader.ReadTrack(tracks[t], alone[0], shared.at(tracks[t].port));
    MAGENTA_RETURN_IF_ERROR(read);
  }
  return absl::OkStatus();
}

/// Gives what a track says to a channel that it plays nothing on (pedal or volume in a track of
/// their own) to the first instrument of that channel and port. Gives how many events nobody takes.
uint64_t AddOrphans(const SmfFile& file, const TickClock& clock, const InstrumentReader& reader,
                    NoteSequence& sequence) {
  if (reader.orphans().empty()) return 0;  // nearly always
  const std::vector<MidiInstrument>& instruments = reader.instruments();
  constexpr int kNobody = -1;
  const auto key = [&](int track, int channel) {
    return file.tracks[track].port * SharedChannels::kChannels + channel;
  };
  std::array<int, 256 * SharedChannels::kChannels> first;  // instrument of each port's channels
  first.fill(kNobody);
  for (size_t i = instruments.size(); i-- > 0;) {
    first[key(instruments[i].track, instruments[i].channel)] = static_cast<int>(i);
  }
  uint64_t lost = 0;
  for (const InstrumentReader::Orphans& orphans : reader.orphans()) {
    const int taker = first[key(orphans.track, orphans.channel)];
    if (taker == kNobody || file.format == 2) {
      lost += orphans.events.size();
      continue;
    }
    InstrumentWriter writer(instruments[taker], taker, file, clock, sequence);
    for (const uint32_t index : orphans.events) {
      writer.AddChannelEvent(file.tracks[orphans.track].events[index]);
    }
  }
  return lost;
}

/// `text` without blanks and NULs around it.
std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view kBlanks(" \t\r\n\0", 5);
  const size_t begin = text.find_first_not_of(kBlanks);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

/// "Intro", "Verse 2", "D.C.": a capital, then a small letter or a full stop, four bytes or more.
/// Syllables that are sung are mostly small or short.
bool IsSectionName(std::string_view text) {
  constexpr size_t kShortest = 4;
  if (text.size() < kShortest || text[0] < 'A' || text[0] > 'Z') return false;
  return text[1] == '.' || (text[1] >= 'a' && text[1] <= 'z');
}

/// The texts (FF 01) of a piece: those that are chord symbols, and the others.
class TextReader {
 public:
  TextReader(const TickClock& clock, NoteSequence& sequence) : clock_(clock), sequence_(sequence) {}

  /// A track is one of chords where most of its texts, but for section names, can be read as a
  /// symbol: of sung syllables ("Do", "A") some could be, too. There every text that is meant as
  /// one is a symbol, also where it can't be read ("H7").
  void Read(const SmfTrack& track) {
    std::vector<std::pair<int64_t, std::string>> texts;
    size_t symbols = 0, others = 0;
    for (const auto& [tick, bytes] : track.texts) {
      std::string text(Trimmed(ToUtf8(bytes)));
      if (text.empty()) continue;
      if (ParseChordSymbol(text).ok()) {
        ++symbols;
      } else if (!IsSectionName(text)) {
        ++others;
      }
      texts.emplace_back(tick, std::move(text));
    }
    for (auto& [tick, text] : texts) {
      if (symbols > others && LooksLikeChordSymbol(text)) {
        AddChord(tick, std::move(text));
      } else {
        LeaveOut(tick, text);
      }
    }
  }

  uint64_t chords() const { return chords_; }
  /// The first few that are none: "\"Intro\" at 0 s, \"Verse\" at 4.5 s".
  const std::string& others() const { return others_; }

 private:
  void AddChord(int64_t tick, std::string text) {
    ++chords_;
    auto& chord = *sequence_.add_text_annotations();
    chord.set_time(clock_.Seconds(tick));
    chord.set_text(std::move(text));
    chord.set_annotation_type(NoteSequence::TextAnnotation::CHORD_SYMBOL);
  }

  void LeaveOut(int64_t tick, std::string text) {
    constexpr int kShown = 3;
    if (++others_count_ > kShown) return;
    for (char& c : text) c = static_cast<unsigned char>(c) < ' ' || c == 127 ? ' ' : c;
    others_ += fmt::format("{}\"{}\" at {:.4g} s", others_.empty() ? "" : ", ", text,
                           clock_.Seconds(tick));
  }

  const TickClock& clock_;
  NoteSequence& sequence_;
  uint64_t chords_ = 0;
  int others_count_ = 0;
  std::string others_;
};

/// "left out: 12 lyrics, 3 texts ("Intro" at 0 s)", or nothing.
std::string LeftOutLine(const SmfFile& file, const TextReader& texts, uint64_t orphans,
                        uint64_t no_length) {
  uint64_t pressures = 0;
  for (const SmfTrack& track : file.tracks) pressures += track.pressures;
  std::string line;
  const auto add = [&line](uint64_t count, const char* one, const char* many) {
    if (count == 0) return;
    line +=
        fmt::format("{}{} {}", line.empty() ? "left out: " : ", ", count, count == 1 ? one : many);
  };
  add(no_length, "note of no length", "notes of no length");
  add(file.left_out.lyrics, "lyric", "lyrics");
  add(file.left_out.texts - texts.chords(), "text", "texts");
  if (!texts.others().empty()) line += fmt::format(" ({})", texts.others());
  add(file.left_out.sysex, "system exclusive message", "system exclusive messages");
  add(pressures, "pressure of a key or channel", "pressures of keys or channels");
  add(orphans, "control change or bend of a channel without notes",
      "control changes or bends of channels without notes");
  return line;
}

absl::Status AddInstruments(const SmfFile& file, const TickClock& clock, const PieceLimits& limits,
                            MidiWarnings& warnings, MidiReading& reading) {
  InstrumentReader reader(warnings, limits);
  MAGENTA_RETURN_IF_ERROR(ReadTracks(file, reader));
  int number = 0;
  uint64_t name_bytes = 0;
  for (const MidiInstrument& instrument : reader.instruments()) {
    name_bytes += instrument.name.size();
    if (name_bytes > kPieceLimits.name_bytes) {
      return PieceLimitError("bytes of instrument names", name_bytes, kPieceLimits.name_bytes,
                             true);
    }
    InstrumentWriter(instrument, number++, file, clock, reading.sequence).Write();
  }
  TextReader texts(clock, reading.sequence);
  for (const SmfTrack& track : file.tracks) texts.Read(track);
  reading.left_out = LeftOutLine(file, texts, AddOrphans(file, clock, reader, reading.sequence),
                                 reader.no_length());
  return absl::OkStatus();
}

std::string TitleOf(const SmfFile& file) {
  if (file.format != 1 || file.tracks.size() < 2 || file.tracks[0].names.empty()) return "";
  const std::vector<SmfEvent>& events = file.tracks[0].events;
  const bool has_notes = std::any_of(events.begin(), events.end(), [](const SmfEvent& event) {
    return event.kind == SmfKind::kNoteOn;
  });
  return has_notes ? "" : ToUtf8(file.tracks[0].names.front());
}

}  // namespace

absl::StatusOr<MidiReading> ReadMidi(std::string_view bytes, NoteSequence memory,
                                     const PieceLimits& limits) {
  MidiWarnings warnings;
  absl::StatusOr<SmfFile> file = ParseSmf(bytes, warnings, limits);
  if (!file.ok()) return file.status();
  MidiReading reading;
  reading.sequence = std::move(memory);
  NoteSequence& sequence = reading.sequence;
  sequence.Clear();  // which keeps its messages
  sequence.set_ticks_per_quarter(TicksPerQuarterOf(*file));
  sequence.mutable_source_info()->set_encoding_type(NoteSequence::SourceInfo::MIDI);
  sequence.mutable_source_info()->set_parser(NoteSequence::SourceInfo::PRETTY_MIDI);
  TickClock clock = ClockOf(*file, warnings);
  AddTempos(clock, sequence);
  AddSignatures(*file, clock, warnings, sequence);
  MAGENTA_RETURN_IF_ERROR(AddInstruments(*file, clock, limits, warnings, reading));
  reading.title = TitleOf(*file);
  std::move(warnings).MoveInto(reading);
  return reading;
}

}  // namespace magenta
