#pragma once
// The parts of the extension: each adds its functions to the module.

#include <nanobind/nanobind.h>

namespace magenta::python {

void BindDescriptors(nanobind::module_& module);
void BindFiles(nanobind::module_& module);
void BindArrays(nanobind::module_& module);
void BindGenerator(nanobind::module_& module);
void BindPipelines(nanobind::module_& module);
void BindData(nanobind::module_& module);
void BindSequences(nanobind::module_& module);
void BindChords(nanobind::module_& module);
void BindEvents(nanobind::module_& module);
void BindNoteRoll(nanobind::module_& module);

}  // namespace magenta::python
