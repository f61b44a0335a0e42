// How often the root of an inferred chord is right (docs/music.md): chord_report FOLDER [EVERY
// [FROM]] reads each EVERYth MIDI file (1: all) by name, the first being number FROM (0). The truth
// is the chord that the last instrument plays by itself (Nottingham's accompaniment), named from
// its pitches; it is compared in the middle of each beat in which that instrument sounds. Files
// with one instrument, or whose meter or tempo changes, are left out. Prints the share for both
// instruments heard, and for the melody alone.
#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "magenta/base/files.h"
#include "magenta/base/status.h"
#include "magenta/io/midi/midi_file.h"
#include "magenta/music/harmony/chord_name.h"
#include "magenta/music/harmony/chord_symbol.h"
#include "magenta/music/harmony/infer_chords.h"

namespace magenta {
namespace {

/// Beats with a known chord, and those whose root was found.
struct RootScore {
  int beats = 0;
  int right = 0;
  double share() const { return beats == 0 ? 0 : 100.0 * right / beats; }
};

int LastInstrument(const NoteSequence& sequence) {
  int last = 0;
  for (const auto& note : sequence.notes()) last = std::max(last, note.instrument());
  return last;
}

bool HasTwoParts(const NoteSequence& sequence) {
  const int last = LastInstrument(sequence);
  return std::any_of(sequence.notes().begin(), sequence.notes().end(),
                     [&](const auto& note) { return note.instrument() != last; });
}

/// Seconds between beats: three eighths in 6/8, 9/8 and 12/8.
double BeatSeconds(const NoteSequence& sequence) {
  const auto& meter = sequence.time_signatures(0);
  const bool in_threes =
      meter.numerator() % 3 == 0 && meter.numerator() > 3 && meter.denominator() >= 8;
  return (in_threes ? 12.0 : 4.0) / meter.denominator() * 60 / sequence.tempos(0).qpm();
}

std::optional<int> RootOf(const std::string& symbol) {
  const auto chord = ParseChordSymbol(symbol);
  if (!chord.ok() || chord->IsNoChord()) return std::nullopt;
  return chord->root().PitchClass();
}

std::optional<int> PlayedRoot(const NoteSequence& sequence, int instrument, double seconds) {
  std::vector<int> pitches;
  for (const auto& note : sequence.notes()) {
    if (note.instrument() == instrument && note.start_time() <= seconds &&
        seconds < note.end_time()) {
      pitches.push_back(note.pitch());
    }
  }
  const auto name = NameChord(pitches);
  return name.ok() ? RootOf(*name) : std::nullopt;
}

std::optional<int> InferredRoot(const NoteSequence& sequence, double seconds) {
  std::optional<int> root;
  for (const auto& symbol : sequence.text_annotations()) {
    if (symbol.time() <= seconds) root = RootOf(symbol.text());
  }
  return root;
}

absl::Status Score(const NoteSequence& truth, NoteSequence heard, RootScore& score) {
  MAGENTA_RETURN_IF_ERROR(InferChords(heard));
  const int accompaniment = LastInstrument(truth);
  const double beat = BeatSeconds(truth);
  for (int i = 0; i * beat < truth.total_time(); ++i) {
    const double middle = (i + 0.5) * beat;
    const std::optional<int> root = PlayedRoot(truth, accompaniment, middle);
    if (!root.has_value()) continue;
    ++score.beats;
    score.right += InferredRoot(heard, middle) == root;
  }
  return absl::OkStatus();
}

NoteSequence WithoutInstrument(const NoteSequence& sequence, int instrument) {
  NoteSequence kept = sequence;
  kept.clear_notes();
  for (const auto& note : sequence.notes()) {
    if (note.instrument() != instrument) *kept.add_notes() = note;
  }
  return kept;
}

absl::Status Report(const std::string& folder, size_t every, size_t from) {
  MAGENTA_ASSIGN_OR_RETURN(std::vector<std::string> names, ListFiles(folder, false));
  std::erase_if(names, [](const std::string& name) { return !name.ends_with(".mid"); });
  std::sort(names.begin(), names.end());
  RootScore both, melody;
  int files = 0;
  for (size_t i = from; i < names.size(); i += every) {
    MAGENTA_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(folder + "/" + names[i]));
    MAGENTA_ASSIGN_OR_RETURN(const MidiReading reading, ReadMidi(bytes));
    const NoteSequence& truth = reading.sequence;
    if (!HasTwoParts(truth) || truth.time_signatures_size() != 1 || truth.tempos_size() != 1) {
      continue;
    }
    ++files;
    MAGENTA_RETURN_IF_ERROR(Score(truth, truth, both));
    MAGENTA_RETURN_IF_ERROR(Score(truth, WithoutInstrument(truth, LastInstrument(truth)), melody));
  }
  fmt::print(
      "{} files, {} beats: root right on {:.2f} % with the accompaniment heard, {:.2f} % "
      "from the melody alone\n",
      files, both.beats, both.share(), melody.share());
  return absl::OkStatus();
}

int Main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "chord_report FOLDER [EVERY [FROM]]\n");
    return 2;
  }
  const int every = argc > 2 ? std::atoi(argv[2]) : 1;
  const int from = argc > 3 ? std::atoi(argv[3]) : 0;
  const absl::Status status = Report(argv[1], static_cast<size_t>(std::max(every, 1)),
                                     static_cast<size_t>(std::max(from, 0)));
  if (!status.ok()) fmt::print(stderr, "{}\n", ErrorLine(status));
  return ExitStatus(status);
}

}  // namespace
}  // namespace magenta

int main(int argc, char** argv) { return magenta::Main(argc, argv); }
