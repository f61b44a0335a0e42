// Events a second of a training step, beside libtorch's own LSTM doing the same work in the same
// run: forward, cross entropy, backward, clipping, Adam on 64 melodies of 430 steps. libtorch on
// one thread, and as it is fastest on two cores: each half of the batch on a thread of its own.
// Items a second are events; compare by CPU time where the machine has other work.

#include <ATen/ATen.h>
#include <benchmark/benchmark.h>
#include <torch/csrc/autograd/autograd.h>

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

struct Net {
  const char* config;
  int units, layers;
  int attn_length = 0;
};

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
  const std::vector<DatasetExample> melodies = Melodies();
  int64_t step = 0;
  for (auto _ : state) {
    auto batch =
        ComputeGradients(learner, variables, {melodies, spec.codec.get()}, {0, step++}, threads);
    for (auto& gradient : batch.gradients) ClipByNorm(5, gradient);
    AdamStep(0.001, batch.gradients, variables, powers);
  }
  state.SetItemsProcessed(state.iterations() * kMelodies * kSteps);
}

// The same layers by at::lstm, its weights one tensor each, Adam and clipping by its operations.
class LibtorchNet {
 public:
  LibtorchNet(const ModelSpec& spec, const Net& net)
      : layers_(net.layers),
        units_(net.units),
        inputs_(spec.codec->input_size()),
        classes_(spec.codec->num_classes()) {
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
    return {(at::rand({kSteps, melodies, inputs_}) < 0.08).to(at::kFloat),
            at::randint(classes_, {kSteps * melodies}, at::kLong)};
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

  int layers_, units_, inputs_, classes_;
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
  state.SetItemsProcessed(state.iterations() * kMelodies * kSteps);
}

constexpr Net kLookback64 = {"lookback_rnn", 64, 2};
constexpr Net kLookback128 = {"lookback_rnn", 128, 2};
constexpr Net kLookback512 = {"lookback_rnn", 512, 2};
constexpr Net kLookback3x64 = {"lookback_rnn", 64, 3};
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
MAGENTA_OWN(basic_2x64, kBasic64);
MAGENTA_OWN(attention_2x64, kAttention64);
MAGENTA_OWN(attention_2x128, kAttention128);

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
