#pragma once
// Conditions of performances as arguments of a request.

#include <span>
#include <string>

#include "magenta/generator.pb.h"
#include "magenta/music/performance/conditions.h"

namespace magenta {

/// Says `conditions` by those of the three arguments (generate_args.h) that are among `names`.
void SetConditionArgs(const Conditions& conditions, std::span<const std::string> names,
                      GeneratorOptions& options);

}  // namespace magenta
