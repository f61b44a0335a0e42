#include "magenta/nn/kernels/kernels.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <random>
#include <utility>
#include <vector>

#include "magenta/base/status.h"
#include "magenta/nn/kernels/scalar.h"

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
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
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

TEST(KernelsTest, FusedIsRoundedOnce) {
  // Magnitudes near and far from each other, so that sums cancel, vanish or hit ties.
  const FloatBuffer x = RandomFloats(40000, 1, 7);
  for (size_t i = 0; i + 3 < x.size(); ++i) {
    const float a = std::ldexp(x[i], static_cast<int>(i % 31) - 15), b = x[i + 1];
    const float c = i % 3 == 0   ? -a * b
                    : i % 3 == 1 ? std::ldexp(x[i + 2], static_cast<int>(i % 67) - 33)
                                 : std::ldexp(std::round(x[i + 2] * 64), static_cast<int>(i % 40));
    ASSERT_EQ(std::bit_cast<uint32_t>(scalar::FusedByDoubles(a, b, c)),
              std::bit_cast<uint32_t>(std::fma(a, b, c)))
        << a << ' ' << b << ' ' << c;
  }
  // The sum in double lies on a tie of floats, the exact one beside it.
  const float tie = 0x1p24f + 2.0f, tiny = 0x1p-40f;
  EXPECT_EQ(scalar::FusedByDoubles(1.0f + 0x1p-23f, tiny, tie),
            std::fma(1.0f + 0x1p-23f, tiny, tie));
  EXPECT_EQ(scalar::FusedByDoubles(0x1.000002p0f, 0x1p0f, 0x1p-60f), 0x1.000002p0f);
  EXPECT_EQ(scalar::FusedByDoubles(1e30f, 1e30f, 0), INFINITY);
  EXPECT_TRUE(std::isnan(scalar::FusedByDoubles(INFINITY, 0, 1)));
}

TEST(KernelsTest, HalvesAreTheNearest) {
  const struct {
    float value;
    uint16_t bits;
  } rows[] = {{0.0f, 0},
              {-0.0f, 0x8000},
              {1.0f, 0x3c00},
              {-2.5f, 0xc100},
              {65504.0f, 0x7bff},
              {65519.0f, 0x7bff},
              {65520.0f, 0x7c00},
              {1e30f, 0x7c00},
              {0x1p-14f, 0x0400},
              {0x1p-24f, 0x0001},
              {0x1p-25f, 0x0000},
              {0x1.8p-25f, 0x0001},
              {0x1.8p-24f, 0x0002},
              {0x1.ffcp-15f, 0x0400},
              {1 + 0x1p-11f, 0x3c00},
              {1 + 0x1.8p-10f, 0x3c02},
              {0.1f, 0x2e66}};
  for (const auto& row : rows) EXPECT_EQ(ToHalf(row.value), row.bits) << row.value;
  for (uint32_t bits = 0; bits < 0x7c00; ++bits) {
    EXPECT_EQ(ToHalf(FromHalf(static_cast<uint16_t>(bits))), bits);
  }
  EXPECT_EQ(FromHalf(0x0001), 0x1p-24f);
  EXPECT_EQ(FromHalf(0xfc00), -INFINITY);
}

constexpr WeightType kWeightTypes[] = {WeightType::kFloat32, WeightType::kFloat16};

TEST(KernelsTest, ProductsHaveTheSameBits) {
  struct Case {
    int rows, columns, batch, first_row;
  };
  for (const Case& c :
       {Case{5, 3, 1, 0}, Case{64, 256, 1, 0}, Case{130, 48, 5, 3}, Case{74, 74, 9, 10},
        Case{33, 38, 4, 1}, Case{20, 44, 13, 0}, Case{16, 112, 8, 0}, Case{300, 512, 2, 0}}) {
    for (const WeightType type : kWeightTypes) {
      const FloatBuffer values = RandomFloats(size_t(c.rows) * c.columns, 1, 1);
      const auto packed = [&](const Kernels& kernels) {
        return PackedMatrix(values, c.rows, c.columns, {kernels.lanes, 1, type});
      };
      const int used = c.rows - c.first_row;
      const size_t x_stride = used + 3, width = PadToLanes(c.columns);
      const FloatBuffer x = RandomFloats(c.batch * x_stride, 2, 2);
      const FloatBuffer start = RandomFloats(c.batch * width, 1, 3);
      FloatBuffer want;
      for (const Kernels* kernels : AllKernels()) {
        FloatBuffer got = start;
        kernels->multiply(packed(*kernels), c.first_row, used, {x.data(), x_stride, c.batch},
                          got.data(), width);
        if (want.empty()) want = got;
        ExpectSameBits(got, want, kernels->name);
      }
      // And the product is right.
      const float rounding = type == WeightType::kFloat16 ? 0x1p-11f * 2 * used : 1e-4f;
      for (int j = 0; j < c.columns; ++j) {
        double sum = start[j];
        for (int k = 0; k < used; ++k) {
          sum += double(x[k]) * values[size_t(k + c.first_row) * c.columns + j];
        }
        ASSERT_NEAR(want[j], sum, rounding);
      }
    }
  }
}

