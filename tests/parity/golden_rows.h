#pragma once
// Where the figures that the reference computed lie, and how a test walks them.
//
// Recorded figures are in $MAGENTA_SHARED/goldens (default ../shared/goldens), one JSON object a
// line; some of each kind are copied into tests/golden, so that a test checks something everywhere.
// Tests run in the repository's root.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/parity/rows_checked.h"

namespace magenta {

/// The shared folder, whether or not it exists.
inline std::string SharedFolder() {
  const char* folder = std::getenv("MAGENTA_SHARED");
  return folder != nullptr ? folder : "../shared";
}

inline bool HasSharedFolder() { return std::filesystem::is_directory(SharedFolder() + "/goldens"); }

/// Where figures are read: the shared ones, or those in the tree, which are laid out alike.
inline std::string GoldensFolder() {
  return HasSharedFolder() ? SharedFolder() + "/goldens" : "tests/golden";
}

/// The place of a MIDI file that figures are about.
inline std::string GoldenMidi(const std::string& name) {
  for (const char* folder : {"/data/edge/", "/data/nottingham/"}) {
    const std::string path = SharedFolder() + folder + name;
    if (std::filesystem::exists(path)) return path;
  }
  return "tests/golden/edge/" + name;
}

/// The objects of a .jsonl file; none where it is missing.
inline std::vector<nlohmann::json> ReadRows(const std::string& path) {
  std::vector<nlohmann::json> rows;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) rows.push_back(nlohmann::json::parse(line));
  return rows;
}

/// The rows of NAME (inference.jsonl, say), of which there are `all`: where only some are here, it
/// says how many are left out.
inline std::vector<nlohmann::json> GoldenRows(const std::string& name, size_t all) {
  auto rows = ReadRows(GoldensFolder() + "/" + name);
  if (rows.size() < all) std::puts(RowsLeftOut(all - rows.size(), name).c_str());
  return rows;
}

}  // namespace magenta
