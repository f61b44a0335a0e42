#pragma once
// Examples that a run is measured on where nobody named any.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/pipeline/dataset_reader.h"

namespace magenta {

/// The share of the examples that HoldOut takes, about.
inline constexpr double kHeldOutShare = 0.1;

struct HeldOut {
  std::vector<DatasetExample> examples;
  /// Where they come from, for the user.
  std::string note;
};

/// Examples to measure on: the eval_... file that `magenta dataset` wrote beside the training_...
/// file `pattern`; where there is none (or nothing in it), about a tenth of `examples`, which loses
/// them. A file's examples, transposed ones too, stay together; which files go depends on `seed`
/// and their names, so that another file moves no other. One example alone is not split.
HeldOut HoldOut(const std::string& pattern, const ModelSpec& spec, uint32_t seed,
                std::vector<DatasetExample>& examples);

}  // namespace magenta
