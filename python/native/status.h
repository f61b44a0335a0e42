#pragma once
// Errors as values become Python's exceptions.

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "magenta/base/status.h"

namespace magenta::python {

/// Thrown here, caught by the translator alone, which raises what magenta_native.errors makes of
/// it.
struct StatusException {
  absl::Status status;
  /// Name of the exception, where the status does not tell: "MIDIConversionError"; else "".
  std::string kind;
};

/// Throws where `status` is an error. `file` is what the error is about, where it names none.
inline void Check(absl::Status status, const std::string& file = "", std::string kind = "") {
  if (status.ok()) return;
  if (!file.empty()) status = WithFile(std::move(status), file);
  throw StatusException{std::move(status), std::move(kind)};
}

/// The value, or Check's exception.
template <typename T>
T Value(absl::StatusOr<T> result, const std::string& file = "", std::string kind = "") {
  Check(result.status(), file, std::move(kind));
  return *std::move(result);
}

}  // namespace magenta::python
