// A pair of ports of our own, whatever there is to make them: for a DAW or a patch bay that does
// the connecting.

#include "magenta/live/backend.h"
#include "magenta/live/backends/port_names.h"

namespace magenta {
namespace {

/// The first backend that works here and makes ports; null if none, with the reasons in `why`.
const MidiBackendEntry* PortMaker(std::string& why) {
  std::string reasons;
  for (const MidiBackendEntry& entry : AllMidiBackends()) {
    if (!entry.automatic) continue;
    if (entry.available(why)) return &entry;
    reasons += (reasons.empty() ? "" : ", ") + why;
  }
  why = reasons;
  return nullptr;
}

std::unique_ptr<MidiBackend> MakeVirtual(const MidiPortRequest& request) {
  std::string why;
  const MidiBackendEntry* maker = PortMaker(why);
  // What was there a moment ago: the first one says what became of it.
  if (maker == nullptr) maker = &AllMidiBackends().front();
  MidiPortRequest own = request;
  own.inputs.assign(request.inputs.size(), std::string(kVirtualPort));
  own.outputs.assign(request.outputs.size(), std::string(kVirtualPort));
  return maker->make(own);
}

}  // namespace

MidiBackendEntry VirtualBackendEntry() {
  return {
      .name = "virtual",
      .summary = "JACK's or ALSA's ports, of our own, that others connect to",
      .automatic = false,
      .available = [](std::string& why) { return PortMaker(why) != nullptr; },
      .ports = [] { return std::vector<MidiPortName>(); },
      .make = &MakeVirtual,
  };
}

}  // namespace magenta
