#include "magenta/nn/network.h"

#include <numeric>

namespace magenta {

int Network::num_logits() const {
  const auto sizes = head_sizes();
  return std::accumulate(sizes.begin(), sizes.end(), 0);
}

}  // namespace magenta
