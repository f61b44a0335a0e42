#include "magenta/io/musicxml/musicxml_archive.h"

#include <fmt/core.h>

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

bool EndsWith(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

/// The first score by its name; null without one.
const ZipEntry* FirstScore(const std::vector<ZipEntry>& entries) {
  for (const ZipEntry& entry : entries) {
    const std::string_view name = entry.name;
    const bool meta = name.substr(0, 9) == "META-INF/" || name.substr(0, 9) == "__MACOSX/";
    if (!meta && (EndsWith(name, ".xml") || EndsWith(name, ".musicxml"))) return &entry;
  }
  return nullptr;
}

}  // namespace

bool IsZipArchive(std::string_view bytes) { return bytes.substr(0, 4) == "PK\x03\x04"; }

absl::StatusOr<std::string> ReadMxlScore(std::string_view bytes) {
  MAGENTA_ASSIGN_OR_RETURN(const std::vector<ZipEntry> entries, ReadZipDirectory(bytes));
  const ZipEntry* score = nullptr;
  if (const ZipEntry* container = EntryNamed(entries, kContainer); container != nullptr) {
    MAGENTA_ASSIGN_OR_RETURN(const std::string text,
                             ReadZipEntry(bytes, *container, kMaxContainerBytes));
    const std::string path = ScorePath(text);
    if (!path.empty()) score = EntryNamed(entries, path);
  }
  if (score == nullptr) score = FirstScore(entries);
  if (score == nullptr) {
    return InputError("", "the archive holds no score",
                      fmt::format("{} should name one.", kContainer));
  }
  return ReadZipEntry(bytes, *score, kPieceLimits.unpacked_bytes);
}

}  // namespace magenta
