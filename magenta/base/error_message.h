#pragma once
// An error's message in parts. What status.message() says is whole, "FILE: what is wrong and where.
// What to do", so that any program can show it; ours send the parts as fields of their own (--json,
// gRPC, HTTP) and put the middle one into other errors.

#include <string>

#include "absl/status/status.h"

namespace magenta {

/// What is wrong, and where in the file or the music, without ErrorFile() and ErrorRemedy() of
/// magenta/base/status.h; message() of a status that none of its functions made.
std::string ErrorMessage(const absl::Status& status);

}  // namespace magenta
