#pragma once
// Finding ports by a part of their names.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace magenta {

/// What stands for a port of our own, which others connect to, in MidiPortRequest.
inline constexpr std::string_view kVirtualPort = "virtual";

/// Whether `name` holds `wanted`, in any case; "" is held by all.
bool PortNameHolds(std::string_view name, std::string_view wanted);

/// "in", or "in_1", "in_2", ... where there are several: what our ports are called.
std::string OwnPortName(std::string_view direction, size_t index, size_t count);

/// Exit 5: no port holds `wanted`; lists `there`, and says how to do without.
absl::Status NoSuchPortError(std::string_view wanted, bool is_output,
                             std::span<const std::string> there);

}  // namespace magenta
