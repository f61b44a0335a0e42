#pragma once
// The draws that the reference used, for a generator of ours.

#include <utility>
#include <vector>

#include "magenta/base/random.h"

namespace magenta {

/// Draws from a list; past its end it counts and gives 0.
class RecordedUniform final : public UniformSource {
 public:
  explicit RecordedUniform(std::vector<double> draws) : draws_(std::move(draws)) {}
  double Next() override { return used_ < draws_.size() ? draws_[used_++] : (++excess_, 0.0); }
  size_t used() const { return used_; }
  int excess() const { return excess_; }

 private:
  std::vector<double> draws_;
  size_t used_ = 0;
  int excess_ = 0;
};

}  // namespace magenta
