#pragma once
// A folder for readers that take folders, in memory where /dev/shm is.
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace magenta {

/// The folder of this process and fuzz target, made at the first call.
inline const std::string& MemoryFolder(std::string_view target) {
  static const std::string folder = [target] {
    const std::filesystem::path shm = "/dev/shm";
    const auto root = std::filesystem::exists(shm) ? shm : std::filesystem::temp_directory_path();
    const auto path = root / (std::string(target) + "_fuzz_" + std::to_string(::getpid()));
    std::filesystem::create_directories(path);
    return path.string();
  }();
  return folder;
}

inline void WriteInto(const std::string& folder, const std::string& name, std::string_view bytes) {
  std::ofstream(folder + "/" + name, std::ios::binary) << bytes;
}

}  // namespace magenta
