#pragma once
// The studio's models: GET, POST and DELETE below /v1/models.

#include <memory>

#include "magenta/studio/studio_route.h"

namespace magenta {

std::unique_ptr<StudioRoute> NewModelsRoute(const StudioParts& parts);

}  // namespace magenta
