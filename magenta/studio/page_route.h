#pragma once
// The studio's page: GET / and what it is made of.

#include <memory>

#include "magenta/studio/studio_route.h"

namespace magenta {

/// / and /assets/..., from options.page_folder.
std::unique_ptr<StudioRoute> NewPageRoute(const StudioParts& parts);

}  // namespace magenta
