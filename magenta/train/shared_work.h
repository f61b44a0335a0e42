#pragma once
// The work of a training run, done by the threads of this process or shared by all processes of a
// job. Either way the same bits come out: shards are cut and added by what they are.

#include <atomic>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/train/distributed/ranks.h"
#include "magenta/train/shards.h"

namespace magenta {

/// All ranks of a job call the same functions in the same order with the same arguments.
class SharedWork {
 public:
  /// `ranks` null: this process is alone. `stop` (may be null) becomes true to end the run.
  SharedWork(Ranks* ranks, int threads, const std::atomic<bool>* stop)
      : ranks_(ranks), threads_(threads), stop_(stop) {}

  /// Whether this process writes files and talks to the user.
  bool leads() const { return ranks_ == nullptr || ranks_->leads(); }

  /// Whether the run is to end. In a job: whether any rank had been told so when all last met,
  /// which all ranks answer alike.
  bool Stopping() const;

  /// ComputeGradients(); every rank gets the whole batch's. Errors (exit 5): a rank is lost.
  absl::StatusOr<BatchGradients> Gradients(const Learner& learner,
                                           const std::vector<Variable>& variables,
                                           const BatchSource& source, const DropoutKey& dropout);

  /// ScoreExamples(), likewise; of no use once Stopping().
  absl::StatusOr<ScoreSums> Score(const Learner& learner, const std::vector<Variable>& variables,
                                  std::span<const DatasetExample> examples,
                                  const EventCodec& codec);

 private:
  absl::StatusOr<ScoreSums> PoolSums(std::span<const ScoreSums> mine, int parts);

  Ranks* ranks_;
  int threads_;
  const std::atomic<bool>* stop_;
  bool agreed_stop_ = false;
};

}  // namespace magenta
