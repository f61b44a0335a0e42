// How fast MIDI files are read and written. Bytes a second of the file's bytes.

#include <benchmark/benchmark.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "magenta/io/midi/midi_file.h"

namespace magenta {
namespace {

/// 8 tracks of `notes` notes each, as a sequencer writes them.
NoteSequence Score(int notes) {
  NoteSequence sequence;
  for (int i = 0; i < 8 * notes; ++i) {
    NoteSequence::Note* note = sequence.add_notes();
    note->set_instrument(i / notes);
    note->set_pitch(40 + i % 40);
    note->set_velocity(80);
    note->set_start_time(0.25 * (i % notes));
    note->set_end_time(0.25 * (i % notes) + 0.2);
  }
  return sequence;
}

void BM_ReadMidi(benchmark::State& state) {
  std::string bytes = *WriteMidi(Score(static_cast<int>(state.range(0))));
  for (auto _ : state) benchmark::DoNotOptimize(ReadMidi(bytes));
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * bytes.size()));
}
BENCHMARK(BM_ReadMidi)->Range(64, 65536);

void BM_WriteMidi(benchmark::State& state) {
  NoteSequence sequence = Score(static_cast<int>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(WriteMidi(sequence));
  state.SetItemsProcessed(state.iterations() * sequence.notes_size());
}
BENCHMARK(BM_WriteMidi)->Range(64, 65536);

/// All files of the folder named by MAGENTA_MIDI_BENCH (default: the test corpus), from memory,
/// each into the messages of the one before, as `convert` reads them.
void BM_ReadFolder(benchmark::State& state) {
  const char* folder = std::getenv("MAGENTA_MIDI_BENCH");
  std::vector<std::string> files;
  int64_t bytes = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(
           folder != nullptr ? folder : "tests/corpus/midi")) {
    if (entry.path().extension() != ".mid") continue;
    std::ifstream file(entry.path(), std::ios::binary);
    std::stringstream contents;
    contents << file.rdbuf();
    files.push_back(contents.str());
    bytes += static_cast<int64_t>(files.back().size());
  }
  NoteSequence memory;
  for (auto _ : state) {
    for (const std::string& file : files) {
      auto reading = ReadMidi(file, std::move(memory));
      benchmark::DoNotOptimize(reading);
      if (reading.ok()) memory = std::move(reading->sequence);
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(files.size()));
  state.SetBytesProcessed(state.iterations() * bytes);
}
BENCHMARK(BM_ReadFolder)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace magenta

BENCHMARK_MAIN();
