#include "magenta/request/condition_args.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <string_view>
#include <utility>

#include "magenta/request/generate_args.h"

namespace magenta {

void SetConditionArgs(const Conditions& conditions, std::span<const std::string> names,
                      GeneratorOptions& options) {
  const std::pair<std::string_view, std::string> values[] = {
      {kDensityArg, fmt::format("{}", conditions.notes_per_second)},
      {kHistogramArg, fmt::format("[{}]", fmt::join(conditions.pitch_classes, ", "))},
      {kDisableArg, conditions.disabled ? "True" : "False"}};
  for (const std::string& name : names) {
    for (const auto& [known, value] : values) {
      if (name == known) (*options.mutable_args())[name].set_string_value(value);
    }
  }
}

}  // namespace magenta
