#pragma once
// --temperature, --pitch_temperature, --top_k, --top_p, --min_p, --adapt: how events are drawn.
// --key, --scale, --min_pitch, --max_pitch: which notes may be.
// --notes_per_second, --pitch_class_histogram, --disable_conditioning: what performances are told.

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "magenta/cli/terminal/flags.h"
#include "magenta/request/generate_args.h"

namespace magenta::cli {

/// --temperature into `temperature`. What holds where it is not given: "`before`1; of score 0.7",
/// by the models.
void DescribeTemperature(Flags& flags, std::optional<double>& temperature,
                         const std::string& before = "");
/// --adapt into `adapt`.
void DescribeAdapt(Flags& flags, bool& adapt);

/// What a verb embeds to take them. What is not given is as Sampling has it, or as a request says.
struct SamplingFlags {
  std::optional<double> pitch_temperature;
  int top_k = -1;
  std::optional<double> top_p;
  std::optional<double> min_p;
  bool adapt = false;

  /// Adds the flags to the group in progress.
  void Describe(Flags& flags);
  /// The temperature is left as Sampling has it.
  Sampling Get() const;
  /// Says what was given in `options`, and leaves the rest of it.
  void SetGiven(GeneratorOptions& options) const;
};

/// The same for the pitches of new notes. What is not given is as PitchLimits has it, or as a
/// request says.
struct PitchFlags {
  std::string key;
  std::string scale;
  int min_pitch = -1;
  int max_pitch = -1;

  /// Adds the flags to the group in progress.
  void Describe(Flags& flags);
  /// Error (exit 2): no key, or the lowest lies above the highest.
  absl::StatusOr<PitchLimits> Limits() const;
  /// Says what was given in `options`, and leaves the rest of it. Errors as Limits().
  absl::Status SetGiven(GeneratorOptions& options) const;
};

/// The same for what conditions performances.
struct ConditionFlags {
  std::string notes_per_second;
  std::string pitch_class_histogram;
  std::string disable_conditioning;

  /// Adds the flags to the group in progress; `over_time`: they may be lists.
  void Describe(Flags& flags, bool over_time = true);
  /// Says what was given in `options`. Errors (exit 2): condition_values.h's.
  absl::Status SetGiven(GeneratorOptions& options) const;
};

}  // namespace magenta::cli
