#pragma once
// What a step's input says of classes by how they lie to others (nn/relative_sizes.h, the blocks
// from the bias rows on), and the way back. A row at a time; on rows of their own, threads may call
// at once.

#include <cstdint>

#include "magenta/base/sparse_vector.h"
#include "magenta/nn/relative_sizes.h"

namespace magenta {

/// A row's part in the logits.
struct RelationRow {
  const RelativeSizes* sizes;
  const SparseMatrix* inputs;
  int64_t row;
};

/// logits [C] += the bias rows of `kinds` [K, C], and what `relations` [49 S + 11 M + V] say of the
/// classes; those that are banned become kBannedLogit.
void AddRelations(const RelationRow& row, const float* kinds, const float* relations,
                  float* logits);

/// Gradients likewise: d_kinds [K, C] and d_relations += what comes of d_logits [C], which become 0
/// where a class is banned.
void AddRelationGradients(const RelationRow& row, float* d_logits, float* d_kinds,
                          float* d_relations);

}  // namespace magenta
