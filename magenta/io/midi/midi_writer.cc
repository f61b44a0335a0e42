// NoteSequence -> Standard MIDI File, byte for byte as the reference's note-seq and pretty_midi
// write it: a first track of tempos and signatures, then a track an instrument; within a tick by
// kind, then by value. Chord symbols, which the reference drops, are texts of the first track. Two
// of its faults are not inherited: further programs of instrument 0 get tracks of their own instead
// of replacing the first, and a note so short that both its ends round to one tick ends a tick
// later instead of never.

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <map>
#include <tuple>

#include "magenta/base/status.h"
#include "magenta/base/utf8.h"
#include "magenta/io/midi/midi_file.h"
#include "magenta/io/midi/shared_channels.h"
#include "magenta/io/midi/tick_clock.h"

namespace magenta {
namespace {

constexpr int kDefaultTicksPerQuarter = 220;
constexpr int kMaxTicksPerQuarter = 32767;
constexpr size_t kMaxTracks = 32767;
constexpr int64_t kMaxDelta = 0x0FFFFFFF;
constexpr double kDefaultQpm = 120.0;
constexpr int kDrums = 9;
constexpr int kMelodicChannels = 15;

/// Sharps (flats negative) of the major keys from C up by semitones, and of the minor keys.
constexpr std::array<int, 12> kMajorSharps = {0, -5, 2, -3, 4, -1, 6, 1, -4, 3, -2, 5};
constexpr std::array<int, 12> kMinorSharps = {-3, 4, -1, 6, 1, -4, 3, -2, 5, 0, -5, 2};

/// Ranks of kinds within one tick; values are added to them.
enum Rank : int32_t {
  kTempoRank = 1 << 16,
  kMeterRank = 2 << 16,
  kKeyRank = 3 << 16,
  kTextRank = 4 << 16,
  kProgramRank = 6 << 16,
  kBendRank = 7 << 16,
  kControlRank = 8 << 16,
  kNoteRank = 10 << 16,
};

struct OutEvent {
  int64_t tick;
  int32_t rank;
  uint8_t size;
  std::array<uint8_t, 7> bytes;
  int32_t text = -1;  // what follows the bytes: an index in TrackWriter's texts, or nothing
};

void AppendBigEndian(uint64_t value, int bytes, std::string& out) {
  while (bytes-- > 0) out += static_cast<char>(value >> (8 * bytes) & 0xFF);
}

void AppendVariableLength(uint64_t value, std::string& out) {
  int shift = 0;
  while (value >> (shift + 7) != 0) shift += 7;
  for (; shift > 0; shift -= 7) out += static_cast<char>(0x80 | (value >> shift & 0x7F));
  out += static_cast<char>(value & 0x7F);
}

/// Latin-1 of UTF-8 text; what Latin-1 lacks becomes a question mark.
std::string Utf8ToLatin1(std::string_view text) {
  std::string latin;
  for (size_t i = 0; i < text.size();) {
    auto lead = static_cast<uint8_t>(text[i]);
    size_t size = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    bool fits = (lead == 0xC2 || lead == 0xC3) && i + 1 < text.size();
    if (lead < 0x80) {
      latin += text[i];
    } else {
      latin += fits ? static_cast<char>((lead & 3) << 6 | (text[i + 1] & 0x3F)) : '?';
    }
    i += size;
  }
  return latin;
}

/// A name as the reference writes it, Latin-1, where that is read as the same name again; else
/// UTF-8.
std::string NameBytes(std::string_view name) {
  std::string latin = Utf8ToLatin1(name);
  return ToUtf8(latin) == name ? latin : ToUtf8(name);
}

absl::Status FieldError(std::string_view field, int index, std::string_view problem) {
  return UsageError(
      fmt::format("{}[{}] can't be written to a MIDI file: {}", field, index, problem));
}

absl::Status CheckRange(std::string_view field, int index, std::string_view what, int value,
                        int low, int high) {
  if (value >= low && value <= high) return absl::OkStatus();
  return FieldError(field, index, fmt::format("{} {} is not in {}..{}", what, value, low, high));
}

absl::Status CheckTime(std::string_view field, int index, double seconds) {
  if (std::isfinite(seconds) && seconds >= 0) return absl::OkStatus();
  return FieldError(field, index,
                    fmt::format("time {} is not a number of seconds from 0 up", seconds));
}

/// The events of one track in any order, and its bytes.
class TrackWriter {
 public:
  /// Stands before everything else.
  void SetName(std::string name) { name_ = std::move(name); }

