#include "magenta/nn/sampler.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <utility>

#include "magenta/base/check.h"
#include "magenta/nn/kernels/kernels.h"

namespace magenta {
namespace {

constexpr float kForbidden = -std::numeric_limits<float>::infinity();

/// Numbers of which exponentials are made at once: those of most heads.
constexpr size_t kExpBlock = 64;

/// Calls use(i, e^(logits[i] - the largest)) in order; returns the largest.
template <class Use>
float ForEachExp(std::span<const float> logits, const Use& use) {
  const float max = *std::max_element(logits.begin(), logits.end());
  const Kernels& kernels = DefaultKernels();
  float block[kExpBlock];
  for (size_t first = 0; first < logits.size(); first += kExpBlock) {
    const size_t count = std::min(kExpBlock, logits.size() - first);
    const int padded = PadToLanes(static_cast<int>(count));
    for (size_t i = 0; i < count; ++i) block[i] = logits[first + i] - max;
    std::fill(block + count, block + padded, 0.0f);
    kernels.exp(block, block, padded);
    for (size_t i = 0; i < count; ++i) use(first + i, block[i]);
  }
  return max;
}

/// The logarithm of the sum of e^logits; `logits` hold a finite one.
float LogSumExp(std::span<const float> logits) {
  float sum = 0;
  const float max = ForEachExp(logits, [&](size_t, float e) { sum += e; });
  return max + static_cast<float>(PortableLog(sum));
}

/// The logits of the classes whose entry in `members` is true.
std::vector<float> MembersOf(std::span<const float> logits, const std::vector<bool>& members) {
  MAGENTA_CHECK(members.size() == logits.size());
  std::vector<float> values;
  values.reserve(logits.size());
  for (size_t i = 0; i < logits.size(); ++i) {
    if (members[i]) values.push_back(logits[i]);
  }
  return values;
}

bool HoldsFinite(std::span<const float> logits) {
  return std::any_of(logits.begin(), logits.end(), [](float x) { return x != kForbidden; });
}

/// Indices of `logits`, the largest first, ties in order.
std::vector<int> LargestFirst(std::span<const float> logits) {
  std::vector<int> order(logits.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return logits[a] > logits[b]; });
  return order;
}

class Temperature final : public LogitFilter {
 public:
  explicit Temperature(double temperature) : temperature_(static_cast<float>(temperature)) {
    MAGENTA_CHECK(temperature_ >= 0 && std::isfinite(temperature_));
  }
  void Apply(std::span<float> logits) const override {
    if (temperature_ > 0) {
      for (float& x : logits) x /= temperature_;
      return;
    }
    const auto best = std::max_element(logits.begin(), logits.end());
    for (auto x = logits.begin(); x != logits.end(); ++x) {
      if (x != best) *x = kForbidden;
    }
  }

 private:
  float temperature_;
};

class Mask final : public LogitFilter {
 public:
  explicit Mask(std::vector<bool> allowed) : allowed_(std::move(allowed)) {}
  void Apply(std::span<float> logits) const override {
    const size_t n = std::min(logits.size(), allowed_.size());
    bool any = n < logits.size();
    for (size_t i = 0; i < n; ++i) any = any || (allowed_[i] && logits[i] != kForbidden);
    for (size_t i = 0; any && i < n; ++i) {
      if (!allowed_[i]) logits[i] = kForbidden;
    }
  }

 private:
  std::vector<bool> allowed_;
};

// The members' logits at `among`, moved so that they hold together what they hold at `temperature`:
// x / among - log(sum of e^(x / among)) + log(sum of e^(x / temperature)), sums over members.
class MemberTemperature final : public LogitFilter {
 public:
  MemberTemperature(double temperature, double among) : all_(temperature), among_(among) {}
  void Apply(std::span<float> logits) const override { all_.Apply(logits); }
  bool wants_members() const override { return true; }
  void ApplyTo(std::span<float> logits, const std::vector<bool>& members) const override {
    std::vector<float> inner = MembersOf(logits, members);
    all_.Apply(logits);
    const std::vector<float> held = MembersOf(logits, members);
    // None is left where the largest of all, at temperature 0, is no member.
    if (!HoldsFinite(held)) return;
    among_.Apply(inner);
    const float shift = LogSumExp(held) - LogSumExp(inner);
    auto next = inner.begin();
    for (size_t i = 0; i < logits.size(); ++i) {
      if (members[i]) logits[i] = *next++ + shift;
    }
  }

