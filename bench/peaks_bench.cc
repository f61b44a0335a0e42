// What this machine gives at most, for a share of it: multiply-adds that wait for nothing, and
// bytes read, from more memory than most caches hold and from as much as a network's weights take.

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "bench/peaks_bench.cc"
#include <hwy/foreach_target.h>
// After foreach_target.h, which must come first.
#include <hwy/highway.h>

#include <cstddef>

HWY_BEFORE_NAMESPACE();
namespace magenta::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// `flop` operations in twelve chains, enough for two units that take five cycles; their sum.
float MultiplyAddsImpl(double flop) {
  const hn::ScalableTag<float> d;
  const auto factor = hn::Set(d, 0.999f), term = hn::Set(d, 0.001f);
  // Each begins elsewhere, or a compiler would see that one is enough.
  const auto at = [&](float start) { return hn::Set(d, start); };
  auto a = at(1), b = at(2), c = at(3), e = at(4), f = at(5), g = at(6);
  auto h = at(7), i = at(8), j = at(9), k = at(10), l = at(11), m = at(12);
  const double flop_a_round = 12.0 * 2.0 * static_cast<double>(hn::Lanes(d));
  for (auto left = static_cast<size_t>(flop / flop_a_round); left > 0; --left) {
    a = hn::MulAdd(a, factor, term), b = hn::MulAdd(b, factor, term);
    c = hn::MulAdd(c, factor, term), e = hn::MulAdd(e, factor, term);
    f = hn::MulAdd(f, factor, term), g = hn::MulAdd(g, factor, term);
    h = hn::MulAdd(h, factor, term), i = hn::MulAdd(i, factor, term);
    j = hn::MulAdd(j, factor, term), k = hn::MulAdd(k, factor, term);
    l = hn::MulAdd(l, factor, term), m = hn::MulAdd(m, factor, term);
  }
  const auto half = hn::Add(hn::Add(hn::Add(a, b), hn::Add(c, e)), hn::Add(f, g));
  const auto rest = hn::Add(hn::Add(hn::Add(h, i), hn::Add(j, k)), hn::Add(l, m));
  return hn::GetLane(hn::SumOfLanes(d, hn::Add(half, rest)));
}

// The sum of `count` floats (a multiple of 8 vectors, aligned), in eight sums that do not wait for
// each other.
float SumImpl(const float* from, size_t count) {
  const hn::ScalableTag<float> d;
  const size_t lanes = hn::Lanes(d);
  auto a = hn::Zero(d), b = a, c = a, e = a, f = a, g = a, h = a, i = a;
  for (const float* const end = from + count; from != end; from += 8 * lanes) {
    a = hn::Add(a, hn::Load(d, from)), b = hn::Add(b, hn::Load(d, from + lanes));
    c = hn::Add(c, hn::Load(d, from + 2 * lanes)), e = hn::Add(e, hn::Load(d, from + 3 * lanes));
    f = hn::Add(f, hn::Load(d, from + 4 * lanes)), g = hn::Add(g, hn::Load(d, from + 5 * lanes));
    h = hn::Add(h, hn::Load(d, from + 6 * lanes)), i = hn::Add(i, hn::Load(d, from + 7 * lanes));
  }
  const auto half = hn::Add(hn::Add(a, b), hn::Add(c, e));
  return hn::GetLane(hn::SumOfLanes(d, hn::Add(half, hn::Add(hn::Add(f, g), hn::Add(h, i)))));
}

}  // namespace magenta::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <benchmark/benchmark.h>
#include <hwy/aligned_allocator.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

