#pragma once
// FluidSynth on this machine's loudspeakers, note by note.

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "absl/status/statusor.h"

namespace magenta {

/// A synthesizer that sounds what it is sent, at once. Its own thread makes the sound.
class LiveSynth {
 public:
  /// Opens the audio device. `sound_font` is a path (FindSoundFont). Errors: no sound font that
  /// can be read (exit 3); no audio device, with what was looked for (exit 5).
  static absl::StatusOr<std::unique_ptr<LiveSynth>> Open(const std::string& sound_font);
  ~LiveSynth();

  /// One MIDI message of 1 to 3 bytes; what is no channel message is passed over. Takes locks: not
  /// for the MIDI thread.
  void Send(std::span<const uint8_t> message);
  /// The system of sound that is used: "pipewire", "pulseaudio", "alsa".
  const std::string& driver() const { return driver_; }

 private:
  struct Parts;
  LiveSynth(std::unique_ptr<Parts> parts, std::string driver);
  std::unique_ptr<Parts> parts_;
  std::string driver_;
};

}  // namespace magenta
