#include "magenta/cli/live/live_options.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "magenta/base/error_message.h"
#include "magenta/base/status.h"
#include "magenta/cli/input/primer.h"
#include "magenta/live/realtime/active_notes.h"
#include "magenta/music/harmony/chord_symbol.h"
#include "magenta/music/program.h"
#include "magenta/request/backing_chords.h"

namespace magenta::cli {

std::optional<int> LiveNumber(std::string_view text, int low, int high) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (value < low || value > high) return std::nullopt;
  return value;
}

absl::StatusOr<int> ProgramOf(std::string_view flag, std::string_view text) {
  if (text.empty() || text == "-1") return -1;
  const auto program = ParseProgram(text);
  if (program.ok()) return *program;
  return UsageError(fmt::format("--{}: {}", flag, ErrorMessage(program.status())),
                    ErrorRemedy(program.status()));
}

namespace {

constexpr uint8_t kPitchClasses = 12;

/// Both numbers of "A<separator>B".
std::optional<std::pair<int, int>> LivePair(std::string_view text, char separator, int low,
                                            int high) {
  const size_t at = text.find(separator);
  if (at == text.npos) return std::nullopt;
  const auto first = LiveNumber(text.substr(0, at), low, high);
  const auto second = LiveNumber(text.substr(at + 1), low, high);
  if (!first || !second) return std::nullopt;
  return std::pair(*first, *second);
}

absl::Status SetMeter(const LiveFlags& flags, DuetOptions& options) {
  const auto meter = LivePair(flags.meter, '/', 1, 64);
  if (!meter || (meter->second & (meter->second - 1)) != 0) {
    return UsageError(fmt::format("--meter={} is no meter", flags.meter),
                      "Give one like 4/4 or 6/8");
  }
  const int steps = options.steps_per_quarter * 4;
  if (meter->first * steps % meter->second != 0) {
    return UsageError(fmt::format("a bar of {} is no whole number of steps", flags.meter));
  }
  options.meter_numerator = meter->first;
  options.meter_denominator = meter->second;
  options.steps_per_bar = meter->first * steps / meter->second;
  options.steps_per_beat = std::max(1, steps / meter->second);
  return absl::OkStatus();
}

absl::Status SetMode(const LiveFlags& flags, DuetOptions& options) {
  const std::string_view mode = flags.mode;
  if (mode == "switch") {
    options.mode = TurnMode::kSwitch;
    options.answer_bars = flags.answer_bars < 0 ? 5 : flags.answer_bars;
  } else if (mode == "free") {
    options.mode = TurnMode::kFree;
    options.answer_bars = std::max(flags.answer_bars, 0);
  } else if (mode == "together") {
    options.mode = TurnMode::kTogether;
  } else if (const auto bars =
                 mode.starts_with("bars:") ? LivePair(mode.substr(5), ',', 1, 256) : std::nullopt) {
    options.mode = TurnMode::kBars;
    options.listen_bars = bars->first;
    options.answer_bars = bars->second;
  } else {
    return UsageError(fmt::format("--mode={} is none of switch, bars:A,B, free", mode),
                      "Two bars each: --mode=bars:2,2");
  }
  options.silence_steps =
      std::max(1, static_cast<int>(std::lround(flags.silence * options.steps_per_beat)));
  options.min_listen_bars = flags.min_listen_bars;
  options.max_listen_bars = flags.max_listen_bars;
  options.allow_overlap = flags.allow_overlap;
  options.answer_grid_steps = flags.answer_on == "bar"    ? options.steps_per_bar
                              : flags.answer_on == "beat" ? options.steps_per_beat
                                                          : 1;
  return absl::OkStatus();
}

/// --switch, or the four flags of 2016.
absl::Status AddSwitch(const LiveFlags& flags, DuetOptions& options) {
  const std::string_view text = flags.switch_control;
  const auto add = [&](LiveAction action, int number, int value = -1, bool note = false) {
    options.controls.push_back({action, note, static_cast<uint8_t>(number), value});
  };
  if (text.empty()) {
    if (options.mode != TurnMode::kSwitch) return absl::OkStatus();
    add(LiveAction::kStartPhrase, flags.start_control, flags.start_value);
    add(LiveAction::kStopPhrase, flags.stop_control, flags.stop_value);
    return absl::OkStatus();
  }
  const auto number_after = [&](std::string_view prefix) {
    return text.starts_with(prefix) ? LiveNumber(text.substr(prefix.size()), 0, 127) : std::nullopt;
  };
  if (text == "pedal") {
    add(LiveAction::kPedal, 64);
  } else if (const auto controller = number_after("cc:")) {
    add(LiveAction::kPedal, *controller);
  } else if (const auto pitch = number_after("note:")) {
    add(LiveAction::kToggle, *pitch, -1, /*note=*/true);
  } else {
    return UsageError(fmt::format("--switch={} is none of cc:N, note:N, pedal", text),
                      "`magenta live --learn` shows what yours sends");
  }
  return absl::OkStatus();
}

void AddControls(const LiveFlags::Controls& controls, DuetOptions& options) {
  const std::pair<int, LiveAction> rows[] = {
      {controls.temperature, LiveAction::kTemperature},
      {controls.model, LiveAction::kModel},
      {controls.tempo, LiveAction::kTempo},
      {controls.loop, LiveAction::kLoop},
      {controls.mute, LiveAction::kMute},
      {controls.mutate, LiveAction::kMutate},
      {controls.panic, LiveAction::kPanic},
      {controls.end_call, LiveAction::kEndPhrase},
      {controls.response_bars, LiveAction::kAnswerBars},
      {controls.min_listen, LiveAction::kMinListenBars},
      {controls.max_listen, LiveAction::kMaxListenBars},
      {controls.clock, LiveAction::kClock},
      {controls.density, LiveAction::kDensity},
      {controls.untold, LiveAction::kUntold},
  };
  for (const auto& [number, action] : rows) {
    if (number >= 0) options.controls.push_back({action, false, static_cast<uint8_t>(number), -1});
  }
  for (uint8_t i = 0; i < kPitchClasses && controls.pitch_classes >= 0; ++i) {
    const auto number = static_cast<uint8_t>(controls.pitch_classes + i);
    options.controls.push_back({LiveAction::kPitchClass, false, number, -1, i});
  }
  options.state_control = controls.state;
}

/// The machine's channel (0..15) for player `index`.
int OutputChannel(const LiveFlags& flags, int index) {
  if (flags.files.drums) return flags.output_channel - 1;
  if (!flags.files.free_channels.empty()) return flags.files.free_channels[index] - 1;
  // Channel 10 is drums.
  const int channel = (flags.output_channel - 1 + index) % 16;
  return index > 0 && channel == 9 ? 10 : channel;
}

absl::Status AddPlayers(const LiveFlags& flags, const std::vector<AccompanyingPart>& parts,
                        DuetOptions& options) {
  PlayerOptions player;
  player.input_channel = flags.input_channel - 1;
  player.output_channel = flags.output_channel - 1;
  if (parts.empty()) {
    MAGENTA_ASSIGN_OR_RETURN(player.program, ProgramOf("program", flags.program));
  }
  if (flags.files.drums && player.program >= 0 && !LiveNumber(flags.program, 0, 127)) {
    return UsageError(
        fmt::format("--program={} names an instrument, and the machine plays drums", flags.program),
        "Give the number of a drum kit of your synthesizer, or leave it out");
  }
  MAGENTA_ASSIGN_OR_RETURN(player.thru_program, ProgramOf("input_program", flags.input_program));
  options.players.clear();
  for (const std::string& text : flags.players) {
    const auto heard = LivePair(text, ':', 0, 16);
    if (!heard || heard->first < 1 || heard->first > options.num_inputs) {
      return UsageError(fmt::format("--players: {} is no PORT:CHANNEL of {} input{}", text,
                                    options.num_inputs, options.num_inputs == 1 ? "" : "s"),
                        "Two players on channels 1 and 2 of one port: --players=1:1,1:2");
    }
    const int index = static_cast<int>(options.players.size());
    player.input_port = heard->first - 1;
    player.input_channel = heard->second - 1;
    player.output_port = std::min(index, std::max(options.num_outputs - 1, 0));
    player.output_channel = OutputChannel(flags, index);
    options.players.push_back(player);
    if (options.players.size() > kMaxPlayers) break;
  }
  if (options.players.size() > kMaxPlayers) {
    return UsageError(
        fmt::format("{} players; there may be {}", flags.players.size(), kMaxPlayers));
  }
  if (options.players.empty()) options.players.push_back(player);
  return parts.empty() ? absl::OkStatus() : SetParts(flags, parts, options);
}

absl::Status SetMetronome(const LiveFlags& flags, DuetOptions& options) {
  const bool is_switch = options.mode == TurnMode::kSwitch;
  options.metronome.when = flags.metronome == "off"                 ? MetronomeWhen::kOff
                           : flags.metronome == "listening"         ? MetronomeWhen::kListening
                           : flags.metronome == "auto" && is_switch ? MetronomeWhen::kListening
                                                                    : MetronomeWhen::kAlways;
  options.metronome.channel = flags.metronome_channel - 1;
  MAGENTA_ASSIGN_OR_RETURN(options.metronome.program,
                           ProgramOf("metronome_program", flags.metronome_program));
  options.metronome.port = flags.metronome_port - 1;
  if (flags.metronome_port <= std::max(options.num_outputs, 1)) return absl::OkStatus();
  return UsageError(fmt::format("--metronome_port={}, and there {} {} output{}",
                                flags.metronome_port, options.num_outputs == 1 ? "is" : "are",
                                options.num_outputs, options.num_outputs == 1 ? "" : "s"));
}

/// Why a model would hear no chord in `symbol`.
absl::Status ChordStatus(const std::string& symbol) {
  MAGENTA_ASSIGN_OR_RETURN(const ChordSymbol chord, ParseChordSymbol(symbol));
  return chord.Code().status();
}

absl::Status SetChords(const LiveFlags& flags, DuetOptions& options,
                       std::vector<std::string>& notes) {
  const bool has_chart = !flags.backing_chords.empty();
  if (has_chart + (flags.chord_channel > 0) + (flags.split_key >= 0) > 1) {
    return UsageError(
        "--backing_chords, --chord_channel and --split_key each say where chords come from",
        "Give one of them");
  }
  options.backing_chords = SplitChords(flags.backing_chords);
  if (has_chart && options.backing_chords.empty()) {
    return UsageError("--backing_chords holds no chord",
                      "Give some: --backing_chords=\"C G Am F\"");
  }
  for (size_t i = 0; i < options.backing_chords.size(); ++i) {
    std::string& symbol = options.backing_chords[i];
    const absl::Status read = ChordStatus(symbol);
    if (read.ok()) continue;
    notes.push_back(fmt::format("--backing_chords: {} (chord {}): no chord is heard there",
                                ErrorMessage(read), i + 1));
    symbol = kNoChordText;
  }
  if (!has_chart && flags.steps_per_chord > 0) {
    return UsageError("--steps_per_chord is of --backing_chords, and there are none",
                      "Give both or neither");
  }
  options.steps_per_chord =
      flags.steps_per_chord > 0 ? flags.steps_per_chord : options.steps_per_bar;
  options.chord_channel = flags.chord_channel - 1;
  options.split_key = flags.split_key;
  return absl::OkStatus();
}

/// Two instruments on one channel of the output would be one.
absl::Status CheckPrograms(const LiveFlags& flags, const PlayerOptions& player) {
  const int own_channel = std::max(flags.input_channel, 1) - 1;
  const std::vector<MachinePart> parts = MachinePartsOf(player);
  const auto plays_otherwise = [&](const MachinePart& part) {
    return part.program != player.thru_program;
  };
  if (player.thru_program < 0 || std::none_of(parts.begin(), parts.end(), plays_otherwise)) {
    return absl::OkStatus();
  }
  if (!flags.thru)
    return UsageError("--input_program is for what goes through, and --nothru is set");
  if (flags.files.drums) {
    return UsageError(
        fmt::format("--input_program={}: you and the machine play one drum kit, on channel {}",
                    flags.input_program, flags.output_channel),
        "Leave it out");
  }
  if (std::none_of(parts.begin(), parts.end(), [&](const MachinePart& part) {
        return part.channel == own_channel && plays_otherwise(part);
      })) {
    return absl::OkStatus();
  }
  return UsageError(
      fmt::format("--input_program={}: you and the machine are on channel {} of the output",
                  flags.input_program, own_channel + 1),
      fmt::format("Give the machine another: --output_channel={}", own_channel + 2));
}

}  // namespace

