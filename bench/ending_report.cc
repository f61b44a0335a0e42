// How music ends (docs/music.md). `ending_report tunes OUT COUNT FOLDER ...` writes COUNT of the
// tunes that data sets of those folders hold out (--eval_ratio=0.1 --seed=1), spread over all:
// OUT/tunes/N.mid, the melody, and OUT/primers/N.mid, its first 8 bars. `ending_report measure OUT
// NAME=FOLDER ...` prints a Markdown table of the tunes and of FOLDER/N/*.mid, continuations of the
// primers by 8 bars.
#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "magenta/base/files.h"
#include "magenta/base/random.h"
#include "magenta/base/status.h"
#include "magenta/generate/plan/ending.h"
#include "magenta/io/midi/midi_file.h"
#include "magenta/io/music/read_music.h"
#include "magenta/music/meter_map.h"
#include "magenta/music/quantize.h"
#include "magenta/music/tempo_map.h"
#include "magenta/pipeline/sequence_examples.h"

namespace magenta {
namespace {

namespace fs = std::filesystem;

constexpr int kBars = 8;
/// What `magenta dataset` holds out.
constexpr double kEvalRatio = 0.1;
constexpr uint64_t kSeed = 1;

/// The notes of the instrument whose notes lie highest.
void KeepMelody(NoteSequence& sequence) {
  std::map<int, std::pair<double, int>> pitches;
  for (const auto& note : sequence.notes()) {
    if (note.is_drum()) continue;
    pitches[note.instrument()].first += note.pitch();
    pitches[note.instrument()].second += 1;
  }
  int melody = 0;
  double highest = -1;
  for (const auto& [instrument, sum] : pitches) {
    const double mean = sum.first / sum.second;
    if (mean > highest) melody = instrument;
    highest = std::max(highest, mean);
  }
  auto& notes = *sequence.mutable_notes();
  notes.erase(std::remove_if(notes.begin(), notes.end(),
                             [melody](const auto& note) {
                               return note.is_drum() || note.instrument() != melody;
                             }),
              notes.end());
}

/// The first bars of `tune`; nullopt where its tempo or meter changes, or where it is no longer.
std::optional<NoteSequence> FirstBars(NoteSequence tune) {
  const MeterMap meters(tune);
  const TempoMap tempos(tune);
  if (meters.HasChanges() || tempos.HasChanges()) return std::nullopt;
  const Meter& meter = meters.At(0);
  const double end = tempos.SecondsAt(meter.bar_line + kBars * meter.bar());
  auto& notes = *tune.mutable_notes();
  const int all = notes.size();
  notes.erase(std::remove_if(notes.begin(), notes.end(),
                             [end](const auto& note) { return note.start_time() > end - 1e-3; }),
              notes.end());
  if (notes.empty() || notes.size() == all) return std::nullopt;
  for (auto& note : notes) note.set_end_time(std::min(note.end_time(), end));
  tune.set_total_time(end);
  // Of what follows a pickup all is a bar that a repeat cuts.
  const double first_bar = tempos.SecondsAt(meter.bar_line) + 1e-3;
  auto& signatures = *tune.mutable_time_signatures();
  signatures.erase(
      std::remove_if(signatures.begin(), signatures.end(),
                     [first_bar](const auto& signature) { return signature.time() > first_bar; }),
      signatures.end());
  return tune;
}

struct HeldOutTune {
  NoteSequence whole;
  NoteSequence first_bars;
};

/// Adds what is held out of the pieces of `folder`/`file`.
absl::Status AddHeldOut(const std::string& folder, const std::string& file,
                        std::vector<HeldOutTune>& held_out) {
  MAGENTA_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(folder + "/" + file));
  MAGENTA_ASSIGN_OR_RETURN(MusicReading reading, ReadMusicBytes(bytes));
  for (MusicPiece& piece : reading.pieces) {
    if (!piece.status.ok()) continue;
    piece.sequence.set_filename(file);
    if (StableUniform(PlacingName(piece.sequence, ""), kSeed) >= kEvalRatio) continue;
    NoteSequence tune = WholePiece(std::move(piece));
    KeepMelody(tune);
    auto start = FirstBars(tune);
    if (start.has_value()) held_out.push_back({std::move(tune), *std::move(start)});
  }
  return absl::OkStatus();
}

absl::Status WriteTunes(int argc, char** argv) {
  const std::string out = argv[2];
  const size_t count = std::stoul(argv[3]);
  std::vector<HeldOutTune> held_out;
  for (int i = 4; i < argc; ++i) {
    MAGENTA_ASSIGN_OR_RETURN(const std::vector<std::string> files, ListFiles(argv[i], true));
    for (const std::string& file : files) {
      if (!MusicFormatOfName(file).has_value()) continue;
      MAGENTA_RETURN_IF_ERROR(AddHeldOut(argv[i], file, held_out));
    }
  }
  fs::create_directories(out + "/tunes");
  fs::create_directories(out + "/primers");
  for (size_t i = 0; i < std::min(count, held_out.size()); ++i) {
    const auto& [tune, primer] = held_out[i * held_out.size() / std::min(count, held_out.size())];
    MAGENTA_ASSIGN_OR_RETURN(const std::string whole, WriteMidi(tune));
    MAGENTA_ASSIGN_OR_RETURN(const std::string start, WriteMidi(primer));
    const std::string name = fmt::format("{:03}.mid", i + 1);
    MAGENTA_RETURN_IF_ERROR(WriteFile(out + "/tunes/" + name, whole));
    MAGENTA_RETURN_IF_ERROR(WriteFile(out + "/primers/" + name, start));
  }
  return absl::OkStatus();
}

absl::StatusOr<NoteSequence> Read(const std::string& path) {
  MAGENTA_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path));
  MAGENTA_ASSIGN_OR_RETURN(MidiReading reading, ReadMidi(bytes));
  return std::move(reading.sequence);
}

