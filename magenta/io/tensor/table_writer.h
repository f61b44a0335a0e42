#pragma once
// Writes sorted string tables with the settings of TensorFlow's checkpoints.

#include <map>
#include <string>

namespace magenta {

/// The bytes of the table that holds `entries`: uncompressed, blocks closed past 256 KiB, a restart
/// each 16 keys. Equal to what TensorFlow writes for the same entries.
std::string BuildTable(const std::map<std::string, std::string>& entries);

}  // namespace magenta
