#include "magenta/train/shards.h"

#include <malloc.h>

#include <algorithm>
#include <numeric>
#include <thread>

#include "magenta/base/threads.h"
#include "magenta/train/kernels/one_thread.h"

namespace magenta {
namespace {

// Examples of a shard: enough for whole tiles of a product, few enough for its state to stay in a
// second-level cache; a window of 40 outputs and keys of 64 units is 20 KB an example.
constexpr size_t kSmallestShard = 8;
constexpr size_t kExamplesAtATime = 64;  // scored together

std::vector<int> FirstNumbers(size_t count) {
  std::vector<int> numbers(count);
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

int64_t StepsOf(const BatchSource& source) {
  int64_t steps = 0;
  for (const DatasetExample& example : source.examples) steps += example.rows(*source.codec);
  return steps;
}

// Places of examples in order of falling length.
std::vector<int> ByFallingLength(std::span<const DatasetExample> examples) {
  std::vector<int> places = FirstNumbers(examples.size());
  std::stable_sort(places.begin(), places.end(),
                   [&](int a, int b) { return examples[a].steps() > examples[b].steps(); });
  return places;
}

Batch MakeShard(const BatchSource& source, const std::vector<int>& places, int shard, int shards) {
  std::vector<int> chosen;
  for (size_t i = static_cast<size_t>(shard); i < places.size(); i += shards) {
    chosen.push_back(places[i]);
  }
  return MakeBatch(source.examples, chosen, chosen, *source.codec);
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
  std::vector<std::thread> others = StartThreads(std::min(threads, count) - 1, run);
  run();
  for (std::thread& other : others) other.join();
}

void KeepFreedMemory() {
  constexpr int kLargest = 1 << 30;
  mallopt(M_MMAP_THRESHOLD, kLargest);
  mallopt(M_TRIM_THRESHOLD, kLargest);
  mallopt(M_ARENA_MAX, 1);  // other arenas grow by mmap alone
}

int ShardsOf(const Learner& learner, size_t examples) {
  if (learner.options().shards > 0) {
    return static_cast<int>(std::min<size_t>(examples, learner.options().shards));
  }
  if (examples < 2 * kSmallestShard) return 1;
  const size_t largest = learner.largest_shard();
  const int shards = static_cast<int>((examples + largest - 1) / largest);
  return shards + shards % 2;  // of about one size, so that two threads end together
}

std::vector<BatchGradients> ShardGradients(const Learner& learner,
                                           const std::vector<Variable>& variables,
                                           const BatchSource& source, const DropoutKey& dropout,
                                           int threads, std::span<const int> which) {
  const std::vector<int> places = ByFallingLength(source.examples);
  const int shards = ShardsOf(learner, places.size());
  const int64_t steps = StepsOf(source);
  std::vector<BatchGradients> parts(which.size());
  ForEachOnThreads(static_cast<int>(which.size()), threads, [&](int i) {
    const Batch batch = MakeShard(source, places, which[i], shards);
    parts[i].sums = learner.Gradients(variables, batch, dropout, steps, parts[i].gradients);
  });
  return parts;
}

double PaddingShare(const BatchSource& source) {
  int64_t longest = 0;
  for (const DatasetExample& example : source.examples) {
    longest = std::max(longest, example.rows(*source.codec));
  }
  return 1 - static_cast<double>(StepsOf(source)) /
                 static_cast<double>(longest * static_cast<int64_t>(source.examples.size()));
}

BatchGradients ComputeGradients(const Learner& learner, const std::vector<Variable>& variables,
                                const BatchSource& source, const DropoutKey& dropout, int threads) {
  const std::vector<int> all =
      FirstNumbers(static_cast<size_t>(ShardsOf(learner, source.examples.size())));
  auto parts = ShardGradients(learner, variables, source, dropout, threads, all);
  BatchGradients whole = std::move(parts[0]);
  for (size_t shard = 1; shard < parts.size(); ++shard) {
    whole.sums.Add(parts[shard].sums);
    AddGradients(parts[shard].gradients, whole.gradients);
  }
  whole.padding_share = PaddingShare(source);
  return whole;
}

int ScoredBatches(size_t examples) {
  return static_cast<int>((examples + kExamplesAtATime - 1) / kExamplesAtATime);
}

std::vector<ScoreSums> ScoreBatches(const Learner& learner, const std::vector<Variable>& variables,
                                    std::span<const DatasetExample> examples,
                                    const EventCodec& codec, int threads,
                                    std::span<const int> which, const std::atomic<bool>* stop) {
  const std::vector<int> sorted = ByFallingLength(examples);
  std::vector<ScoreSums> parts(which.size());
  ForEachOnThreads(static_cast<int>(which.size()), threads, [&](int i) {
    if (stop != nullptr && *stop) return;
    const size_t first = which[i] * kExamplesAtATime;
    const auto chosen =
        std::span(sorted).subspan(first, std::min(kExamplesAtATime, sorted.size() - first));
    parts[i] = learner.Score(variables, MakeBatch(examples, chosen, chosen, codec));
  });
  return parts;
}

ScoreSums ScoreExamples(const Learner& learner, const std::vector<Variable>& variables,
                        std::span<const DatasetExample> examples, const EventCodec& codec,
                        int threads, const std::atomic<bool>* stop) {
  const std::vector<int> all = FirstNumbers(static_cast<size_t>(ScoredBatches(examples.size())));
  ScoreSums sums;
  for (const ScoreSums& part :
       ScoreBatches(learner, variables, examples, codec, threads, all, stop)) {
    sums.Add(part);
  }
  return sums;
}

}  // namespace magenta
