#include "magenta/render/live_synth.h"

#include <fluidsynth.h>
#include <fmt/core.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <utility>

#include "magenta/base/status.h"

namespace magenta {
namespace {

std::string RuntimeFile(const char* name) {
  const char* folder = std::getenv("XDG_RUNTIME_DIR");
  return folder == nullptr ? "" : std::string(folder) + "/" + name;
}

bool Exists(const std::string& path) {
  std::error_code ignored;
  return !path.empty() && std::filesystem::exists(path, ignored);
}

/// What to try, in order. Asked for first, because the libraries print to stderr when they find
/// nothing.
struct AudioSystem {
  const char* name;
  bool there;
};

bool HasAlsaOutput() {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator("/dev/snd", ignored)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("pcm") && name.ends_with("p")) return true;
  }
  return false;
}

}  // namespace

struct LiveSynth::Parts {
  struct Deleter {
    void operator()(fluid_settings_t* settings) const { delete_fluid_settings(settings); }
    void operator()(fluid_synth_t* synth) const { delete_fluid_synth(synth); }
    void operator()(fluid_audio_driver_t* driver) const { delete_fluid_audio_driver(driver); }
  };
  std::unique_ptr<fluid_settings_t, Deleter> settings;
  std::unique_ptr<fluid_synth_t, Deleter> synth;
  std::unique_ptr<fluid_audio_driver_t, Deleter> driver;  // ends first
};

LiveSynth::LiveSynth(std::unique_ptr<Parts> parts, std::string driver)
    : parts_(std::move(parts)), driver_(std::move(driver)) {}

LiveSynth::~LiveSynth() = default;

absl::StatusOr<std::unique_ptr<LiveSynth>> LiveSynth::Open(const std::string& sound_font) {
  const bool pulse = std::getenv("PULSE_SERVER") != nullptr || Exists(RuntimeFile("pulse/native"));
  const AudioSystem systems[] = {{"pipewire", Exists(RuntimeFile("pipewire-0"))},
                                 {"pulseaudio", pulse},
                                 {"alsa", HasAlsaOutput()}};
  for (int level = 0; level < LAST_LOG_LEVEL; ++level) {
    fluid_set_log_function(
        level, [](int, const char*, void*) {}, nullptr);
  }
  auto parts = std::make_unique<Parts>();
  parts->settings.reset(new_fluid_settings());
  fluid_settings_setnum(parts->settings.get(), "synth.gain", 0.5);
  fluid_settings_setint(parts->settings.get(), "audio.period-size", 64);
  parts->synth.reset(new_fluid_synth(parts->settings.get()));
  if (parts->synth == nullptr) return OutsideError("", "FluidSynth could not be started");
  if (fluid_synth_sfload(parts->synth.get(), sound_font.c_str(), 1) == FLUID_FAILED) {
    return InputError(sound_font, "is no sound font that FluidSynth can read",
                      "Name an .sf2 or .sf3 file by --soundfont");
  }
  for (const AudioSystem& system : systems) {
    if (!system.there) continue;
    fluid_settings_setstr(parts->settings.get(), "audio.driver", system.name);
    parts->driver.reset(new_fluid_audio_driver(parts->settings.get(), parts->synth.get()));
    if (parts->driver != nullptr) {
      return std::unique_ptr<LiveSynth>(new LiveSynth(std::move(parts), system.name));
    }
  }
  return OutsideError("", "there is no audio device: no PipeWire, no PulseAudio, no ALSA output",
                      "Let a synthesizer listen to the output port, or give --synth=FILE.wav");
}

void LiveSynth::Send(std::span<const uint8_t> message) {
  if (message.size() < 2) return;
  fluid_synth_t* synth = parts_->synth.get();
  const int channel = message[0] & 0x0f;
  const int low = message[1], high = message.size() > 2 ? message[2] : 0;
  switch (message[0] & 0xf0) {
    case 0x80: fluid_synth_noteoff(synth, channel, low); return;
    case 0x90: fluid_synth_noteon(synth, channel, low, high); return;
    case 0xb0: fluid_synth_cc(synth, channel, low, high); return;
    case 0xc0: fluid_synth_program_change(synth, channel, low); return;
    case 0xe0: fluid_synth_pitch_bend(synth, channel, low + 128 * high); return;
    default: return;
  }
}

}  // namespace magenta
