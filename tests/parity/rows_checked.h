#pragma once
// How many recorded rows of the reference a test has checked, and how many it left out because they
// are not on this machine, for people and for ctest.

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

namespace magenta {

/// Adds a line to the file that MAGENTA_ROWS_FILE names, whose sums ctest prints after its last
/// test (tests/parity/sum_rows.cmake).
inline void AddRowsLine(const std::string& line) {
  const char* path = std::getenv("MAGENTA_ROWS_FILE");
  if (path == nullptr) return;
  // One write of less than a page, appended: tests run beside each other.
  std::ofstream(path, std::ios::app) << line + "\n" << std::flush;
}

/// Says "checked N rows of WHAT" on stdout, and to ctest.
inline void RowsChecked(size_t rows, const std::string& what) {
  std::printf("checked %zu rows of %s\n", rows, what.c_str());
  AddRowsLine(std::to_string(rows) + "\tchecked\t" + what);
}

/// Says "N rows of WHAT left out: ..." to ctest, and gives these words for GTEST_SKIP or stdout.
inline std::string RowsLeftOut(size_t rows, const std::string& what) {
  AddRowsLine(std::to_string(rows) + "\tleft out\t" + what);
  return std::to_string(rows) + " rows of " + what +
         " left out: they are not here (MAGENTA_SHARED names their folder)";
}

}  // namespace magenta
