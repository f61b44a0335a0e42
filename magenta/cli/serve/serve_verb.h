#pragma once
// What magenta-serve runs. A program with models of its own gives NewRunningServeVerb to Main.

#include <memory>

#include "magenta/cli/verb.h"

namespace magenta::cli {

/// `magenta serve`.
std::unique_ptr<Verb> NewRunningServeVerb();
/// `magenta studio`.
std::unique_ptr<Verb> NewRunningStudioVerb();

/// Asks the server of `argv` (`relay HOST:PORT`) what stdin says, and says on stdout what it
/// answers: RelayRequests and RelayReplies, each behind its length in four bytes (little-endian),
/// replies in the order of requests. Thus programs without gRPC talk to servers. Returns an exit
/// status; ends with stdin.
int RunRelay(int argc, char** argv);

}  // namespace magenta::cli