namespace magenta {
namespace {

HWY_EXPORT(MultiplyAddsImpl);
HWY_EXPORT(SumImpl);

hwy::AlignedFreeUniquePtr<float[]> Halves(size_t count) {
  auto floats = hwy::AllocateAligned<float>(count);
  std::fill_n(floats.get(), count, 0.5f);
  return floats;
}

template <typename Work>
void OnThreads(int64_t threads, const Work& work) {
  std::vector<std::thread> others;
  for (int64_t i = 1; i < threads; ++i) others.emplace_back(work);
  work();
  for (std::thread& other : others) other.join();
}

// range(0): threads, each of which computes as much as one of train_bench's Products.
void MultiplyAdds(benchmark::State& state) {
  constexpr double kFlop = 2.0 * 512 * 512 * 512 * 20;
  for (auto _ : state) {
    OnThreads(state.range(0),
              [] { benchmark::DoNotOptimize(HWY_DYNAMIC_DISPATCH(MultiplyAddsImpl)(kFlop)); });
  }
  state.counters["FLOP/s"] = benchmark::Counter(kFlop * static_cast<double>(state.range(0)),
                                                benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK(MultiplyAdds)->Arg(1)->Arg(2)->Unit(benchmark::kMillisecond)->UseRealTime();

// range(0): threads.
void ReadMemory(benchmark::State& state) {
  constexpr size_t kBytes = size_t{256} << 20;
  const auto threads = static_cast<size_t>(state.range(0));
  constexpr size_t kFloats = kBytes / sizeof(float);
  std::vector<hwy::AlignedFreeUniquePtr<float[]>> floats;
  for (size_t i = 0; i < threads; ++i) floats.push_back(Halves(kFloats));
  for (auto _ : state) {
    std::atomic<size_t> next = 0;
    OnThreads(state.range(0), [&] {
      benchmark::DoNotOptimize(HWY_DYNAMIC_DISPATCH(SumImpl)(floats[next++].get(), kFloats));
    });
  }
  state.SetBytesProcessed(state.iterations() * state.range(0) * static_cast<int64_t>(kBytes));
}
BENCHMARK(ReadMemory)->Arg(1)->Arg(2)->Unit(benchmark::kMillisecond)->UseRealTime();

// What a step of one row cannot beat: reading the weights of its products once, from the cache
// level in which they stay between steps.
void ReadFloats(benchmark::State& state, size_t count) {
  const auto weights = Halves(count);
  for (auto _ : state) {
    benchmark::DoNotOptimize(HWY_DYNAMIC_DISPATCH(SumImpl)(weights.get(), count));
  }
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(count * sizeof(float)));
}

// range(0): units of two layers, as in nn_bench's BM_Step.
void ReadWeights(benchmark::State& state) {
  const auto units = static_cast<size_t>(state.range(0));
  ReadFloats(state, units * 4 * units * 3 + units * 48);
}
BENCHMARK(ReadWeights)->Arg(64)->Arg(128)->Arg(512);

// Those of nn_bench's BM_PerformanceStep: an input of one class is a row of the first layer.
void ReadPerformanceWeights(benchmark::State& state) {
  constexpr size_t kUnits = 512, kClasses = 388;
  ReadFloats(state, kUnits * 4 * kUnits * 5 + kUnits * kClasses);
}
BENCHMARK(ReadPerformanceWeights);

// Widths of a relative_gru network: e, H, z, classes and relations.
struct RelativeWidths {
  size_t embedding, units, head, classes, relations;
  size_t gates() const { return (embedding + units) * 3 * units; }
  size_t scores() const { return (units + head + classes + relations) * head; }
};

// The widths of nn_bench's BM_RelativeStep. range(0): whether the memory advances.
void ReadRelativeWeights(benchmark::State& state) {
  constexpr RelativeWidths kWidths = {96, 160, 96, 48, 384};
  ReadFloats(state, kWidths.scores() + (state.range(0) != 0 ? kWidths.gates() : 0));
}
BENCHMARK(ReadRelativeWeights)->Arg(0)->Arg(1);

// What a decision of the bundled model of several parts reads (score_bench's ScoreSteps): the head,
// and of four voices, whose moments are five decisions, a fifth of the gates.
void ReadScoreWeights(benchmark::State& state) {
  constexpr RelativeWidths kWidths = {64, 224, 144, 134, 1793};
  ReadFloats(state, (kWidths.scores() + kWidths.gates() / 5) / 128 * 128);
}
BENCHMARK(ReadScoreWeights);

}  // namespace
}  // namespace magenta
#endif  // HWY_ONCE
