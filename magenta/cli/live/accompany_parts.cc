#include "magenta/cli/live/accompany_parts.h"

#include <fmt/core.h>

#include <algorithm>
#include <bitset>
#include <string>

#include "magenta/base/status.h"
#include "magenta/base/utf8.h"
#include "magenta/cli/live/live_options.h"
#include "magenta/request/words.h"

namespace magenta::cli {
namespace {

constexpr int kChannelsOfMidi = 16;
constexpr int kChannelOfDrums = 9;
constexpr char kPartRemedy[] = "Give alto, tenor, bass, chords or harmony, several by commas";

/// "bass" or "bass:3".
struct AccompanyWord {
  std::string_view role;
  std::optional<int> channel;
};

absl::StatusOr<AccompanyWord> ReadWord(std::string_view word) {
  const size_t colon = word.find(':');
  if (colon == word.npos) return AccompanyWord{word, std::nullopt};
  const auto channel = LiveNumber(word.substr(colon + 1), 1, kChannelsOfMidi);
  if (channel.has_value()) return AccompanyWord{word.substr(0, colon), *channel - 1};
  return UsageError(fmt::format("--accompany: {} names no MIDI channel", word),
                    "Give one from 1 to 16: --accompany=bass:3");
}

/// Channels for the machine, the first its own.
std::vector<int> FreeChannels(const LiveFlags& flags, const DuetOptions& options) {
  std::vector<int> channels;
  for (const int channel : flags.files.free_channels) channels.push_back(channel - 1);
  if (!channels.empty()) return channels;
  std::bitset<kChannelsOfMidi> taken;
  taken.set(kChannelOfDrums);
  taken.set(static_cast<size_t>(options.metronome.channel));
  // Who is heard on all channels most likely plays on the first.
  for (const PlayerOptions& player : options.players) {
    taken.set(static_cast<size_t>(std::max(player.input_channel, 0)));
  }
  for (int i = 0; i < kChannelsOfMidi; ++i) {
    const int channel = (flags.output_channel - 1 + i) % kChannelsOfMidi;
    if (i == 0 || !taken[static_cast<size_t>(channel)]) channels.push_back(channel);
  }
  return channels;
}

/// Of each part.
absl::StatusOr<std::vector<int>> ProgramsOf(const LiveFlags& flags, size_t parts) {
  std::vector<int> programs;
  for (const std::string_view word : WordsOf(flags.program, ',')) {
    MAGENTA_ASSIGN_OR_RETURN(const int program, ProgramOf("program", word));
    programs.push_back(program);
  }
  if (programs.size() == 1) programs.resize(parts, programs[0]);
  if (programs.size() == parts) return programs;
  return UsageError(fmt::format("--program names {} instruments, and --accompany {} parts",
                                programs.size(), parts),
                    "Give one for all, or one for each, from high to low");
}

}  // namespace

absl::StatusOr<std::vector<AccompanyingPart>> ParseAccompany(const LiveFlags& flags) {
  std::vector<AccompanyingPart> parts;
  if (flags.accompany.empty()) return parts;
  if (!flags.mode.empty() || !flags.switch_control.empty()) {
    return UsageError(fmt::format("--{} takes turns, and with --accompany both play at once",
                                  flags.mode.empty() ? "switch" : "mode"),
                      "Leave one of them out");
  }
  std::vector<PartRole> roles = {PartRole::kSoprano};  // that there are already
  for (const std::string_view text : WordsOf(flags.accompany, ',')) {
    MAGENTA_ASSIGN_OR_RETURN(const AccompanyWord word, ReadWord(text));
    const auto added = ParseRoles(word.role, roles);
    if (!added.ok()) {
      if (InLowerCase(word.role) == "harmony") {
        return UsageError(fmt::format("--accompany={}: alto, tenor and bass are there before "
                                      "harmony adds what is missing",
                                      flags.accompany),
                          "Leave harmony out");
      }
      return UsageError(fmt::format("--accompany={}: {} is no part that plays along",
                                    flags.accompany, ShownText(word.role)),
                        kPartRemedy);
    }
    for (const PartRole role : *added) {
      if (role == PartRole::kSoprano) {
        return UsageError(
            fmt::format("--accompany={}: the melody is what you play", flags.accompany),
            kPartRemedy);
      }
      if (std::find(roles.begin(), roles.end(), role) != roles.end()) {
        return UsageError(fmt::format("--accompany={} has one part twice", flags.accompany),
                          "Name each once");
      }
      roles.push_back(role);
      parts.push_back({role, word.channel});
    }
  }
  std::sort(parts.begin(), parts.end(),
            [](const AccompanyingPart& a, const AccompanyingPart& b) { return a.role < b.role; });
  return parts;
}

std::vector<VoiceRole> VoicesOf(const std::vector<AccompanyingPart>& parts) {
  std::vector<VoiceRole> voices;
  for (const AccompanyingPart& part : parts) {
    const std::vector<VoiceRole> own = VoicesOfRole(part.role);
    voices.insert(voices.end(), own.begin(), own.end());
  }
  return voices;
}

absl::Status SetParts(const LiveFlags& flags, const std::vector<AccompanyingPart>& parts,
                      DuetOptions& options) {
  MAGENTA_ASSIGN_OR_RETURN(const std::vector<int> programs, ProgramsOf(flags, parts.size()));
  std::vector<int> free = FreeChannels(flags, options);
  const int own = free.front();
  for (const AccompanyingPart& part : parts) std::erase(free, part.channel.value_or(-1));
  if (free.empty()) free.push_back(own);
  size_t next = 0;
  for (PlayerOptions& player : options.players) {
    for (size_t i = 0; i < parts.size(); ++i) {
      const int channel =
          parts[i].channel.has_value() ? *parts[i].channel : free[next++ % free.size()];
      const MachineVoice voice = {NameOfRole(parts[i].role), channel, programs[i]};
      player.voices.insert(player.voices.end(), VoicesOfRole(parts[i].role).size(), voice);
    }
    player.output_channel = player.voices.front().channel;
  }
  return absl::OkStatus();
}

std::string ChannelsText(const DuetOptions& options) {
  std::string text;
  for (const PlayerOptions& player : options.players) {
    if (player.voices.empty()) continue;
    for (const MachinePart& part : MachinePartsOf(player)) {
      text += text.empty() ? fmt::format("{} on channel {}", part.name, part.channel + 1)
                           : fmt::format(", {} on {}", part.name, part.channel + 1);
    }
  }
  return text;
}

}  // namespace magenta::cli
