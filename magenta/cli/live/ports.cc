#include "magenta/cli/live/ports.h"

#include <RtMidi.h>
#include <fmt/core.h>
#include <jack/jack.h>
#include <unistd.h>

#include "magenta/base/status.h"

namespace magenta::cli {
namespace {

struct Backend {
  const char* name;
  RtMidi::Api api;
};
constexpr Backend kBackends[] = {{"jack", RtMidi::UNIX_JACK}, {"alsa", RtMidi::LINUX_ALSA}};

/// Whether the backend is there at all. Asked first, because RtMidi, ALSA and JACK print to stderr
/// when it is not. `why` gets the reason.
bool IsThere(const Backend& backend, std::string& why) {
  if (backend.api == RtMidi::LINUX_ALSA) {
    why = "there is no /dev/snd/seq";
    return ::access("/dev/snd/seq", R_OK | W_OK) == 0;
  }
  jack_set_error_function([](const char*) {});
  jack_set_info_function([](const char*) {});
  jack_client_t* client = jack_client_open("magenta-probe", JackNoStartServer, nullptr);
  why = "no JACK server is running";
  if (client == nullptr) return false;
  jack_client_close(client);
  return true;
}

/// RtMidi reports by exception and by callback; both stop here.
template <typename Port>
std::unique_ptr<Port> OpenClient(const Backend& backend, std::string& why) {
  if (!IsThere(backend, why)) return nullptr;
  try {
    auto port = std::make_unique<Port>(backend.api, std::string("magenta"));
    port->setErrorCallback([](RtMidiError::Type, const std::string&, void*) {}, nullptr);
    if (port->getCurrentApi() == backend.api) return port;
    why = "not supported by this RtMidi";
  } catch (const RtMidiError& error) {
    why = error.getMessage();
  }
  return nullptr;
}

template <typename Port>
void AddPorts(const Backend& backend, bool is_output, std::vector<PortName>& ports,
              std::vector<std::string>& notes) {
  std::string why;
  const auto client = OpenClient<Port>(backend, why);
  if (client == nullptr) {
    if (is_output) notes.push_back(fmt::format("{}: {}", backend.name, why));
    return;
  }
  for (unsigned i = 0; i < client->getPortCount(); ++i) {
    ports.push_back({backend.name, client->getPortName(i), is_output});
  }
}

class RtMidiPort : public OutputPort {
 public:
  RtMidiPort(std::unique_ptr<RtMidiOut> client, std::string name)
      : client_(std::move(client)), name_(std::move(name)) {}

  absl::Status Send(std::span<const uint8_t> message) override {
    try {
      client_->sendMessage(message.data(), message.size());
    } catch (const RtMidiError& error) {
      return OutsideError("", fmt::format("port {}: {}", name_, error.getMessage()));
    }
    return absl::OkStatus();
  }
  const std::string& name() const override { return name_; }

 private:
  std::unique_ptr<RtMidiOut> client_;
  std::string name_;
};

}  // namespace

std::vector<PortName> ListPorts(const std::string& backend, std::vector<std::string>& notes) {
  std::vector<PortName> ports;
  for (const Backend& entry : kBackends) {
    if (backend != "auto" && backend != entry.name) continue;
    AddPorts<RtMidiIn>(entry, false, ports, notes);
    AddPorts<RtMidiOut>(entry, true, ports, notes);
  }
  return ports;
}

absl::StatusOr<std::unique_ptr<OutputPort>> OpenOutputPort(const std::string& wanted) {
  std::string seen, why;
  for (const Backend& backend : kBackends) {
    auto client = OpenClient<RtMidiOut>(backend, why);
    if (client == nullptr) continue;
    for (unsigned i = 0; i < client->getPortCount(); ++i) {
      const std::string name = client->getPortName(i);
      if (name.find(wanted) == name.npos) {
        seen += (seen.empty() ? "" : ", ") + name;
        continue;
      }
      try {
        client->openPort(i, "out");
      } catch (const RtMidiError& error) {
        return OutsideError("", fmt::format("port {}: {}", name, error.getMessage()));
      }
      return std::make_unique<RtMidiPort>(std::move(client), name);
    }
  }
  return OutsideError(
      "",
      seen.empty() ? "there is no MIDI port to play to"
                   : fmt::format("no MIDI port is called {}; there are: {}", wanted, seen),
      "Give --output=FILE.wav to hear it from a file, or start JACK or a synthesizer");
}

}  // namespace magenta::cli
