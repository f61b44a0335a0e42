// FluidSynth runs in this process and is told every message by us, at its frame: a player thread
// would add timing of its own, and a MIDI file's sixteen channels would make instruments share
// controllers. The piece is rendered twice: once to find its peak, then, scaled by that, into the
// file. That costs a second per two minutes of music and keeps memory constant.
#include "magenta/render/sound.h"

#include <fluidsynth.h>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <limits>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "magenta/base/status.h"
#include "magenta/render/schedule.h"
#include "magenta/render/sound_file.h"

namespace magenta {
namespace {

constexpr int64_t kBlockFrames = 2048;
/// The reverberation of nothing at all stays below this.
constexpr float kNoiseFloor = 1e-5f;

struct SynthDeleter {
  void operator()(fluid_settings_t* settings) const { delete_fluid_settings(settings); }
  void operator()(fluid_synth_t* synth) const { delete_fluid_synth(synth); }
};

void SilenceFluidLog() {
  for (int level = 0; level < LAST_LOG_LEVEL; ++level) {
    fluid_set_log_function(
        level, [](int, const char*, void*) {}, nullptr);
  }
}

absl::Status NoSoundFont(const std::string& path) {
  return InputError(path, "is no sound font that FluidSynth can read",
                    "Name an .sf2 or .sf3 file by --soundfont");
}

/// FluidSynth's own readers of other formats print; only what begins as a sound font reaches them.
absl::Status CheckSoundFont(const std::string& path) {
  std::array<char, 12> head{};
  std::ifstream file(path, std::ios::binary);
  file.read(head.data(), head.size());
  const std::string_view text(head.data(), head.size());
  return text.starts_with("RIFF") && text.ends_with("sfbk") ? absl::OkStatus() : NoSoundFont(path);
}

/// A synthesizer with its sound font.
class SoundSynth {
 public:
  static absl::StatusOr<SoundSynth> Create(const SoundSchedule& schedule,
                                           const SoundOptions& options) {
    SilenceFluidLog();
    SoundSynth synth;
    synth.settings_.reset(new_fluid_settings());
    fluid_settings_t* settings = synth.settings_.get();
    const int channels =
        std::max<int>(16, (static_cast<int>(schedule.drums.size()) + 15) / 16 * 16);
    fluid_settings_setint(settings, "synth.midi-channels", channels);
    fluid_settings_setnum(settings, "synth.sample-rate", options.sample_rate);
    fluid_settings_setnum(settings, "synth.gain", 0.5);
    fluid_settings_setint(settings, "synth.dynamic-sample-loading", 1);
    synth.synth_.reset(new_fluid_synth(settings));
    if (synth.synth_ == nullptr) {
      return OutsideError("", "FluidSynth could not be started");
    }
    if (fluid_synth_sfload(synth.get(), options.sound_font.c_str(), 0) == FLUID_FAILED) {
      return NoSoundFont(options.sound_font);
    }
    for (int i = 0; i < channels; ++i) {
      const bool drums = i < static_cast<int>(schedule.drums.size()) && schedule.drums[i];
      fluid_synth_set_channel_type(synth.get(), i,
                                   drums ? CHANNEL_TYPE_DRUM : CHANNEL_TYPE_MELODIC);
      fluid_synth_bank_select(synth.get(), i, drums ? 128 : 0);
      fluid_synth_program_change(synth.get(), i, 0);
    }
    return synth;
  }

  void Play(const SoundEvent& event) {
    switch (event.kind) {
      case SoundEvent::Kind::kNoteOff:
        fluid_synth_noteoff(get(), event.channel, event.number);
        return;
      case SoundEvent::Kind::kProgram:
        fluid_synth_program_change(get(), event.channel, event.number);
        return;
      case SoundEvent::Kind::kControl:
        fluid_synth_cc(get(), event.channel, event.number, event.value);
        return;
      case SoundEvent::Kind::kBend:
        fluid_synth_pitch_bend(get(), event.channel, event.number);
        return;
      case SoundEvent::Kind::kNoteOn:
        fluid_synth_noteon(get(), event.channel, event.number, event.value);
        return;
    }
  }

