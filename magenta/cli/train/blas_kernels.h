#pragma once
// OpenBLAS takes a processor that is newer than itself for an older one, whose vectors are shorter.

#include <string_view>

namespace magenta::cli {

/// Vectors that a processor has.
struct VectorUnits {
  bool avx2 = false, avx512 = false;
};

/// The value of OPENBLAS_CORETYPE that fits a processor of `units` where OpenBLAS took it for
/// `core`; empty where that is right.
std::string_view BetterCoreType(std::string_view core, const VectorUnits& units);

/// Where OpenBLAS took this processor for an older one, begins the program anew with
/// OPENBLAS_CORETYPE, unless that is set. Before anything else in main().
void UseVectorsOfProcessor(char** argv);

}  // namespace magenta::cli