  void Add(int64_t tick, int32_t rank, std::initializer_list<int> bytes) {
    OutEvent event{tick, rank, static_cast<uint8_t>(bytes.size()), {}};
    std::copy(bytes.begin(), bytes.end(), event.bytes.begin());
    events_.push_back(event);
  }

  /// FF 01.
  void AddText(int64_t tick, std::string text) {
    Add(tick, kTextRank, {0xFF, 0x01});
    events_.back().text = static_cast<int32_t>(texts_.size());
    texts_.push_back(std::move(text));
  }

  /// The whole chunk; End Of Track stands a tick after the last event.
  absl::StatusOr<std::string> Chunk() {
    std::stable_sort(events_.begin(), events_.end(), [](const OutEvent& a, const OutEvent& b) {
      return std::tie(a.tick, a.rank) < std::tie(b.tick, b.rank);
    });
    std::string body;
    if (!name_.empty()) {
      body += std::string_view("\0\xFF\x03", 3);
      AppendVariableLength(name_.size(), body);
      body += name_;
    }
    MAGENTA_RETURN_IF_ERROR(AppendEvents(body));
    body += std::string_view("\x01\xFF\x2F\0", 4);
    std::string chunk = "MTrk";
    AppendBigEndian(body.size(), 4, chunk);
    return chunk + body;
  }

 private:
  absl::Status AppendEvents(std::string& body) const {
    int64_t tick = 0;
    int running_status = -1;
    for (const OutEvent& event : events_) {
      if (event.tick - tick > kMaxDelta) {
        return UsageError(
            fmt::format("{} ticks without an event are more than a MIDI file can hold",
                        event.tick - tick),
            "Shorten the silence");
      }
      AppendVariableLength(event.tick - tick, body);
      tick = event.tick;
      bool is_meta = event.bytes[0] == 0xFF;
      int skip = !is_meta && event.bytes[0] == running_status ? 1 : 0;
      body.append(event.bytes.begin() + skip, event.bytes.begin() + event.size);
      running_status = is_meta ? -1 : event.bytes[0];
      if (event.text < 0) continue;
      const std::string& text = texts_[static_cast<size_t>(event.text)];
      AppendVariableLength(text.size(), body);
      body += text;
    }
    return absl::OkStatus();
  }

  std::string name_;
  std::vector<OutEvent> events_;
  std::vector<std::string> texts_;
};

/// One sequence, checked and laid out as it goes.
class MidiWriter {
 public:
  explicit MidiWriter(const NoteSequence& sequence)
      : sequence_(sequence),
        ticks_per_quarter_(sequence.ticks_per_quarter() == 0 ? kDefaultTicksPerQuarter
                                                             : sequence.ticks_per_quarter()),
        clock_(0) {}

  absl::StatusOr<std::string> Write() {
    if (ticks_per_quarter_ < 1 || ticks_per_quarter_ > kMaxTicksPerQuarter) {
      return UsageError(fmt::format("ticks_per_quarter {} is not in 1..{}", ticks_per_quarter_,
                                    kMaxTicksPerQuarter));
    }
    MAGENTA_RETURN_IF_ERROR(AddTempos());
    MAGENTA_RETURN_IF_ERROR(AddMeters());
    MAGENTA_RETURN_IF_ERROR(AddKeys());
    MAGENTA_RETURN_IF_ERROR(AddChords());
    MakeTracks();
    MAGENTA_RETURN_IF_ERROR(AddNotes());
    MAGENTA_RETURN_IF_ERROR(AddBends());
    MAGENTA_RETURN_IF_ERROR(AddControls());
    return Join();
  }

