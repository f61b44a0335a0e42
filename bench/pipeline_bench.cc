// How fast folders become NoteSequences, and NoteSequences examples. The files are those of
// $MAGENTA_SHARED/data/nottingham (default ../shared).

#include <benchmark/benchmark.h>
#include <stdlib.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "magenta/pipeline/convert.h"
#include "magenta/pipeline/dataset.h"
#include "magenta/pipeline/dataset_reader.h"

namespace magenta {
namespace {

/// Where a benchmark writes; gone at the end of the program.
const std::string& BenchFolder() {
  static const std::string folder = [] {
    std::string name = (std::filesystem::temp_directory_path() / "bench-XXXXXX").string();
    const char* made = ::mkdtemp(name.data());
    std::atexit([] { std::filesystem::remove_all(BenchFolder()); });
    return std::string(made == nullptr ? "." : made);
  }();
  return folder;
}

ConvertOptions BenchConvertOptions(int threads) {
  const char* shared = std::getenv("MAGENTA_SHARED");
  ConvertOptions options;
  options.input_dir = std::string(shared == nullptr ? "../shared" : shared) + "/data/nottingham";
  options.output_file = BenchFolder() + "/notes.tfrecord";
  options.num_threads = threads;
  return options;
}

void BM_Convert(benchmark::State& state) {
  int64_t files = 0;
  for (auto _ : state) {
    const auto summary = ConvertFolder(BenchConvertOptions(static_cast<int>(state.range(0))));
    if (!summary.ok()) return state.SkipWithError("no nottingham folder");
    files += summary->files;
  }
  state.counters["files"] =
      benchmark::Counter(static_cast<double>(files), benchmark::Counter::kIsRate);
}
BENCHMARK(BM_Convert)->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMillisecond);

void BM_Dataset(benchmark::State& state) {
  if (!ConvertFolder(BenchConvertOptions(0)).ok())
    return state.SkipWithError("no nottingham folder");
  DatasetOptions options;
  options.spec = *FindModel("lookback_rnn");
  options.input = BenchFolder() + "/notes.tfrecord";
  options.output_dir = BenchFolder();
  options.format = state.range(1) == 0 ? DatasetFormat::kCompact : DatasetFormat::kDense;
  options.num_threads = static_cast<int>(state.range(0));
  int64_t sequences = 0;
  for (auto _ : state) sequences += BuildDataset(options)->sequences;
  state.counters["sequences"] =
      benchmark::Counter(static_cast<double>(sequences), benchmark::Counter::kIsRate);
}
BENCHMARK(BM_Dataset)
    ->ArgNames({"threads", "dense"})
    ->Args({1, 0})
    ->Args({2, 0})
    ->Args({2, 1})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

void BM_ReadDataset(benchmark::State& state) {
  const ModelSpec& spec = **FindModel("lookback_rnn");
  int64_t examples = 0;
  for (auto _ : state) {
    const auto read = ReadDataset(BenchFolder() + "/training_melodies.tfrecord", spec);
    if (!read.ok()) return state.SkipWithError("run with BM_Dataset");
    examples += static_cast<int64_t>(read->size());
  }
  state.counters["examples"] =
      benchmark::Counter(static_cast<double>(examples), benchmark::Counter::kIsRate);
}
BENCHMARK(BM_ReadDataset)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace magenta
