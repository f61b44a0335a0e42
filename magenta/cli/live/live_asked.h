#pragma once
// What the flags of a session ask of its models, and whether these take it.

#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "magenta/cli/verbs/live_flags.h"
#include "magenta/generator.pb.h"
#include "magenta/live/realtime/duet_options.h"
#include "magenta/music/performance/conditions.h"

namespace magenta::cli {

/// Whether the models that were asked for by name, `chosen`, take what `flags` and `options`, which
/// were made of them, say: one of them at least chords, a key of primers, conditions; all of them
/// limits of pitches and what is drawn from. Error (exit 2): not so, naming the flag.
absl::Status CheckAsked(const LiveFlags& flags, const DuetOptions& options,
                        std::span<const GeneratorDetails> chosen);

/// Leaves of `models`, a server's, the first, which was asked for, and those that a control may
/// choose beside it: all that each model must take (CheckAsked) they take. What is left out is said
/// in `remarks` where there is such a control.
void KeepTaking(const LiveFlags& flags, std::vector<GeneratorDetails>& models,
                std::vector<std::string>& remarks);

/// Names of the arguments by which `model` is told conditions.
std::vector<std::string> ConditionsTaken(const GeneratorDetails& model);

/// What `flags` tell models until a control says something else. Error (exit 2): a flag holds no
/// value, or several.
absl::StatusOr<Conditions> FirstConditions(const LiveFlags& flags);

}  // namespace magenta::cli
