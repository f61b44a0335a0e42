#include "magenta/cli/terminal/home.h"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

namespace magenta::cli {
namespace {

/// "" where there is none.
std::string HomeOf(const std::string& user) {
  if (user.empty()) {
    const char* home = std::getenv("HOME");
    if (home != nullptr && *home != '\0') return home;
  }
  const passwd* entry = user.empty() ? ::getpwuid(::getuid()) : ::getpwnam(user.c_str());
  return entry == nullptr || entry->pw_dir == nullptr ? "" : entry->pw_dir;
}

}  // namespace

std::string ExpandHome(std::string_view path) {
  if (!path.starts_with('~')) return std::string(path);
  const size_t slash = std::min(path.find('/'), path.size());
  const std::string home = HomeOf(std::string(path.substr(1, slash - 1)));
  if (home.empty()) return std::string(path);
  return home + std::string(path.substr(slash));
}

void ExpandHomeIn(const char* name) {
  const char* path = std::getenv(name);
  if (path != nullptr && *path == '~') ::setenv(name, ExpandHome(path).c_str(), 1);
}

std::string ExpandHomes(std::string_view paths) {
  std::string expanded;
  while (true) {
    const size_t comma = std::min(paths.find(','), paths.size());
    expanded += ExpandHome(paths.substr(0, comma));
    if (comma == paths.size()) return expanded;
    expanded += ',';
    paths.remove_prefix(comma + 1);
  }
}

}  // namespace magenta::cli
