#include "magenta/nn/nade/turns.h"

#include <cmath>
#include <limits>

#include "magenta/nn/kernels/kernels.h"
#include "magenta/nn/packed_matrix.h"

namespace magenta {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

/// e^-|x|
float ExpOfMinusAbs(float x) {
  float values[kLaneBlock] = {-std::abs(x)};
  DefaultKernels().exp(values, values, kLaneBlock);
  return values[0];
}

/// The logarithms of sigmoid(x) and of what is left of 1.
struct LogChoice {
  float drawn;
  float passed;
};

LogChoice LogsOf(float x) {
  // The likelier side has -log(1 + e^-|x|), the other one |x| less.
  const auto likelier = static_cast<float>(-PortableLog(1.0 + double{ExpOfMinusAbs(x)}));
  const float other = likelier - std::abs(x);
  return x >= 0 ? LogChoice{likelier, other} : LogChoice{other, likelier};
}

}  // namespace

void FilterTurns(std::span<const std::unique_ptr<LogitFilter>> filters,
                 const std::vector<bool>* allowed, std::span<float> turns) {
  for (size_t k = 0; k + 1 < turns.size(); ++k) {
    if (turns[k] == kPassed) continue;
    if (allowed != nullptr && !(*allowed)[k]) {
      turns[k] = -kInfinity;
      continue;
    }
    float choice[] = {turns[k], 0.0f};
    for (const auto& filter : filters) filter->Apply(choice);
    turns[k] = choice[1] == -kInfinity ? kInfinity : choice[0] - choice[1];
  }
}

void TurnsToLogits(std::span<float> turns) {
  float before = 0;  // that all classes before were passed
  for (size_t k = 0; k + 1 < turns.size(); ++k) {
    if (turns[k] == kPassed) continue;
    const LogChoice choice = LogsOf(turns[k]);
    turns[k] = before + choice.drawn;
    before += choice.passed;
  }
  turns.back() = before;
}

int DrawInTurn(std::span<const float> turns, UniformSource& source) {
  for (size_t k = 0; k + 1 < turns.size(); ++k) {
    if (turns[k] == kPassed) continue;
    const float e = ExpOfMinusAbs(turns[k]);
    const float probability = (turns[k] >= 0 ? 1.0f : e) / (1.0f + e);
    if (source.Next() < double{probability}) return static_cast<int>(k);
  }
  return static_cast<int>(turns.size()) - 1;
}

}  // namespace magenta
