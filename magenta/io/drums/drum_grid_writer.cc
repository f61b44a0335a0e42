#include "magenta/io/drums/drum_grid_writer.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string_view>
#include <utility>

#include "magenta/base/status.h"
#include "magenta/io/drums/drum_names.h"
#include "magenta/io/drums/drum_pattern.h"

namespace magenta {
namespace {

/// In the order in which they are tried.
constexpr int kGrids[] = {8, 16, 12, 24, 32, 48, 64, 96};
/// Of strokes that lie on no grid.
constexpr int kGridOfPlayers[] = {16, 32, 64};
/// How far from its cell a stroke may lie, in quarter notes: more than MIDI's ticks move it.
constexpr double kOnTheGrid = 0.01;

constexpr int kLeastAccent = 110;
constexpr int kMostGhost = 70;

constexpr char kOneOfEach[] = "Write a part of the piece that keeps one tempo and one meter";

/// One line, and nothing that would be a comment.
std::string OneLine(std::string_view text) {
  std::string line;
  for (const char c : text) {
    const bool is_control = static_cast<unsigned char>(c) < ' ' || c == 127;
    if (c == '#') {
      line += "\u266F";
    } else {
      line += is_control ? ' ' : c;
    }
  }
  return line;
}

class DrumGridWriter {
 public:
  explicit DrumGridWriter(const NoteSequence& sequence) : sequence_(sequence) {}

  absl::StatusOr<std::string> Write() {
    MAGENTA_RETURN_IF_ERROR(TakeTempoAndMeter());
    MAGENTA_RETURN_IF_ERROR(TakeDrums());
    MAGENTA_RETURN_IF_ERROR(ChooseGrid());
    MAGENTA_RETURN_IF_ERROR(PlaceStrokes());
    return Header() + Lines();
  }
  const std::vector<std::string>& notes() const { return notes_; }

 private:
  struct Struck {
    double quarters;
    int pitch;
    int velocity;
  };

  absl::Status TakeTempoAndMeter() {
    const auto& tempos = sequence_.tempos();
    const auto& meters = sequence_.time_signatures();
    if (!tempos.empty()) pattern_.qpm = tempos[0].qpm();
    for (const auto& tempo : tempos) {
      if (tempo.qpm() != pattern_.qpm) return SequenceError("the tempo changes", kOneOfEach);
    }
    if (!meters.empty()) {
      pattern_.numerator = meters[0].numerator();
      pattern_.denominator = meters[0].denominator();
    }
    for (const auto& meter : meters) {
      if (meter.numerator() != pattern_.numerator || meter.denominator() != pattern_.denominator) {
        return SequenceError("the meter changes", kOneOfEach);
      }
    }
    if (!IsDrumMeter(pattern_.numerator, pattern_.denominator)) {
      return SequenceError(
          fmt::format("{}/{} is no meter of drums", pattern_.numerator, pattern_.denominator),
          kOneOfEach);
    }
    if (IsDrumTempo(pattern_.qpm)) return absl::OkStatus();
    return SequenceError(fmt::format("{} quarters a minute are no tempo of drums", pattern_.qpm),
                         kOneOfEach);
  }

  absl::Status TakeDrums() {
    size_t others = 0;
    for (const NoteSequence::Note& note : sequence_.notes()) {
      const bool is_stroke = note.is_drum() && note.velocity() > 0 && note.pitch() >= 0 &&
                             note.pitch() <= 127 && std::isfinite(note.start_time()) &&
                             note.start_time() >= 0;
      if (is_stroke) {
        struck_.push_back({note.start_time() * pattern_.qpm / 60, note.pitch(), note.velocity()});
      } else {
        ++others;
      }
    }
    if (struck_.empty()) {
      return NothingToOutputError("no drums", "Give a piece with drums (MIDI's channel 10)");
    }
    if (others > 0) notes_.push_back(fmt::format("{} notes that are no drums", others));
    return absl::OkStatus();
  }

  double CellOf(const Struck& struck) const { return struck.quarters * pattern_.grid / 4; }

  bool AllOnTheGrid() const {
    const double near = kOnTheGrid * pattern_.grid / 4;
    return std::all_of(struck_.begin(), struck_.end(), [&](const Struck& struck) {
      return std::abs(CellOf(struck) - std::nearbyint(CellOf(struck))) <= near;
    });
  }

