#pragma once
// A step of an LSTM as one writes it down in C++: loops over vectors of floats, left to the
// compiler and its -O3 -march=native -ffast-math. What our kernels are held against.

#include <cstddef>
#include <memory>

namespace magenta {

/// `layers` cells of `units` behind `inputs` numbers, and a layer of `classes` above; weights are
/// small and set, rows begin at silence.
class PlainRnn {
 public:
  PlainRnn(int inputs, int units, int layers, int classes);
  ~PlainRnn();
  /// One step; `active` of the inputs are 1 and the first layer gathers their rows. Gives the first
  /// of the logits.
  float Step(const int* active, size_t count);

 private:
  struct Weights;
  std::unique_ptr<Weights> weights_;
};

}  // namespace magenta
