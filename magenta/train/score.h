#pragma once
// Loss and metrics of logits against labels, as sums that batches and shards can be pooled by.

#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include "magenta/train/train.h"

namespace magenta {

/// Counts over labelled steps; all sums, so two are pooled by adding them.
struct ScoreSums {
  double loss = 0;  // nats
  int64_t steps = 0, correct = 0;
  int64_t events = 0, correct_events = 0;  // labels other than the default one
  int64_t examples = 0;
  int64_t steps_after = 0;                          // Batch's
  std::vector<int64_t> class_steps, class_correct;  // a class each
  /// Of steps of rolls: all their cells, of which `correct` and `events` count then (those that
  /// sound are the events), and the sum of the steps' probabilities.
  int64_t cells = 0;
  double probability = 0;

  /// One labelled step; the class vectors must have their size.
  void AddStep(double step_loss, int label, int best, int default_label);
  /// A step of a roll.
  struct RollCells {
    int64_t cells, right;
    int64_t on, found;  // that sound, and of these that were thought to
  };
  void AddRoll(double log_probability, const RollCells& of);
  void Add(const ScoreSums& other);
  /// `steps_of_class`: StepsOfClasses() of the model.
  Metrics ToMetrics(std::span<const int> steps_of_class = {}) const;
};

/// Steps of the grid that the event of each class lasts; of several heads, one after another, what
/// each class adds to that. Empty where each lasts one, and where a class is no event by itself: of
/// several parts.
std::vector<int> StepsOfClasses(const ModelSpec& spec);

/// The softmaxes of a row of logits, one after another, each with the label that event_accuracy
/// leaves out. Of several each counts as a labelled step, and their classes follow one another.
struct LabelHeads {
  std::vector<int> sizes;
  std::vector<int> default_labels;
  /// Classes of all together.
  int classes() const { return std::accumulate(sizes.begin(), sizes.end(), 0); }
};

/// Sums over the rows of `logits` [rows, heads.classes()] against `labels` [rows, heads]; else as
/// ScoreLogits.
ScoreSums ScoreHeads(std::span<const float> logits, std::span<const int> labels,
                     const LabelHeads& heads, double scale, std::span<float> gradient);

/// Sums over the rows of `logits` [labels.size(), classes] (float32; the loss in double). Where
/// `gradient` is given, it becomes that of sum(loss) * scale; of the size of `logits`.
ScoreSums ScoreLogits(std::span<const float> logits, std::span<const int> labels, int classes,
                      int default_label, double scale, std::span<float> gradient);

}  // namespace magenta
