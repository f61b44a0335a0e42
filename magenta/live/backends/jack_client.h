#pragma once
// A client of a JACK server: open or not, with ports, and what the server says about it.

#include <jack/jack.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/live/backend.h"

namespace magenta {

/// Whether a JACK server runs that we can use (JACK_DEFAULT_SERVER names it); `why` if not.
bool JackIsThere(std::string& why);

/// The MIDI ports of all clients.
std::vector<MidiPortName> JackMidiPorts();

/// One client, closed by its destructor. Callbacks of JACK's threads only set what the methods
/// read. Not for use after server_gone() but to be destroyed, which must happen before another is
/// opened.
class JackClient {
 public:
  /// Error (exit 5): no server.
  static absl::StatusOr<std::unique_ptr<JackClient>> Open(const std::string& name);
  ~JackClient();
  JackClient(const JackClient&) = delete;
  JackClient& operator=(const JackClient&) = delete;

  jack_client_t* get() { return client_; }
  /// Error (exit 5): the server has no port left.
  absl::StatusOr<jack_port_t*> AddPort(const std::string& name, bool is_output);
  /// MIDI ports of others, those that we can play to or those that we can listen to.
  std::vector<std::string> Partners(bool is_output);
  /// The first of Partners whose name or alias (JACK's names for hardware are bare numbers, the
  /// alias says which device) holds `wanted`; "" if none.
  std::string FindPartner(std::string_view wanted, bool is_output);
  bool HasPort(const std::string& name);
  /// Connects our `port` with `partner`; false if JACK would not.
  bool Connect(jack_port_t* port, const std::string& partner, bool is_output);

  /// Names of ports that appeared since the last call.
  std::vector<std::string> TakeNewPorts();
  bool server_gone() const { return server_gone_.load(std::memory_order_acquire); }
  int64_t xruns() const { return xruns_.load(std::memory_order_relaxed); }

 private:
  explicit JackClient(jack_client_t* client) : client_(client) {}
  void SetCallbacks();

  jack_client_t* client_;
  std::atomic<bool> server_gone_{false};
  std::atomic<int64_t> xruns_{0};
  std::mutex mutex_;
  std::vector<std::string> new_ports_;
};

}  // namespace magenta
