#pragma once
// What the tracks of one performance say to a channel that all of them may play: its program, and
// that all its notes end.

#include <array>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "magenta/io/midi/smf_parser.h"

namespace magenta {

/// Whether a controller ends all notes of its channel: all sound off (120), all notes off (123),
/// and the modes 124 to 127, which do so too (MIDI 1.0; players agree).
constexpr bool EndsAllNotes(int controller) {
  return controller == 120 || (controller >= 123 && controller <= 127);
}

/// Program changes and ends of all notes, by channel and tick, of tracks that play together on one
/// port.
/// Queries take logarithmic time, however many there are and whatever the tracks.
class SharedChannels {
 public:
  static constexpr int kChannels = 16;
  static constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

  /// Of those tracks of a file whose numbers, rising, are `together`.
  SharedChannels(std::span<const SmfTrack> tracks, std::span<const int> together);

  /// Whether a program change of `channel` stands in another track than `track`.
  bool HasOtherPrograms(int channel, int track) const {
    const int only = program_track_[channel];
    return only != kNoTrack && only != track;
  }

  /// The program of `channel` at `tick` for a note of `track`, whose own last program change there
  /// was of `own_program` at `own_tick` (-1: none): the latest one counts; on one tick the own one,
  /// else that of the last track, also where it stands after the note.
  int ProgramAt(int channel, int64_t tick, int track, int own_program, int64_t own_tick) const;

  /// The first tick past `tick` at which all notes of `channel` end, kNever without one.
  int64_t SilenceAfter(int channel, int64_t tick) const {
    const std::vector<int64_t>& silences = silences_[channel];
    return silences.empty() ? kNever : SearchSilence(silences, tick);  // nearly always
  }

 private:
  static constexpr int kNoTrack = -1;
  static constexpr int kSeveral = -2;

  struct Program {
    int64_t tick;
    int32_t track;
    uint8_t program;
  };

  void AddTrack(const SmfTrack& track, int number);
  static int64_t SearchSilence(const std::vector<int64_t>& silences, int64_t tick);

  std::array<std::vector<Program>, kChannels> programs_;  // by tick, then track; one of each
  std::array<std::vector<int64_t>, kChannels> silences_;  // rising
  std::array<int, kChannels> program_track_;              // where all programs are, or kSeveral
};

}  // namespace magenta
