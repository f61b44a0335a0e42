#include "magenta/live/backends/file_parts.h"

#include <algorithm>
#include <bitset>
#include <map>

namespace magenta {
namespace {

constexpr uint8_t kChannels = 16;

/// Gives those of `parts` whose channel an earlier track has one that nobody has.
void MoveApart(std::vector<FilePart>& parts) {
  std::bitset<kChannels> named;
  named.set(kDrumsOfMidi);
  for (const FilePart& part : parts) named.set(part.file_channel);
  std::bitset<kChannels> taken;
  for (FilePart& part : parts) {
    if (part.file_channel == kDrumsOfMidi) continue;
    if (taken[part.channel] && named.count() < kChannels - 1) {
      while (named[part.channel]) part.channel = (part.channel + 1) % kChannels;
      named.set(part.channel);
    }
    taken.set(part.channel);
  }
}

}  // namespace

std::vector<FilePart> PartsOf(const SmfFile& file, bool apart) {
  std::vector<FilePart> parts;
  for (size_t track = 0; track < file.tracks.size(); ++track) {
    std::map<uint8_t, FilePart> of_track;
    for (const SmfEvent& event : file.tracks[track].events) {
      if (event.kind != SmfKind::kNoteOn) continue;
      FilePart& part = of_track[event.channel];
      ++part.notes;
      part.mean_pitch += event.a;
    }
    for (auto& [channel, part] : of_track) {
      part.track = track;
      part.file_channel = part.channel = channel;
      part.mean_pitch /= static_cast<double>(part.notes);
      const auto& names = file.tracks[track].names;
      if (!names.empty()) part.name = std::string(names.front());
      parts.push_back(std::move(part));
    }
  }
  if (apart) MoveApart(parts);
  return parts;
}

const FilePart* TuneOf(const std::vector<FilePart>& parts) {
  int64_t busiest = 0;
  for (const FilePart& part : parts) {
    if (part.file_channel != kDrumsOfMidi) busiest = std::max(busiest, part.notes);
  }
  const FilePart* tune = nullptr;
  for (const FilePart& part : parts) {
    if (part.file_channel == kDrumsOfMidi || 4 * part.notes < busiest) continue;
    if (tune == nullptr || part.mean_pitch > tune->mean_pitch) tune = &part;
  }
  return tune;
}

}  // namespace magenta
