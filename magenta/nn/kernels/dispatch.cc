#include <fmt/core.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "magenta/base/status.h"
#include "magenta/nn/kernels/kernels.h"

namespace magenta {
namespace {

std::vector<const Kernels*> ListKernels() {
  std::vector<const Kernels*> all = {&ScalarKernels()};
  const auto simd = internal::SimdKernels();
  all.insert(all.end(), simd.begin(), simd.end());
  return all;
}

const Kernels& BestKernels() { return *AllKernels()[AllKernels().size() > 1 ? 1 : 0]; }

}  // namespace

std::span<const Kernels* const> AllKernels() {
  static const std::vector<const Kernels*>& all = *new std::vector<const Kernels*>(ListKernels());
  return all;
}

absl::StatusOr<const Kernels*> KernelsNamed(std::string_view name) {
  std::string list;
  for (const Kernels* kernels : AllKernels()) {
    if (name == kernels->name) return kernels;
    list += list.empty() ? kernels->name : std::string(", ") + kernels->name;
  }
  return UsageError(fmt::format("no kernel '{}' on this machine", name),
                    fmt::format("MAGENTA_KERNEL may be one of {}", list));
}

absl::StatusOr<const Kernels*> ChosenKernels() {
  const char* name = std::getenv("MAGENTA_KERNEL");
  if (name != nullptr && *name != '\0') return KernelsNamed(name);
  return &BestKernels();
}

const Kernels& DefaultKernels() {
  static const Kernels& kernels = [&]() -> const Kernels& {
    const auto chosen = ChosenKernels();
    return chosen.ok() ? **chosen : BestKernels();
  }();
  return kernels;
}

}  // namespace magenta