 private:
  Temperature all_;
  Temperature among_;
};

class TopK final : public LogitFilter {
 public:
  explicit TopK(int k) : k_(k) { MAGENTA_CHECK(k >= 1); }
  void Apply(std::span<float> logits) const override {
    if (static_cast<size_t>(k_) >= logits.size()) return;
    const std::vector<int> order = LargestFirst(logits);
    for (size_t i = k_; i < order.size(); ++i) logits[order[i]] = kForbidden;
  }

 private:
  int k_;
};

class TopP final : public LogitFilter {
 public:
  explicit TopP(double p) : p_(p) { MAGENTA_CHECK(p > 0 && p <= 1); }
  void Apply(std::span<float> logits) const override {
    std::vector<float> probabilities(logits.size());
    Softmax(logits, probabilities);
    const std::vector<int> order = LargestFirst(logits);
    double total = 0;
    for (const int i : order) total += probabilities[i];
    double kept = 0;
    for (const int i : order) {
      if (kept >= p_ * total) logits[i] = kForbidden;
      kept += probabilities[i];
    }
  }

 private:
  double p_;
};

class MinP final : public LogitFilter {
 public:
  explicit MinP(double p) : p_(static_cast<float>(p)) { MAGENTA_CHECK(p >= 0 && p <= 1); }
  void Apply(std::span<float> logits) const override {
    std::vector<float> ratios(logits.size());
    ForEachExp(logits, [&](size_t i, float e) { ratios[i] = e; });
    for (size_t i = 0; i < logits.size(); ++i) {
      if (ratios[i] < p_) logits[i] = kForbidden;
    }
  }

 private:
  float p_;
};

class MemberMinP final : public LogitFilter {
 public:
  explicit MemberMinP(double p) : least_(p) {}
  void Apply(std::span<float>) const override {}
  bool wants_members() const override { return true; }
  void ApplyTo(std::span<float> logits, const std::vector<bool>& members) const override {
    std::vector<float> inner = MembersOf(logits, members);
    if (!HoldsFinite(inner)) return;
    least_.Apply(inner);
    std::vector<bool> allowed(logits.size());
    auto next = inner.begin();
    for (size_t i = 0; i < logits.size(); ++i) allowed[i] = members[i] && *next++ != kForbidden;
    AllowAmong(members, allowed, logits);
  }

 private:
  MinP least_;
};

}  // namespace

std::unique_ptr<LogitFilter> MakeMemberMinP(double p) { return std::make_unique<MemberMinP>(p); }

std::unique_ptr<LogitFilter> MakeTemperature(double temperature) {
  return std::make_unique<Temperature>(temperature);
}

void AllowAmong(const std::vector<bool>& members, const std::vector<bool>& allowed,
                std::span<float> logits) {
  MAGENTA_CHECK(members.size() == logits.size() && allowed.size() == logits.size());
  const std::vector<float> all = MembersOf(logits, members);
  for (size_t i = 0; i < logits.size(); ++i) {
    if (members[i] && !allowed[i]) logits[i] = kForbidden;
  }
  const std::vector<float> left = MembersOf(logits, members);
  if (!HoldsFinite(left)) return;
  const float shift = LogSumExp(all) - LogSumExp(left);
  for (size_t i = 0; i < logits.size(); ++i) {
    if (members[i]) logits[i] += shift;
  }
}

std::unique_ptr<LogitFilter> MakeMask(std::vector<bool> allowed) {
  return std::make_unique<Mask>(std::move(allowed));
}

