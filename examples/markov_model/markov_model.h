#pragma once
#include "magenta/models/model_spec.h"

namespace magenta {

/// "markov": a second-order Markov chain over melody events.
ModelSpec MarkovModel();

}  // namespace magenta
