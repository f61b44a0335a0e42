#pragma once
// Several threads on one batch or one data set, with the same bits for any number of them: the work
// is cut by what it is, never by who does it, and sums are made in order.

#include <atomic>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "magenta/train/learner.h"

namespace magenta {

/// Runs work(0) .. work(count - 1), each once, on at most `threads` threads (this one included);
/// returns when all are done.
void ForEachOnThreads(int count, int threads, const std::function<void(int)>& work);

/// Makes this process keep the large blocks that it frees: every step wants the same ones again,
/// and new pages cost more than the arithmetic on some of them. For a program that trains, once.
void KeepFreedMemory();

/// A step's batch.
struct BatchSource {
  std::span<const DatasetExample> examples;  // as heard; a place in the batch is an index of this
  const EventCodec* codec = nullptr;
};

struct BatchGradients {
  ScoreSums sums;
  /// Of the mean loss over all steps of the batch; one a variable.
  std::vector<std::vector<float>> gradients;
  /// What share of the batch would be padding, were it padded to its longest example.
  double padding_share = 0;
};

/// The gradients of a batch, which is cut in an even number of shards of similar lengths: of at
/// most Learner::largest_shard() examples (one shard where the batch is small).
BatchGradients ComputeGradients(const Learner& learner, const std::vector<Variable>& variables,
                                const BatchSource& source, const DropoutKey& dropout, int threads);

/// The pieces of that, for work that is shared with others. How many shards a batch of `examples`
/// has; the gradients of the shards `which`, one element each; how much padding a batch would need.
int ShardsOf(const Learner& learner, size_t examples);
std::vector<BatchGradients> ShardGradients(const Learner& learner,
                                           const std::vector<Variable>& variables,
                                           const BatchSource& source, const DropoutKey& dropout,
                                           int threads, std::span<const int> which);
double PaddingShare(const BatchSource& source);

/// Sums over all of `examples`, without dropout, in batches of similar lengths. Stops between
/// batches once *stop (may be null); the sums are then of no use.
ScoreSums ScoreExamples(const Learner& learner, const std::vector<Variable>& variables,
                        std::span<const DatasetExample> examples, const EventCodec& codec,
                        int threads, const std::atomic<bool>* stop = nullptr);

/// Its pieces likewise: how many batches are scored, and the sums of each of `which`.
int ScoredBatches(size_t examples);
std::vector<ScoreSums> ScoreBatches(const Learner& learner, const std::vector<Variable>& variables,
                                    std::span<const DatasetExample> examples,
                                    const EventCodec& codec, int threads,
                                    std::span<const int> which, const std::atomic<bool>* stop);

}  // namespace magenta
