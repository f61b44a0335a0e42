#pragma once
// The order in which the reference visits instruments.

#include <cstdint>
#include <vector>

namespace magenta {

/// The distinct `values` in the order in which CPython 3 walks a set() that they were added to one
/// after another. Source: docs/rules.md section 3.
std::vector<int32_t> CPythonSetOrder(const std::vector<int32_t>& values);

}  // namespace magenta
