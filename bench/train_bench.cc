// Events a second of a training step, beside libtorch's own LSTM doing the same work in the same
// run: forward, cross entropy, backward, clipping, Adam on 64 melodies of 430 steps. libtorch on
// one thread, and as it is fastest on two cores: each half of the batch on a thread of its own.
// Items a second are events; compare by CPU time where the machine has other work.

#include <ATen/ATen.h>
#include <benchmark/benchmark.h>
#include <torch/csrc/autograd/autograd.h>

#include <array>
#include <random>
#include <utility>

#include "magenta/models/model_spec.h"
#include "magenta/train/kernels/one_thread.h"
#include "magenta/train/optimizer.h"
#include "magenta/train/rnn/rnn_learner.h"
#include "magenta/train/shards.h"

namespace magenta {
namespace {

constexpr int kMelodies = 64;
constexpr int kSteps = 430;

struct Net {
  const char* config;
  int units, layers;
  int attn_length = 0;
  int steps = kSteps;
};

/// Half of the events of melodies are kNoEvent; other events are any of the codec's.
std::vector<DatasetExample> Examples(const ModelSpec& spec, int steps) {
  std::mt19937 engine(1);
  const bool melodies = spec.codec->Accepts(kNoEvent);
  std::vector<DatasetExample> examples;
  for (int i = 0; i < kMelodies; ++i) {
    EventSequence events;
    const auto encoder = spec.codec->NewEncoder(nullptr);
    for (int t = 0; t <= steps; ++t) {
      const uint32_t draw = engine();
      const int label = static_cast<int>(draw % static_cast<uint32_t>(spec.codec->num_classes()));
      events.events.push_back(!melodies      ? encoder->Decode(std::array{label})
                              : draw % 8 < 4 ? kNoEvent
                                             : 50 + static_cast<Event>(engine() % 30));
    }
    examples.push_back({"", 0, events});
  }
  return examples;
}

void OwnStep(benchmark::State& state, const Net& net, int threads) {
  UseOneThread();
  KeepFreedMemory();  // as Train() does
  const ModelSpec& spec = **FindModel(net.config);
  RnnLayout layout{spec.codec->input_size(), spec.codec->num_classes(), spec.hparams};
  layout.hparams.rnn_layer_sizes.assign(static_cast<size_t>(net.layers), net.units);
  layout.hparams.attn_length = net.attn_length;
  const RnnLearner learner(layout, spec.codec->default_label());
  std::vector<Variable> variables = StartVariables(layout, 0);
  AdamPowers powers;
  const std::vector<DatasetExample> examples = Examples(spec, net.steps);
  int64_t step = 0;
  for (auto _ : state) {
    auto batch =
        ComputeGradients(learner, variables, {examples, spec.codec.get()}, {0, step++}, threads);
    for (auto& gradient : batch.gradients) ClipByNorm(5, gradient);
    AdamStep(0.001, batch.gradients, variables, powers);
  }
  state.SetItemsProcessed(state.iterations() * kMelodies * net.steps);
}

// The same layers by at::lstm, its weights one tensor each, Adam and clipping by its operations.
class LibtorchNet {
 public:
  LibtorchNet(const ModelSpec& spec, const Net& net)
      : layers_(net.layers),
        units_(net.units),
        inputs_(spec.codec->input_size()),
        classes_(spec.codec->num_classes()),
        steps_(net.steps) {
    for (int layer = 0; layer < layers_; ++layer) {
      Add({4 * units_, layer == 0 ? inputs_ : units_});
      Add({4 * units_, units_});
      Add({4 * units_});
      Add({4 * units_});
    }
    Add({classes_, units_});
    Add({classes_});
  }

  /// Inputs [steps, melodies, inputs] and labels of so many melodies.
  std::pair<at::Tensor, at::Tensor> Batch(int melodies) const {
    return {(at::rand({steps_, melodies, inputs_}) < 0.08).to(at::kFloat),
            at::randint(classes_, {steps_ * melodies}, at::kLong)};
  }

