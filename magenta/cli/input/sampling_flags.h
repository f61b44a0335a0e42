#pragma once
// --pitch_temperature, --top_k, --top_p, --min_p: how events are drawn, beside --temperature.

#include <optional>

#include "magenta/cli/terminal/flags.h"
#include "magenta/request/generate_args.h"

namespace magenta::cli {

/// What a verb embeds to take them. What is not given is as Sampling has it, or as a request says.
struct SamplingFlags {
  std::optional<double> pitch_temperature;
  int top_k = -1;
  std::optional<double> top_p;
  std::optional<double> min_p;

  /// Adds the flags to the group in progress.
  void Describe(Flags& flags);
  Sampling At(double temperature) const;
  /// Says what was given in `options`, and leaves the rest of it.
  void SetGiven(GeneratorOptions& options) const;
};

}  // namespace magenta::cli
