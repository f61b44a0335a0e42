#pragma once
// What the server counts, as Prometheus reads it.

#include <array>
#include <atomic>
#include <cstdint>
#include <string>

#include "absl/status/status.h"

namespace magenta {

/// How a request came.
enum class Wire { kHttp, kGrpc };

/// Thread-safe.
class ServerMetrics {
 public:
  /// A generating request ended with `code`, `seconds` after it came.
  void CountRequest(Wire wire, absl::StatusCode code, double seconds);
  /// One network step of `rows` sequences.
  void CountStep(int rows) {
    steps_ += 1;
    rows_ += rows;
  }

  /// Set by whoever knows.
  std::atomic<int64_t> sessions{0};
  std::atomic<int64_t> queue{0};
  std::atomic<int64_t> connections{0};
  std::atomic<int64_t> held_bytes{0};

  int64_t steps() const { return steps_; }
  int64_t rows() const { return rows_; }

  /// The text format, version 0.0.4.
  std::string Text() const;

 private:
  static constexpr int kCodes = 17;
  static constexpr std::array kBounds = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                         0.25,  0.5,    1.0,   2.5,  5.0,   10.0};
  std::array<std::array<std::atomic<int64_t>, kCodes>, 2> requests_{};
  std::array<std::atomic<int64_t>, kBounds.size() + 1> buckets_{};
  std::atomic<int64_t> nanoseconds_{0};
  std::atomic<int64_t> steps_{0};
  std::atomic<int64_t> rows_{0};
};

}  // namespace magenta
