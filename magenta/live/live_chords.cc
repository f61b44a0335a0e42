#include "magenta/live/live_chords.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "magenta/live/realtime/messages.h"
#include "magenta/music/harmony/chord_name.h"
#include "magenta/music/harmony/chord_symbol.h"

namespace magenta {
namespace {

constexpr size_t kFewestNotes = 3;
/// Of more the older half is forgotten.
constexpr size_t kMostChanges = 1 << 16;

ChordCode CodeOf(const std::string& symbol) {
  const auto parsed = ParseChordSymbol(symbol);
  return parsed.ok() ? parsed->Code().value_or(kNoChord) : kNoChord;
}

}  // namespace

LiveChords::LiveChords(const DuetOptions& options) : options_(options) {
  for (const std::string& symbol : options.backing_chords) {
    chart_.push_back({0, symbol, CodeOf(symbol)});
  }
  changes_.push_back({0, std::string(kNoChordText), kNoChord});
}

void LiveChords::KeyDown(double position, uint8_t pitch) {
  if (std::find(held_.begin(), held_.end(), pitch) == held_.end()) held_.push_back(pitch);
  NameHeld(position);
}

void LiveChords::KeyUp(uint8_t pitch) {
  if (pitch == PerformanceEvent::kAllKeys) held_.clear();
  std::erase(held_, pitch);
}

void LiveChords::FollowSong(int64_t step, int64_t bars) {
  std::erase_if(song_, [step](const SongPlace& place) { return place.step >= step; });
  if (song_.size() == kMostChanges) song_.erase(song_.begin(), song_.begin() + kMostChanges / 2);
  song_.push_back({step, bars});
}

void LiveChords::NameHeld(double position) {
  std::set<int> pitch_classes;
  for (const uint8_t pitch : held_) pitch_classes.insert(pitch % 12);
  if (pitch_classes.size() < kFewestNotes) return;
  const std::vector<int> pitches(held_.begin(), held_.end());
  const auto symbol = NameChord(pitches);
  if (!symbol.ok()) return;
  const auto step = static_cast<int64_t>(std::floor(position + 0.5)) + 1;
  if (changes_.size() > 1 && changes_.back().step >= step) {
    changes_.back().symbol = *symbol;
    changes_.back().code = CodeOf(*symbol);
    return;
  }
  if (changes_.size() == kMostChanges) {
    changes_.erase(changes_.begin() + 1, changes_.begin() + kMostChanges / 2);
  }
  changes_.push_back({step, *symbol, CodeOf(*symbol)});
}

const LiveChords::Change& LiveChords::At(int64_t step) const {
  if (has_chart()) {
    const auto after =
        std::upper_bound(song_.begin(), song_.end(), step,
                         [](int64_t at, const SongPlace& place) { return at < place.step; });
    if (after != song_.begin()) step += std::prev(after)->bars * options_.steps_per_bar;
    const auto round = static_cast<int64_t>(chart_.size()) * options_.steps_per_chord;
    return chart_[static_cast<size_t>(((step % round + round) % round) / options_.steps_per_chord)];
  }
  const auto after =
      std::upper_bound(changes_.begin() + 1, changes_.end(), step,
                       [](int64_t at, const Change& change) { return at < change.step; });
  return *std::prev(after);
}

std::string_view LiveChords::SymbolAt(int64_t step) const { return At(step).symbol; }

ChordCode LiveChords::CodeAt(int64_t step) const { return At(step).code; }

}  // namespace magenta
