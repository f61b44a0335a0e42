// The lilt of 6/8 (docs/music.md): lilt_report TUNES NAME=FOLDER ... prints a Markdown table of
// where in the beat, a dotted quarter, melodies begin their notes. The first row is of the MIDI
// files in TUNES that are in 6/8 throughout; a FOLDER has for TUNES/a.mid a folder `a` with
// continuations of it, of which the first and the last 8 of 32 new bars count.
#include <fmt/core.h>

#include <array>
#include <cmath>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "magenta/base/files.h"
#include "magenta/base/status.h"
#include "magenta/io/midi/midi_file.h"
#include "magenta/music/quantize.h"

namespace magenta {
namespace {

constexpr int kStepsPerBeat = 6;
constexpr int kStepsPerBar = 12;
/// Of a continuation: its first bars and its last ones.
constexpr int kNewBars = 32;
constexpr int kPart = 8;

/// Notes that begin on each sixteenth of the beat.
using Onsets = std::array<int64_t, kStepsPerBeat>;

/// nullopt: another meter than 6/8, or more than one.
absl::StatusOr<std::optional<QuantizedSequence>> ReadTune(const std::string& path) {
  MAGENTA_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path));
  MAGENTA_ASSIGN_OR_RETURN(MidiReading reading, ReadMidi(bytes));
  const auto& meters = reading.sequence.time_signatures();
  if (meters.size() != 1 || meters[0].numerator() != 6 || meters[0].denominator() != 8) {
    return std::nullopt;
  }
  MAGENTA_ASSIGN_OR_RETURN(QuantizedSequence tune, Quantize(std::move(reading.sequence), Grid()));
  return tune;
}

/// Adds the notes on steps `from` .. `to` - 1 of the instrument whose notes lie highest.
void AddOnsets(const QuantizedSequence& tune, int64_t from, int64_t to, Onsets& onsets) {
  std::map<int, std::pair<int64_t, int64_t>> pitches;  // instrument -> sum, number
  for (const auto& note : tune.proto().notes()) {
    pitches[note.instrument()].first += note.pitch();
    pitches[note.instrument()].second += 1;
  }
  int melody = 0;
  double highest = -1;
  for (const auto& [instrument, sum] : pitches) {
    const double mean = static_cast<double>(sum.first) / static_cast<double>(sum.second);
    if (mean > highest) melody = instrument;
    highest = std::max(highest, mean);
  }
  for (const auto& note : tune.proto().notes()) {
    const int64_t step = note.quantized_start_step();
    if (note.instrument() == melody && step >= from && step < to) {
      ++onsets[step % kStepsPerBeat];
    }
  }
}

std::string LiltRow(const std::string& name, size_t tunes, const Onsets& onsets) {
  double all = 0;
  for (const int64_t count : onsets) all += static_cast<double>(count);
  const auto share = [&](int step) { return 100.0 * static_cast<double>(onsets[step]) / all; };
  return fmt::format("| {} | {} | {:.0f} % | {:.0f} % | {:.0f} % | {:.0f} % |\n", name, tunes,
                     share(0), share(2), share(4), share(1) + share(3) + share(5));
}

absl::Status Report(int argc, char** argv) {
  const std::string tunes = argv[1];
  MAGENTA_ASSIGN_OR_RETURN(const std::vector<std::string> names, ListFiles(tunes, false));
  std::vector<std::pair<std::string, int64_t>> ends;
  Onsets onsets{};
  for (const std::string& name : names) {
    if (!name.ends_with(".mid")) continue;
    MAGENTA_ASSIGN_OR_RETURN(const auto tune, ReadTune(tunes + "/" + name));
    if (!tune.has_value()) continue;
    AddOnsets(*tune, 0, tune->total_steps(), onsets);
    ends.emplace_back(name.substr(0, name.size() - 4), tune->total_steps());
  }
  fmt::print(
      "| | melodies | 1st eighth | 2nd | 3rd | between |\n| --- | --- | --- | --- | --- | --- "
      "|\n{}",
      LiltRow("the tunes", ends.size(), onsets));
  for (int i = 2; i < argc; ++i) {
    const std::string argument = argv[i];
    const size_t equals = argument.find('=');
    const std::string folder = argument.substr(equals + 1);
    size_t count = 0;
    onsets = {};
    Onsets last{};
    for (const auto& [stem, end] : ends) {
      const std::string made = folder + "/" + stem;
      if (!std::filesystem::is_directory(made)) continue;
      MAGENTA_ASSIGN_OR_RETURN(const std::vector<std::string> files, ListFiles(made, false));
      for (const std::string& file : files) {
        MAGENTA_ASSIGN_OR_RETURN(const auto tune, ReadTune(made + "/" + file));
        if (!tune.has_value()) return InputError(made + "/" + file, "is not in 6/8 throughout");
        AddOnsets(*tune, end, end + kPart * kStepsPerBar, onsets);
        AddOnsets(*tune, end + (kNewBars - kPart) * kStepsPerBar, end + kNewBars * kStepsPerBar,
                  last);
        ++count;
      }
    }
    const std::string model = argument.substr(0, equals);
    fmt::print("{}{}", LiltRow(model + ", bars 1 to 8", count, onsets),
               LiltRow(model + ", bars 25 to 32", count, last));
  }
  return absl::OkStatus();
}

int Main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "usage: lilt_report TUNES NAME=FOLDER ...\n");
    return 2;
  }
  const absl::Status status = Report(argc, argv);
  if (!status.ok()) fmt::print(stderr, "{}\n", ErrorLine(status));
  return ExitStatus(status);
}

}  // namespace
}  // namespace magenta

int main(int argc, char** argv) { return magenta::Main(argc, argv); }
