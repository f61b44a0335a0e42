#pragma once
// Where the figures that the reference computed lie, and how a test walks them.
//
// Recorded figures are in $MAGENTA_SHARED/goldens (default ../shared/goldens), one JSON object a
// line; a few of them are copied into tests/golden, so that a test checks something everywhere.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace magenta {

/// The shared folder, whether or not it exists.
inline std::string SharedFolder() {
  const char* folder = std::getenv("MAGENTA_SHARED");
  return folder != nullptr ? folder : "../shared";
}

inline bool HasSharedFolder() { return std::filesystem::is_directory(SharedFolder() + "/goldens"); }

/// The objects of a .jsonl file; none where it is missing.
inline std::vector<nlohmann::json> ReadRows(const std::string& path) {
  std::vector<nlohmann::json> rows;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) rows.push_back(nlohmann::json::parse(line));
  return rows;
}

}  // namespace magenta
