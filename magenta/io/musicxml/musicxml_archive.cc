#include "magenta/io/musicxml/musicxml_archive.h"

#include <fmt/core.h>

#include <algorithm>
#include <pugixml.hpp>
#include <vector>

#include "magenta/base/status.h"
#include "magenta/io/musicxml/zip_archive.h"
#include "magenta/music/piece_limits.h"

namespace magenta {
namespace {

constexpr size_t kMaxContainerBytes = size_t{1} << 20;
constexpr char kContainer[] = "META-INF/container.xml";

const ZipEntry* EntryNamed(const std::vector<ZipEntry>& entries, std::string_view name) {
  while (name.starts_with("./") || name.starts_with("/"))
    name.remove_prefix(name[0] == '/' ? 1 : 2);
  for (const ZipEntry& entry : entries) {
    if (entry.name == name) return &entry;
  }
  return nullptr;
}

/// The path that the container gives the score; empty when it gives none.
std::string ScorePath(std::string_view container) {
  pugi::xml_document document;
  if (!document.load_buffer(container.data(), container.size())) return "";
  for (pugi::xml_node root : document.child("container").child("rootfiles").children("rootfile")) {
    const std::string type = root.attribute("media-type").value();
    if (type.empty() || type.find("musicxml") != std::string::npos) {
      return root.attribute("full-path").value();
    }
  }
  return "";
}

/// Whatever the case of the name's end.
bool IsScoreName(std::string_view name) {
  std::string end(name.substr(name.size() - std::min(name.size(), size_t{9})));
  for (char& c : end) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return end.ends_with(".xml") || end.ends_with(".musicxml");
}

/// The first score by its name; null without one.
const ZipEntry* FirstScore(const std::vector<ZipEntry>& entries) {
  for (const ZipEntry& entry : entries) {
    const std::string_view name = entry.name;
    const std::string_view file = name.substr(name.rfind('/') + 1);
    const bool is_meta =
        name.starts_with("META-INF/") || name.starts_with("__MACOSX/") || file.starts_with("._");
    if (!is_meta && IsScoreName(name)) return &entry;
  }
  return nullptr;
}

}  // namespace

bool IsZipArchive(std::string_view bytes) { return bytes.substr(0, 4) == "PK\x03\x04"; }

absl::StatusOr<std::string> ReadMxlScore(std::string_view bytes, const PieceLimits& limits) {
  MAGENTA_ASSIGN_OR_RETURN(const std::vector<ZipEntry> entries, ReadZipDirectory(bytes));
  const ZipEntry* score = nullptr;
  if (const ZipEntry* container = EntryNamed(entries, kContainer); container != nullptr) {
    const auto text = ReadZipEntry(bytes, *container, kMaxContainerBytes);
    if (IsPieceLimitError(text.status())) {  // not of the music
      return InputError("",
                        fmt::format("{} has more than {} bytes", kContainer, kMaxContainerBytes));
    }
    if (!text.ok()) return text.status();
    const std::string path = ScorePath(*text);
    if (!path.empty()) score = EntryNamed(entries, path);
  }
  if (score == nullptr) score = FirstScore(entries);
  if (score == nullptr) {
    return InputError("", "the archive holds no score",
                      fmt::format("{} should name one.", kContainer));
  }
  return ReadZipEntry(bytes, *score, limits.unpacked_bytes);
}

}  // namespace magenta
