#pragma once
// A head whose classes are asked in turn: each is drawn or passed, with a probability of its own,
// until one is drawn; the last one is what remains where all were passed. (Which pitch of a chord
// comes next, from low to high, or that it has no more of them.)
//
// What a network says of class k is x_k: asked, it is drawn with probability sigmoid(x_k). Of the
// last class nothing is read. All bits are the same on every machine.

#include <memory>
#include <span>
#include <vector>

#include "magenta/base/random.h"
#include "magenta/nn/sampler.h"

namespace magenta {

/// What is said of a class that isn't asked any more: it has no probability, and costs no draw.
inline constexpr float kPassed = -1e30f;

/// `filters`, in order, applied to each turn's choice of two, the class first; so temperature 0
/// draws it where its probability is a half or more. A class whose entry in `allowed` (null: all
/// are) is false is asked, and never drawn.
void FilterTurns(std::span<const std::unique_ptr<LogitFilter>> filters,
                 const std::vector<bool>* allowed, std::span<float> turns);

/// The logarithms of the probabilities with which each class is the one that is drawn: what a
/// softmax takes. In place.
void TurnsToLogits(std::span<float> turns);

/// The class that is drawn: one number a class that is asked, from the first on.
int DrawInTurn(std::span<const float> turns, UniformSource& source);

}  // namespace magenta
