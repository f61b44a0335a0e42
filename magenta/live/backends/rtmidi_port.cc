#include "magenta/live/backends/rtmidi_port.h"

#include <RtMidi.h>
#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "magenta/base/status.h"

namespace magenta {
namespace {

/// A JACK server that tells a client of this process of the next one, before the first one's
/// threads listen, waits for it: 5 to 20 seconds.
constexpr std::chrono::milliseconds kSettling(50);

RtMidi::Api ApiOf(RtMidiSystem system) {
  return system == RtMidiSystem::kAlsa ? RtMidi::LINUX_ALSA : RtMidi::UNIX_JACK;
}

/// What inputs and outputs share. RtMidi reports by exception and by callback; both stop here.
template <typename Rt>
class RtMidiPortBase : public RtMidiPort {
 public:
  RtMidiPortBase(RtMidiSystem system, const std::string& client)
      : client_(client), rt_(ApiOf(system), client) {
    // Without a callback it prints to stderr, with one it does not throw any more.
    rt_.setErrorCallback([](RtMidiError::Type, const std::string&,
                            void* self) { static_cast<RtMidiPortBase*>(self)->failed_ = true; },
                         this);
  }

  std::vector<std::string> Partners() override {
    std::vector<std::string> names;
    try {
      for (unsigned i = 0; i < rt_.getPortCount(); ++i) {
        std::string name = rt_.getPortName(i);
        if (!name.starts_with(client_)) names.push_back(std::move(name));
      }
    } catch (const RtMidiError&) {
    }
    return names;
  }

  bool Open(const std::string& name, const std::string& partner) override {
    failed_ = false;
    try {
      if (partner.empty()) {
        rt_.openVirtualPort(name);
        return !failed_;
      }
      for (unsigned i = 0; i < rt_.getPortCount(); ++i) {
        if (rt_.getPortName(i) != partner) continue;
        rt_.openPort(i, name);
        return !failed_;
      }
    } catch (const RtMidiError&) {
    }
    return false;
  }

  bool Send(std::span<const uint8_t>) override { return false; }

 protected:
  std::string client_;
  Rt rt_;
  std::atomic<bool> failed_{false};
};

class RtMidiInput : public RtMidiPortBase<RtMidiIn> {
 public:
  RtMidiInput(RtMidiSystem system, const std::string& client)
      : RtMidiPortBase<RtMidiIn>(system, client) {
    rt_.ignoreTypes(true, false, false);
    rt_.setCallback(
        [](double, std::vector<unsigned char>* message, void* self) {
          if (message != nullptr) static_cast<RtMidiInput*>(self)->Take(*message);
        },
        this);
  }

 private:
  void Take(std::span<const uint8_t> message) noexcept {
    const MidiMessageKind kind = CheckMidiMessage(message);
    if (kind == MidiMessageKind::kBroken && broken != nullptr) ++*broken;
    if (kind != MidiMessageKind::kGood || arrivals == nullptr) return;
    RtArrival arrival{std::chrono::steady_clock::now(), {}};
    arrival.event.size = static_cast<uint8_t>(message.size());
    std::copy(message.begin(), message.end(), arrival.event.bytes.begin());
    if (!arrivals->Push(arrival) && lost != nullptr) ++*lost;
  }
};

class RtMidiOutput : public RtMidiPortBase<RtMidiOut> {
 public:
  using RtMidiPortBase<RtMidiOut>::RtMidiPortBase;

  bool Send(std::span<const uint8_t> message) override {
    failed_ = false;
    try {
      rt_.sendMessage(message.data(), message.size());
    } catch (const RtMidiError&) {
      return false;
    }
    return !failed_;
  }
};

}  // namespace

absl::StatusOr<std::unique_ptr<RtMidiPort>> RtMidiPort::Create(RtMidiSystem system, bool is_output,
                                                               const std::string& client) {
  const char* name = system == RtMidiSystem::kAlsa ? "ALSA" : "JACK";
  try {
    std::unique_ptr<RtMidiPort> port;
    if (is_output) {
      port = std::make_unique<RtMidiOutput>(system, client);
    } else {
      port = std::make_unique<RtMidiInput>(system, client);
    }
    if (system == RtMidiSystem::kJack) std::this_thread::sleep_for(kSettling);
    return port;
  } catch (const RtMidiError& error) {
    return OutsideError("", fmt::format("{}: {}", name, error.getMessage()));
  }
}

}  // namespace magenta
