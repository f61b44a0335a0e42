#pragma once
// Errors as values become Python's exceptions.

#include <nanobind/nanobind.h>

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
  /// Name of the exception; "" where the status alone tells.
  std::string kind;
};

/// The exception of Python's that magenta_native.errors makes of `error`. Needs the GIL.
nanobind::object ExceptionOf(const StatusException& error);

/// Throws where `status` is an error. `file` is what it is about where it names none; `kind` names
/// the exception where the status does not tell.
void Check(absl::Status status, const std::string& file = "", const std::string& kind = "");

/// The value, or Check's exception.
template <typename T>
T Value(absl::StatusOr<T> result, const std::string& file = "", const std::string& kind = "") {
  Check(result.status(), file, kind);
  return *std::move(result);
}

/// The same for edits (magenta/music/edits), which refuse sequences only for being quantised, or
/// for not being.
template <typename T>
T Edited(absl::StatusOr<T> result) {
  const bool refused = result.status().code() == absl::StatusCode::kFailedPrecondition;
  return Value(std::move(result), "", refused ? "QuantizationStatusError" : "");
}

}  // namespace magenta::python
