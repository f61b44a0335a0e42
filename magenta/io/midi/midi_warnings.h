#pragma once
// The list that a reader of damaged files writes into: bounded, and free once it is full.

#include <fmt/core.h>

#include <utility>
#include <vector>

#include "magenta/io/midi/midi_file.h"

namespace magenta {

/// Keeps the first kMaxMidiWarnings warnings and counts the rest, so that a hostile file can't make
/// its reader hold or format a message a byte.
class MidiWarnings {
 public:
  /// `text` and `args` as fmt::format takes them; `offset` and `track` as in MidiWarning.
  template <typename... Args>
  void Add(uint64_t offset, int track, fmt::format_string<Args...> text, Args&&... args) {
    if (kept_.size() == kMaxMidiWarnings) {
      ++left_out_;
      return;
    }
    kept_.push_back({offset, track, fmt::format(text, std::forward<Args>(args)...)});
  }

  /// How many were added, kept or not.
  uint64_t count() const { return kept_.size() + left_out_; }

  /// Moves what was kept, ordered by offset, into `reading`.
  void MoveInto(MidiReading& reading) &&;

 private:
  std::vector<MidiWarning> kept_;
  uint64_t left_out_ = 0;
};

}  // namespace magenta
