#include "magenta/generate/bundled.h"

#include <fmt/core.h>

#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "magenta/base/status.h"

namespace magenta {

std::vector<std::string> BundledFolders() {
  const char* named = std::getenv("MAGENTA_BUNDLES");
  if (named != nullptr && *named != '\0') return {named};
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) return {};
  const auto folder = program.parent_path();
  return {(folder / "../../data/bundles").lexically_normal().string(),
          (folder / "../share/magenta/bundles").lexically_normal().string()};
}

absl::StatusOr<std::string> BundledWeights(std::string_view id) {
  std::string looked;
  for (const std::string& folder : BundledFolders()) {
    const std::string path = fmt::format("{}/{}.mag", folder, id);
    std::error_code error;
    if (std::filesystem::is_regular_file(path, error)) return path;
    looked += (looked.empty() ? "" : " and ") + folder;
  }
  return UsageError(
      fmt::format("no pre-trained weights of {} come with this program (looked into {})", id,
                  looked.empty() ? "no folder" : looked),
      "Name a model by --run_dir, --checkpoint_file or --bundle_file");
}

}  // namespace magenta