 private:
  /// Instrument, program, is_drum: what makes a track.
  using TrackKey = std::tuple<int, int, bool>;
  struct Part {
    int channel = 0;
    TrackWriter track;
  };

  template <typename Message>
  static TrackKey KeyOf(const Message& message) {
    return {message.instrument(), message.program(), message.is_drum()};
  }

  /// Of the tempos at time 0, the first listed opens the map and equal ones are left out.
  absl::Status AddTempos() {
    std::vector<NoteSequence::Tempo> tempos(sequence_.tempos().begin(), sequence_.tempos().end());
    for (int i = 0; i < sequence_.tempos_size(); ++i) {
      MAGENTA_RETURN_IF_ERROR(CheckTempo(i));
    }
    std::stable_sort(tempos.begin(), tempos.end(),
                     [](const auto& a, const auto& b) { return a.time() < b.time(); });
    bool opens = !tempos.empty() && tempos[0].time() == 0;
    double first_qpm = opens ? tempos[0].qpm() : kDefaultQpm;
    clock_ = TickClock(TickScale(first_qpm, ticks_per_quarter_));
    for (const NoteSequence::Tempo& tempo : tempos) {
      if (tempo.time() == 0 && tempo.qpm() == first_qpm) continue;
      clock_.Append(clock_.NearestTick(tempo.time()), TickScale(tempo.qpm(), ticks_per_quarter_));
    }
    for (const TickClock::Segment& segment : clock_.segments()) {
      int tempo = Microseconds(segment.scale);
      timing_.Add(segment.tick, kTempoRank,
                  {0xFF, 0x51, 3, tempo >> 16, tempo >> 8 & 0xFF, tempo & 0xFF});
    }
    return absl::OkStatus();
  }

  /// Microseconds a quarter, cut, as the reference cuts them.
  int Microseconds(double scale) const {
    return static_cast<int>(6e7 / (60.0 / (scale * ticks_per_quarter_)));
  }

  absl::Status CheckTempo(int index) const {
    const NoteSequence::Tempo& tempo = sequence_.tempos(index);
    MAGENTA_RETURN_IF_ERROR(CheckTime("tempos", index, tempo.time()));
    bool sane = tempo.qpm() > 3.5 && tempo.qpm() <= 6e7;
    int microseconds = sane ? Microseconds(TickScale(tempo.qpm(), ticks_per_quarter_)) : 0;
    if (microseconds >= 1 && microseconds <= 0xFFFFFF) return absl::OkStatus();
    return FieldError("tempos", index,
                      fmt::format("{} quarters a minute are not in 3.58..6e7", tempo.qpm()));
  }

  absl::Status AddMeters() {
    double earliest = 1;
    for (int i = 0; i < sequence_.time_signatures_size(); ++i) {
      const NoteSequence::TimeSignature& meter = sequence_.time_signatures(i);
      earliest = std::min(i == 0 ? meter.time() : earliest, meter.time());
    }
    if (earliest > 0) AddMeter(0, 4, 4);
    for (int i = 0; i < sequence_.time_signatures_size(); ++i) {
      const NoteSequence::TimeSignature& meter = sequence_.time_signatures(i);
      MAGENTA_RETURN_IF_ERROR(CheckTime("time_signatures", i, meter.time()));
      MAGENTA_RETURN_IF_ERROR(
          CheckRange("time_signatures", i, "numerator", meter.numerator(), 1, 255));
      if (meter.denominator() < 1 || !std::has_single_bit(uint32_t(meter.denominator()))) {
        return FieldError("time_signatures", i,
                          fmt::format("denominator {} is no power of 2", meter.denominator()));
      }
      AddMeter(clock_.NearestTick(meter.time()), meter.numerator(), meter.denominator());
    }
    return absl::OkStatus();
  }