std::unique_ptr<LogitFilter> MakeMemberTemperature(double temperature, double among) {
  return std::make_unique<MemberTemperature>(temperature, among);
}

std::unique_ptr<LogitFilter> MakeTopK(int k) { return std::make_unique<TopK>(k); }

std::unique_ptr<LogitFilter> MakeTopP(double p) { return std::make_unique<TopP>(p); }

std::unique_ptr<LogitFilter> MakeMinP(double p) { return std::make_unique<MinP>(p); }

void Softmax(std::span<const float> logits, std::span<float> probabilities) {
  MAGENTA_CHECK(!logits.empty() && logits.size() == probabilities.size());
  float sum = 0;
  ForEachExp(logits, [&](size_t i, float e) {
    probabilities[i] = e;
    sum += e;
  });
  for (float& p : probabilities) p /= sum;
}

float LogSoftmaxAt(std::span<const float> logits, int label) {
  MAGENTA_CHECK(label >= 0 && static_cast<size_t>(label) < logits.size());
  float sum = 0;
  const float max = ForEachExp(logits, [&](size_t, float e) { sum += e; });
  return (logits[label] - max) - static_cast<float>(PortableLog(sum));
}

// e^(logit - max) becomes e^(logit - max) + weight * sum; first the sum is made, then the
// exponentials of the labels, of which there are few.
void AddToSoftmax(std::span<const int> labels, std::span<const double> weights,
                  std::span<float> logits) {
  MAGENTA_CHECK(labels.size() == weights.size());
  double sum = 0;
  const float max = ForEachExp(logits, [&](size_t, float e) { sum += e; });
  const Kernels& kernels = DefaultKernels();
  float block[kExpBlock];
  for (size_t first = 0; first < labels.size(); first += kExpBlock) {
    const size_t count = std::min(kExpBlock, labels.size() - first);
    const int padded = PadToLanes(static_cast<int>(count));
    std::fill(block, block + padded, 0.0f);
    for (size_t i = 0; i < count; ++i) block[i] = logits[labels[first + i]] - max;
    kernels.exp(block, block, padded);
    for (size_t i = 0; i < count; ++i) {
      const double mixed = block[i] + weights[first + i] * sum;
      logits[labels[first + i]] = max + static_cast<float>(PortableLog(mixed));
    }
  }
}

int DrawClass(std::span<const float> probabilities, double draw) {
  MAGENTA_CHECK(!probabilities.empty());
  double total = 0;
  for (float p : probabilities) total += p;
  // What is below this, rounding included, is not above `draw` once it is divided.
  const double surely_below = draw * total * (1 - 1e-14);
  double cumulative = 0;
  for (size_t i = 0; i < probabilities.size(); ++i) {
    cumulative += probabilities[i];
    if (cumulative >= surely_below && cumulative / total > draw) return static_cast<int>(i);
  }
  return static_cast<int>(probabilities.size()) - 1;
}

// x = 2^n m with m in [sqrt(1/2), sqrt(2)); log m = 2 atanh(s) = 2 (s + s^3/3 + s^5/5 + ...) with
// s = (m - 1) / (m + 1), |s| < 0.172, so that twelve terms leave less than 1e-19.
double PortableLog(double x) {
  MAGENTA_CHECK(x >= std::numeric_limits<double>::min() && std::isfinite(x));
  const uint64_t bits = std::bit_cast<uint64_t>(x);
  int n = static_cast<int>(bits >> 52) - 1023;
  double m = std::bit_cast<double>((bits & 0xfffffffffffffULL) | 0x3ff0000000000000ULL);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    ++n;
  }
  const double s = (m - 1.0) / (m + 1.0);
  const double square = s * s;
  double series = 0;
  for (int k = 23; k >= 1; k -= 2) series = series * square + 1.0 / k;
  return n * 0x1.62e42fefa39efp-1 + 2.0 * s * series;
}

}  // namespace magenta
