#include "magenta/train/shards.h"

#include <malloc.h>

#include <algorithm>
#include <numeric>
#include <thread>

#include "magenta/train/kernels/one_thread.h"

namespace magenta {
namespace {

// Examples of a shard: enough for whole tiles of a product, few enough for its state to stay in a
// second-level cache.
constexpr size_t kSmallestShard = 8;
constexpr size_t kLargestShard = 32;
constexpr size_t kExamplesAtATime = 64;  // scored together

// Places 0..chosen-1 in order of falling length.
std::vector<int> ByFallingLength(std::span<const DatasetExample> examples,
                                 std::span<const int> chosen) {
  std::vector<int> places(chosen.size());
  std::iota(places.begin(), places.end(), 0);
  std::stable_sort(places.begin(), places.end(), [&](int a, int b) {
    return examples[chosen[a]].steps() > examples[chosen[b]].steps();
  });
  return places;
}

int ShardsOf(size_t examples) {
  if (examples < 2 * kSmallestShard) return 1;
  return static_cast<int>(std::max<size_t>(2, (examples + kLargestShard - 1) / kLargestShard));
}

Batch MakeShard(const BatchSource& source, const std::vector<int>& places, int shard, int shards) {
  std::vector<int> examples, names;
  for (size_t i = static_cast<size_t>(shard); i < places.size(); i += shards) {
    names.push_back(places[i]);
    examples.push_back(source.chosen[places[i]]);
  }
  return MakeBatch(source.examples, examples, names, *source.codec);
}

void AddGradients(const std::vector<std::vector<float>>& from,
                  std::vector<std::vector<float>>& to) {
  for (size_t v = 0; v < to.size(); ++v) {
    for (size_t k = 0; k < to[v].size(); ++k) to[v][k] += from[v][k];
  }
}

}  // namespace

void ForEachOnThreads(int count, int threads, const std::function<void(int)>& work) {
  std::atomic<int> next = 0;
  const auto run = [&] {
    UseOneThread();
    for (int i = next++; i < count; i = next++) work(i);
  };
  std::vector<std::thread> others;
  for (int i = 1; i < std::min(threads, count); ++i) others.emplace_back(run);
  run();
  for (std::thread& other : others) other.join();
}

void KeepFreedMemory() {
  constexpr int kLargest = 1 << 30;
  mallopt(M_MMAP_THRESHOLD, kLargest);
  mallopt(M_TRIM_THRESHOLD, kLargest);
  mallopt(M_ARENA_MAX, 1);  // other arenas grow by mmap alone
}

BatchGradients ComputeGradients(const RnnGraph& graph, const std::vector<Variable>& variables,
                                const BatchSource& source, const DropoutKey& dropout, int threads) {
  const std::vector<int> places = ByFallingLength(source.examples, source.chosen);
  const int shards = ShardsOf(places.size());
  int64_t steps = 0;
  for (const int i : source.chosen) steps += source.examples[i].steps();
  std::vector<BatchGradients> parts(shards);
  ForEachOnThreads(shards, threads, [&](int shard) {
    const Batch batch = MakeShard(source, places, shard, shards);
    parts[shard].sums = graph.Gradients(variables, batch, dropout, steps, parts[shard].gradients);
  });
  BatchGradients whole = std::move(parts[0]);
  for (int shard = 1; shard < shards; ++shard) {
    whole.sums.Add(parts[shard].sums);
    AddGradients(parts[shard].gradients, whole.gradients);
  }
  const int64_t longest = source.examples[source.chosen[places[0]]].steps();
  whole.padding_share =
      1 - static_cast<double>(steps) / static_cast<double>(longest * int64_t(places.size()));
  return whole;
}

ScoreSums ScoreExamples(const RnnGraph& graph, const std::vector<Variable>& variables,
                        std::span<const DatasetExample> examples, const EventCodec& codec,
                        int threads, const std::atomic<bool>* stop) {
  std::vector<int> all(examples.size());
  std::iota(all.begin(), all.end(), 0);
  const std::vector<int> sorted = ByFallingLength(examples, all);
  const int batches = static_cast<int>((sorted.size() + kExamplesAtATime - 1) / kExamplesAtATime);
  std::vector<ScoreSums> parts(batches);
  ForEachOnThreads(batches, threads, [&](int i) {
    if (stop != nullptr && *stop) return;
    const size_t first = i * kExamplesAtATime;
    const auto chosen =
        std::span(sorted).subspan(first, std::min(kExamplesAtATime, sorted.size() - first));
    parts[i] = graph.Score(variables, MakeBatch(examples, chosen, chosen, codec));
  });
  ScoreSums sums;
  for (const ScoreSums& part : parts) sums.Add(part);
  return sums;
}

}  // namespace magenta
