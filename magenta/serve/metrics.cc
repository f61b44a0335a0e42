#include "magenta/serve/metrics.h"

#include <fmt/core.h>

#include <algorithm>

namespace magenta {
namespace {

constexpr const char* kTransportNames[] = {"http", "grpc"};

void AddHead(std::string& text, const char* name, const char* type, const char* help) {
  text += fmt::format("# HELP {0} {2}\n# TYPE {0} {1}\n", name, type, help);
}

void AddValue(std::string& text, const char* name, const char* type, const char* help,
              int64_t value) {
  AddHead(text, name, type, help);
  text += fmt::format("{} {}\n", name, value);
}

}  // namespace

void ServerMetrics::CountRequest(Wire wire, absl::StatusCode code, double seconds) {
  const int index = std::clamp(static_cast<int>(code), 0, kCodes - 1);
  requests_[static_cast<int>(wire)][index] += 1;
  const auto bound = std::lower_bound(kBounds.begin(), kBounds.end(), seconds);
  buckets_[bound - kBounds.begin()] += 1;
  nanoseconds_ += static_cast<int64_t>(seconds * 1e9);
}

std::string ServerMetrics::Text() const {
  std::string text;
  AddHead(text, "magenta_requests_total", "counter", "Generating requests that ended, by outcome.");
  int64_t count = 0;
  for (int transport = 0; transport < 2; ++transport) {
    for (int code = 0; code < kCodes; ++code) {
      const int64_t requests = requests_[transport][code];
      count += requests;
      if (requests == 0 && code != 0) continue;
      text += fmt::format("magenta_requests_total{{transport=\"{}\",code=\"{}\"}} {}\n",
                          kTransportNames[transport],
                          absl::StatusCodeToString(static_cast<absl::StatusCode>(code)), requests);
    }
  }
  AddHead(text, "magenta_request_seconds", "histogram", "Time from a request to its end.");
  int64_t below = 0;
  for (size_t i = 0; i < kBounds.size(); ++i) {
    below += buckets_[i];
    text += fmt::format("magenta_request_seconds_bucket{{le=\"{}\"}} {}\n", kBounds[i], below);
  }
  text += fmt::format("magenta_request_seconds_bucket{{le=\"+Inf\"}} {}\n", count);
  text += fmt::format("magenta_request_seconds_sum {}\nmagenta_request_seconds_count {}\n",
                      static_cast<double>(nanoseconds_) * 1e-9, count);
  AddValue(text, "magenta_sessions", "gauge", "Requests that are worked on.", sessions);
  AddValue(text, "magenta_queue", "gauge", "Requests that wait.", queue);
  AddValue(text, "magenta_http_connections", "gauge", "Open HTTP connections.", connections);
  AddValue(text, "magenta_held_bytes", "gauge",
           "Memory of requests, and of answers that were not taken yet.", held_bytes);
  AddValue(text, "magenta_network_steps_total", "counter", "Steps of networks.", steps_);
  AddValue(text, "magenta_network_rows_total", "counter",
           "Sequences in those steps; by steps, the mean batch.", rows_);
  return text;
}

}  // namespace magenta
