#include "magenta/io/score/musicxml_archive.h"

#include <fmt/core.h>
#include <zip.h>

#include <memory>
#include <pugixml.hpp>

#include "magenta/base/status.h"
#include "magenta/io/score/musicxml.h"

namespace magenta {
namespace {

constexpr size_t kMaxContainerBytes = size_t{1} << 20;
constexpr char kContainer[] = "META-INF/container.xml";

struct CloseArchive {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};
struct CloseEntry {
  void operator()(zip_file_t* entry) const { zip_fclose(entry); }
};
using Archive = std::unique_ptr<zip_t, CloseArchive>;

absl::StatusOr<Archive> OpenArchive(std::string_view bytes) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
  zip_t* archive = source == nullptr ? nullptr : zip_open_from_source(source, ZIP_RDONLY, &error);
  const std::string reason = zip_error_strerror(&error);
  zip_error_fini(&error);
  if (archive != nullptr) return Archive(archive);
  if (source != nullptr) zip_source_free(source);
  return InputError("", fmt::format("not a readable zip archive: {}", reason),
                    "Export the score again.");
}

/// Inflates entry `index`, however large the archive says it is, up to `max_bytes`.
absl::StatusOr<std::string> ReadEntry(zip_t* archive, zip_uint64_t index, size_t max_bytes) {
  const char* name = zip_get_name(archive, index, 0);
  const std::string shown = name == nullptr ? "?" : name;
  const std::unique_ptr<zip_file_t, CloseEntry> entry(zip_fopen_index(archive, index, 0));
  if (entry == nullptr) {
    return InputError("", fmt::format("entry {}: {}", shown, zip_strerror(archive)));
  }
  std::string text;
  char block[1 << 15];
  for (;;) {
    const zip_int64_t got = zip_fread(entry.get(), block, sizeof(block));
    if (got < 0) return InputError("", fmt::format("entry {} does not inflate", shown));
    if (got == 0) return text;
    text.append(block, static_cast<size_t>(got));
    if (text.size() > max_bytes) {
      return InputError("",
                        fmt::format("entry {} inflates to more than {} bytes", shown, max_bytes));
    }
  }
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

/// Index of the first score by its name; -1 without one.
zip_int64_t FirstScore(zip_t* archive) {
  const zip_int64_t count = zip_get_num_entries(archive, 0);
  for (zip_int64_t i = 0; i < count; ++i) {
    const char* raw = zip_get_name(archive, static_cast<zip_uint64_t>(i), 0);
    const std::string_view name = raw == nullptr ? "" : raw;
    const bool meta = name.substr(0, 9) == "META-INF/" || name.substr(0, 9) == "__MACOSX/";
    if (!meta && (EndsWith(name, ".xml") || EndsWith(name, ".musicxml"))) return i;
  }
  return -1;
}

}  // namespace

bool IsZipArchive(std::string_view bytes) { return bytes.substr(0, 4) == "PK\x03\x04"; }

absl::StatusOr<std::string> ReadMxlScore(std::string_view bytes) {
  MAGENTA_ASSIGN_OR_RETURN(const Archive archive, OpenArchive(bytes));
  zip_int64_t score = -1;
  const zip_int64_t container = zip_name_locate(archive.get(), kContainer, 0);
  if (container >= 0) {
    MAGENTA_ASSIGN_OR_RETURN(
        const std::string text,
        ReadEntry(archive.get(), static_cast<zip_uint64_t>(container), kMaxContainerBytes));
    const std::string path = ScorePath(text);
    if (!path.empty()) score = zip_name_locate(archive.get(), path.c_str(), 0);
  }
  if (score < 0) score = FirstScore(archive.get());
  if (score < 0) {
    return InputError("", "the archive holds no score",
                      fmt::format("{} should name one.", kContainer));
  }
  return ReadEntry(archive.get(), static_cast<zip_uint64_t>(score), kMaxMusicXmlBytes);
}

}  // namespace magenta
