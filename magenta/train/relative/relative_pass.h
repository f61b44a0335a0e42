#pragma once
// The network of nn/relative_gru.h over a batch: loss, logits, gradients. Without libtorch's
// headers.

#include <vector>

#include "magenta/nn/relative_sizes.h"
#include "magenta/train/learner.h"

namespace magenta {

/// What is wanted of a pass.
struct RelativePassOptions {
  /// "Nothing happens", for the counts.
  int default_label = 0;
  /// Null: nothing is dropped. `keep` of h and of the head's two layers; of x
  /// 1 - 0.4 (1 - keep).
  const DropoutKey* dropout = nullptr;
  double keep = 1;
  /// Where given, those of sum(loss) * loss_scale, one a variable, are added to these.
  std::vector<std::vector<float>>* gradients = nullptr;
  double loss_scale = 1;
  /// Where given, the logits [rows, classes] in the batch's order.
  std::vector<float>* logits = nullptr;
};

/// `variables` have the names and shapes of RelativeVariables(), in any order. Keeps nothing:
/// several threads may call at once.
ScoreSums RunRelative(const RelativeSizes& sizes, const std::vector<Variable>& variables,
                      const Batch& batch, const RelativePassOptions& options);

}  // namespace magenta
