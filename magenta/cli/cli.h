#pragma once
// The command line: `magenta VERB [flags]`. The contract is docs/cli.md.

#include <span>

#include "magenta/cli/verb.h"
#include "magenta/models/model_spec.h"

namespace magenta::cli {

/// Runs the command line and returns the exit status. Verbs of other programs are handed over by
/// exec. `extra_models` are known to every verb beside models.def, so that a model outside the tree
/// needs a main of three lines. `own_verbs` replace verbs of the same name (magenta-live and
/// magenta-train give theirs).
int Main(int argc, char** argv, std::span<const ModelSpec> extra_models = {},
         std::span<const VerbEntry> own_verbs = {});

}  // namespace magenta::cli
