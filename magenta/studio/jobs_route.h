#pragma once
// /v1/collections: files to learn from; /v1/jobs: data sets and trainings made of them.

#include <memory>

#include "magenta/studio/studio_route.h"

namespace magenta {

std::unique_ptr<StudioRoute> NewJobsRoute(const StudioParts& parts);

}  // namespace magenta
