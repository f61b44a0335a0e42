#include "magenta/live/backends/jack_client.h"

#include <fmt/core.h>

#include <array>
#include <cstdlib>
#include <memory>

#include "magenta/base/status.h"
#include "magenta/live/backends/port_names.h"

namespace magenta {
namespace {

constexpr const char* kNoJackServer = "no JACK server is running";
/// Names that a port flood may leave behind between two looks.
constexpr size_t kMaxNewPorts = 4096;

/// libjack prints to stderr unless told not to.
void SilenceJack() {
  jack_set_error_function([](const char*) {});
  jack_set_info_function([](const char*) {});
}

struct JackFree {
  void operator()(const char** names) const { jack_free(names); }
};

bool AliasHolds(jack_port_t* port, std::string_view wanted) {
  const auto size = static_cast<size_t>(jack_port_name_size());
  std::array<std::string, 2> texts = {std::string(size, '\0'), std::string(size, '\0')};
  char* const aliases[2] = {texts[0].data(), texts[1].data()};
  const int count = port == nullptr ? 0 : jack_port_get_aliases(port, aliases);
  for (int i = 0; i < count; ++i) {
    if (PortNameHolds(aliases[i], wanted)) return true;
  }
  return false;
}

}  // namespace

bool JackIsThere(std::string& why) {
  const auto client = JackClient::Open("magenta-probe");
  if (!client.ok()) why = kNoJackServer;
  return client.ok();
}

std::vector<MidiPortName> JackMidiPorts() {
  std::vector<MidiPortName> ports;
  const auto client = JackClient::Open("magenta-probe");
  if (!client.ok()) return ports;
  for (const bool is_output : {false, true}) {
    for (const std::string& name : (*client)->Partners(is_output)) {
      ports.push_back({"jack", name, is_output});
    }
  }
  return ports;
}

absl::StatusOr<std::unique_ptr<JackClient>> JackClient::Open(const std::string& name) {
  SilenceJack();
  jack_client_t* client = jack_client_open(name.c_str(), JackNoStartServer, nullptr);
  if (client == nullptr) {
    const char* server = std::getenv("JACK_DEFAULT_SERVER");
    return OutsideError("",
                        server == nullptr
                            ? std::string(kNoJackServer)
                            : fmt::format("{} under the name {}", kNoJackServer, server),
                        "Start one, for example with QjackCtl");
  }
  std::unique_ptr<JackClient> opened(new JackClient(client));
  opened->SetCallbacks();
  return opened;
}

JackClient::~JackClient() { jack_client_close(client_); }

void JackClient::SetCallbacks() {
  jack_on_info_shutdown(
      client_,
      [](jack_status_t, const char*, void* self) {
        static_cast<JackClient*>(self)->server_gone_.store(true, std::memory_order_release);
      },
      this);
  jack_set_xrun_callback(
      client_,
      [](void* self) {
        static_cast<JackClient*>(self)->xruns_.fetch_add(1, std::memory_order_relaxed);
        return 0;
      },
      this);
  jack_set_port_registration_callback(
      client_,
      [](jack_port_id_t id, int is_new, void* self) {
        auto* client = static_cast<JackClient*>(self);
        jack_port_t* port = is_new ? jack_port_by_id(client->client_, id) : nullptr;
        if (port == nullptr) return;
        const std::lock_guard lock(client->mutex_);
        if (client->new_ports_.size() < kMaxNewPorts) {
          client->new_ports_.push_back(jack_port_name(port));
        }
      },
      this);
}

absl::StatusOr<jack_port_t*> JackClient::AddPort(const std::string& name, bool is_output) {
  jack_port_t* port = jack_port_register(client_, name.c_str(), JACK_DEFAULT_MIDI_TYPE,
                                         is_output ? JackPortIsOutput : JackPortIsInput, 0);
  if (port != nullptr) return port;
  return OutsideError("", fmt::format("the JACK server has no place for port {}", name),
                      "Start it with more ports (jackd -p)");
}

std::vector<std::string> JackClient::Partners(bool is_output) {
  // What we can play to is an input to JACK.
  const unsigned long flags = is_output ? JackPortIsInput : JackPortIsOutput;
  const std::unique_ptr<const char*, JackFree> names(
      jack_get_ports(client_, nullptr, JACK_DEFAULT_MIDI_TYPE, flags));
  const std::string own = fmt::format("{}:", jack_get_client_name(client_));
  std::vector<std::string> partners;
  for (const char** name = names.get(); name != nullptr && *name != nullptr; ++name) {
    if (!std::string_view(*name).starts_with(own)) partners.push_back(*name);
  }
  return partners;
}

std::string JackClient::FindPartner(std::string_view wanted, bool is_output) {
  for (const std::string& name : Partners(is_output)) {
    if (PortNameHolds(name, wanted) ||
        AliasHolds(jack_port_by_name(client_, name.c_str()), wanted)) {
      return name;
    }
  }
  return "";
}

bool JackClient::HasPort(const std::string& name) {
  return jack_port_by_name(client_, name.c_str()) != nullptr;
}

bool JackClient::Connect(jack_port_t* port, const std::string& partner, bool is_output) {
  const char* own = jack_port_name(port);
  const int result = is_output ? jack_connect(client_, own, partner.c_str())
                               : jack_connect(client_, partner.c_str(), own);
  return result == 0 || jack_port_connected_to(port, partner.c_str()) != 0;
}

std::vector<std::string> JackClient::TakeNewPorts() {
  const std::lock_guard lock(mutex_);
  return std::exchange(new_ports_, {});
}

}  // namespace magenta
