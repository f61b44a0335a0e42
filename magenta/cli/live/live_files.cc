#include "magenta/cli/live/live_files.h"

#include <fmt/core.h>

#include <algorithm>
#include <bitset>
#include <cmath>
#include <optional>

#include "magenta/base/files.h"
#include "magenta/base/utf8.h"
#include "magenta/io/midi/midi_file.h"
#include "magenta/io/midi/midi_warnings.h"
#include "magenta/live/backends/file_parts.h"
#include "magenta/live/realtime/transport.h"
#include "magenta/music/meter_map.h"
#include "magenta/music/piece_limits.h"

namespace magenta::cli {
namespace {

/// Of a file that plays and has no switch: bars after which a phrase ends at the latest.
constexpr int kFilePhraseBars = 4;
constexpr int kDrumsNumber = 10;

/// One input. What can't be read the backend will say.
struct InputFile {
  std::string path;
  NoteSequence music;
  std::vector<FilePart> parts;
  bool has_switch = false;
};

/// Whether a message of `file` begins a phrase, and a later one ends it, as the four flags say.
bool HoldsSwitch(const SmfFile& file, const LiveFlags& flags) {
  const auto is = [](const SmfEvent& event, int number, int value) {
    return event.kind == SmfKind::kControl && event.a == number &&
           (value < 0 ? event.b >= 64 : event.b == value);
  };
  std::optional<int64_t> first_start, last_stop;
  for (const SmfTrack& track : file.tracks) {
    for (const SmfEvent& event : track.events) {
      if (is(event, flags.start_control, flags.start_value)) {
        first_start = std::min(first_start.value_or(event.tick), event.tick);
      } else if (is(event, flags.stop_control, flags.stop_value)) {
        last_stop = std::max(last_stop.value_or(event.tick), event.tick);
      }
    }
  }
  return first_start && last_stop && *first_start < *last_stop;
}

std::vector<InputFile> ReadInputs(const LiveFlags& flags, bool apart) {
  std::vector<InputFile> inputs;
  for (const std::string& path : flags.input_ports) {
    const auto bytes = ReadFile(path, kPieceLimits.file_bytes);
    if (!bytes.ok()) continue;
    MidiWarnings warnings;
    const auto file = ParseSmf(*bytes, warnings);
    const auto reading = ReadMidi(*bytes);
    if (!file.ok() || !reading.ok()) continue;
    inputs.push_back({path, reading->sequence, PartsOf(*file, apart), HoldsSwitch(*file, flags)});
  }
  return inputs;
}

/// Whether a bar of `meter` can be counted in steps.
bool IsUsable(const Meter& meter) {
  return meter.numerator <= 64 && meter.denominator >= 1 && meter.denominator <= 16;
}

void TakeTempo(const InputFile& input, LiveFlags& flags, std::vector<std::string>& remarks) {
  const NoteSequence& music = input.music;
  if (music.tempos_size() == 0) return;
  const double first = music.tempos(0).qpm();
  if (flags.qpm == 0) {
    flags.qpm = std::clamp(first, kMinQpm, kMaxQpm);
    remarks.push_back(fmt::format("{:.6g} quarters a minute, as {} has it", first, input.path));
    if (flags.qpm != first) remarks.back() += fmt::format("; {:.6g} are played", flags.qpm);
  }
  if (music.tempos_size() > 1 && flags.clock != "follow") {
    remarks.push_back(
        fmt::format("{} changes its tempo; it is played beat for beat at {:.6g} throughout "
                    "(MIDI clock in it is followed: --clock=follow)",
                    input.path, flags.qpm));
  }
}

/// The meter, and how long a pickup waits so that it ends on a bar line. Pickups and other short
/// bars are no change of it.
void TakeMeter(const InputFile& input, LiveFlags& flags, std::vector<std::string>& remarks) {
  if (input.music.time_signatures_size() == 0) return;
  const MeterMap map(input.music);
  const Meter& meter = map.meters().front();
  if (flags.meter.empty() && IsUsable(meter)) {
    flags.meter = fmt::format("{}/{}", meter.numerator, meter.denominator);
    remarks.push_back(fmt::format("bars of {}, as {} has them", flags.meter, input.path));
    if (map.HasChanges()) remarks.back() += " first: bars are counted so throughout";
  }
  if (flags.meter != fmt::format("{}/{}", meter.numerator, meter.denominator)) return;
  const double pickup = std::fmod(meter.bar_line, meter.bar());
  if (pickup < 1e-6 || meter.bar() - pickup < 1e-6) return;
  flags.files.pickup = meter.bar() - pickup;
}

void SettleTime(const std::vector<InputFile>& inputs, LiveFlags& flags,
                std::vector<std::string>& remarks) {
  for (const InputFile& input : inputs) TakeTempo(input, flags, remarks);
  for (const InputFile& input : inputs) {
    if (flags.meter.empty()) TakeMeter(input, flags, remarks);
  }
}

bool NamesSwitch(const LiveFlags& flags) {
  return !flags.switch_control.empty() || flags.start_control >= 0 || flags.start_value > -2 ||
         flags.stop_control >= 0 || flags.stop_value > -2;
}

void SettleSwitch(LiveFlags& flags) {
  if (flags.start_control < 0) flags.start_control = 1;
  if (flags.stop_control < 0) flags.stop_control = 1;
  if (flags.start_value < -1) flags.start_value = 127;
  if (flags.stop_value < -1) flags.stop_value = 0;
}

/// A file that plays and has no control for it takes turns by phrases.
void SettleTurns(const std::vector<InputFile>& inputs, bool names_switch, LiveFlags& flags,
                 std::vector<std::string>& remarks) {
  if (!flags.accompany.empty()) {
    flags.mode = "together";
    flags.files.by_beats =
        flags.backend == "file" && flags.clock != "follow" && flags.controls.clock < 0;
    return;
  }
  const bool has_switch =
      names_switch || std::any_of(inputs.begin(), inputs.end(),
                                  [](const InputFile& input) { return input.has_switch; });
  if (flags.mode.empty() && flags.backend == "file" && !has_switch) {
    flags.mode = "free";
    if (flags.answer_on.empty()) flags.answer_on = "bar";
    if (flags.max_listen_bars < 0) flags.max_listen_bars = kFilePhraseBars;
    const std::string at_most =
        flags.max_listen_bars == 0 ? "" : fmt::format(" or after {} bars", flags.max_listen_bars);
    remarks.push_back(fmt::format(
        "a phrase ends on a {}, with {:.6g} beats of silence{} (--silence, "
        "--max_listen, --answer_on; other turns: --mode)",
        flags.answer_on == "bar" ? "bar line" : flags.answer_on, flags.silence, at_most));
  }
  if (flags.mode.empty()) flags.mode = "switch";
  if (flags.answer_on.empty()) flags.answer_on = "step";
  flags.max_listen_bars = std::max(flags.max_listen_bars, 0);
  const bool own_time = flags.clock != "follow" && flags.controls.clock < 0;
  flags.files.waits = flags.backend == "file" && flags.wait && own_time && flags.mode != "switch";
  flags.files.by_beats = flags.backend == "file" && own_time;
}

/// Who is heard: of a file with several parts the tune; the others sound with it.
void SettleInput(const std::vector<InputFile>& inputs, LiveFlags& flags,
                 std::vector<std::string>& remarks) {
  if (!flags.files.one_player || flags.input_channel >= 0) {
    flags.input_channel = std::max(flags.input_channel, 0);
    return;
  }
  flags.input_channel = 0;
  const std::vector<FilePart>& parts = inputs[0].parts;
  if (parts.empty()) return;
  if (flags.files.drums) {
    const bool has_drums = std::any_of(parts.begin(), parts.end(), [](const FilePart& part) {
      return part.channel == kDrumsNumber - 1;
    });
    if (has_drums) flags.input_channel = kDrumsNumber;
    if (!has_drums) {
      remarks.push_back(
          fmt::format("{} has no drums: its notes are heard as drums", inputs[0].path));
    }
    return;
  }
  const FilePart* tune = TuneOf(parts);
  // Drums alone: nobody is heard.
  flags.input_channel = tune == nullptr ? 1 : tune->channel + 1;
  if (tune == nullptr) {
    remarks.push_back(
        fmt::format("{} holds drums alone, and no tune to answer (--input_channel=10 "
                    "hears them)",
                    inputs[0].path));
  } else if (parts.size() > 1) {
    std::string name = ToUtf8(tune->name);
    if (!name.empty()) name = fmt::format(" ({})", name);
    remarks.push_back(
        fmt::format("{} has {} parts: that of track {}{}, which lies highest, is heard and "
                    "answered; the others sound with it (--input_channel hears another)",
                    inputs[0].path, parts.size(), tune->track + 1, name));
  }
}

/// Channels of the output for the machine: those of a file's players are theirs.
void SettleOutput(const std::vector<InputFile>& inputs, LiveFlags& flags,
                  std::vector<std::string>& remarks) {
  // The parts of an accompaniment are on several, of which one may be given.
  const int given = std::max(flags.output_channel, 0);
  if (given > 0 && flags.accompany.empty()) return;
  if (flags.files.drums) {
    flags.output_channel = kDrumsNumber;
    return;
  }
  // What sounds together has channels of its own.
  const int players = std::max(static_cast<int>(flags.players.size()), 1);
  const int own = flags.accompany.empty() ? 1 : std::min(players + 1, 16);
  flags.output_channel = given > 0 ? given : own;
  if (flags.backend != "file" || !flags.thru) return;
  std::bitset<16> taken;
  taken.set(kDrumsNumber - 1);
  taken.set(flags.metronome_channel - 1);
  for (const InputFile& input : inputs) {
    for (const FilePart& part : input.parts) taken.set(part.channel);
  }
  for (int channel = 0; channel < 16; ++channel) {
    if (!taken[channel]) flags.files.free_channels.push_back(channel + 1);
  }
  if (flags.files.free_channels.size() < std::max<size_t>(flags.players.size(), 1)) {
    flags.files.free_channels.clear();
    remarks.push_back("the file uses all MIDI channels: the machine shares some of them");
    return;
  }
  if (given > 0) {
    auto& free = flags.files.free_channels;
    std::erase(free, given);
    std::stable_partition(free.begin(), free.end(),
                          [given](int channel) { return channel > given; });
    free.insert(free.begin(), given);
  }
  flags.output_channel = flags.files.free_channels[0];
}

}  // namespace

std::vector<std::string> SettleFlags(LiveFlags& flags) {
  std::vector<std::string> remarks;
  const bool names_switch = NamesSwitch(flags);
  SettleSwitch(flags);
  std::vector<InputFile> inputs;
  if (flags.backend == "file") {
    flags.files.one_player = flags.players.empty() && flags.input_ports.size() == 1;
    inputs = ReadInputs(flags, flags.files.one_player);
    flags.files.one_player &= inputs.size() == 1;
  }
  SettleTime(inputs, flags, remarks);
  if (flags.qpm == 0) flags.qpm = 120;
  if (flags.meter.empty()) flags.meter = "4/4";
  SettleTurns(inputs, names_switch, flags, remarks);
  SettleInput(inputs, flags, remarks);
  SettleOutput(inputs, flags, remarks);
  if (flags.metronome == "auto" && flags.backend == "file") flags.metronome = "off";
  return remarks;
}

}  // namespace magenta::cli
