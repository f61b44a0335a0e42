#include "magenta/cli/train/blas_kernels.h"

#include <dlfcn.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <initializer_list>
#include <string>
#include <system_error>

namespace magenta::cli {
namespace {

constexpr char kVariable[] = "OPENBLAS_CORETYPE";

VectorUnits UnitsOfProcessor() {
#ifdef __x86_64__
  return {__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"),
          __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
              __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")};
#else
  return {};
#endif
}

}  // namespace

std::string_view BetterCoreType(std::string_view core, const VectorUnits& units) {
  const auto is_one_of = [core](std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), core) != names.end();
  };
  // What processors without AVX are called, and those that OpenBLAS doesn't know.
  const bool is_old = is_one_of({"Prescott", "Core2", "Katmai", "Coppermine", "Northwood"});
  if (units.avx512 && (is_old || is_one_of({"Haswell", "Zen"}))) return "SkylakeX";
  return units.avx2 && is_old ? "Haswell" : "";
}

void UseVectorsOfProcessor(char** argv) {
  using CoreName = char* (*)();
  const auto core_name = reinterpret_cast<CoreName>(dlsym(RTLD_DEFAULT, "openblas_get_corename"));
  if (core_name == nullptr || std::getenv(kVariable) != nullptr) return;
  const std::string_view better = BetterCoreType(core_name(), UnitsOfProcessor());
  if (better.empty()) return;
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) return;
  setenv(kVariable, std::string(better).c_str(), 1);
  execv(program.c_str(), argv);  // where that fails it goes on as it is
}

}  // namespace magenta::cli
