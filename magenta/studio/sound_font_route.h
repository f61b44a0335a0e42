#pragma once
// GET /soundfont: what the page's synthesizer sounds by.

#include <memory>

#include "magenta/studio/studio_route.h"

namespace magenta {

/// /soundfont, the file options.sound_font. Browsers keep it by its ETag.
std::unique_ptr<StudioRoute> NewSoundFontRoute(const StudioParts& parts);

}  // namespace magenta