TEST(KernelsTest, SparseRowsAreDenseRowsWithZeros) {
  const FloatBuffer values = RandomFloats(121 * 240, 1, 1);
  SparseVector sparse;
  FloatBuffer x(121);
  for (const auto& [i, v] :
       {std::pair{0, 1.0f}, {3, -1.0f}, {50, 0.5f}, {119, 3.0f}, {120, -0.25f}}) {
    sparse.Add(i, v);
    x[i] = v;
  }
  const FloatBuffer start = RandomFloats(240, 1, 3);
  for (const WeightType type : kWeightTypes) {
    const PackedMatrix reference(values, 121, 240, {ScalarKernels().lanes, 1, type});
    FloatBuffer want = start;
    ScalarKernels().multiply(reference, 0, 121, {x.data(), 121, 1}, want.data(), 240);
    for (const Kernels* kernels : AllKernels()) {
      const PackedMatrix w(values, 121, 240, {kernels->lanes, 1, type});
      FloatBuffer got = start;
      kernels->multiply_sparse(w, sparse, got.data());
      ExpectSameBits(got, want, kernels->name);
    }
  }
}

/// A layer of 20 + 37 inputs and units, or of as many as the case says, and its rows.
struct LstmCase {
  int inputs = 20, units = 37, rows = 1;
  bool sparse = false;
  WeightType type = WeightType::kFloat32;
};

/// c' and h' of all rows, one after another.
FloatBuffer RunLstm(const Kernels& kernels, const LstmCase& test) {
  const int padded = PadToLanes(test.units);
  const PackOptions pack = {kernels.lanes, 4, test.type};
  const int height = test.inputs + test.units;
  const PackedMatrix kernel(RandomFloats(size_t(height) * 4 * test.units, 0.5f, 1), height,
                            4 * test.units, pack);
  const FloatBuffer bias = PackRow(RandomFloats(4 * test.units, 1, 2), pack);
  const FloatBuffer x = RandomFloats(size_t(test.rows) * test.inputs, 3, 3);
  const FloatBuffer h = RandomFloats(size_t(test.rows) * padded, 1, 4);
  std::vector<SparseVector> entries(test.rows);
  for (int r = 0; r < test.rows; ++r) {
    for (int i = r % 3; i < test.inputs; i += 4) entries[r].Add(i, x[r * test.inputs + i]);
  }
  FloatBuffer c = RandomFloats(size_t(test.rows) * padded, 4, 5), next(c.size());
  kernels.lstm({&kernel,
                bias.data(),
                test.inputs,
                test.units,
                test.sparse ? entries.data() : nullptr,
                {x.data(), static_cast<size_t>(test.inputs), test.rows},
                h.data(),
                test.rows,
                c.data(),
                next.data()});
  c.insert(c.end(), next.begin(), next.end());
  return c;
}

TEST(KernelsTest, LstmsHaveTheSameBits) {
  for (const WeightType type : kWeightTypes) {
    for (const bool sparse : {false, true}) {
      for (const auto& [units, rows] :
           {std::pair{37, 1}, {16, 1}, {64, 1}, {144, 1}, {16, 2}, {37, 3}, {64, 7}, {20, 5}}) {
        const LstmCase test = {20, units, rows, sparse, type};
        const FloatBuffer want = RunLstm(ScalarKernels(), test);
        for (const Kernels* kernels : AllKernels()) {
          ExpectSameBits(RunLstm(*kernels, test), want, kernels->name);
        }
      }
    }
  }
}

/// c' and h' of the gates i, j, f, o and c, without products: a layer of 16 units whose bias they
/// are.
std::pair<float, float> OneCell(const std::array<float, 4>& gates, float c) {
  constexpr int kUnits = kLaneBlock;
  const PackOptions pack = {ScalarKernels().lanes, 4, WeightType::kFloat32};
  std::vector<float> bias(4 * kUnits);
  for (int g = 0; g < 4; ++g) std::fill_n(bias.begin() + g * kUnits, kUnits, gates[g]);
  const PackedMatrix kernel(std::vector<float>(4 * kUnits), 1, 4 * kUnits, pack);
  const FloatBuffer packed = PackRow(bias, pack), zero(kUnits);
  FloatBuffer memory(kUnits, c), h(kUnits);
  ScalarKernels().lstm({&kernel,
                        packed.data(),
                        1,
                        0,
                        nullptr,
                        {zero.data(), 1, 1},
                        zero.data(),
                        1,
                        memory.data(),
                        h.data()});
  return {memory[3], h[3]};
}

