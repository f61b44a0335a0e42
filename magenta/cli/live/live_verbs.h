#pragma once
// The verbs that magenta-live runs. A program with models of its own gives them to Main, and plays
// live with its models.

#include <memory>
#include <vector>

#include "magenta/cli/verb.h"

namespace magenta::cli {

std::unique_ptr<Verb> NewRunningRenderVerb();
std::unique_ptr<Verb> NewRunningPlayVerb();
std::unique_ptr<Verb> NewRunningPortsVerb();
std::unique_ptr<Verb> NewRunningLiveVerb();
std::unique_ptr<Verb> NewRunningCompareVerb();

/// All of these, for Main.
std::vector<VerbEntry> RunningLiveVerbs();

/// The pieces of `path`, repeats played out, instruments named; warnings go to `out`. Errors as
/// ReadMusic's.
absl::StatusOr<std::vector<NoteSequence>> ReadToPlay(const std::string& path, Output& out);

}  // namespace magenta::cli
