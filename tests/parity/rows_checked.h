#pragma once
// How many recorded rows of the reference a test has checked, for people and for ctest.

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

namespace magenta {

/// Says "checked N rows of WHAT" on stdout, and adds "N<tab>WHAT" to the file that
/// MAGENTA_ROWS_FILE names, whose sum ctest prints after its last test
/// (tests/parity/sum_rows.cmake).
inline void RowsChecked(size_t rows, const std::string& what) {
  std::printf("checked %zu rows of %s\n", rows, what.c_str());
  const char* path = std::getenv("MAGENTA_ROWS_FILE");
  if (path == nullptr) return;
  // One write of less than a page, appended: tests run beside each other.
  std::ofstream(path, std::ios::app) << std::to_string(rows) + "\t" + what + "\n" << std::flush;
}

}  // namespace magenta
