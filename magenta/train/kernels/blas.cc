#include "magenta/train/kernels/blas.h"

#include <ATen/Parallel.h>
#include <dlfcn.h>

#include <chrono>
#include <vector>

#include "magenta/base/check.h"

namespace magenta {
namespace {

using Sgemm = void (*)(const char* ta, const char* tb, const int* m, const int* n, const int* k,
                       const float* alpha, const float* a, const int* lda, const float* b,
                       const int* ldb, const float* beta, float* c, const int* ldc);

// libtorch_cpu depends on libblas.so.3, so the symbol is there without a development package.
Sgemm FindSgemm() {
  void* symbol = dlsym(RTLD_DEFAULT, "sgemm_");
  MAGENTA_CHECK(symbol != nullptr);
  return reinterpret_cast<Sgemm>(symbol);
}

}  // namespace

void Multiply(int rows, int columns, int inner, ConstMatrix left, ConstMatrix right, float keep,
              Matrix c, Transposed transposed) {
  static const Sgemm sgemm = FindSgemm();
  if (rows == 0 || columns == 0) return;
  // BLAS counts by columns: the transposed product of the transposed matrices is the same memory.
  const char* left_form = transposed == Transposed::kLeft ? "T" : "N";
  const char* right_form = transposed == Transposed::kRight ? "T" : "N";
  const float one = 1;
  sgemm(right_form, left_form, &columns, &rows, &inner, &one, right.data, &right.stride, left.data,
        &left.stride, &keep, c.data, &c.stride);
}

void UseOneThread() {
  at::set_num_threads(1);
  using SetThreads = void (*)(int);
  if (void* symbol = dlsym(RTLD_DEFAULT, "openblas_set_num_threads")) {
    reinterpret_cast<SetThreads>(symbol)(1);
  }
}

double BlasSpeed() {
  constexpr int kSide = 128;
  const std::vector<float> a(kSide * kSide, 0.5f);
  std::vector<float> c(kSide * kSide);
  double best = 0;
  for (int i = 0; i < 4; ++i) {
    const auto start = std::chrono::steady_clock::now();
    Multiply(kSide, kSide, kSide, {a.data(), kSide}, {a.data(), kSide}, 0, {c.data(), kSide});
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    best = std::max(best, 2e-9 * kSide * kSide * kSide / took.count());
  }
  return best;
}

}  // namespace magenta
