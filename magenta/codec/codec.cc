#include "magenta/codec/codec.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "magenta/base/check.h"

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

std::shared_ptr<const Control> EventCodec::MakeControl(std::vector<Event> control) const {
  if (control.empty()) return nullptr;
  return MakeControl([control = std::move(control)](int64_t position) {
    return control[std::min<size_t>(static_cast<size_t>(position), control.size() - 1)];
  });
}

}  // namespace magenta
