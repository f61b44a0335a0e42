#pragma once
// Seeded random numbers that are the same on every machine.
//
// The seeded source draws what NumPy's legacy generator draws after numpy.random.seed(seed), so a
// seed means the same here as in the reference (which draws from that generator, unseeded).

#include <cstdint>
#include <random>
#include <string_view>

namespace magenta {

/// Where samplers get their draws from. Tests inject recorded draws through it.
class UniformSource {
 public:
  virtual ~UniformSource() = default;
  /// The next draw, in [0, 1).
  virtual double Next() = 0;
};

/// numpy.random.seed(seed); numpy.random.random_sample(): MT19937, 53 bits a draw.
class SeededUniform final : public UniformSource {
 public:
  /// The generator right after numpy.random.seed(seed).
  explicit SeededUniform(uint32_t seed) : engine_(seed) {}
  double Next() override;

 private:
  std::mt19937 engine_;
};

/// 64 well-mixed bits of `text` and `seed` (FNV-1a, then SplitMix64's finaliser). Stable for ever:
/// data set partitions are drawn by it.
uint64_t StableHash(std::string_view text, uint64_t seed);

/// StableHash as a number in [0, 1).
double StableUniform(std::string_view text, uint64_t seed);

/// A seed from the operating system, for commands that were given none (32 bits).
uint32_t DrawSeed();

}  // namespace magenta
