#pragma once
// The file `checkpoint` of a run's folder, which names its newest checkpoint and those it keeps
// (a text CheckpointState). docs/formats/checkpoint.md.

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace magenta {

/// Prefixes of checkpoints (".../model.ckpt-561").
struct CheckpointState {
  std::string latest;
  /// Those that are kept, oldest first.
  std::vector<std::string> all;

  bool operator==(const CheckpointState&) const = default;
};

/// Reads `folder`/checkpoint; relative paths in it are resolved against `folder`. Errors (exit 3)
/// name the file and the line: missing, not a CheckpointState, no model_checkpoint_path; a wrong
/// checksum, where it has one (ours have, as a comment).
absl::StatusOr<CheckpointState> ReadCheckpointState(const std::string& folder);

/// Writes it, atomically. Paths below `folder` are written relative to it, so that a run can be
/// moved; others as given (a relative one is read relative to `folder`).
absl::Status WriteCheckpointState(const std::string& folder, const CheckpointState& state);

/// The checkpoint to go on from: what the state file of `run_dir`/train, or of `run_dir` itself,
/// names, when it is whole (if it is not at that path, the one of that name beside the state file);
/// else the newest whole model.ckpt-N there (state file missing, damaged, or naming what is not).
/// None at all: exit 3, naming the folders looked into. A wrong checksum of the state file: exit 3,
/// so that a damaged name never stands for another checkpoint.
absl::StatusOr<std::string> LatestCheckpoint(const std::string& run_dir);

}  // namespace magenta
