#include "magenta/nn/kernels/kernels.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdlib>
#include <random>

#include "magenta/base/status.h"

namespace magenta {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

FloatBuffer RandomFloats(size_t n, float range, uint32_t seed) {
  std::mt19937 engine(seed);
  FloatBuffer values(n);
  for (float& v : values) v = (static_cast<float>(engine() >> 8) / (1 << 23) - 1.0f) * range;
  return values;
}

/// Bit for bit, so that -0 and 0 differ.
void ExpectSameBits(const FloatBuffer& got, const FloatBuffer& want, const std::string& what) {
  ASSERT_EQ(got.size(), want.size());
  for (size_t i = 0; i < got.size(); ++i) {
    ASSERT_EQ(std::bit_cast<uint32_t>(got[i]), std::bit_cast<uint32_t>(want[i]))
        << what << " element " << i << ": " << got[i] << " and " << want[i];
  }
}

TEST(KernelsTest, TheScalarOneStandsInTheTable) {
  ASSERT_FALSE(AllKernels().empty());
  EXPECT_STREQ(AllKernels()[0]->name, "scalar");
  EXPECT_EQ(AllKernels()[0], &ScalarKernels());
}

TEST(KernelsTest, X86HasItsVectors) {
#if defined(__x86_64__)
  std::vector<std::string> names;
  for (const Kernels* kernels : AllKernels()) names.push_back(kernels->name);
  if (__builtin_cpu_supports("sse4.2")) {
    EXPECT_THAT(names, Contains("sse4"));
  }
  if (__builtin_cpu_supports("avx2")) {
    EXPECT_THAT(names, Contains("avx2"));
  }
#endif
}

TEST(KernelsTest, TheEnvironmentForcesOne) {
  for (const Kernels* kernels : AllKernels()) {
    setenv("MAGENTA_KERNEL", kernels->name, 1);
    const auto chosen = ChosenKernels();
    ASSERT_TRUE(chosen.ok());
    EXPECT_STREQ((*chosen)->name, kernels->name);
  }
  setenv("MAGENTA_KERNEL", "mmx", 1);
  const absl::Status status = ChosenKernels().status();
  unsetenv("MAGENTA_KERNEL");
  EXPECT_EQ(ExitStatus(status), 2);
  EXPECT_THAT(ErrorLine(status), HasSubstr("no kernel 'mmx'"));
  EXPECT_THAT(ErrorLine(status), HasSubstr("scalar"));
  EXPECT_EQ(*ChosenKernels(), AllKernels().size() > 1 ? AllKernels()[1] : AllKernels()[0]);
}

TEST(KernelsTest, EachTableIsItsOwnCode) {
  for (const Kernels* a : AllKernels()) {
    for (const Kernels* b : AllKernels()) {
      if (a == b) continue;
      EXPECT_NE(a->multiply, b->multiply) << a->name << ' ' << b->name;
      EXPECT_NE(a->lstm, b->lstm) << a->name << ' ' << b->name;
    }
  }
}

TEST(KernelsTest, ProductsHaveTheSameBits) {
  struct Case {
    int rows, columns, groups, batch, first_row;
  };
  for (const Case& c : {Case{5, 3, 1, 1, 0}, Case{64, 256, 4, 1, 0}, Case{130, 256, 4, 5, 3},
                        Case{74, 74, 1, 9, 10}, Case{33, 38, 1, 4, 1}, Case{20, 44, 4, 13, 0},
                        Case{16, 112, 1, 8, 0}, Case{300, 2048, 4, 2, 0}}) {
    const FloatBuffer values = RandomFloats(size_t(c.rows) * c.columns, 1, 1);
    const PackedMatrix w(values, c.rows, c.columns, c.groups);
    const int used = c.rows - c.first_row;
    const size_t x_stride = used + 3;
    const FloatBuffer x = RandomFloats(c.batch * x_stride, 2, 2);
    const FloatBuffer start = RandomFloats(size_t(c.batch) * w.width(), 1, 3);
    FloatBuffer want = start;
    ScalarKernels().multiply(w, c.first_row, used, {x.data(), x_stride, c.batch}, want.data(),
                             w.width());
    for (const Kernels* kernels : AllKernels()) {
      FloatBuffer got = start;
      kernels->multiply(w, c.first_row, used, {x.data(), x_stride, c.batch}, got.data(), w.width());
      ExpectSameBits(got, want, kernels->name);
    }
    // And the product is right: column j of group g against the plain sum.
    const int group = c.columns / c.groups;
    for (int j = 0; j < c.columns; ++j) {
      const int padded = j / group * PadToLanes(group) + j % group;
      double sum = start[padded];
      for (int k = 0; k < used; ++k) {
        sum += double(x[k]) * values[size_t(k + c.first_row) * c.columns + j];
      }
      ASSERT_NEAR(want[padded], sum, 1e-4);
    }
  }
}

TEST(KernelsTest, SparseRowsAreDenseRowsWithZeros) {
  const PackedMatrix w(RandomFloats(121 * 256, 1, 1), 121, 256, 4);
  const std::vector<int32_t> index = {0, 3, 50, 119, 120};
  const std::vector<float> value = {1, -1, 0.5f, 3, -0.25f};
  FloatBuffer x(121);
  for (size_t i = 0; i < index.size(); ++i) x[index[i]] = value[i];
  const FloatBuffer start = RandomFloats(256, 1, 3);
  FloatBuffer want = start;
  ScalarKernels().multiply(w, 0, 121, {x.data(), 121, 1}, want.data(), 256);
  for (const Kernels* kernels : AllKernels()) {
    FloatBuffer got = start;
    kernels->multiply_sparse(w, index.data(), value.data(), 5, got.data());
    ExpectSameBits(got, want, kernels->name);
  }
}

TEST(KernelsTest, CellsHaveTheSameBits) {
  constexpr int kPadded = 48, kRows = 11;
  const FloatBuffer z = RandomFloats(4 * kPadded, 8, 1), c = RandomFloats(kPadded, 3, 2);
  const FloatBuffer keys = RandomFloats(kRows * kPadded, 3, 3), v = RandomFloats(kPadded, 1, 4);
  const FloatBuffer weights = RandomFloats(kRows, 1, 5);
  const auto run = [&](const Kernels& kernels) {
    FloatBuffer next = c, h(kPadded), scores(kRows), sum = c;
    kernels.lstm(z.data(), next.data(), h.data(), kPadded);
    kernels.attention_scores(keys.data(), z.data(), v.data(), kRows, kPadded, scores.data());
    kernels.weighted_sum(keys.data(), weights.data(), kRows, kPadded, sum.data());
    for (const FloatBuffer* part : {&h, &scores, &sum}) {
      next.insert(next.end(), part->begin(), part->end());
    }
    return next;
  };
  const FloatBuffer want = run(ScalarKernels());
  for (const Kernels* kernels : AllKernels()) ExpectSameBits(run(*kernels), want, kernels->name);
}

/// Every 997th float from -100 to 100 by its bits, and the odd ones.
FloatBuffer SampleFloats() {
  FloatBuffer x = {0.0f,      -0.0f, 1e-30f, -1e-30f,  1e-45f,    87.0f, -87.0f, 87.0001f,
                   -87.0001f, 1e30f, -1e30f, INFINITY, -INFINITY, 10.0f, -10.0f, 0.5f};
  for (uint32_t bits = 0; bits < std::bit_cast<uint32_t>(100.0f); bits += 997 * 16) {
    x.push_back(std::bit_cast<float>(bits));
    x.push_back(-std::bit_cast<float>(bits));
  }
  x.resize(PadToLanes(static_cast<int>(x.size())), 0.25f);
  return x;
}

TEST(KernelsTest, FunctionsHaveTheSameBits) {
  const FloatBuffer x = SampleFloats();
  for (const auto function : {&Kernels::exp, &Kernels::tanh, &Kernels::sigmoid}) {
    FloatBuffer want(x.size()), got(x.size());
    (ScalarKernels().*function)(x.data(), want.data(), static_cast<int>(x.size()));
    for (const Kernels* kernels : AllKernels()) {
      (kernels->*function)(x.data(), got.data(), static_cast<int>(x.size()));
      ExpectSameBits(got, want, kernels->name);
    }
  }
}

TEST(KernelsTest, FunctionsAreWithinTheirBounds) {
  const FloatBuffer x = SampleFloats();
  const int n = static_cast<int>(x.size());
  FloatBuffer e(n), t(n), s(n);
  ScalarKernels().exp(x.data(), e.data(), n);
  ScalarKernels().tanh(x.data(), t.data(), n);
  ScalarKernels().sigmoid(x.data(), s.data(), n);
  double exp_error = 0, tanh_error = 0, tanh_relative = 0, sigmoid_error = 0;
  for (int i = 0; i < n; ++i) {
    const double v = x[i];
    if (std::abs(v) <= 87) exp_error = std::max(exp_error, std::abs(e[i] / std::exp(v) - 1));
    if (v < -87) {
      EXPECT_EQ(e[i], 0.0f) << v;
    }
    tanh_error = std::max(tanh_error, std::abs(t[i] - std::tanh(v)));
    if (std::abs(v) > 1e-30) {
      tanh_relative = std::max(tanh_relative, std::abs(t[i] / std::tanh(v) - 1));
    }
    sigmoid_error = std::max(sigmoid_error, std::abs(s[i] - 1 / (1 + std::exp(-v))));
  }
  RecordProperty("exp_relative_error", std::to_string(exp_error * 1e9) + "e-9");
  RecordProperty("tanh_relative_error", std::to_string(tanh_relative * 1e9) + "e-9");
  EXPECT_LT(exp_error, 2e-7);
  EXPECT_LT(tanh_error, 2e-7);
  EXPECT_LT(tanh_relative, 4e-7);
  EXPECT_LT(sigmoid_error, 2e-7);
  EXPECT_EQ(t[11], 1.0f);
  EXPECT_EQ(t[12], -1.0f);
}

TEST(KernelsTest, ExpIsThisOnEveryMachine) {
  // Golden bits: should they ever change, seeds would mean other notes.
  FloatBuffer x(16), y(16);
  const float values[] = {-5.25f, -1.0f, -0.1f, 0.3f, 1.0f, 2.5f, 20.0f, -60.0f};
  std::copy(std::begin(values), std::end(values), x.begin());
  const auto fold = [&](auto function) {
    function(x.data(), y.data(), 16);
    uint32_t hash = 2166136261u;
    for (float v : y) hash = (hash ^ std::bit_cast<uint32_t>(v)) * 16777619u;
    return hash;
  };
  for (const Kernels* kernels : AllKernels()) {
    EXPECT_EQ(fold(kernels->exp), 2572365127u) << kernels->name;
    EXPECT_EQ(fold(kernels->tanh), 1789178521u) << kernels->name;
    EXPECT_EQ(fold(kernels->sigmoid), 3358242972u) << kernels->name;
  }
}

}  // namespace
}  // namespace magenta
