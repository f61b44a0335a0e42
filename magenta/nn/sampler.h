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
  /// Of a filter that treats some classes apart, the members: ApplyTo() is what it wants then, with
  /// an entry a class, true for members. Which they are may change from draw to draw.
  virtual bool wants_members() const { return false; }
  virtual void ApplyTo(std::span<float> logits, const std::vector<bool>& /*members*/) const {
    Apply(logits);
  }
};

/// logits / temperature (in float32); temperature 0 leaves only the largest (the first on ties).
/// `temperature` must be finite and not negative (checked).
std::unique_ptr<LogitFilter> MakeTemperature(double temperature);
/// Forbids the members whose entry in `allowed` is false. The other members hold together what all
/// of them held, so that a member is drawn as often as before. The same bits on every machine.
void AllowAmong(const std::vector<bool>& members, const std::vector<bool>& allowed,
                std::span<float> logits);
/// Forbids the classes whose entry in `allowed` is false; if that would forbid all, it does
/// nothing. Classes beyond the mask are left as they are.
std::unique_ptr<LogitFilter> MakeMask(std::vector<bool> allowed);
/// Two temperatures: that the draw is a member, and which class it is if it is none, is as probable
/// as at `temperature`; which of the members it is, as at `among`. 0 stands for the largest in both
/// places. Apply(), and ApplyTo() without members, is MakeTemperature(temperature). Both must be
/// finite and not negative (checked).
std::unique_ptr<LogitFilter> MakeMemberTemperature(double temperature, double among);
/// Forbids all but the k most probable classes (ties to the lower index). k >= 1 (checked).
std::unique_ptr<LogitFilter> MakeTopK(int k);
/// Nucleus sampling: forbids all but the fewest classes, the most probable first (ties to the lower
/// index), whose probabilities sum to `p` or more. 0 < p <= 1 (checked); the most probable stays.
std::unique_ptr<LogitFilter> MakeTopP(double p);
/// Forbids classes less probable than `p` times the most probable one. 0 <= p <= 1 (checked).
std::unique_ptr<LogitFilter> MakeMinP(double p);
/// Forbids members less probable than `p` times the most probable member; those that are left hold
/// together what all held. Apply(), and ApplyTo() without members, change nothing. 0 <= p <= 1
/// (checked).
std::unique_ptr<LogitFilter> MakeMemberMinP(double p);

/// softmax in float32: exp(x - max) / sum, in index order, by the kernels' own exp: the same bits
/// on every machine. In place is fine.
void Softmax(std::span<const float> logits, std::span<float> probabilities);

/// The logarithm of one entry of Softmax(logits), as (x - max) - log(sum): it stays finite where
/// the probability itself is too small for a float. The same bits on every machine.
float LogSoftmaxAt(std::span<const float> logits, int label);

/// Changes the logits of `labels` (different ones) so that the softmax of all is the mixture of
/// what it was, with weight 1, and of `weights` (> 0), one a label, over the sum of all weights.
/// The others' logits stay. The same bits on every machine.
void AddToSoftmax(std::span<const int> labels, std::span<const double> weights,
                  std::span<float> logits);

/// The first class whose cumulative probability (double, in order), divided by the total, exceeds
/// `draw` in [0, 1): numpy.searchsorted(cdf / cdf[-1], draw, side='right').
int DrawClass(std::span<const float> probabilities, double draw);

/// The natural logarithm of a positive, finite `x`, made of sums, products and divisions alone, so
/// that it is the same on every machine (std::log is not). Relative error below 1e-14.
double PortableLog(double x);

}  // namespace magenta
