#pragma once
// Events of tracks -> instruments with their notes, control changes and pitch bends, all in ticks.
// Numbers and order are those of the reference: docs/formats/midi.md, "Instruments".

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "magenta/io/midi/shared_channels.h"
#include "magenta/io/midi/smf_parser.h"

namespace magenta {

/// One (program, channel, track) that completed a note; its number is its index.
struct MidiInstrument {
  /// Ticks from the start of the track; start < end.
  struct Note {
    int64_t start;
    int64_t end;
    uint8_t pitch;
    uint8_t velocity;
  };
  /// Index of its event in the track's events.
  using EventIndex = uint32_t;

  uint8_t program;
  uint8_t channel;
  int track;
  /// As it stands in the file; may be empty.
  std::string_view name;
  /// In the order in which they ended.
  std::vector<Note> notes;
  /// In the order of the file; instants, in ticks, are those of the events.
  std::vector<EventIndex> controls;
  std::vector<EventIndex> bends;
};

/// Feeds tracks, one after the other, and collects instruments. Linear in the number of events.
class InstrumentReader {
 public:
  /// `warnings` gets the notes that never ended; it must outlive the reader.
  explicit InstrumentReader(MidiWarnings& warnings, const PieceLimits& limits = kPieceLimits);

  /// Adds the notes of `track`, number `index`. `channels` is what its channels are told, by this
  /// track or others. Notes that never end are closed at its end. Errors: over limits.notes, in
  /// all.
  absl::Status ReadTrack(const SmfTrack& track, int index, const SharedChannels& channels);

  /// Of all tracks read so far, in the order in which first notes were completed.
  const std::vector<MidiInstrument>& instruments() const { return instruments_; }

  /// Control changes and bends of a channel in a track that plays nothing on it.
  struct Orphans {
    int track;
    int channel;
    std::vector<MidiInstrument::EventIndex> events;
  };
  /// Of all tracks read so far.
  const std::vector<Orphans>& orphans() const { return orphans_; }

  /// Notes that ended on the tick on which they began, which are none, of all tracks read so far.
  uint64_t no_length() const { return no_length_; }

 private:
  static constexpr int32_t kNone = -1;
  static constexpr int kChannels = SharedChannels::kChannels;
  static constexpr int kKeys = kChannels * 128;  // channel * 128 + pitch, or + program

  struct OpenNote {
    int64_t tick;
    uint64_t offset;
    int32_t next;  // of the same key, by age
    uint16_t key;
    uint8_t velocity;
    uint8_t program;
    bool is_open;
  };

  /// What one channel of the present track has said so far.
  struct Channel {
    uint8_t program = 0;
    /// When this track said so; -1: never.
    int64_t program_tick = -1;
    /// Notes that sound, and before which tick none of them is ended by a controller.
    int32_t open = 0;
    int64_t silence = SharedChannels::kNever;
    /// Control changes and bends that wait for an instrument to be made.
    std::vector<MidiInstrument::EventIndex> held;
    /// The instrument that took over the held ones last, or kNone.
    int32_t adopter = kNone;
  };

  // Those that are inline are so in instrument_reader.cc alone, where all calls are.
  inline int ProgramAt(int channel, int64_t tick) const;
  inline void NoteOn(const SmfEvent& event);
  inline void NoteOff(const SmfEvent& event);
  inline void CloseNote(OpenNote& note, int64_t end);
  inline void PassSilences(int channel, int64_t tick);
  inline void DropOldest(int channel, int32_t& oldest);
  void EndSilenced(int channel, int64_t tick);
  void DropJustBegun(int channel);
  void CloseNeverEnded(int64_t end);
  inline int32_t InstrumentFor(int channel, int program);
  int32_t NewInstrument(int channel, int program);
  inline void ChannelEvent(const SmfEvent& event, MidiInstrument::EventIndex index);
  void DealOutChannelEvents(const SmfTrack& track);

  MidiWarnings& warnings_;
  const PieceLimits& limits_;
  std::vector<MidiInstrument> instruments_;
  std::vector<Orphans> orphans_;
  uint64_t note_count_ = 0;  // of all tracks
  uint64_t no_length_ = 0;
  // The rest is about the present track.
  int track_ = 0;
  const SharedChannels* shared_ = nullptr;
  std::string_view name_;
  std::vector<OpenNote> notes_;
  std::array<int32_t, kKeys> oldest_;
  std::array<int32_t, kKeys> newest_;  // meaningless for a key without an oldest
  std::array<int32_t, kKeys> instrument_of_;
  std::array<Channel, kChannels> channels_;
  /// Of each event: the instrument that it belongs to, or kNone.
  std::vector<int32_t> owner_;
};

}  // namespace magenta
