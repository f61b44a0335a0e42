#pragma once
// The matrix product of the BLAS that libtorch brings along, on row-major matrices.

namespace magenta {

/// A row-major matrix in memory: element (r, c) is data[r * stride + c].
struct ConstMatrix {
  const float* data;
  int stride;
};
struct Matrix {
  float* data;
  int stride;
};

/// Which of a product's factors are used transposed.
enum class Transposed { kNone, kLeft, kRight };

/// c = left * right + keep * c, where c is [rows, columns] and `inner` elements make a dot product.
/// keep 0 overwrites c, whatever was there.
void Multiply(int rows, int columns, int inner, ConstMatrix left, ConstMatrix right, float keep,
              Matrix c, Transposed transposed = Transposed::kNone);

/// Makes this thread's products, and those of libtorch that it starts, run on it alone: the
/// barriers of a second one cost more than it gives, and results must not depend on it.
void UseOneThread();

/// How fast the machine's BLAS is (GFLOP/s, one thread, some milliseconds of measuring).
/// Debian's reference BLAS gives 1 to 3, OpenBLAS 50 and more.
double BlasSpeed();

}  // namespace magenta
