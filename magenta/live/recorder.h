#pragma once
// The session as a MIDI file that is whole at every moment: a track for each player (and each
// further channel that plays with them) and one for the machine's answers to them, or for each part
// of its accompaniment.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "magenta/live/live_chords.h"
#include "magenta/live/realtime/duet_options.h"
#include "magenta/live/realtime/messages.h"
#include "magenta/music.pb.h"

namespace magenta {

/// Not thread-safe: the thread that runs the session has it. Entries come in the journal's order;
/// times are seconds since the backend's start.
class SessionRecorder {
 public:
  /// `options` outlive it.
  explicit SessionRecorder(const DuetOptions& options);

  /// Keeps what belongs into the recording: notes of players and machine, the players' pedals,
  /// other controllers, programs and pitch bends, tempos, and the chords that are played over, each
  /// where it begins to count.
  void Add(const SessionEvent& entry);

  /// Everything up to now, in seconds of the session; notes that still sound end now. The metronome
  /// is in it where that is wanted.
  NoteSequence Sequence(bool with_clicks = false) const;
  /// Writes it to `path` under another name, syncs and renames it: whatever happens, either the
  /// file of before or this one is there, whole. Errors as OutputFile's.
  absl::Status Save(const std::string& path) const;
  /// Notes that began.
  int64_t notes() const { return recorded_.notes_size(); }

 private:
  /// One channel of what a player plays, or the machine plays for one player.
  struct Part {
    int instrument = 0;
    int program = 0;
    bool is_drum = false;
  };
  std::string NameOf(std::string_view who, int player) const;
  void AddInstrument(int instrument, const std::string& name);
  Part& PlayersPart(const SessionEvent& entry);
  void AddTempo(double seconds, double qpm);
  void AddChordKey(const SessionEvent& entry);
  void AddChordsUpTo(const SessionEvent& beat);
  void AddChord(int64_t step, double seconds);
  void AddSound(const SessionEvent& entry);
  void AddNote(const Part& part, const SessionEvent& entry, NoteSequence& recorded);
  void EndNote(int instrument, int pitch, double seconds);

  const DuetOptions& options_;
  NoteSequence recorded_;
  NoteSequence clicks_;
  int next_instrument_;
  /// By player and channel.
  std::map<std::pair<int, int>, Part> players_;
  std::map<std::pair<int, int>, Part> machine_;
  double now_ = 0;
  LiveChords chords_;
  /// The last beat, or where the clock began: what lies between two beats is in proportion.
  std::optional<SessionEvent> beat_;
  /// What sounds, by instrument and pitch: the notes of recorded_ or clicks_, by index.
  std::map<std::pair<int, int>, std::pair<NoteSequence*, int>> sounding_;
};

}  // namespace magenta
