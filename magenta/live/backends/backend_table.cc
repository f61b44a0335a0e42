// backends.def as a table.

#include <fmt/core.h>

#include <vector>

#include "magenta/base/status.h"
#include "magenta/live/backend.h"

namespace magenta {

#define MAGENTA_MIDI_BACKEND(entry) MidiBackendEntry entry();
#include "magenta/live/backends/backends.def"
#undef MAGENTA_MIDI_BACKEND

namespace {

/// "jack (no JACK server is running), file": what there is, and why what can't work can't.
std::string BackendsAndReasons() {
  std::string list;
  for (const MidiBackendEntry& entry : AllMidiBackends()) {
    std::string why;
    const bool works = entry.available(why);
    list += fmt::format("{}{}{}", list.empty() ? "" : ", ", entry.name,
                        works ? "" : fmt::format(" ({})", why));
  }
  return list;
}

constexpr std::string_view kNoBackendRemedy =
    "Start a JACK server, or give --backend=file and two files";

}  // namespace

std::span<const MidiBackendEntry> AllMidiBackends() {
  static const std::vector<MidiBackendEntry> table = {
#define MAGENTA_MIDI_BACKEND(entry) entry(),
#include "magenta/live/backends/backends.def"
#undef MAGENTA_MIDI_BACKEND
  };
  return table;
}

absl::StatusOr<const MidiBackendEntry*> FindMidiBackend(std::string_view name) {
  std::string why;
  for (const MidiBackendEntry& entry : AllMidiBackends()) {
    if (name == "auto" ? !entry.automatic : name != entry.name) continue;
    if (entry.available(why)) return &entry;
    if (name == "auto") continue;
    return OutsideError("",
                        fmt::format("MIDI backend {} can't work here: {}. There are: {}", name, why,
                                    BackendsAndReasons()),
                        std::string(kNoBackendRemedy));
  }
  if (name == "auto") {
    return OutsideError(
        "", fmt::format("no MIDI backend works here. There are: {}", BackendsAndReasons()),
        std::string(kNoBackendRemedy));
  }
  return UsageError(
      fmt::format("no MIDI backend is called {}. There are: {}", name, BackendsAndReasons()));
}

}  // namespace magenta
