#include "magenta/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace magenta::internal {

void CheckFailed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "magenta: internal error at %s:%d: %s is false. Please report this.\n", file,
               line, condition);
  std::abort();
}

}  // namespace magenta::internal
