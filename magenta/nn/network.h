#pragma once
// What a running model is to everyone else: a state of several rows, stepped together.
//
// Knows no music. Rows are independent sequences of the same network: ten outputs, the entries of a
// beam, the clients of a server. All arithmetic is float32 in a fixed order, each product added by
// a fused multiply-add, so that the same bits come out on every machine and for every number of
// rows.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "magenta/base/sparse_vector.h"

namespace magenta {

/// A variable of a network as its checkpoints name it.
struct NetworkVariable {
  std::string name;
  std::vector<int64_t> shape;
  /// What it holds in every network of its shape, row-major; empty for what is learned.
  std::vector<float> constant = {};
};

/// What a network remembers between steps, a row a sequence. It must not outlive its network.
class NetworkState {
 public:
  virtual ~NetworkState() = default;
  virtual int rows() const = 0;
  /// A new state whose row i is row `rows[i]` of this one: {0, 0, 0} makes three of the first,
  /// {2, 0} keeps the best two of a beam.
  virtual std::unique_ptr<NetworkState> Select(std::span<const int> rows) const = 0;
};

/// Weights and how to step them. Immutable, thread-safe, and shared by all sessions.
class Network {
 public:
  virtual ~Network() = default;

  virtual int input_size() const = 0;
  /// Classes of each softmax; the logits of a row are the heads' one after another.
  virtual std::span<const int> head_sizes() const = 0;
  /// Sum of head_sizes().
  int num_logits() const;

  /// `rows` sequences at their beginning.
  virtual std::unique_ptr<NetworkState> NewState(int rows) const = 0;

  /// One step of every row. `state` is one of this network's; inputs.size() == state.rows();
  /// logits.size() == rows * num_logits(), row-major. Allocates nothing after the first call.
  virtual void Step(NetworkState& state, std::span<const SparseVector> inputs,
                    std::span<float> logits) const = 0;

  /// One step of every row of all `states`, which are different ones of this network: the same bits
  /// as a Step of each alone. `inputs` and `logits` hold the rows of the first state, then those of
  /// the second, ... Networks that can load a weight once for all of them. `scratch` is the
  /// caller's, null at first, kept from call to call and used by one call at a time.
  virtual void StepAll(std::span<NetworkState* const> states, std::span<const SparseVector> inputs,
                       std::span<float> logits, std::unique_ptr<NetworkState>& scratch) const;

  /// How much row `row` of `state`, one of this network's, looked back at each of its earlier
  /// outputs in its last step: >= 0, sum 1. Weight i is that of the output i + 1 steps before the
  /// last one; where that is before the first step, of the zeros that stand there. All 0 before the
  /// first step. It lies in `state`, until that steps. Empty where a network has no attention.
  virtual std::span<const float> AttentionWeights(const NetworkState& /*state*/,
                                                  int /*row*/) const {
    return {};
  }
};

}  // namespace magenta
