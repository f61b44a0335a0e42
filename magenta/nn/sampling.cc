#include "magenta/nn/sampling.h"

namespace magenta {
namespace {

double OneForZero(double temperature) { return temperature > 0 ? temperature : 1.0; }

FilterChain TemperatureFilters(double temperature, double among_pitches) {
  FilterChain chain;
  // Plain, where it is the same, so that it is the same to the bit.
  chain.push_back(among_pitches == temperature ? MakeTemperature(temperature)
                                               : MakeMemberTemperature(temperature, among_pitches));
  return chain;
}

}  // namespace

FilterChain DrawFilters(const Sampling& sampling) {
  FilterChain chain = TemperatureFilters(sampling.temperature,
                                         sampling.pitch_temperature.value_or(sampling.temperature));
  if (sampling.top_k > 0) chain.push_back(MakeTopK(sampling.top_k));
  if (sampling.top_p < 1) chain.push_back(MakeTopP(sampling.top_p));
  if (sampling.min_p > 0) chain.push_back(MakeMinP(sampling.min_p));
  if (sampling.pitch_min_p > 0) chain.push_back(MakeMemberMinP(sampling.pitch_min_p));
  return chain;
}

FilterChain DrawnScoreFilters(const Sampling& sampling) {
  const bool chance = sampling.temperature > 0 && sampling.pitch_temperature.value_or(1) > 0;
  return chance ? DrawFilters(sampling) : GivenScoreFilters(sampling);
}

FilterChain GivenScoreFilters(const Sampling& sampling) {
  return TemperatureFilters(OneForZero(sampling.temperature),
                            OneForZero(sampling.pitch_temperature.value_or(sampling.temperature)));
}

}  // namespace magenta
