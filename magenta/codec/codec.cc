#include "magenta/codec/codec.h"

#include <fmt/core.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "magenta/base/check.h"
#include "magenta/base/status.h"

namespace magenta {

int EventCodec::num_classes() const {
  const std::span<const int> sizes = head_sizes();
  MAGENTA_CHECK(sizes.size() == 1);
  return sizes[0];
}

int EventCodec::num_labels() const {
  const std::span<const int> sizes = head_sizes();
  return std::accumulate(sizes.begin(), sizes.end(), 0);
}

int64_t EventCodec::RowsOf(const EventSequence& example) const {
  const std::vector<Event>& events = example.events;
  if (events.empty()) return 0;
  return std::count_if(events.begin(), events.end() - 1,
                       [this](Event event) { return MakesRow(event); });
}

std::shared_ptr<const Control> EventCodec::MakeControl(std::vector<Event> control) const {
  if (control.empty()) return nullptr;
  return MakeControl([control = std::move(control)](int64_t position) {
    return control[std::min<size_t>(static_cast<size_t>(position), control.size() - 1)];
  });
}

absl::Status EventCodec::CheckControl(const EventSequence& example) const {
  if (example.control.empty() || example.control.size() == example.events.size()) {
    return absl::OkStatus();
  }
  return InputError("", fmt::format("{} events but {} control values", example.events.size(),
                                    example.control.size()));
}

}  // namespace magenta