  void AddMeter(int64_t tick, int numerator, int denominator) {
    int exponent = std::countr_zero(static_cast<uint32_t>(denominator));
    timing_.Add(tick, kMeterRank, {0xFF, 0x58, 4, numerator, exponent, 24, 8});
  }

  absl::Status AddKeys() {
    for (int i = 0; i < sequence_.key_signatures_size(); ++i) {
      const NoteSequence::KeySignature& key = sequence_.key_signatures(i);
      MAGENTA_RETURN_IF_ERROR(CheckTime("key_signatures", i, key.time()));
      MAGENTA_RETURN_IF_ERROR(CheckRange("key_signatures", i, "key", key.key(), 0, 11));
      bool minor = key.mode() == NoteSequence::KeySignature::MINOR;
      int sharps = (minor ? kMinorSharps : kMajorSharps)[key.key()];
      timing_.Add(clock_.NearestTick(key.time()), kKeyRank,
                  {0xFF, 0x59, 2, sharps & 0xFF, minor ? 1 : 0});
    }
    return absl::OkStatus();
  }

  /// Chord symbols as texts.
  absl::Status AddChords() {
    for (int i = 0; i < sequence_.text_annotations_size(); ++i) {
      const NoteSequence::TextAnnotation& chord = sequence_.text_annotations(i);
      if (chord.annotation_type() != NoteSequence::TextAnnotation::CHORD_SYMBOL) continue;
      MAGENTA_RETURN_IF_ERROR(CheckTime("text_annotations", i, chord.time()));
      timing_.AddText(clock_.NearestTick(chord.time()), NameBytes(chord.text()));
    }
    return absl::OkStatus();
  }

  /// One part a key, in their order; instrument 0 always has one.
  void MakeTracks() {
    for (const auto& note : sequence_.notes()) parts_[KeyOf(note)];
    for (const auto& bend : sequence_.pitch_bends()) parts_[KeyOf(bend)];
    for (const auto& control : sequence_.control_changes()) parts_[KeyOf(control)];
    bool has_first = !parts_.empty() && std::get<0>(parts_.begin()->first) == 0;
    std::map<int, std::string> names;
    for (const auto& info : sequence_.instrument_infos()) names[info.instrument()] = info.name();
    if (!has_first) {
      names.erase(0);
      parts_[{0, 0, false}];
    }
    int n = 0;
    for (auto& [key, part] : parts_) {
      auto [instrument, program, is_drum] = key;
      int melodic = n++ % kMelodicChannels;
      part.channel = is_drum ? kDrums : melodic + (melodic >= kDrums ? 1 : 0);
      ++parts_on_[part.channel];
      part.track.Add(0, kProgramRank, {0xC0 | part.channel, program & 0x7F});
      if (auto name = names.find(instrument); name != names.end()) {
        part.track.SetName(NameBytes(name->second));
      }
    }
  }

  template <typename Message>
  absl::StatusOr<Part*> PartOf(std::string_view field, int index, const Message& message) {
    MAGENTA_RETURN_IF_ERROR(CheckRange(field, index, "program", message.program(), 0, 127));
    MAGENTA_RETURN_IF_ERROR(
        CheckRange(field, index, "instrument", message.instrument(), 0, INT32_MAX));
    return &parts_.at(KeyOf(message));
  }

