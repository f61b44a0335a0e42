#pragma once
// Files of music, as all functions that are given one's path read it.

#include <cstdint>
#include <string>
#include <vector>

namespace magenta::python {

/// The bytes of the file at `path`, within the limits of a piece (magenta/music/piece_limits.h).
/// Needs no GIL. Throws MissingFileError, FileError where it can't be read, and `kind` where it is
/// over a limit.
std::string PieceFile(const std::string& path, const std::string& kind);

/// What a caller is warned of: the first of `warnings`, how many more there are, and the file.
/// "" where there are none.
std::string MendedText(const std::string& file, const std::vector<std::string>& warnings,
                       uint64_t more);

}  // namespace magenta::python
