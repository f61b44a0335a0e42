#pragma once
// Keeping libtorch on the thread that calls it.

#include "absl/status/status.h"

namespace magenta {

/// Whether libtorch will get the threads of its pool, which it starts with the first UseOneThread,
/// one a processor, whether they are used or not; one that is refused it would wait for without
/// end. Error: NoThreadError.
absl::Status CheckLibtorchThreads();

/// Makes libtorch's products that this thread starts run on it alone: the barriers of a second one
/// cost more than it gives.
void UseOneThread();

}  // namespace magenta
