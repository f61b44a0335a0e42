#pragma once
// Standard MIDI Files <-> NoteSequence. What is read and written, byte by byte, and why:
// docs/formats/midi.md.
//
// Units: a NoteSequence counts seconds, a file counts ticks; pitches, velocities, programs and
// controller values are MIDI's 0..127, pitch bends -8192..8191, channels 0..15 (9 is drums).

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/music.pb.h"
#include "magenta/music/piece_limits.h"

namespace magenta {

/// Something that a strict reader would have refused, and what was made of it.
struct MidiWarning {
  /// Byte offset in the file (the RIFF wrapper counts).
  uint64_t offset;
  /// Which MTrk chunk, from 0; -1 for the header and what stands between tracks.
  int track;
  /// What stood there and what the reader did about it; no offset, no full stop.
  std::string text;
};

/// "byte 35, track 0: status F4 has no meaning in a file; left out"
std::string WarningLine(const MidiWarning& warning);

/// At most this many warnings of one file are kept; the rest are counted.
inline constexpr size_t kMaxMidiWarnings = 100;

/// What a file gave. The sequence holds what parsed, even when there are warnings.
struct MidiReading {
  NoteSequence sequence;
  /// In the order of the bytes, at most kMaxMidiWarnings.
  std::vector<MidiWarning> warnings;
  /// Warnings past those.
  uint64_t warnings_left_out = 0;
  /// What a NoteSequence has no place for, the first few texts by name: "left out: 2 notes of no
  /// length, 12 lyrics, 1 text ("Intro" at 0 s)"; "" where there is nothing.
  std::string left_out;
  /// Of format 1: the name of the first track where it holds no notes, which is the piece's. Not in
  /// the sequence, where the reference has none.
  std::string title;
};

/// Reads a Standard MIDI File of format 0, 1 or 2, also inside RIFF (.rmi), as players do: whatever
/// is broken is stepped over with a warning. Notes, times, numbers of instruments and order equal
/// the reference's to the last bit of the doubles where the file has none of the oddities that
/// docs/formats/midi.md lists. `id`, `filename` and `collection_name` are the caller's to fill in.
///
/// Time and memory grow with the bytes, never with ticks or lengths that a file claims, and stop
/// growing at `limits`.
/// `memory` is used up: what it holds goes, and its messages are taken for the new ones, which is
/// faster than new memory for each note where many files are read.
/// Errors (exit 3): no MIDI header within the bytes, no track after it, over a limit.
absl::StatusOr<MidiReading> ReadMidi(std::string_view bytes, NoteSequence memory = {},
                                     const PieceLimits& limits = kPieceLimits);

/// `sequence` as a Standard MIDI File of format 1 with `ticks_per_quarter` (220 when unset), byte
/// for byte what the reference writes, but that all programs of instrument 0 are kept, a note that
/// rounds to no length gets a tick and chord symbols are texts (FF 01) of the first track. Order
/// within `notes` and `tempos` does not matter; control changes, pitch bends and keys are written
/// too; quantized steps and other text annotations are not.
///
/// Errors (exit 2): a pitch, velocity, program, controller or time that a file can't hold; the
/// message names the field and its index.
absl::StatusOr<std::string> WriteMidi(const NoteSequence& sequence);

}  // namespace magenta
