// A step of a network: microseconds a step, all rows together. Arguments: units, layers, rows.

#include <benchmark/benchmark.h>

#include <iterator>
#include <memory>
#include <vector>

#include "bench/plain_step.h"
#include "magenta/base/random.h"
#include "magenta/generate/random_model.h"
#include "magenta/generate/session.h"
#include "magenta/nn/kernels/kernels.h"
#include "magenta/nn/packed_matrix.h"
#include "magenta/nn/relative_gru_test_support.h"
#include "magenta/nn/rnn.h"
#include "magenta/nn/rnn_test_support.h"
#include "magenta/nn/sampler.h"

namespace magenta {
namespace {

constexpr int kInputs = 121, kClasses = 40, kAttentionLength = 40;

/// performance_with_dynamics at its size: one class as input, three layers of 512.
void BM_PerformanceStep(benchmark::State& state) {
  constexpr int kEvents = 388;
  const auto network =
      MakeRnn(testing::RandomRnn({kEvents, {512, 512, 512}, kEvents, false}), RnnOptions{});
  auto memory = (*network)->NewState(1);
  std::vector<SparseVector> inputs(1);
  inputs[0].Add(60, 1.0f);
  std::vector<float> logits(kEvents);
  for (auto _ : state) {
    (*network)->Step(*memory, inputs, logits);
    benchmark::DoNotOptimize(logits.data());
  }
}
BENCHMARK(BM_PerformanceStep);

void StepBench(benchmark::State& state, bool attention, const Kernels& kernels,
               WeightType weights = WeightType::kFloat32) {
  const int units = static_cast<int>(state.range(0)), rows = static_cast<int>(state.range(1));
  const TensorMap tensors = testing::RandomRnn({kInputs, {units, units}, kClasses, attention});
  const auto network =
      MakeRnn(tensors, RnnOptions{attention ? kAttentionLength : 0, &kernels, weights});
  auto memory = (*network)->NewState(rows);
  SparseVector input;
  for (int i : {5, 40, 78, 114, 115, 116, 117, 118}) input.Add(i, 1.0f);
  const std::vector<SparseVector> inputs(rows, input);
  std::vector<float> logits(static_cast<size_t>(rows) * kClasses);
  for (auto _ : state) {
    (*network)->Step(*memory, inputs, logits);
    benchmark::DoNotOptimize(logits.data());
  }
  state.SetItemsProcessed(state.iterations() * rows);
  state.SetLabel(kernels.name);
}

void BM_Step(benchmark::State& state) { StepBench(state, false, **ChosenKernels()); }
BENCHMARK(BM_Step)
    ->ArgsProduct({{64, 128, 512}, {1, 10, 64}})
    // More of both, for tools/bench/growth.py.
    ->ArgsProduct({{32, 256, 1024}, {1}})
    ->ArgsProduct({{128}, {2, 4, 8, 16, 32, 128}});

void BM_HalfStep(benchmark::State& state) {
  StepBench(state, false, **ChosenKernels(), WeightType::kFloat16);
}
BENCHMARK(BM_HalfStep)->ArgsProduct({{64, 128, 512}, {1, 10, 64}});

void BM_AttentionStep(benchmark::State& state) { StepBench(state, true, **ChosenKernels()); }
BENCHMARK(BM_AttentionStep)->ArgsProduct({{64, 128}, {1, 10, 64}});

/// The same network in plain loops. Argument: units of two layers.
void BM_PlainStep(benchmark::State& state) {
  PlainRnn network(kInputs, static_cast<int>(state.range(0)), 2, kClasses);
  constexpr int kActive[] = {5, 40, 78, 114, 115, 116, 117, 118};
  for (auto _ : state) benchmark::DoNotOptimize(network.Step(kActive, std::size(kActive)));
}
BENCHMARK(BM_PlainStep)->Arg(64)->Arg(128)->Arg(512);

/// A step of relative_gru with the widths of peaks_bench's ReadRelativeWeights. range(0): rows;
/// range(1): whether their memories advance, which is what most of the weights are for.
void BM_RelativeStep(benchmark::State& state) {
  const RelativeShape shape = {{800, 800, 5, 7, 2, 6, 48}, 96, 160, 96};
  const RelativeSizes& sizes = shape.sizes;
  const auto network = MakeRelativeGru(testing::RandomRelativeGru(shape), {});
  const int rows = static_cast<int>(state.range(0));
  SparseVector input;
  for (int i = 0; state.range(1) != 0 && i < 22; ++i) input.Add(sizes.StateAt(36 * i), 1);
  for (int i = 0; i < 16; ++i) input.Add(sizes.HeadAt(50 * i), 1);
  input.Add(sizes.BiasAt(2), 1);
  for (int s = 0; s < sizes.shifts; ++s) input.Add(sizes.ShiftAt(s, 20), 1);
  for (int i = 0; i < sizes.marks * sizes.classes; ++i) input.Add(sizes.MarkAt(0, i, i % 11), 1);
  for (int i = 0; i < sizes.values * sizes.classes; ++i) input.Add(sizes.ValueAt(0, i), 0.5f);
  input.Add(sizes.RangeAt(0), 46);
  auto memory = (*network)->NewState(rows);
  const std::vector<SparseVector> inputs(rows, input);
  std::vector<float> logits(static_cast<size_t>(rows) * sizes.classes);
  for (auto _ : state) {
    (*network)->Step(*memory, inputs, logits);
    benchmark::DoNotOptimize(logits.data());
  }
  state.SetItemsProcessed(state.iterations() * rows);
}
BENCHMARK(BM_RelativeStep)->ArgsProduct({{1, 10, 64}, {0, 1}});

/// range(2): index into AllKernels(), the scalar reference first.
void BM_StepByKernel(benchmark::State& state) {
  const auto all = AllKernels();
  const size_t index = static_cast<size_t>(state.range(2));
  if (index >= all.size()) return state.SkipWithError("no such kernel on this machine");
  StepBench(state, false, *all[index]);
}
BENCHMARK(BM_StepByKernel)->ArgsProduct({{64, 128}, {1, 10}, {0, 1, 2}});

void BM_SoftmaxAndDraw(benchmark::State& state) {
  std::vector<float> logits(kClasses), probabilities(kClasses);
  for (int i = 0; i < kClasses; ++i) logits[i] = static_cast<float>(i % 7) - 3;
  for (auto _ : state) {
    Softmax(logits, probabilities);
    benchmark::DoNotOptimize(DrawClass(probabilities, 0.5));
  }
}
BENCHMARK(BM_SoftmaxAndDraw);

/// A step of a session of lookback_rnn, two layers of 128, over 16 bars of eighths by chance that
/// come twice. Argument: whether it adapts.
void BM_SessionStep(benchmark::State& state) {
  const auto model =
      MakeModel(testing::RandomWeights("lookback_rnn", {128, 128}), "lookback_rnn", "");
  std::vector<Event> tune;
  SeededUniform source(1);
  for (int i = 0; i < 128; ++i) {
    tune.push_back(60 + static_cast<Event>(source.Next() * 12));
    tune.push_back(kNoEvent);
  }
  for (size_t i = 0; i < 256; ++i) tune.push_back(tune[i]);
  for (auto _ : state) {
    Session session(*model, 1);
    if (state.range(0) != 0) session.Adapt();
    session.Prime(tune);
    benchmark::DoNotOptimize(session.Logits(0).data());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(tune.size()));
}
BENCHMARK(BM_SessionStep)->Arg(0)->Arg(1);

}  // namespace
}  // namespace magenta
