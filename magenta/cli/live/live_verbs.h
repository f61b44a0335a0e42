#pragma once
// The verbs that magenta-live runs. A program with models of its own gives them to Main, and plays
// live with its models.

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/cli/input/music_input.h"
#include "magenta/cli/verb.h"

namespace magenta::cli {

std::unique_ptr<Verb> NewRunningRenderVerb();
std::unique_ptr<Verb> NewRunningPlayVerb();
std::unique_ptr<Verb> NewRunningPortsVerb();
std::unique_ptr<Verb> NewRunningLiveVerb();
std::unique_ptr<Verb> NewRunningCompareVerb();

/// All of these, for Main.
std::vector<VerbEntry> RunningLiveVerbs();

/// The pieces of `path` for NextToPlay; warnings go to `out`. Errors as MusicPieces::Open's.
absl::StatusOr<MusicPieces> OpenToPlay(const std::string& path, Output& out);

/// The next one of `pieces`, which are not at their end and come from `path`: repeats played out,
/// instruments named. Errors as MusicPieces::Next's, and what cannot be played out.
absl::StatusOr<NoteSequence> NextToPlay(MusicPieces& pieces, const std::string& path);

}  // namespace magenta::cli
