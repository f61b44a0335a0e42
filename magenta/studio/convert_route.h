#pragma once
// POST /v1/convert: music of any form in, music of any form out.

#include <memory>

#include "magenta/studio/studio_route.h"

namespace magenta {

/// /v1/convert (docs/server.md).
std::unique_ptr<StudioRoute> NewConvertRoute(const StudioParts& parts);

}  // namespace magenta