  std::vector<at::Tensor> Gradients(const at::Tensor& x, const at::Tensor& labels) const {
    const at::Tensor zero = at::zeros({layers_, x.size(1), units_});
    const std::vector<at::Tensor> cells(weights_.begin(), weights_.end() - 2);
    const auto out = at::lstm(x, {zero, zero}, cells, true, layers_, 0.0, true, false, false);
    const at::Tensor flat = std::get<0>(out).view({-1, units_});
    const at::Tensor logits = at::addmm(weights_.back(), flat, weights_[weights_.size() - 2].t());
    return torch::autograd::grad({at::cross_entropy_loss(logits, labels)}, weights_);
  }

  void Adam(const std::vector<at::Tensor>& gradients) {
    const at::NoGradGuard no_gradients;
    for (size_t i = 0; i < weights_.size(); ++i) {
      const at::Tensor g = gradients[i] * (5 / std::max(gradients[i].norm().item<float>(), 5.0f));
      m_[i].mul_(0.9).add_(g, 0.1);
      v_[i].mul_(0.999).addcmul_(g, g, 0.001);
      weights_[i].addcdiv_(m_[i], v_[i].sqrt().add_(1e-8), -0.001);
    }
  }

 private:
  void Add(at::IntArrayRef shape) {
    weights_.push_back((at::randn(shape) * 0.05).set_requires_grad(true));
    m_.push_back(at::zeros(shape));
    v_.push_back(at::zeros(shape));
  }

