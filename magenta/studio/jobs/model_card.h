#pragma once
// What a taught model says of itself, in Markdown.

#include <optional>
#include <string>

#include "magenta/studio/jobs/job_work.h"

namespace magenta {

/// Bits a note on the held-out music (docs/music.md), of what was begun from and what came of it.
struct CardScores {
  std::optional<double> before, after;
};

/// `from`: what the model was called that it began from.
std::string ModelCardOf(const StudioJob& job, const std::string& from, const std::string& hparams,
                        const CardScores& scores);

/// `card`, headed by `name` where it has a heading ("# ...", its first line); else as it is.
std::string WithHeading(const std::string& card, const std::string& name);

}  // namespace magenta
