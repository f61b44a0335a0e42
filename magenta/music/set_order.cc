// CPython's set is an open-addressing table: a number hashes to itself, a collision looks at the
// next nine slots and then jumps, and a table three fifths full is rebuilt at four times its count.
// Walking it gives slot order, which is ascending only while every number is below the table's
// size.

#include "magenta/music/set_order.h"

#include <cstddef>
#include <optional>
#include <set>

namespace magenta {
namespace {

using Slots = std::vector<std::optional<int32_t>>;

// -1 is CPython's mark of an error, so it hashes to -2.
uint64_t HashOf(int32_t value) {
  return static_cast<uint64_t>(static_cast<int64_t>(value == -1 ? -2 : value));
}

size_t FreeSlot(const Slots& slots, int32_t value) {
  constexpr size_t kLinearProbes = 9;
  const size_t mask = slots.size() - 1;
  uint64_t perturb = HashOf(value);
  size_t i = perturb & mask;
  while (true) {
    const size_t last = i + kLinearProbes <= mask ? i + kLinearProbes : i;
    for (size_t slot = i; slot <= last; ++slot) {
      if (!slots[slot].has_value()) return slot;
    }
    perturb >>= 5;
    i = (i * 5 + 1 + perturb) & mask;
  }
}

Slots Grown(const Slots& slots, size_t count) {
  const size_t least = count > 50000 ? count * 2 : count * 4;
  size_t size = 8;
  while (size <= least) size *= 2;
  Slots grown(size);
  for (const auto& value : slots) {
    if (value.has_value()) grown[FreeSlot(grown, *value)] = value;
  }
  return grown;
}

}  // namespace

std::vector<int32_t> CPythonSetOrder(const std::vector<int32_t>& values) {
  Slots slots(8);
  std::set<int32_t> seen;
  for (const int32_t value : values) {
    if (!seen.insert(value).second) continue;
    slots[FreeSlot(slots, value)] = value;
    if (seen.size() * 5 >= (slots.size() - 1) * 3) slots = Grown(slots, seen.size());
  }
  std::vector<int32_t> order;
  for (const auto& value : slots) {
    if (value.has_value()) order.push_back(*value);
  }
  return order;
}

}  // namespace magenta