  int layers_, units_, inputs_, classes_, steps_;
  std::vector<at::Tensor> weights_, m_, v_;
};

void LibtorchStep(benchmark::State& state, const Net& net, int shards) {
  UseOneThread();
  LibtorchNet network(**FindModel(net.config), net);
  std::vector<std::pair<at::Tensor, at::Tensor>> batches;
  for (int s = 0; s < shards; ++s) batches.push_back(network.Batch(kMelodies / shards));
  std::vector<std::vector<at::Tensor>> parts(batches.size());
  for (auto _ : state) {
    ForEachOnThreads(shards, shards, [&](int s) {
      parts[s] = network.Gradients(batches[s].first, batches[s].second);
    });
    for (int s = 1; s < shards; ++s) {
      for (size_t i = 0; i < parts[0].size(); ++i) parts[0][i].add_(parts[s][i]);
    }
    network.Adam(parts[0]);
  }
  state.SetItemsProcessed(state.iterations() * kMelodies * net.steps);
}

constexpr Net kLookback64 = {"lookback_rnn", 64, 2};
constexpr Net kLookback128 = {"lookback_rnn", 128, 2};
constexpr Net kLookback512 = {"lookback_rnn", 512, 2};
constexpr Net kLookback3x64 = {"lookback_rnn", 64, 3};
// At its size, in shorter pieces.
constexpr Net kPerformance = {"performance_with_dynamics", 512, 3, 0, 100};
constexpr Net kBasic64 = {"basic_rnn", 64, 2};
constexpr Net kAttention64 = {"attention_rnn", 64, 2, 40};
constexpr Net kAttention128 = {"attention_rnn", 128, 2, 40};

// One thread, and both halves of the batch at once: what `magenta train` does on two cores.
#define MAGENTA_OWN(name, net)                                             \
  BENCHMARK_CAPTURE(OwnStep, name, net, 1)->Unit(benchmark::kMillisecond); \
  BENCHMARK_CAPTURE(OwnStep, name##_two_threads, net, 2)                   \
      ->Unit(benchmark::kMillisecond)                                      \
      ->UseRealTime()
#define MAGENTA_LIBTORCH(name, net)                                             \
  BENCHMARK_CAPTURE(LibtorchStep, name, net, 1)->Unit(benchmark::kMillisecond); \
  BENCHMARK_CAPTURE(LibtorchStep, name##_two_shards, net, 2)                    \
      ->Unit(benchmark::kMillisecond)                                           \
      ->UseRealTime()

MAGENTA_OWN(lookback_2x64, kLookback64);
MAGENTA_LIBTORCH(lookback_2x64, kLookback64);
MAGENTA_OWN(lookback_2x128, kLookback128);
MAGENTA_LIBTORCH(lookback_2x128, kLookback128);
MAGENTA_OWN(lookback_2x512, kLookback512);
MAGENTA_LIBTORCH(lookback_2x512, kLookback512);
MAGENTA_OWN(lookback_3x64, kLookback3x64);
MAGENTA_LIBTORCH(lookback_3x64, kLookback3x64);
MAGENTA_OWN(performance_3x512, kPerformance);
MAGENTA_LIBTORCH(performance_3x512, kPerformance);
MAGENTA_OWN(basic_2x64, kBasic64);
MAGENTA_OWN(attention_2x64, kAttention64);
MAGENTA_OWN(attention_2x128, kAttention128);

// The products of a training step of kPerformance alone, in its shapes: each layer forward and back
// step by step, and its gradient from all steps at once.
void PerformanceProducts(benchmark::State& state) {
  UseOneThread();
  const Net& net = kPerformance;
  const int classes = (**FindModel(net.config)).codec->num_classes();
  const at::Tensor state_of_one = at::randn({kMelodies, net.units});
  const at::Tensor state_of_two = at::randn({kMelodies, 2 * net.units});
  const at::Tensor gates = at::randn({kMelodies, 4 * net.units});
  const at::Tensor all_gates = at::randn({kMelodies * net.steps, 4 * net.units});
  const at::Tensor all_ones = at::randn({kMelodies * net.steps, net.units});
  const at::Tensor all_twos = at::randn({kMelodies * net.steps, 2 * net.units});
  const at::Tensor all_logits = at::randn({kMelodies * net.steps, classes});
  const at::Tensor first = at::randn({net.units, 4 * net.units});
  const at::Tensor other = at::randn({2 * net.units, 4 * net.units});
  const at::Tensor softmax = at::randn({net.units, classes});
  for (auto _ : state) {
    for (int layer = 0; layer < net.layers; ++layer) {
      const at::Tensor& weights = layer == 0 ? first : other;
      const at::Tensor& rows = layer == 0 ? state_of_one : state_of_two;
      for (int t = 0; t < net.steps; ++t) {
        benchmark::DoNotOptimize(at::mm(rows, weights));
        benchmark::DoNotOptimize(at::mm(gates, weights.t()));
      }
      benchmark::DoNotOptimize(at::mm((layer == 0 ? all_ones : all_twos).t(), all_gates));
    }
    benchmark::DoNotOptimize(at::mm(all_ones, softmax));
    benchmark::DoNotOptimize(at::mm(all_logits, softmax.t()));
    benchmark::DoNotOptimize(at::mm(all_ones.t(), all_logits));
  }
  state.SetItemsProcessed(state.iterations() * kMelodies * net.steps);
}
BENCHMARK(PerformanceProducts)->Unit(benchmark::kMillisecond);

// What two cores give in products, for a share of it: 2 x 512^3 floating-point operations each.
void Products(benchmark::State& state, int threads) {
  UseOneThread();
  constexpr int kSize = 512, kTimes = 20;
  std::vector<at::Tensor> a, b;
  for (int t = 0; t < threads; ++t) {
    a.push_back(at::randn({kSize, kSize}));
    b.push_back(at::randn({kSize, kSize}));
  }
  for (auto _ : state) {
    ForEachOnThreads(threads, threads, [&](int t) {
      for (int i = 0; i < kTimes; ++i) benchmark::DoNotOptimize(at::mm(a[t], b[t]));
    });
  }
  state.counters["FLOP/s"] = benchmark::Counter(2.0 * kSize * kSize * kSize * kTimes * threads,
                                                benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK_CAPTURE(Products, one_thread, 1)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK_CAPTURE(Products, two_threads, 2)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace magenta
