#pragma once
// Music as a line of text, for the tables of tests: "T90@0 M3/4@0 60@0+0.5 62@0.5+1/i1".
//
//   PITCH@START+LENGTH   a note of velocity 100, then any of /iN instrument, /vN velocity, /d drum
//   TQPM@TIME  MN/D@TIME  KKEY@TIME   tempo, meter, key (pitch class)
//   CN=V@TIME  BN@TIME  "NAME@TIME    controller, pitch bend, chord symbol

#include <string>

#include "magenta/music.pb.h"
#include "magenta/music/melody.h"

namespace magenta {

/// The sequence that `text` says, every time in it multiplied by `unit` seconds; total_time is the
/// latest end. Only for well-formed text: anything else ends the program.
NoteSequence ParseMusic(const std::string& text, double unit = 1.0);

/// The inverse, in seconds, kinds in the order M, T, K, C, chords, notes.
std::string DumpMusic(const NoteSequence& sequence);

/// "60 - . 62": pitches, "-" no event, "." note off.
std::string DumpEvents(const std::vector<Event>& events);

/// The inverse of DumpEvents. Only for well-formed text.
std::vector<Event> ParseEvents(const std::string& text);

}  // namespace magenta
