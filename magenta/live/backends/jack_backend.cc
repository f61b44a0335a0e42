// A native JACK client: events come and go at their very frame, and the session outlives the
// server. Run's thread looks after connections; JACK's own thread makes the music (jack_cycle.h).

#include <jack/jack.h>

#include <algorithm>
#include <chrono>
#include <thread>
#include <vector>

#include "magenta/base/status.h"
#include "magenta/live/backend.h"
#include "magenta/live/backends/jack_client.h"
#include "magenta/live/backends/jack_cycle.h"
#include "magenta/live/backends/port_names.h"

namespace magenta {
namespace {

using JackTime = std::chrono::steady_clock;

/// How long the loop sleeps between two looks.
constexpr std::chrono::milliseconds kJackLook(5);
/// How often lost ports and servers are looked for.
constexpr std::chrono::milliseconds kJackRetry(100);
/// How long the last notes may take to go out, and in how many periods.
constexpr std::chrono::milliseconds kJackFinish(500);
constexpr int kJackFinishPeriods = 2;
/// A server of a loaded machine may give up on a client that takes long to begin.
constexpr int kJackAttempts = 5;

/// One of our ports and the one of others that it is connected with.
struct JackLink {
  std::string wanted;
  bool is_output = false;
  jack_port_t* port = nullptr;
  /// Full name; "" until one was found.
  std::string partner = {};
  bool is_waiting = false;
};

class JackBackend : public MidiBackend {
 public:
  explicit JackBackend(MidiPortRequest request) : request_(std::move(request)) {
    for (const std::string& wanted : request_.inputs) links_.push_back({.wanted = wanted});
    for (const std::string& wanted : request_.outputs) {
      links_.push_back({.wanted = wanted, .is_output = true});
    }
  }

  absl::Status Run(MidiProcessor& processor, const std::function<bool()>& between) override {
    JackCycle cycle(processor);
    if (absl::Status status = Begin(cycle); !status.ok()) {
      client_.reset();
      return status;
    }
    JackTime::time_point next_look = JackTime::now();
    while (true) {
      if (JackTime::now() >= next_look || (client_ != nullptr && client_->server_gone())) {
        LookAfterConnections(cycle);
        next_look = JackTime::now() + kJackRetry;
      }
      UpdateState(cycle);
      if (!between()) break;
      std::this_thread::sleep_for(kJackLook);
    }
    Finish(cycle);
    return absl::OkStatus();
  }

  MidiBackendState state() const override { return state_; }

 private:
  /// A client with all ports, not active yet.
  absl::Status Open(JackCycle& cycle) {
    MAGENTA_ASSIGN_OR_RETURN(client_, JackClient::Open(request_.client_name));
    std::vector<jack_port_t*> ports[2];
    for (JackLink& link : links_) {
      std::vector<jack_port_t*>& same = ports[link.is_output];
      const size_t count = link.is_output ? request_.outputs.size() : request_.inputs.size();
      const std::string name = OwnPortName(link.is_output ? "out" : "in", same.size(), count);
      auto port = client_->AddPort(name, link.is_output);
      if (!port.ok()) {
        client_.reset();
        return port.status();
      }
      link.port = *port;
      link.is_waiting = link.wanted != kVirtualPort;
      same.push_back(link.port);
    }
    cycle.Bind(jack_get_sample_rate(client_->get()), ports[0], ports[1]);
    jack_set_process_callback(
        client_->get(),
        [](jack_nframes_t frames, void* self) {
          static_cast<JackCycle*>(self)->Run(frames);
          return 0;
        },
        &cycle);
    return absl::OkStatus();
  }

  absl::Status Begin(JackCycle& cycle) {
    for (int attempt = 0; attempt < kJackAttempts; ++attempt) {
      client_.reset();
      MAGENTA_RETURN_IF_ERROR(Open(cycle));
      MAGENTA_RETURN_IF_ERROR(CheckPartners());
      if (!Activate()) continue;
      cycle.Open();
      return absl::OkStatus();
    }
    return OutsideError("", "the JACK server does not start our client",
                        "Look at what the server says");
  }

