#pragma once
// From logits to a class: a chain of filters, then a softmax, then one draw.

#include <memory>
#include <span>
#include <vector>

namespace magenta {

/// One link between logits and draw: temperature, a mask of forbidden classes, top-k, ...
/// Filters change `logits` (one head) in place; -infinity forbids a class.
class LogitFilter {
 public:
  virtual ~LogitFilter() = default;
  virtual void Apply(std::span<float> logits) const = 0;
};

/// logits / temperature; temperature 0 leaves only the largest (the first on ties).
std::unique_ptr<LogitFilter> MakeTemperature(double temperature);
/// Forbids the classes whose entry is false; if that would forbid all, it does nothing.
std::unique_ptr<LogitFilter> MakeMask(std::vector<bool> allowed);
/// Forbids all but the k most probable classes (ties to the lower index).
std::unique_ptr<LogitFilter> MakeTopK(int k);

/// softmax in float32: exp(x - max) / sum, in index order.
void Softmax(std::span<const float> logits, std::span<float> probabilities);

/// The first class whose cumulative probability (double, in order), divided by the total, exceeds
/// `draw` in [0, 1): numpy.searchsorted(cdf / cdf[-1], draw, side='right').
int DrawClass(std::span<const float> probabilities, double draw);

}  // namespace magenta
