#pragma once

namespace magenta {

/// Makes libtorch's products that this thread starts run on it alone: the barriers of a second one
/// cost more than it gives.
void UseOneThread();

}  // namespace magenta
