#pragma once
// Errors as values: the kinds of failure this program knows, each with its exit status, and the
// file and the remedy that a message names. Codes map to gRPC's, so a server can send them as they
// stand.

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace magenta {

/// Wrong flag, hyper-parameter or combination (exit 2; code kInvalidArgument).
absl::Status UsageError(std::string message, std::string remedy = "");

/// `file` is corrupt, truncated, or made for another config (exit 3; code kDataLoss). The message
/// names the place: byte offset, record, track or line.
absl::Status InputError(std::string file, std::string message, std::string remedy = "");

/// `file` does not exist (exit 3; code kNotFound).
absl::Status MissingInputError(std::string file, std::string message, std::string remedy = "");

/// A well-formed sequence that this step can't take as it is (exit 3; code kFailedPrecondition).
/// The message names the place in the music: seconds, note, instrument.
absl::Status SequenceError(std::string message, std::string remedy = "");

/// The input was fine and left nothing to write (exit 4; code kOutOfRange).
absl::Status NothingToOutputError(std::string message, std::string remedy = "");

/// An outside part failed: output not writable, disk full, port, server, a program of ours that is
/// not built (exit 5; code kUnavailable).
absl::Status OutsideError(std::string file, std::string message, std::string remedy = "");

/// More than a server or a caller allows (exit 5; code kResourceExhausted).
absl::Status LimitError(std::string message, std::string remedy = "");

/// Stopped by a signal after saving what there was (exit 130; code kCancelled).
absl::Status InterruptedError(std::string message);

/// The file that an error is about; empty when it is about none.
std::string ErrorFile(const absl::Status& status);

/// What the user can do about it; empty when nothing better than the message is known.
std::string ErrorRemedy(const absl::Status& status);

/// The same error, about `file` when it named none yet.
absl::Status WithFile(absl::Status status, std::string file);

/// The same error, with `remedy` when it named none yet.
absl::Status WithRemedy(absl::Status status, std::string remedy);

/// The process exit status that stands for `status` (0, 2, 3, 4, 5 or 130; 1 for our own bugs).
int ExitStatus(const absl::Status& status);

/// "FILE: MESSAGE. REMEDY", the one line that a person reads.
std::string ErrorLine(const absl::Status& status);

}  // namespace magenta

#define MAGENTA_CONCAT_INNER_(a, b) a##b
#define MAGENTA_CONCAT_(a, b) MAGENTA_CONCAT_INNER_(a, b)

/// Returns from the enclosing function when `expression` (an absl::Status) is an error.
#define MAGENTA_RETURN_IF_ERROR(expression)                                 \
  do {                                                                      \
    if (absl::Status magenta_status_ = (expression); !magenta_status_.ok()) \
      return magenta_status_;                                               \
  } while (false)

/// `MAGENTA_ASSIGN_OR_RETURN(auto x, F())`: x is F()'s value, or the enclosing function returns
/// F()'s error.
#define MAGENTA_ASSIGN_OR_RETURN(declaration, expression)                                 \
  MAGENTA_ASSIGN_OR_RETURN_IMPL_(MAGENTA_CONCAT_(magenta_result_, __LINE__), declaration, \
                                 expression)
#define MAGENTA_ASSIGN_OR_RETURN_IMPL_(result, declaration, expression) \
  auto result = (expression);                                           \
  if (!result.ok()) return std::move(result).status();                  \
  declaration = *std::move(result)
