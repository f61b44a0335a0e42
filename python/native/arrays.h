#pragma once
// Memory of ours as numpy's, without a copy: the array owns it from then on.

#include <nanobind/ndarray.h>

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <utility>
#include <vector>

namespace magenta::python {

template <typename T>
using Array = nanobind::ndarray<nanobind::numpy, T, nanobind::c_contig>;

/// `values` as an array of `shape`, whose sizes multiply to theirs. Needs the GIL.
template <typename T>
Array<T> ToArray(std::vector<T> values, std::initializer_list<size_t> shape) {
  if (values.capacity() == 0) values.reserve(1);  // an array of nothing has an address, too
  auto held = std::make_unique<std::vector<T>>(std::move(values));
  T* const data = held->data();
  const nanobind::capsule owner(
      held.get(), [](void* memory) noexcept { delete static_cast<std::vector<T>*>(memory); });
  held.release();
  return Array<T>(data, shape, owner);
}

}  // namespace magenta::python
