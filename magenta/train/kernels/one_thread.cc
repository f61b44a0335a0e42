#include "magenta/train/kernels/one_thread.h"

#include <ATen/Parallel.h>
#include <dlfcn.h>

namespace magenta {

void UseOneThread() {
  at::set_num_threads(1);
  // libtorch has no BLAS of its own; OpenBLAS is told by itself where it is the one.
  using SetThreads = void (*)(int);
  if (void* symbol = dlsym(RTLD_DEFAULT, "openblas_set_num_threads")) {
    reinterpret_cast<SetThreads>(symbol)(1);
  }
}

}  // namespace magenta
