#pragma once
// The two ways to write hyper-parameters, as names and words. What a name means is hparams.cc's.
//
//   text    = pairs | "{" [entry {"," entry} [","]] "}"
//   pairs   = [name "=" value {"," name "=" value}]        Magenta 2.x: batch_size=64,sizes=[64 64]
//   entry   = string ":" value                             Python or JSON: {'batch_size': 64}
//   value   = word | "[" [word {("," | blank) word}] "]"   (or "(" ")" in a literal)

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace magenta {

/// One name and its value as it was written.
struct HParamWords {
  std::string name;
  bool is_list = false;
  std::vector<std::string> words;  // one unless is_list
};

/// The pairs of `text` in order, names not yet checked. Errors (exit 2) show the column.
absl::StatusOr<std::vector<HParamWords>> SplitHParams(std::string_view text);

}  // namespace magenta
