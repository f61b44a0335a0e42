#pragma once
// What every network must do, whatever it is, for its tests.

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <vector>

#include "magenta/base/sparse_vector.h"
#include "magenta/nn/network.h"

namespace magenta {

/// Three states, which come and leave at different steps, go on stepped together (StepAll) with the
/// bits that each has alone. `draw(rows, seed)` gives inputs.
inline void ExpectTogetherAsAlone(const Network& network,
                                  const std::function<std::vector<SparseVector>(int, int)>& draw) {
  constexpr int kRows[] = {2, 1, 3}, kFirst[] = {0, 3, 5}, kLast[] = {12, 9, 12};
  const size_t n = network.num_logits();
  std::vector<std::unique_ptr<NetworkState>> together, alone;
  for (const int count : kRows) {
    together.push_back(network.NewState(count));
    alone.push_back(network.NewState(count));
  }
  std::unique_ptr<NetworkState> scratch;
  for (int step = 0; step < 12; ++step) {
    std::vector<NetworkState*> states;
    std::vector<SparseVector> inputs;
    std::vector<float> expected;
    for (int s = 0; s < 3; ++s) {
      if (step < kFirst[s] || step >= kLast[s]) continue;
      const auto mine = draw(kRows[s], 10 * step + s);
      std::vector<float> logits(kRows[s] * n);
      network.Step(*alone[s], mine, logits);
      expected.insert(expected.end(), logits.begin(), logits.end());
      inputs.insert(inputs.end(), mine.begin(), mine.end());
      states.push_back(together[s].get());
    }
    std::vector<float> logits(inputs.size() * n);
    network.StepAll(states, inputs, logits, scratch);
    EXPECT_EQ(logits, expected) << "step " << step;
  }
}

}  // namespace magenta
