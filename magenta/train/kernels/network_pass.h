#pragma once
// A whole network forward and backward over one batch on one thread, without libtorch: what trains
// on the CPU.

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "magenta/train/batches.h"
#include "magenta/train/kernels/layers.h"
#include "magenta/train/score.h"

namespace magenta {

/// What it points to outlives the run.
struct NetworkPassOptions {
  /// Of the layout's classes together; there is at least one. Null where `score` is given.
  const LabelHeads* heads = nullptr;
  /// What scores rows from `first_row` on instead of softmaxes against labels: of the logits [rows,
  /// classes], in packed order. `slopes` (of their size; empty: none are wanted) become the loss's
  /// gradients.
  std::function<ScoreSums(int64_t first_row, std::span<const float> logits,
                          std::span<float> slopes)>
      score;
  /// A key a layer for its dropout masks; empty: nothing is dropped.
  std::vector<uint64_t> dropout_keys;
  /// What a row's loss is multiplied by before gradients are taken.
  float loss_scale = 1;
  /// Where the gradients go, one a variable; null: none are made.
  std::vector<std::vector<float>>* gradients = nullptr;
  /// Where the logits go, [rows, classes] in packed order; null: nowhere. Not with gradients.
  std::vector<float>* logits = nullptr;
};

/// Runs the batch on the calling thread; several may run at once, each with gradients of its own.
/// The sums of its scores are of the network with dropout where there are keys.
ScoreSums RunNetwork(const RnnLayout& layout, const std::vector<Variable>& variables,
                     const Batch& batch, const NetworkPassOptions& options);

}  // namespace magenta
