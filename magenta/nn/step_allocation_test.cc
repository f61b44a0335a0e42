// Networks allocate nothing once they have stepped: operator new itself says so.

#include <gtest/gtest.h>

#include <cstdlib>
#include <new>

#include "magenta/nn/nade/nade_test_support.h"
#include "magenta/nn/relative_gru_test_support.h"
#include "magenta/nn/rnn.h"

namespace {
constinit int allocations = 0;

void* Allocate(std::size_t size, std::size_t alignment) {
  ++allocations;
  void* const block = std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
  if (block == nullptr) std::abort();
  return block;
}
}  // namespace

#ifndef MAGENTA_SANITIZED
void* operator new(std::size_t size) { return Allocate(size, alignof(std::max_align_t)); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return Allocate(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* block) noexcept { std::free(block); }
void operator delete(void* block, std::size_t) noexcept { std::free(block); }
void operator delete(void* block, std::align_val_t) noexcept { std::free(block); }
void operator delete(void* block, std::size_t, std::align_val_t) noexcept { std::free(block); }
#endif

namespace magenta {
namespace {

/// Steps of states of 1 and 3 rows, alone and together, the first time with nothing to read.
void ExpectNoAllocation(const Network& network, const std::vector<SparseVector>& inputs) {
#ifdef MAGENTA_SANITIZED
  GTEST_SKIP() << "a sanitizer has its own malloc";
#endif
  const auto one = network.NewState(1), three = network.NewState(3);
  NetworkState* const both[] = {one.get(), three.get()};
  std::unique_ptr<NetworkState> scratch;
  std::vector<float> logits(4 * network.num_logits());
  const std::span<float> all = logits;
  const size_t n = network.num_logits();
  std::vector<SparseVector> rows(4);
  const auto step = [&] {
    network.Step(*one, {rows.data(), 1}, all.subspan(0, n));
    network.Step(*three, {rows.data() + 1, 3}, all.subspan(n));
    network.StepAll(both, rows, all, scratch);
  };
  allocations = 0;
  step();
  EXPECT_GT(allocations, 0);  // the trap is set: scratch is made here
  for (size_t i = 0; i + 4 <= inputs.size(); ++i) {
    std::copy_n(inputs.begin() + i, 4, rows.begin());
    allocations = 0;
    step();
    EXPECT_EQ(allocations, 0) << "step " << i;
  }
}

TEST(StepAllocationTest, OfLstms) {
  const auto network = MakeRnn(testing::RandomRnn({9, {12, 7}, 5, true}), 4);
  ASSERT_TRUE(network.ok());
  ExpectNoAllocation(**network, testing::RandomInputs(20, 9, 1));
}

TEST(StepAllocationTest, OfNades) {
  const auto network = MakeRnnNade(RandomNade({9, 5, {12, 7}}), {});
  ASSERT_TRUE(network.ok());
  ExpectNoAllocation(**network, RandomNadeInputs(9, 40, 1));
}

TEST(StepAllocationTest, OfRelativeGrus) {
  const RelativeShape shape = {{20, 30, 5, 3, 2, 4, 70}, 17, 33, 20};
  const auto network = MakeRelativeGru(testing::RandomRelativeGru(shape), {});
  ASSERT_TRUE(network.ok());
  ExpectNoAllocation(**network, testing::RandomRelativeInputs(20, shape.sizes, 1));
}

}  // namespace
}  // namespace magenta
