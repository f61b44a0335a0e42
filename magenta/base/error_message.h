#pragma once
// An error's message in parts. What status.message() says is whole, "FILE: what is wrong and where.
// What to do", so that any program can show it; ours send the parts as fields of their own (--json,
// gRPC, HTTP) and put the middle one into other errors. And errors of music, whose file only the
// caller knows.

#include <string>

#include "absl/status/status.h"

namespace magenta {

/// What is wrong, and where in the file or the music, without ErrorFile() and ErrorRemedy() of
/// magenta/base/status.h; message() of a status that none of its functions made.
std::string ErrorMessage(const absl::Status& status);

/// Music that was given is wrong: as a UsageError (exit 2; code kInvalidArgument), what requests
/// get. Where it was read from a file, OfMusicFile makes it that file's.
absl::Status MusicError(std::string message, std::string remedy = "");

/// The same error where the music that was given is that of `file`: a MusicError is an InputError
/// (exit 3), others that are about input name the file, and the rest stays.
absl::Status OfMusicFile(const absl::Status& status, std::string file);

}  // namespace magenta