  /// The next `frames` stereo frames, interleaved, full scale 1.
  void Render(int64_t frames, float* samples) {
    fluid_synth_write_float(get(), static_cast<int>(frames), samples, 0, 2, samples, 1, 2);
  }

 private:
  fluid_synth_t* get() const { return synth_.get(); }
  std::unique_ptr<fluid_settings_t, SynthDeleter> settings_;
  std::unique_ptr<fluid_synth_t, SynthDeleter> synth_;
};

/// Renders `frames` frames and hands them to `sink` block after block.
template <typename Sink>
absl::Status RenderPass(const SoundSchedule& schedule, const SoundOptions& options, int64_t frames,
                        double progress_from, const Sink& sink) {
  MAGENTA_ASSIGN_OR_RETURN(SoundSynth synth, SoundSynth::Create(schedule, options));
  std::array<float, 2 * kBlockFrames> block;
  size_t next = 0;
  for (int64_t frame = 0; frame < frames;) {
    while (next < schedule.events.size() && schedule.events[next].frame <= frame) {
      synth.Play(schedule.events[next++]);
    }
    int64_t count = std::min(kBlockFrames, frames - frame);
    if (next < schedule.events.size()) {
      count = std::min(count, schedule.events[next].frame - frame);
    }
    synth.Render(count, block.data());
    MAGENTA_RETURN_IF_ERROR(sink(std::span<const float>(block.data(), 2 * count)));
    frame += count;
    if (options.progress && (frame / kBlockFrames) % 64 == 0 &&
        !options.progress(progress_from + 0.5 * static_cast<double>(frame) / frames)) {
      return InterruptedError("stopped before the sound was written");
    }
  }
  return absl::OkStatus();
}

double Decibels(double amplitude) {
  return amplitude > 0 ? 20 * std::log10(amplitude) : -std::numeric_limits<double>::infinity();
}

}  // namespace

absl::StatusOr<SoundReport> RenderSound(const NoteSequence& sequence, const SoundOptions& options,
                                        const std::string& path) {
  MAGENTA_ASSIGN_OR_RETURN(const SoundSchedule schedule,
                           ScheduleSound(sequence, options.sample_rate));
  MAGENTA_RETURN_IF_ERROR(CheckSoundFont(options.sound_font));
  const int64_t frames = schedule.frames + std::llround(options.tail_seconds * options.sample_rate);
  MAGENTA_ASSIGN_OR_RETURN(
      const std::unique_ptr<SoundFile> file,
      SoundFile::Create(path, SoundFormatOfName(path).value_or(SoundFormat::kWav), frames,
                        options.sample_rate));

  float peak = 0;
  MAGENTA_RETURN_IF_ERROR(
      RenderPass(schedule, options, frames, 0.0, [&](std::span<const float> samples) {
        for (const float sample : samples) peak = std::max(peak, std::abs(sample));
        return absl::OkStatus();
      }));
  const float scale = peak > kNoiseFloor
                          ? static_cast<float>(32767 * std::pow(10, options.peak_dbfs / 20) / peak)
                          : 0;

  std::vector<int16_t> scaled;
  MAGENTA_RETURN_IF_ERROR(
      RenderPass(schedule, options, frames, 0.5, [&](std::span<const float> samples) {
        scaled.clear();
        for (const float sample : samples) {
          scaled.push_back(
              static_cast<int16_t>(std::clamp(std::lround(sample * scale), -32768L, 32767L)));
        }
        return file->Write(scaled);
      }));
  MAGENTA_RETURN_IF_ERROR(file->Commit());
  return SoundReport{frames, static_cast<double>(frames) / options.sample_rate,
                     Decibels(peak * scale / 32768.0)};
}

}  // namespace magenta
