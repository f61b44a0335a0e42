#pragma once
// The TensorFlow graph (a MetaGraphDef) in Magenta's bundles, which knows what no weight tells.

#include <string_view>

namespace magenta {

/// The attn_length of the network that `metagraph` computes: how many steps its attention's window
/// has, which is the width of the window in its first state divided by that of one attention. 0:
/// there is no attention, or the graph does not say (no shapes in it, widths that do not divide,
/// over 64 MiB, no MetaGraphDef).
int AttentionLengthOf(std::string_view metagraph);

/// How many numbers the network that `metagraph` computes reads a step: the width of its inputs'
/// placeholder. 0: the graph does not say.
int InputWidthOf(std::string_view metagraph);

}  // namespace magenta