struct Sums {
  int pieces = 0, on_beat = 0, on_tonic = 0;
  double steps = 0;
};

/// Adds how `piece` ends, which should end `bars` bars after the next bar line of `primer`; without
/// a primer it ends with its last note.
absl::Status Add(NoteSequence piece, const NoteSequence* primer, Sums& sums) {
  double last = 0;
  for (const auto& note : piece.notes()) last = std::max(last, note.start_time());
  const Meter meter = MeterMap(piece).At(TempoMap(piece).QuartersAt(last));
  MAGENTA_ASSIGN_OR_RETURN(const QuantizedSequence music,
                           Quantize(WithRealMeters(std::move(piece)), Grid()));
  int64_t end = music.total_steps();
  if (primer != nullptr) {
    double primer_end = 0;
    for (const auto& note : primer->notes()) primer_end = std::max(primer_end, note.end_time());
    const double quarters = TempoMap(*primer).QuartersAt(primer_end);
    end = static_cast<int64_t>(MeterMap(*primer).BarLineFrom(quarters - 1e-3, kBars) * 4 + 0.5);
  }
  std::vector<SteppedNote> notes;
  for (const auto& note : music.proto().notes()) {
    notes.push_back({note.quantized_start_step(), note.quantized_end_step(), note.pitch()});
  }
  const Ending ending = EndingOf(notes, LastBarOf(music, BarLineStep(meter, 0, Grid()), end));
  ++sums.pieces;
  sums.on_beat += ending.on_beat;
  sums.on_tonic += ending.on_tonic;
  sums.steps += static_cast<double>(ending.steps);
  return absl::OkStatus();
}

absl::Status Measure(int argc, char** argv) {
  const std::string out = argv[2];
  MAGENTA_ASSIGN_OR_RETURN(const std::vector<std::string> names,
                           ListFiles(out + "/primers", false));
  fmt::print(
      "| | pieces | the last note begins on a beat of the last bar | is the tonic | its length, "
      "sixteenths |\n| --- | --- | --- | --- | --- |\n");
  const auto row = [](const std::string& name, const Sums& sums) {
    fmt::print("| {} | {} | {:.0f} % | {:.0f} % | {:.1f} |\n", name, sums.pieces,
               100.0 * sums.on_beat / sums.pieces, 100.0 * sums.on_tonic / sums.pieces,
               sums.steps / sums.pieces);
  };
  Sums tunes;
  for (const std::string& name : names) {
    MAGENTA_ASSIGN_OR_RETURN(NoteSequence tune, Read(out + "/tunes/" + name));
    MAGENTA_RETURN_IF_ERROR(Add(std::move(tune), nullptr, tunes));
  }
  row("the tunes", tunes);
  for (int i = 3; i < argc; ++i) {
    const std::string argument = argv[i];
    const size_t equals = argument.find('=');
    Sums sums;
    for (const std::string& name : names) {
      MAGENTA_ASSIGN_OR_RETURN(const NoteSequence primer, Read(out + "/primers/" + name));
      const std::string folder =
          argument.substr(equals + 1) + "/" + name.substr(0, name.size() - 4);
      MAGENTA_ASSIGN_OR_RETURN(const std::vector<std::string> files, ListFiles(folder, false));
      for (const std::string& file : files) {
        MAGENTA_ASSIGN_OR_RETURN(NoteSequence piece, Read(folder + "/" + file));
        MAGENTA_RETURN_IF_ERROR(Add(std::move(piece), &primer, sums));
      }
    }
    row(argument.substr(0, equals), sums);
  }
  return absl::OkStatus();
}

int Main(int argc, char** argv) {
  const std::string task = argc < 4 ? "" : argv[1];
  if (task != "measure" && !(task == "tunes" && argc > 4)) {
    fmt::print(stderr,
               "usage: ending_report tunes OUT COUNT FOLDER ...\n"
               "       ending_report measure OUT NAME=FOLDER ...\n");
    return 2;
  }
  const absl::Status status = task == "tunes" ? WriteTunes(argc, argv) : Measure(argc, argv);
  if (!status.ok()) fmt::print(stderr, "{}\n", ErrorLine(status));
  return ExitStatus(status);
}

}  // namespace
}  // namespace magenta

int main(int argc, char** argv) { return magenta::Main(argc, argv); }
