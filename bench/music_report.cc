// What melodies are like, in figures (docs/music.md): music_report NAME=WHAT ... prints a Markdown
// table with a row a NAME. WHAT is a folder of MIDI files, or a compact data set of melodies. Only
// the first 128 steps of a melody count, so that short outputs and long tunes compare.
#include <fmt/core.h>

#include <filesystem>
#include <string>
#include <vector>

#include "magenta/base/files.h"
#include "magenta/base/status.h"
#include "magenta/io/midi/midi_file.h"
#include "magenta/models/model_spec.h"
#include "magenta/music/extract_melodies.h"
#include "magenta/music/quantize.h"
#include "magenta/music/statistics.h"
#include "magenta/pipeline/dataset_reader.h"

namespace magenta {
namespace {

constexpr int kSteps = 128;

absl::Status AddMidi(const std::string& path, std::vector<Melody>& melodies) {
  MAGENTA_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path));
  MAGENTA_ASSIGN_OR_RETURN(MidiReading reading, ReadMidi(bytes));
  MAGENTA_ASSIGN_OR_RETURN(const QuantizedSequence sequence,
                           Quantize(std::move(reading.sequence), Grid()));
  for (ExtractedMelody& found :
       ExtractMelodies(sequence, MelodyExtractionOptions::ForPrimer(0)).melodies) {
    melodies.push_back(std::move(found.melody));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Melody>> ReadMelodies(const std::string& what) {
  std::vector<Melody> melodies;
  if (std::filesystem::is_directory(what)) {
    MAGENTA_ASSIGN_OR_RETURN(const std::vector<std::string> names, ListFiles(what, false));
    for (const std::string& name : names) {
      if (name.ends_with(".mid")) MAGENTA_RETURN_IF_ERROR(AddMidi(what + "/" + name, melodies));
    }
  } else {
    MAGENTA_ASSIGN_OR_RETURN(const ModelSpec* spec, FindModel("lookback_rnn"));
    MAGENTA_ASSIGN_OR_RETURN(std::vector<DatasetExample> examples, ReadDataset(what, *spec));
    for (DatasetExample& example : examples) {
      auto& sequence = std::get<EventSequence>(example.content);
      MAGENTA_ASSIGN_OR_RETURN(Melody melody, Melody::FromEvents(std::move(sequence.events)));
      melodies.push_back(std::move(melody));
    }
  }
  return melodies;
}

std::string Row(const std::string& name, std::vector<Melody>& melodies) {
  MelodyStatistics sum;
  double range = 0;
  int stuck_tunes = 0;
  for (Melody& melody : melodies) {
    if (melody.size() > kSteps) melody.SetLength(kSteps);
    const MelodyStatistics one = StatisticsOf(melody);
    sum.stuck += one.stuck;
    stuck_tunes += one.stuck > 0;
    sum.in_key += one.in_key;
    sum.silent += one.silent;
    sum.notes_per_bar += one.notes_per_bar;
    range += one.notes > 0 ? one.pitch_range() : 0;
    sum.repeats_one_bar += one.repeats_one_bar;
    sum.repeats_two_bars += one.repeats_two_bars;
  }
  const auto n = static_cast<double>(melodies.size());
  return fmt::format(
      "| {} | {} | {:.1f} % | {:.1f} % | {:.1f} % | {:.1f} | {:.1f} | {:.1f} % | {:.1f} % |\n",
      name, melodies.size(), 100 * sum.stuck / n, 100 * stuck_tunes / n, 100 * sum.in_key / n,
      sum.notes_per_bar / n, range / n, 100 * sum.repeats_one_bar / n,
      100 * sum.repeats_two_bars / n);
}

int Main(int argc, char** argv) {
  fmt::print(
      "| | melodies | steps on one pitch for over 2 bars | melodies with such | notes in key | "
      "notes a bar | range, semitones | as 1 bar ago | as 2 bars ago |\n");
  fmt::print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n");
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const size_t equals = argument.find('=');
    if (equals == std::string::npos) {
      fmt::print(stderr, "usage: music_report NAME=FOLDER_OR_DATA_SET ...\n");
      return 2;
    }
    auto melodies = ReadMelodies(argument.substr(equals + 1));
    if (!melodies.ok() || melodies->empty()) {
      fmt::print(stderr, "{}\n", melodies.ok() ? "no melody" : ErrorLine(melodies.status()));
      return 3;
    }
    fmt::print("{}", Row(argument.substr(0, equals), *melodies));
  }
  return 0;
}

}  // namespace
}  // namespace magenta

int main(int argc, char** argv) { return magenta::Main(argc, argv); }