  absl::Status ChooseGrid() {
    for (const int grid : kGrids) {
      pattern_.grid = grid;
      if (pattern_.HasWholeBars() && AllOnTheGrid()) return absl::OkStatus();
    }
    notes_.emplace_back("how far strokes lie from their cells");
    for (const int grid : kGridOfPlayers) {
      pattern_.grid = grid;
      if (pattern_.HasWholeBars()) return absl::OkStatus();
    }
    return SequenceError(fmt::format("a bar of {}/{} is no whole number of cells",
                                     pattern_.numerator, pattern_.denominator),
                         "Write it as MIDI");
  }

  absl::Status PlaceStrokes() {
    const double bar_quarters = 4.0 * pattern_.numerator / pattern_.denominator;
    double quarters = 0;
    for (const Struck& struck : struck_) quarters = std::max(quarters, struck.quarters);
    if (!(quarters < static_cast<double>(kMaxDrumBars) * bar_quarters - kOnTheGrid)) {
      return SequenceError(fmt::format("lasts more than {} bars", kMaxDrumBars),
                           "Write a part of it");
    }
    int64_t last = 0;
    for (const Struck& struck : struck_) {
      const auto cell = static_cast<int64_t>(std::nearbyint(CellOf(struck)));
      int& velocity = strokes_[struck.pitch][cell];
      velocity = std::max(velocity, struck.velocity);
      last = std::max(last, cell);
    }
    bars_ = last / pattern_.cells_per_bar() + 1;
    return absl::OkStatus();
  }

  std::string Header() const {
    const auto& metadata = sequence_.sequence_metadata();
    std::string text = fmt::format("pattern: {}\n", OneLine(metadata.title()));
    if (metadata.genre_size() > 0) text += fmt::format("style: {}\n", OneLine(metadata.genre(0)));
    if (!metadata.artist().empty()) text += fmt::format("by: {}\n", OneLine(metadata.artist()));
    return text + fmt::format("meter: {}/{}\ntempo: {:.6g}\ngrid: {}\n\n", pattern_.numerator,
                              pattern_.denominator, pattern_.qpm, pattern_.grid);
  }

  std::string Lines() const {
    std::vector<int> pitches;
    size_t width = 0;
    for (const auto& [pitch, strokes] : strokes_) {
      pitches.push_back(pitch);
      width = std::max(width, DrumNameOf(pitch).size());
    }
    std::sort(pitches.begin(), pitches.end(),
              [](int a, int b) { return DrumLineOrder(a) < DrumLineOrder(b); });
    std::string text;
    for (const int pitch : pitches) {
      text += fmt::format("{:<{}} |{}\n", DrumNameOf(pitch), width, Bars(strokes_.at(pitch)));
    }
    return text;
  }

  /// Bars that repeat are '%', as wide as they would be.
  std::string Bars(const std::map<int64_t, int>& strokes) const {
    const auto cells = static_cast<size_t>(pattern_.cells_per_bar());
    std::string all(static_cast<size_t>(bars_) * cells, '-');
    for (const auto& [cell, velocity] : strokes) {
      all[static_cast<size_t>(cell)] = velocity >= kLeastAccent ? 'X'
                                       : velocity <= kMostGhost ? 'o'
                                                                : 'x';
    }
    std::string text;
    for (size_t at = 0; at < all.size(); at += cells) {
      const bool repeats = at > 0 && all.compare(at, cells, all, at - cells, cells) == 0;
      text += repeats ? fmt::format("{:<{}}|", '%', cells) : all.substr(at, cells) + "|";
    }
    return text;
  }

  const NoteSequence& sequence_;
  DrumPattern pattern_;
  std::vector<Struck> struck_;
  std::map<int, std::map<int64_t, int>> strokes_;  // velocities by pitch and cell
  int64_t bars_ = 0;
  std::vector<std::string> notes_;
};

}  // namespace

absl::StatusOr<std::string> WriteDrumGrid(const NoteSequence& sequence,
                                          std::vector<std::string>* notes) {
  DrumGridWriter writer(sequence);
  absl::StatusOr<std::string> text = writer.Write();
  if (notes != nullptr) *notes = writer.notes();
  return text;
}

}  // namespace magenta
