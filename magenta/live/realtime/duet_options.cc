#include "magenta/live/realtime/duet_options.h"

#include <algorithm>

namespace magenta {

std::vector<MachinePart> MachinePartsOf(const PlayerOptions& player) {
  if (player.voices.empty()) return {{"machine", player.output_channel, player.program}};
  std::vector<MachinePart> parts;
  std::string last;
  for (const MachineVoice& voice : player.voices) {
    const auto part = std::find_if(parts.begin(), parts.end(), [&](const MachinePart& other) {
      return other.channel == voice.channel;
    });
    if (part == parts.end()) {
      parts.push_back({voice.part, voice.channel, voice.program});
    } else if (voice.part != last) {
      part->name += ", " + voice.part;
    }
    last = voice.part;
  }
  return parts;
}

}  // namespace magenta
