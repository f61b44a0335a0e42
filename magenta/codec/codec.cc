#include "magenta/codec/codec.h"

#include "magenta/base/check.h"

namespace magenta {

int EventCodec::num_classes() const {
  const std::span<const int> sizes = head_sizes();
  MAGENTA_CHECK(sizes.size() == 1);
  return sizes[0];
}

}  // namespace magenta
