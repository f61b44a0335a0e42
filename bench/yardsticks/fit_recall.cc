#include "bench/yardsticks/fit_recall.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace magenta::yardsticks {
namespace {

constexpr int kRounds = 400;
constexpr double kRate = 0.05;
constexpr double kDecay = 1e-4;

/// The gradient of the mean log likelihood of the decisions of `kind`, by their weights.
TraitWeights Gradient(std::span<const Decided> decisions, int kind, const TraitWeights& weights) {
  TraitWeights gradient{};
  int64_t count = 0;
  std::vector<double> w;
  for (const Decided& decided : decisions) {
    if (decided.kind != kind) continue;
    ++count;
    double all = 1, right = decided.probability;
    w.clear();
    for (size_t i = 0; i < decided.places.size(); ++i) {
      const auto& traits = decided.places[i];
      w.push_back(std::exp(std::inner_product(traits.begin(), traits.end(), weights.begin(), 0.0)));
      all += w[i];
      if (decided.right[i]) right += w[i];
    }
    for (size_t i = 0; i < w.size(); ++i) {
      const double pull = w[i] * ((decided.right[i] ? 1 / right : 0) - 1 / all);
      for (size_t t = 0; t < kTraits; ++t) gradient[t] += pull * decided.places[i][t];
    }
  }
  for (size_t t = 0; t < kTraits; ++t) {
    gradient[t] =
        gradient[t] / static_cast<double>(std::max<int64_t>(1, count)) - kDecay * weights[t];
  }
  return gradient;
}

}  // namespace

RecallWeights FitRecall(std::span<const Decided> decisions) {
  RecallWeights found = kRecallWeights;
  for (int kind = 0; kind <= kVoices; ++kind) {
    TraitWeights mean{}, square{};  // of Adam
    for (int round = 1; round <= kRounds; ++round) {
      const TraitWeights gradient = Gradient(decisions, kind, found[kind]);
      for (size_t t = 0; t < kTraits; ++t) {
        mean[t] = 0.9 * mean[t] + 0.1 * gradient[t];
        square[t] = 0.99 * square[t] + 0.01 * gradient[t] * gradient[t];
        const double size = std::sqrt(square[t] / (1 - std::pow(0.99, round))) + 1e-8;
        const double rate = round < kRounds * 2 / 3 ? kRate : kRate / 10;
        found[kind][t] += rate * mean[t] / (1 - std::pow(0.9, round)) / size;
      }
    }
  }
  return found;
}

}  // namespace magenta::yardsticks
