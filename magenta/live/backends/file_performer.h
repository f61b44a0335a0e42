#pragma once
// MIDI files as a performer: block after block what comes in, and a musician's patience.

#include <cstdint>
#include <map>
#include <vector>

#include "magenta/live/backend.h"
#include "magenta/live/backends/file_tracks.h"

namespace magenta {

/// Plays one performance. Where cues say so, the note that is next waits, and with it everything
/// after it; keys that are held by then are let go when they would have been. Frames are the
/// session's. Not thread-safe.
class FilePerformer {
 public:
  /// An empty performance.
  FilePerformer() = default;
  /// `music` in order of frames.
  FilePerformer(FilePerformance music, PerformerCues cues);

  /// Puts what comes in during the block that begins on frame `start` into `in`, `most` messages at
  /// most: what such a block can't hold comes with the next one. Blocks follow one another.
  void Play(int64_t start, uint32_t frames, size_t most, std::vector<MidiEvent>& in);

  /// Where the music ends, as far as its waiting is known.
  int64_t end_frame() const { return Late(music_.end_frame); }
  /// Whether every message came in.
  bool done() const { return next_ == music_.events.size() && ends_.empty(); }

 private:
  /// A note-off that comes in when it would have without waiting.
  struct End {
    int64_t frame;
    size_t event;
  };

  void FindEnds();
  void Announce();
  void Wait(double frames);
  /// The next message before frame `end`, removed; its frame in the session goes to `frame`. Null:
  /// there is none.
  const MidiEvent* Next(int64_t end, int64_t& frame);
  void Strike(size_t event);
  int64_t Late(int64_t frame) const;
  bool IsHeard(const MidiEvent& event) const;

  FilePerformance music_;
  PerformerCues cues_;
  std::vector<size_t> ends_of_;  // of note-ons: the event that ends them, or the number of events
  std::vector<bool> gone_;       // events that came in before their place
  size_t next_ = 0;
  size_t next_on_ = 0;  // the first note-on that is heard from next_ on
  double wait_ = 0;     // frames, so far
  std::vector<End> ends_;
  std::map<int, size_t> sounding_;  // note-ons by port, channel and pitch
};

}  // namespace magenta
