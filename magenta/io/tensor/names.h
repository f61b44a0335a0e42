#pragma once
// What checkpoints of older TensorFlow versions have otherwise: names, and the step's type.

#include <string>
#include <string_view>

#include "magenta/base/tensor.h"

namespace magenta {

/// The name that a variable of a melody network has in Magenta 2.x, given the one it has in a
/// checkpoint of TensorFlow 0.x (RNN/MultiRNNCell/Cell0/BasicLSTMCell/Linear/Matrix) or 1.0-1.1
/// (rnn/multi_rnn_cell/cell_0/basic_lstm_cell/weights); optimizer slots keep their suffix. Any
/// other name, and one that is modern already, is given back as it is.
std::string ModernName(std::string_view name);

/// The same tensors under modern names. Where both an old and the modern name of one variable
/// exist, the old one stays as it is. Matrices and gate order did not change. 2016's global_step,
/// an int32, becomes the int64 that it is since.
TensorMap ModernNames(TensorMap tensors);

}  // namespace magenta
