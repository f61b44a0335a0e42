#pragma once
// Ctrl-C while we work without the GIL.

#include <nanobind/nanobind.h>

namespace magenta::python {

/// Lets Python see what signals came. Throws what their handlers raised: KeyboardInterrupt. Called
/// without the GIL, and only every now and then: it waits for it.
inline void SeeSignals() {
  const nanobind::gil_scoped_acquire acquired;
  if (PyErr_CheckSignals() != 0) throw nanobind::python_error();
}

}  // namespace magenta::python
