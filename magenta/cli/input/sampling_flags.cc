#include "magenta/cli/input/sampling_flags.h"

#include <limits>

namespace magenta::cli {

void SamplingFlags::Describe(Flags& flags) {
  flags
      .OptionalDouble("pitch_temperature", &pitch_temperature,
                      "Temperature of the choice among pitches alone; when notes begin and end "
                      "stays as at --temperature.")
      .Range(0, 1000)
      .Default("that of all events");
  flags.Int("top_k", &top_k, "Draw from the K most probable events only; 0: from all.")
      .Range(0, 1 << 20)
      .Value("K")
      .Default("0");
  flags
      .OptionalDouble("top_p", &top_p,
                      "Draw only from the most probable events that have this probability "
                      "together.")
      .Range(std::numeric_limits<float>::min(), 1)
      .Value("P")
      .Default("1: from all");
  flags
      .OptionalDouble("min_p", &min_p,
                      "Draw no event less probable than this part of the most probable one.")
      .Range(0, 1)
      .Value("P")
      .Default("0: from all");
}

Sampling SamplingFlags::At(double temperature) const {
  Sampling sampling;
  sampling.temperature = temperature;
  sampling.pitch_temperature = pitch_temperature;
  if (top_k >= 0) sampling.top_k = top_k;
  sampling.top_p = top_p.value_or(sampling.top_p);
  sampling.min_p = min_p.value_or(sampling.min_p);
  return sampling;
}

void SamplingFlags::SetGiven(GeneratorOptions& options) const {
  auto& args = *options.mutable_args();
  if (pitch_temperature) args["pitch_temperature"].set_float_value(*pitch_temperature);
  if (top_k >= 0) args["top_k"].set_int_value(top_k);
  if (top_p) args["top_p"].set_float_value(*top_p);
  if (min_p) args["min_p"].set_float_value(*min_p);
}

}  // namespace magenta::cli
