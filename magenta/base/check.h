#pragma once
// MAGENTA_CHECK(condition): stops the program when our own code is wrong.
//
// It is never reachable from input: whatever a file, a flag or a peer can say is an absl::Status.

namespace magenta::internal {
/// Says which condition failed and where, on stderr, and aborts; or does what SetCheckHandler says.
[[noreturn]] void CheckFailed(const char* condition, const char* file, int line);
/// From now on failed checks call `handler`, which throws: a library must not end its host. Null:
/// as at first.
void SetCheckHandler(void (*handler)(const char* message));
}  // namespace magenta::internal

#define MAGENTA_CHECK(condition)      \
  ((condition) ? static_cast<void>(0) \
               : ::magenta::internal::CheckFailed(#condition, __FILE__, __LINE__))
