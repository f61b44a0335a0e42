#pragma once
// Which examples are learned together, and how they lie in memory.

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "magenta/base/sparse_vector.h"
#include "magenta/kinds/kind.h"
#include "magenta/pipeline/dataset_reader.h"
#include "magenta/train/kernels/packing.h"

namespace magenta {

/// Some examples as the network takes them.
struct Batch {
  std::shared_ptr<const Packing> packing;
  int input_size = 0;
  SparseMatrix inputs;
  /// One a row; of several heads those of each.
  std::vector<int> labels;
  /// EventCodec::StepsAfter of all examples together.
  int64_t steps_after = 0;
  /// What a row is called whatever shard it lies in: place in the batch and step.
  std::vector<uint64_t> row_ids;
  /// Examples, and the length of the longest.
  int examples() const { return packing->sequences(); }
  int longest() const { return packing->steps(); }
  /// The inputs, [rows, input_size], row-major.
  std::vector<float> DenseInputs() const;
};

/// How a step of training varies what it learns from: a pure function of these and of an example's
/// place in the batch.
struct Variation {
  /// Whose Varied() is asked; null: all stays as it is.
  const MusicKind* kind = nullptr;
  uint32_t seed = 0;
  int64_t step = 0;
};

/// `examples[i]` for i in `chosen`, as a step hears them: perhaps of other lengths, and so varied
/// before anything is cut, sorted or counted. Dense examples are never varied.
std::vector<DatasetExample> HeardExamples(std::span<const DatasetExample> examples,
                                          std::span<const int> chosen, const Variation& variation);

/// Packs `examples[i]` for i in `chosen`, encoding them; `places` (parallel to chosen) names each
/// in row_ids. Sequences are put in order of falling length, ties as given.
Batch MakeBatch(std::span<const DatasetExample> examples, std::span<const int> chosen,
                std::span<const int> places, const EventCodec& codec);

/// Where a run stands in its data.
struct DataPosition {
  int64_t epoch = 0;
  int64_t batch = 0;  // of the epoch

  bool operator==(const DataPosition&) const = default;
};

/// Who meets whom in a batch. The numbers stand in checkpoints.
enum class BatchRule : int64_t {
  kLikeLengths = 0,  // examples of similar lengths: of runs begun so, which go on so
  kChance = 1,       // whoever chance brings together
};

/// The order of examples: a pure function of lengths, batch size, seed and rule, so that a position
/// is all that a resumed run needs. Every example comes once an epoch, in batches of at most
/// batch_size, all of nearly the same number.
class BatchOrder {
 public:
  /// `lengths`: steps of each example as the data set has it, unvaried; at least one.
  BatchOrder(std::vector<int> lengths, int batch_size, uint32_t seed, BatchRule rule);

  int64_t batches_per_epoch() const { return batches_; }
  /// The examples of a batch. Amortised constant when positions come in order.
  std::span<const int> At(DataPosition position);
  DataPosition Next(DataPosition position) const;

 private:
  void Arrange(int64_t epoch);
  void SortPieces(std::vector<int>& shuffled) const;
  size_t StartOf(size_t batch) const;

  std::vector<int> lengths_;
  uint32_t seed_;
  BatchRule rule_;
  int64_t batches_;
  int64_t arranged_epoch_ = -1;
  std::vector<int> order_;      // examples of arranged_epoch_, batch after batch
  std::vector<size_t> starts_;  // of each batch in order_; one more at the end
};

}  // namespace magenta
