// Highway's library for `magenta`, loaded when a model first runs. Its initialiser measures the
// processor's timer, which costs 4 ms of processor time, half of the start of a program that may
// only have been asked for --help. All that we need of it is one function; this one stands in for
// it, and asks it. Linked into `magenta` alone, ahead of libhwy.so, which is then not needed at
// start.

#include <dlfcn.h>
#include <hwy/targets.h>

#include <cstdint>

namespace hwy {

int64_t SupportedTargets() {
  using Function = int64_t (*)();
  void* library = ::dlopen("libhwy.so.1", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) library = ::dlopen("libhwy.so", RTLD_NOW | RTLD_LOCAL);
  void* symbol = library == nullptr ? nullptr : ::dlsym(library, "_ZN3hwy16SupportedTargetsEv");
  // What the compiler was allowed to use runs in any case.
  return symbol == nullptr ? HWY_STATIC_TARGET : reinterpret_cast<Function>(symbol)();
}

}  // namespace hwy
