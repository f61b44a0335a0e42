// Decisions a second of a training step of "relative_gru": 24 pieces of 100 moments of 5 decisions,
// with dropout; encoding, clipping and Adam left out. The batch is cut in two shards, as a run
// does; on one thread, and on two. Items a second are decisions.

#include <benchmark/benchmark.h>

#include <random>

#include "magenta/nn/relative_gru.h"
#include "magenta/train/kernels/one_thread.h"
#include "magenta/train/relative/relative_learner.h"
#include "magenta/train/shards.h"

namespace magenta {
namespace {

constexpr int kShards = 2, kPiecesOfAShard = 12, kMomentsOfAPiece = 100, kDecisions = 5;
constexpr int kRows = kPiecesOfAShard * kMomentsOfAPiece * kDecisions;
constexpr RelativeSizes kSizes = {.state_rows = 600,
                                  .head_rows = 700,
                                  .bias_rows = 8,
                                  .shifts = 8,
                                  .marks = 4,
                                  .values = 8,
                                  .classes = 90};
constexpr int kPitchesEnd = 48;  // the classes that relations are of

// A random step: 45 state rows where a moment begins, 16 head rows, 4 shifts, 2 marks and 6 values
// of each pitch, a range and a ban.
class StepWriter {
 public:
  explicit StepWriter(SparseMatrix& inputs) : inputs_(inputs) {}

  void Write(bool moment) {
    if (moment) Spread(0, kSizes.head_begin(), 45);
    Spread(kSizes.head_begin(), kSizes.bias_begin(), 16);
    inputs_.Add(kSizes.BiasAt(static_cast<int>(engine_() % kSizes.bias_rows)), 1);
    for (int s = 0; s < 4; ++s) inputs_.Add(kSizes.ShiftAt(s, Pitch()), 1);
    for (int m = 0; m < 2; ++m) {
      for (int c = kFixedClasses; c < kPitchesEnd; ++c) {
        inputs_.Add(kSizes.MarkAt(m, c, static_cast<int>(engine_() % kMarkLevels)), 1);
      }
    }
    for (int v = 0; v < 6; ++v) {
      for (int c = kFixedClasses; c < kPitchesEnd; ++c) inputs_.Add(kSizes.ValueAt(v, c), 0.3f);
    }
    inputs_.Add(kSizes.RangeAt(0), kPitchesEnd);
    inputs_.Add(kSizes.BanAt(0), 1);
    inputs_.EndRow();
  }
  int Pitch() { return kFixedClasses + static_cast<int>(engine_() % (kPitchesEnd - 2)); }

 private:
  // `count` entries, one anywhere in each equal part of a block.
  void Spread(int begin, int end, int count) {
    const int part = (end - begin) / count;
    for (int k = 0; k < count; ++k) {
      inputs_.Add(begin + k * part + static_cast<int>(engine_() % part), 1);
    }
  }

  SparseMatrix& inputs_;
  std::mt19937 engine_{1};
};

Batch RandomShard() {
  Batch batch;
  const std::vector<int> lengths(kPiecesOfAShard, kMomentsOfAPiece * kDecisions);
  batch.packing = std::make_shared<const Packing>(PackLengths(lengths));
  batch.input_size = kSizes.input_size();
  StepWriter writer(batch.inputs);
  for (int t = 0; t < batch.packing->steps(); ++t) {
    for (uint64_t piece = 0; piece < kPiecesOfAShard; ++piece) {
      writer.Write(t % kDecisions == 0);
      batch.labels.push_back(writer.Pitch());
      batch.row_ids.push_back(piece << 32 | static_cast<uint64_t>(t));
    }
  }
  return batch;
}

void RelativeStep(benchmark::State& state, int threads) {
  UseOneThread();
  KeepFreedMemory();  // as Train() does
  const RelativeLearner learner(kSizes, RelativeVariables({kSizes, 128, 224, 192}), 0.5, 0);
  const std::vector<Variable> variables = learner.StartVariables(0);
  const Batch shard = RandomShard();
  int64_t step = 0;
  std::vector<std::vector<float>> gradients[kShards];
  for (auto _ : state) {
    ForEachOnThreads(kShards, threads, [&](int s) {
      learner.Gradients(variables, shard, {0, step}, kShards * kRows, gradients[s]);
    });
    ++step;
  }
  state.SetItemsProcessed(state.iterations() * kShards * kRows);
}
BENCHMARK_CAPTURE(RelativeStep, one_thread, 1)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(RelativeStep, two_threads, 2)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace magenta
