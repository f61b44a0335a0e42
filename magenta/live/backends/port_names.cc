#include "magenta/live/backends/port_names.h"

#include <fmt/core.h>

#include <algorithm>

#include "magenta/base/status.h"

namespace magenta {
namespace {

char LowerAscii(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

}  // namespace

bool PortNameHolds(std::string_view name, std::string_view wanted) {
  const auto found = std::search(name.begin(), name.end(), wanted.begin(), wanted.end(),
                                 [](char a, char b) { return LowerAscii(a) == LowerAscii(b); });
  return wanted.empty() || found != name.end();
}

std::string OwnPortName(std::string_view direction, size_t index, size_t count) {
  return count == 1 ? std::string(direction) : fmt::format("{}_{}", direction, index + 1);
}

absl::Status NoSuchPortError(std::string_view wanted, bool is_output,
                             std::span<const std::string> there) {
  const char* use = is_output ? "play to" : "listen to";
  std::string names;
  for (const std::string& name : there) names += (names.empty() ? "" : ", ") + name;
  std::string remedy = fmt::format(
      "Start the program or plug in the keyboard that has it, or give --{}_port={} for a port that "
      "others connect to",
      is_output ? "output" : "input", kVirtualPort);
  if (there.empty()) {
    return OutsideError("", fmt::format("there is no MIDI port to {}", use), std::move(remedy));
  }
  return OutsideError(
      "", fmt::format("no MIDI port to {} has {} in its name; there are: {}", use, wanted, names),
      std::move(remedy));
}

}  // namespace magenta
