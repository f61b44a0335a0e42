#include "native/piece_file.h"

#include <fmt/core.h>

#include "magenta/base/utf8.h"
#include "magenta/io/music/read_music.h"
#include "native/status.h"

namespace magenta::python {

std::string PieceFile(const std::string& path, const std::string& kind) {
  auto bytes = ReadPieceFile(path);
  if (bytes.ok()) return *std::move(bytes);
  if (IsPieceLimitError(bytes.status())) Check(bytes.status(), path, kind);
  Check(bytes.status(), path, absl::IsNotFound(bytes.status()) ? "MissingFileError" : "FileError");
  return "";  // never
}

std::string MendedText(const std::string& file, const std::vector<std::string>& warnings,
                       uint64_t more) {
  if (warnings.empty()) return "";
  more += warnings.size() - 1;
  return ToUtf8(fmt::format("{}{}{}{}", file, file.empty() ? "" : ": ", warnings[0],
                            more > 0 ? fmt::format(" (and {} more)", more) : ""));
}

}  // namespace magenta::python
