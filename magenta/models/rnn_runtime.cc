#include "magenta/models/model_spec.h"
#include "magenta/nn/rnn.h"

namespace magenta {

absl::StatusOr<std::unique_ptr<Network>> MakeRnnRuntime(const TensorMap& tensors,
                                                        const HParams& hparams,
                                                        const RuntimeOptions& options) {
  RnnOptions rnn;
  rnn.attn_length = hparams.attn_length;
  rnn.weights = options.weights;
  return MakeRnn(tensors, rnn);
}

}  // namespace magenta
