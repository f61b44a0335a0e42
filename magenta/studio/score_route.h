#pragma once
// POST /v1/generators/ID:score: how much each event of a piece surprises a model.

#include <memory>

#include "magenta/studio/studio_route.h"

namespace magenta {

std::unique_ptr<StudioRoute> NewScoreRoute(const StudioParts& parts);

}  // namespace magenta