MidiPortRequest MakePortRequest(const LiveFlags& flags) {
  MidiPortRequest request;
  request.inputs = flags.input_ports;
  request.outputs = flags.output_ports;
  if (request.inputs.empty()) request.inputs = {""};
  // Loudspeakers are output enough.
  if (request.outputs.empty() && flags.synth != "audio") request.outputs = {""};
  // The session ends when the input is answered, and says so itself.
  request.tail_seconds = std::numeric_limits<double>::infinity();
  request.output_qpm = flags.qpm;
  if (const auto meter = LivePair(flags.meter, '/', 1, 64)) {
    request.output_meter_numerator = meter->first;
    request.output_meter_denominator = meter->second;
  }
  if (flags.files.by_beats) request.input_qpm = flags.qpm;
  request.input_delay = flags.files.pickup * 60 / flags.qpm;
  request.parts_apart = flags.files.one_player;
  return request;
}

std::vector<OutputTrack> MakeOutputTracks(const DuetOptions& options) {
  std::vector<OutputTrack> tracks;
  const auto add = [&](int owner, const std::string& name, size_t player, int channel) {
    const std::string full =
        options.players.size() == 1 ? name : fmt::format("{} {}", name, player + 1);
    tracks.push_back({static_cast<uint8_t>(owner), full, channel});
  };
  for (size_t i = 0; i < options.players.size(); ++i) {
    const PlayerOptions& player = options.players[i];
    const int index = static_cast<int>(i);
    const int heard = options.drums ? player.output_channel : player.input_channel;
    add(ActiveNotes::kThru + index, "player", i, heard);
    for (const MachinePart& part : MachinePartsOf(player)) {
      add(ActiveNotes::kMachine + index, part.name, i, part.channel);
    }
  }
  tracks.push_back({ActiveNotes::kMetronome, "metronome", options.metronome.channel});
  return tracks;
}