  /// At the start every port must be there; later they are waited for.
  absl::Status CheckPartners() {
    for (const JackLink& link : links_) {
      if (link.is_waiting && client_->FindPartner(link.wanted, link.is_output).empty()) {
        return NoSuchPortError(link.wanted, link.is_output, client_->Partners(link.is_output));
      }
    }
    return absl::OkStatus();
  }

  bool Activate() {
    if (jack_activate(client_->get()) != 0) return false;
    Connect();
    return true;
  }

  void Connect() {
    for (JackLink& link : links_) {
      if (!link.is_waiting) continue;
      // The one that we had is worth more than another that has the word in its name.
      const std::string partner = !link.partner.empty() && client_->HasPort(link.partner)
                                      ? link.partner
                                      : client_->FindPartner(link.wanted, link.is_output);
      if (partner.empty() || !client_->Connect(link.port, partner, link.is_output)) continue;
      link.partner = partner;
      link.is_waiting = false;
    }
    CountConnections();
  }

  void CountConnections() {
    state_.listeners = state_.performers = 0;
    for (const JackLink& link : links_) {
      (link.is_output ? state_.listeners : state_.performers) += jack_port_connected(link.port);
    }
  }

  void LookAfterConnections(JackCycle& cycle) {
    if (client_ != nullptr && client_->server_gone()) {
      xruns_before_ += client_->xruns();
      state_.listeners = state_.performers = 0;
      client_.reset();
    }
    if (client_ == nullptr) {
      if (!Open(cycle).ok()) return;
      if (!Activate()) client_.reset();
      return;
    }
    // A connection that the user took away stays away; one whose port went comes back with it.
    const std::vector<std::string> fresh = client_->TakeNewPorts();
    for (JackLink& link : links_) {
      if (link.wanted == kVirtualPort || link.is_waiting) continue;
      link.is_waiting = std::find(fresh.begin(), fresh.end(), link.partner) != fresh.end() ||
                        !client_->HasPort(link.partner);
    }
    Connect();
  }

  void UpdateState(const JackCycle& cycle) {
    const bool open = client_ != nullptr && !client_->server_gone();
    state_.connected = open && std::none_of(links_.begin(), links_.end(),
                                            [](const JackLink& link) { return link.is_waiting; });
    if (open) {
      state_.real_time = jack_is_realtime(client_->get()) != 0;
      state_.load = jack_cpu_load(client_->get()) / 100;
    }
    state_.late_blocks = xruns_before_ + (client_ == nullptr ? 0 : client_->xruns());
    state_.lost_events = cycle.lost();
    state_.broken_events = cycle.broken();
  }

  /// Others read our buffers within the period, but only once it is theirs to run: the client stays
  /// for a moment.
  void Finish(JackCycle& cycle) {
    cycle.Finish();
    const JackTime::time_point end = JackTime::now() + kJackFinish;
    while (client_ != nullptr && !client_->server_gone() && JackTime::now() < end &&
           cycle.quiet_periods() < kJackFinishPeriods) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    client_.reset();
  }

  MidiPortRequest request_;
  std::vector<JackLink> links_;
  std::unique_ptr<JackClient> client_;
  int64_t xruns_before_ = 0;
  MidiBackendState state_;
};

}  // namespace

MidiBackendEntry JackBackendEntry() {
  return {
      .name = "jack",
      .summary = "JACK, or PipeWire in its place: to the sample",
      .automatic = true,
      .available = &JackIsThere,
      .ports = &JackMidiPorts,
      .make = [](const MidiPortRequest& request) -> std::unique_ptr<MidiBackend> {
        return std::make_unique<JackBackend>(request);
      },
  };
}

}  // namespace magenta
