#pragma once
// The session as a MIDI file that is whole at every moment: a track for each player and one for
// the machine's answers to them.

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "magenta/live/stage/duet_options.h"
#include "magenta/live/stage/messages.h"
#include "magenta/music.pb.h"

namespace magenta {

class SessionRecorder {
 public:
  explicit SessionRecorder(const DuetOptions& options);

  /// Keeps what belongs into the recording: notes of players and machine, the players' pedals,
  /// other controllers and pitch bends, tempos.
  void Add(const JournalEntry& entry);

  /// Everything up to now, in seconds of the session; notes that still sound end now.
  NoteSequence Sequence() const;
  /// Writes it to `path` under another name, syncs and renames it: whatever happens, either the
  /// file of before or this one is there, whole. Errors as OutputFile's.
  absl::Status Save(const std::string& path) const;
  /// Notes that began.
  int64_t notes() const { return recorded_.notes_size(); }

 private:
  void AddSound(int instrument, const JournalEntry& entry);
  void AddNote(int instrument, const JournalEntry& entry);

  const DuetOptions& options_;
  NoteSequence recorded_;
  double now_ = 0;
  /// Index in recorded_ of what sounds, by instrument and pitch.
  std::map<std::pair<int, int>, int> sounding_;
};

}  // namespace magenta