  absl::Status AddNotes() {
    for (int i = 0; i < sequence_.notes_size(); ++i) {
      const NoteSequence::Note& note = sequence_.notes(i);
      MAGENTA_RETURN_IF_ERROR(CheckTime("notes", i, note.start_time()));
      MAGENTA_RETURN_IF_ERROR(CheckTime("notes", i, note.end_time()));
      MAGENTA_RETURN_IF_ERROR(CheckRange("notes", i, "pitch", note.pitch(), 0, 127));
      MAGENTA_RETURN_IF_ERROR(CheckRange("notes", i, "velocity", note.velocity(), 0, 127));
      if (note.end_time() < note.start_time()) {
        return FieldError("notes", i, "it ends before it starts");
      }
      MAGENTA_ASSIGN_OR_RETURN(Part * part, PartOf("notes", i, note));
      int64_t start = clock_.NearestTick(note.start_time());
      int64_t end = std::max(clock_.NearestTick(note.end_time()), start + 1);
      int status = 0x90 | part->channel;
      int rank = kNoteRank + note.pitch() * 256;
      part->track.Add(start, rank + note.velocity(), {status, note.pitch(), note.velocity()});
      part->track.Add(end, rank, {status, note.pitch(), 0});
    }
    return absl::OkStatus();
  }

  absl::Status AddBends() {
    for (int i = 0; i < sequence_.pitch_bends_size(); ++i) {
      const NoteSequence::PitchBend& bend = sequence_.pitch_bends(i);
      MAGENTA_RETURN_IF_ERROR(CheckTime("pitch_bends", i, bend.time()));
      MAGENTA_RETURN_IF_ERROR(CheckRange("pitch_bends", i, "bend", bend.bend(), -8192, 8191));
      MAGENTA_ASSIGN_OR_RETURN(Part * part, PartOf("pitch_bends", i, bend));
      int value = bend.bend() + 8192;
      part->track.Add(clock_.NearestTick(bend.time()), kBendRank + bend.bend(),
                      {0xE0 | part->channel, value & 0x7F, value >> 7});
    }
    return absl::OkStatus();
  }

  absl::Status AddControls() {
    for (int i = 0; i < sequence_.control_changes_size(); ++i) {
      const NoteSequence::ControlChange& change = sequence_.control_changes(i);
      int number = change.control_number();
      int value = change.control_value();
      MAGENTA_RETURN_IF_ERROR(CheckTime("control_changes", i, change.time()));
      MAGENTA_RETURN_IF_ERROR(CheckRange("control_changes", i, "number", number, 0, 127));
      MAGENTA_RETURN_IF_ERROR(CheckRange("control_changes", i, "value", value, 0, 127));
      MAGENTA_ASSIGN_OR_RETURN(Part * part, PartOf("control_changes", i, change));
      // It would end the other parts' notes too; those of its own have their ends.
      if (EndsAllNotes(number) && parts_on_[part->channel] > 1) continue;
      part->track.Add(clock_.NearestTick(change.time()), kControlRank + number * 256 + value,
                      {0xB0 | part->channel, number, value});
    }
    return absl::OkStatus();
  }

  absl::StatusOr<std::string> Join() {
    if (parts_.size() + 1 > kMaxTracks) {
      return UsageError(fmt::format("{} instruments are more than a MIDI file's {} tracks",
                                    parts_.size(), kMaxTracks));
    }
    std::string file = "MThd";
    AppendBigEndian(6, 4, file);
    AppendBigEndian(1, 2, file);
    AppendBigEndian(parts_.size() + 1, 2, file);
    AppendBigEndian(ticks_per_quarter_, 2, file);
    timing_.SetName(NameBytes(sequence_.sequence_metadata().title()));
    MAGENTA_ASSIGN_OR_RETURN(std::string timing, timing_.Chunk());
    file += timing;
    for (auto& [key, part] : parts_) {
      MAGENTA_ASSIGN_OR_RETURN(std::string chunk, part.track.Chunk());
      file += chunk;
    }
    return file;
  }

  const NoteSequence& sequence_;
  int ticks_per_quarter_;
  TickClock clock_;
  TrackWriter timing_;
  std::map<TrackKey, Part> parts_;
  std::map<int, int> parts_on_;  // by channel
};

}  // namespace

absl::StatusOr<std::string> WriteMidi(const NoteSequence& sequence) {
  return MidiWriter(sequence).Write();
}

}  // namespace magenta