absl::StatusOr<DuetOptions> MakeDuetOptions(const LiveFlags& flags,
                                            const std::vector<AccompanyingPart>& parts, Grid grid,
                                            uint32_t seed, std::vector<std::string>& notes) {
  const MidiPortRequest request = MakePortRequest(flags);
  if (std::max(request.inputs.size(), request.outputs.size()) > kMaxLivePorts) {
    return UsageError(fmt::format("there may be {} inputs and outputs", kMaxLivePorts));
  }
  DuetOptions options;
  options.num_inputs = static_cast<int>(request.inputs.size());
  options.num_outputs = static_cast<int>(request.outputs.size());
  if (grid.is_per_second()) {
    options.model_steps_per_second = grid.steps();
  } else {
    options.steps_per_quarter = grid.steps();
  }
  options.drums = flags.files.drums;
  options.qpm = flags.qpm;
  options.sync = flags.clock == "follow" ? SyncMode::kFollow
                 : flags.clock == "send" ? SyncMode::kMaster
                                         : SyncMode::kOwn;
  MAGENTA_RETURN_IF_ERROR(SetMeter(flags, options));
  MAGENTA_RETURN_IF_ERROR(SetMode(flags, options));
  MAGENTA_RETURN_IF_ERROR(AddSwitch(flags, options));
  AddControls(flags.controls, options);
  MAGENTA_RETURN_IF_ERROR(SetMetronome(flags, options));
  MAGENTA_RETURN_IF_ERROR(AddPlayers(flags, parts, options));
  MAGENTA_RETURN_IF_ERROR(CheckPrograms(flags, options.players[0]));
  MAGENTA_RETURN_IF_ERROR(SetChords(flags, options, notes));
  options.thru = flags.thru;
  options.thru_others = flags.files.one_player;
  options.performer_waits = flags.files.waits;
  options.memory = flags.memory == "phrase" ? MemoryMode::kPhrase : MemoryMode::kSession;
  MAGENTA_ASSIGN_OR_RETURN(options.primer_key, ParsePrimerKeyFlag(flags.primer_key));
  options.learn = flags.learn;
  options.temperature = flags.temperature;
  options.velocity = flags.velocity;
  options.seed = seed;
  return options;
}

}  // namespace magenta::cli
