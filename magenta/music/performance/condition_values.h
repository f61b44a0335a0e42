#pragma once
// What a request asks of a performance: a density, pitch classes, or none, all the time or one
// after another.

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/music/performance/conditions.h"

namespace magenta {

/// Each empty where nothing is asked; values of a list hold for equal times.
struct ConditionValues {
  std::vector<double> notes_per_second;
  std::vector<std::array<double, 12>> pitch_class_histogram;
  std::vector<bool> disable_conditioning;

  /// As conditions over `steps` (1 or more) from the first event on.
  std::vector<Conditions> Over(int64_t steps) const;
  bool operator==(const ConditionValues&) const = default;
};

/// "5", "[1, 2.5, 70]": 0 or more. Errors of all three (exit 2) name the argument `name` and say
/// what is wrong with which value.
absl::StatusOr<std::vector<double>> ParseDensities(std::string_view name, std::string_view text);
/// "[2,0,1,0,1,1,0,2,0,1,0,1]", or a list of such: twelve numbers of 0 or more, C first.
absl::StatusOr<std::vector<std::array<double, 12>>> ParseHistograms(std::string_view name,
                                                                    std::string_view text);
/// "True", "[False, True]".
absl::StatusOr<std::vector<bool>> ParseSwitches(std::string_view name, std::string_view text);

}  // namespace magenta
