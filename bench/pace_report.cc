// Whether melodies keep their pace (docs/music.md): pace_report NAME=FOLDER ... prints a Markdown
// table with a row a NAME. A folder holds MIDI files of one melody each; bars are 16 steps.
#include <fmt/core.h>

#include <algorithm>
#include <string>
#include <vector>

#include "magenta/base/files.h"
#include "magenta/base/status.h"
#include "magenta/io/midi/midi_file.h"
#include "magenta/music/quantize.h"

namespace magenta {
namespace {

constexpr int kStepsPerBar = 16;
constexpr int kBars = 32;
/// Bars of the beginning and of the end.
constexpr int kPart = 8;
/// Notes a bar below which a tune has run down.
constexpr double kSlow = 3;

struct Pace {
  int tunes = 0;
  int slow = 0;
  double first = 0;
  double last = 0;
};

/// Notes that begin in bars `first` .. `first` + kPart - 1, a bar.
double NotesABar(const QuantizedSequence& sequence, int first) {
  int notes = 0;
  for (const auto& note : sequence.proto().notes()) {
    const int64_t bar = note.quantized_start_step() / kStepsPerBar;
    notes += bar >= first && bar < first + kPart;
  }
  return static_cast<double>(notes) / kPart;
}

absl::StatusOr<Pace> PaceOf(const std::string& folder) {
  Pace pace;
  MAGENTA_ASSIGN_OR_RETURN(const std::vector<std::string> names, ListFiles(folder, false));
  for (const std::string& name : names) {
    if (!name.ends_with(".mid")) continue;
    MAGENTA_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(folder + "/" + name));
    MAGENTA_ASSIGN_OR_RETURN(MidiReading reading, ReadMidi(bytes));
    MAGENTA_ASSIGN_OR_RETURN(const QuantizedSequence sequence,
                             Quantize(std::move(reading.sequence), Grid()));
    const double last = NotesABar(sequence, kBars - kPart);
    pace.first += NotesABar(sequence, 0);
    pace.last += last;
    pace.slow += last < kSlow;
    ++pace.tunes;
  }
  if (pace.tunes == 0) return InputError(folder, "holds no MIDI file");
  return pace;
}

int Main(int argc, char** argv) {
  fmt::print(
      "| | melodies | notes a bar, bars 1 to 8 | bars 25 to 32 | end below 3 notes a bar |\n"
      "| --- | --- | --- | --- | --- |\n");
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const size_t equals = argument.rfind('=');
    if (equals == std::string::npos) {
      fmt::print(stderr, "usage: pace_report NAME=FOLDER ...\n");
      return 2;
    }
    const auto pace = PaceOf(argument.substr(equals + 1));
    if (!pace.ok()) {
      fmt::print(stderr, "{}\n", ErrorLine(pace.status()));
      return 3;
    }
    fmt::print("| {} | {} | {:.1f} | {:.1f} | {:.0f} % |\n", argument.substr(0, equals),
               pace->tunes, pace->first / pace->tunes, pace->last / pace->tunes,
               100.0 * pace->slow / pace->tunes);
  }
  return 0;
}

}  // namespace
}  // namespace magenta

int main(int argc, char** argv) { return magenta::Main(argc, argv); }
