#include "magenta/nn/network.h"

#include <numeric>

namespace magenta {

int Network::num_logits() const {
  const auto sizes = head_sizes();
  return std::accumulate(sizes.begin(), sizes.end(), 0);
}

void Network::StepAll(std::span<NetworkState* const> states, std::span<const SparseVector> inputs,
                      std::span<float> logits, std::unique_ptr<NetworkState>& /*scratch*/) const {
  size_t first = 0;
  for (NetworkState* state : states) {
    const size_t rows = state->rows(), width = num_logits();
    Step(*state, inputs.subspan(first, rows), logits.subspan(first * width, rows * width));
    first += rows;
  }
}

}  // namespace magenta