TEST(KernelsTest, CellsAreWithinTheirBounds) {
  const auto sigmoid = [](double x) { return 1 / (1 + std::exp(-x)); };
  double memory_error = 0, output_error = 0;
  const FloatBuffer random = RandomFloats(100000, 1, 6);
  for (size_t i = 0; i + 5 < random.size(); i += 5) {
    const float range = i % 4 == 0 ? 100 : i % 4 == 1 ? 12 : 3;
    std::array<float, 4> z;
    for (int g = 0; g < 4; ++g) z[g] = random[i + g] * range;
    const float c = random[i + 4] * 20;
    const auto [next, h] = OneCell(z, c);
    const double want = c * sigmoid(z[2]) + sigmoid(z[0]) * std::tanh(double(z[1]));
    memory_error = std::max(memory_error, std::abs(next - want) / std::max(1.0, std::abs(want)));
    output_error = std::max(output_error, std::abs(h - std::tanh(double(next)) * sigmoid(z[3])));
  }
  RecordProperty("memory_error", std::to_string(memory_error * 1e9) + "e-9");
  RecordProperty("output_error", std::to_string(output_error * 1e9) + "e-9");
  EXPECT_LT(memory_error, 4e-7);
  EXPECT_LT(output_error, 4e-7);
  // No gate, however far, makes a number that is none.
  for (const float far : {-1e30f, 1e30f, -INFINITY, INFINITY}) {
    const auto [next, h] = OneCell({far, far, far, far}, 1000.0f);
    EXPECT_TRUE(std::isfinite(next) && std::isfinite(h)) << far;
  }
}

TEST(KernelsTest, AttentionHasTheSameBits) {
  constexpr int kPadded = 80, kRows = 11;
  FloatBuffer keys = RandomFloats(kRows * kPadded, 50, 3), q = RandomFloats(kPadded, 50, 1);
  // Of some units the exponentials' product is too large for a float, of most it is not.
  for (size_t i = 0; i < keys.size(); ++i) keys[i] *= i % 3 == 0 ? 1.0f : 0.02f;
  for (size_t i = 0; i < q.size(); ++i) q[i] *= i % 2 == 0 ? 1.0f : 0.02f;
  const FloatBuffer v = RandomFloats(kPadded, 1, 4), weights = RandomFloats(kRows, 1, 5);
  const auto run = [&](const Kernels& kernels) {
    FloatBuffer e = keys, query(kPadded), scores(kRows), sum = q;
    kernels.exp_twice(e.data(), e.data(), kRows * kPadded);
    kernels.exp_twice(q.data(), query.data(), kPadded);
    kernels.attention_scores(e.data(), query.data(), v.data(), kRows, kPadded, scores.data());
    kernels.weighted_sum(keys.data(), weights.data(), kRows, kPadded, sum.data());
    scores.insert(scores.end(), sum.begin(), sum.end());
    return scores;
  };
  const FloatBuffer want = run(ScalarKernels());
  for (const Kernels* kernels : AllKernels()) ExpectSameBits(run(*kernels), want, kernels->name);
  double total = 0;
  for (float x : v) total += x;
  for (int t = 0; t < kRows; ++t) {
    double score = -total;
    for (int u = 0; u < kPadded; ++u) {
      const auto held = [](float x) { return std::min(43.5, std::max(-43.5, double(x))); };
      score += v[u] * std::tanh(held(keys[t * kPadded + u]) + held(q[u]));
    }
    EXPECT_NEAR(want[t], score, 4e-6);
  }
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
  for (const auto function : {&Kernels::exp, &Kernels::exp_twice}) {
    FloatBuffer want(x.size()), got(x.size());
    (ScalarKernels().*function)(x.data(), want.data(), static_cast<int>(x.size()));
    for (const Kernels* kernels : AllKernels()) {
      (kernels->*function)(x.data(), got.data(), static_cast<int>(x.size()));
      ExpectSameBits(got, want, kernels->name);
    }
  }
}

TEST(KernelsTest, FunctionsAreWithinTheirBounds) {
  double exp_error = 0, twice_error = 0, minus_one_error = 0;
  for (const float x : SampleFloats()) {
    const double v = x;
    if (std::abs(v) <= 87) {
      exp_error = std::max(exp_error, std::abs(scalar::Exp(x) / std::exp(v) - 1));
    }
    if (std::abs(v) <= 43.5) {
      twice_error = std::max(twice_error, std::abs(scalar::ExpTwice(x) / std::exp(2 * v) - 1));
    }
    if (std::abs(v) <= 10 && std::abs(v) > 1e-30) {
      const double found = scalar::ExpTwiceMinusOne(x);
      minus_one_error = std::max(minus_one_error, std::abs(found / std::expm1(2 * v) - 1));
    }
    if (v < -87) {
      EXPECT_EQ(scalar::Exp(x), 0.0f) << v;
    }
  }
  RecordProperty("exp_relative_error", std::to_string(exp_error * 1e9) + "e-9");
  RecordProperty("twice_relative_error", std::to_string(twice_error * 1e9) + "e-9");
  RecordProperty("minus_one_relative_error", std::to_string(minus_one_error * 1e9) + "e-9");
  EXPECT_LT(exp_error, 2e-7);
  EXPECT_LT(twice_error, 2e-7);
  EXPECT_LT(minus_one_error, 2e-7);
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
    EXPECT_EQ(fold(kernels->exp), 2283889756u) << kernels->name;
    EXPECT_EQ(fold(kernels->exp_twice), 2046633783u) << kernels->name;
  }
}

}  // namespace
}  // namespace magenta
