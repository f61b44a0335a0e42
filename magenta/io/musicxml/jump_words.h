#pragma once
// D.C. al Fine and the like, from words that are printed.

#include <optional>
#include <string_view>

#include "magenta/io/score/play_order.h"

namespace magenta {

/// The sign that the words of a direction are: "D.C. al Fine", "Dal Segno", "To Coda", "Coda",
/// "Segno", "Fine"; nothing for other words.
std::optional<PlaySign> JumpInWords(std::string_view words);

/// What a jump's words say beside the jump: "al Coda", "al Fine", "con rep.".
void AddGoalOfWords(std::string_view words, PlaySign& sign);

}  // namespace magenta
