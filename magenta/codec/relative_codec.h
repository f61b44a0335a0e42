#pragma once
// A codec for networks of the architecture "relative_gru", which score classes by how they lie to
// one another: its encoders write the blocks of nn/relative_sizes.h.

#include "magenta/codec/codec.h"
#include "magenta/nn/relative_sizes.h"

namespace magenta {

/// input_size() is sizes().input_size(), and the one head has sizes().classes.
class RelativeCodec : public EventCodec {
 public:
  virtual const RelativeSizes& sizes() const = 0;
};

}  // namespace magenta
