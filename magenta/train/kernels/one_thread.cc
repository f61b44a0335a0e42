#include "magenta/train/kernels/one_thread.h"

#include <ATen/Parallel.h>
#include <dlfcn.h>

#include <algorithm>
#include <thread>

#include "magenta/base/threads.h"

namespace magenta {

absl::Status CheckLibtorchThreads() {
  return CheckThreads(static_cast<int>(std::max(1U, std::thread::hardware_concurrency())));
}

void UseOneThread() {
  at::set_num_threads(1);
  // libtorch has no BLAS of its own; OpenBLAS is told by itself where it is the one.
  using SetThreads = void (*)(int);
  if (void* symbol = dlsym(RTLD_DEFAULT, "openblas_set_num_threads")) {
    reinterpret_cast<SetThreads>(symbol)(1);
  }
}

}  // namespace magenta
