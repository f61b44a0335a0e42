#pragma once
// Examples that a run is measured on where nobody named any.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/pipeline/dataset_reader.h"

namespace magenta {

/// The share of the files that HoldOut takes.
inline constexpr double kHeldOutShare = 0.1;

/// Which files HoldOut takes. Both draw a number for each file from the seed and its name, and at
/// least one and not all files are taken.
enum class HeldOutRule : int64_t {
  kChance = 0,  // those that drew less than the share: of few files it may be far from it
  kTenth = 1,   // the share of the files, rounded: those that drew least
};

struct HeldOut {
  std::vector<DatasetExample> examples;
  /// Where they come from, for the user.
  std::string note;
};

/// Examples to measure on: the eval_... file that `magenta dataset` wrote beside the training_...
/// file `pattern`; where there is none (or nothing in it), those of a tenth of the files of
/// `examples`, which loses them, by `rule`. A file's examples, transposed ones too, stay together;
/// of one file a tenth of the examples goes. One example alone is not split.
HeldOut HoldOut(const std::string& pattern, const ModelSpec& spec, uint32_t seed, HeldOutRule rule,
                std::vector<DatasetExample>& examples);

/// What SplitDataset wrote.
struct SplitCounts {
  int64_t training = 0;  // examples
  int64_t held_out = 0;
};

/// Moves the examples of a tenth of the files of the compact data set `training_file` (those that
/// HoldOut takes by kTenth) to `eval_file`, which is written anew; none where there are fewer than
/// `least` files (of one file: examples). Errors: not readable as one (exit 3), not writable (exit
/// 5).
absl::StatusOr<SplitCounts> SplitDataset(const std::string& training_file,
                                         const std::string& eval_file, uint32_t seed,
                                         int64_t least);

}  // namespace magenta
