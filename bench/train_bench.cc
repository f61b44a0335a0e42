// Events a second of a training step, beside libtorch's own LSTM doing the same work in the same
// run: forward, cross entropy, backward, clipping, Adam on 64 melodies of 430 steps, one thread.
// Items a second are events; compare by CPU time where the machine has other work.

#include <ATen/ATen.h>
#include <benchmark/benchmark.h>
#include <torch/csrc/autograd/autograd.h>

#include <numeric>
#include <random>

#include "magenta/models/model_spec.h"
#include "magenta/train/kernels/one_thread.h"
#include "magenta/train/optimizer.h"
#include "magenta/train/shards.h"

namespace magenta {
namespace {

constexpr int kMelodies = 64;
constexpr int kSteps = 430;

std::vector<DatasetExample> Melodies() {
  std::mt19937 engine(1);
  std::vector<DatasetExample> melodies;
  for (int i = 0; i < kMelodies; ++i) {
    EventSequence events;
    for (int t = 0; t <= kSteps; ++t) {
      const uint32_t draw = engine() % 8;
      events.events.push_back(draw < 4 ? kNoEvent : 50 + static_cast<Event>(engine() % 30));
    }
    melodies.push_back({"", 0, events});
  }
  return melodies;
}

void OwnStep(benchmark::State& state, const char* config, int units, int attn_length, int threads) {
  UseOneThread();
  KeepFreedMemory();  // as Train() does
  const ModelSpec& spec = **FindModel(config);
  RnnLayout layout{spec.codec->input_size(), spec.codec->num_classes(), spec.hparams};
  layout.hparams.rnn_layer_sizes = {units, units};
  layout.hparams.attn_length = attn_length;
  const RnnGraph graph(layout, spec.codec->default_label());
  std::vector<Variable> variables = StartVariables(layout, 0);
  AdamPowers powers;
  const std::vector<DatasetExample> melodies = Melodies();
  std::vector<int> all(kMelodies);
  std::iota(all.begin(), all.end(), 0);
  int64_t step = 0;
  for (auto _ : state) {
    auto batch =
        ComputeGradients(graph, variables, {melodies, all, spec.codec.get()}, {0, step++}, threads);
    for (auto& gradient : batch.gradients) ClipByNorm(5, gradient);
    AdamStep(0.001, batch.gradients, variables, powers);
  }
  state.SetItemsProcessed(state.iterations() * kMelodies * kSteps);
}

// The same layers by at::lstm, its weights one tensor each, Adam and clipping by its operations.
void LibtorchStep(benchmark::State& state, const char* config, int units) {
  UseOneThread();
  const ModelSpec& spec = **FindModel(config);
  const int inputs = spec.codec->input_size();
  const int classes = spec.codec->num_classes();
  std::vector<at::Tensor> weights;
  const auto add = [&](at::IntArrayRef shape) {
    weights.push_back((at::randn(shape) * 0.05).set_requires_grad(true));
  };
  for (int layer = 0; layer < 2; ++layer) {
    add({4 * units, layer == 0 ? inputs : units});
    add({4 * units, units});
    add({4 * units});
    add({4 * units});
  }
  add({classes, units});
  add({classes});
  std::vector<at::Tensor> m, v;
  for (const at::Tensor& w : weights) {
    m.push_back(at::zeros_like(w));
    v.push_back(at::zeros_like(w));
  }
  const at::Tensor x = (at::rand({kSteps, kMelodies, inputs}) < 0.08).to(at::kFloat);
  const at::Tensor labels = at::randint(classes, {kSteps * kMelodies}, at::kLong);
  const at::Tensor zero = at::zeros({2, kMelodies, units});
  const std::vector<at::Tensor> cells(weights.begin(), weights.begin() + 8);
  for (auto _ : state) {
    const auto out = at::lstm(x, {zero, zero}, cells, true, 2, 0.0, true, false, false);
    const at::Tensor flat = std::get<0>(out).view({kSteps * kMelodies, units});
    const at::Tensor loss =
        at::cross_entropy_loss(at::addmm(weights[9], flat, weights[8].t()), labels);
    const auto gradients = torch::autograd::grad({loss}, weights);
    const at::NoGradGuard no_gradients;
    for (size_t i = 0; i < weights.size(); ++i) {
      const at::Tensor g = gradients[i] * (5 / std::max(gradients[i].norm().item<float>(), 5.0f));
      m[i].mul_(0.9).add_(g, 0.1);
      v[i].mul_(0.999).addcmul_(g, g, 0.001);
      weights[i].addcdiv_(m[i], v[i].sqrt().add_(1e-8), -0.001);
    }
  }
  state.SetItemsProcessed(state.iterations() * kMelodies * kSteps);
}

BENCHMARK_CAPTURE(OwnStep, lookback_2x64, "lookback_rnn", 64, 0, 1)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(LibtorchStep, lookback_2x64, "lookback_rnn", 64)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(OwnStep, lookback_2x128, "lookback_rnn", 128, 0, 1)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(LibtorchStep, lookback_2x128, "lookback_rnn", 128)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(OwnStep, attention_2x64, "attention_rnn", 64, 40, 1)
    ->Unit(benchmark::kMillisecond);
// Both halves of the batch at once: what `magenta train` does on two cores.
BENCHMARK_CAPTURE(OwnStep, lookback_2x64_two_threads, "lookback_rnn", 64, 0, 2)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK_CAPTURE(OwnStep, basic_2x64_two_threads, "basic_rnn", 64, 0, 2)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK_CAPTURE(OwnStep, attention_2x64_two_threads, "attention_rnn", 64, 40, 2)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK_CAPTURE(OwnStep, attention_2x128, "attention_rnn", 128, 40, 1)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(OwnStep, attention_2x128_two_threads, "attention_rnn", 128, 40, 2)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace
}  // namespace magenta
