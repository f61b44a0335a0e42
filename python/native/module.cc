// magenta_native._native: the rooms as functions over bytes. What people call lies in
// python/magenta_native, which gives messages, defaults and documentation.

#include "native/module.h"

#include <exception>
#include <stdexcept>

#include "magenta/base/check.h"
#include "native/status.h"

namespace nb = nanobind;

namespace magenta::python {
namespace {

void Raise(const StatusException& error) {
  const nb::object made = ExceptionOf(error);
  PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(made.ptr())), made.ptr());
}

}  // namespace
}  // namespace magenta::python

NB_MODULE(_native, module) {
  module.attr("version") = MAGENTA_VERSION;
  // A fault of ours is an exception here, and ends no process.
  magenta::internal::SetCheckHandler([](const char* message) { throw std::logic_error(message); });
  nb::register_exception_translator([](const std::exception_ptr& thrown, void*) {
    try {
      std::rethrow_exception(thrown);
    } catch (const magenta::python::StatusException& error) {
      magenta::python::Raise(error);
    }
  });
  magenta::python::BindDescriptors(module);
  magenta::python::BindFiles(module);
  magenta::python::BindArrays(module);
  magenta::python::BindGenerator(module);
  magenta::python::BindPipelines(module);
  magenta::python::BindData(module);
  magenta::python::BindSequences(module);
  magenta::python::BindChords(module);
  magenta::python::BindEvents(module);
  magenta::python::BindNoteRoll(module);
}
