// ALSA (and JACK, to compare) through RtMidi, which gives and takes single messages and knows no
// blocks: a thread of ours makes blocks by the system's clock. What came during one block is in the
// next at its distance from the start; what a block sends waits for its time.

#include <fmt/core.h>
#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <mutex>
#include <thread>
#include <vector>

#include "magenta/base/status.h"
#include "magenta/base/threads.h"
#include "magenta/live/backend.h"
#include "magenta/live/backends/jack_client.h"
#include "magenta/live/backends/port_names.h"
#include "magenta/live/backends/rtmidi_port.h"
#include "magenta/live/backends/timer_pace.h"

namespace magenta {
namespace {

using RtTime = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kRtLook(5);
constexpr std::chrono::milliseconds kRtRetry(500);
/// How long JACK's or ALSA's queue may take with the last messages.
constexpr std::chrono::milliseconds kRtFinish(60);
constexpr int kRtPriority = 10;
constexpr const char* kWatchSuffix = "-watch";

/// One of our ports. The timer's thread sends through `port`, Run's thread opens it anew.
struct RtLink {
  std::string wanted;
  bool is_output = false;
  std::string own_name;
  std::string partner = {};
  std::mutex mutex = {};
  std::unique_ptr<RtMidiPort> port = nullptr;
  SpscRing<RtArrival> arrivals{kMidiStoreEvents};
};

class RtMidiBackend : public MidiBackend {
 public:
  RtMidiBackend(RtMidiSystem system, MidiPortRequest request)
      : system_(system), request_(std::move(request)) {
    AddLinks(request_.inputs, false);
    AddLinks(request_.outputs, true);
  }

  absl::Status Run(MidiProcessor& processor, const std::function<bool()>& between) override {
    if (request_.block_frames < 1 || !(request_.rate >= 1000 && request_.rate <= 768000)) {
      return UsageError(fmt::format("blocks of {} frames at {} frames a second can't be",
                                    request_.block_frames, request_.rate));
    }
    for (const bool is_output : {false, true}) {
      MAGENTA_ASSIGN_OR_RETURN(
          watch_[is_output],
          RtMidiPort::Create(system_, is_output, request_.client_name + kWatchSuffix));
    }
    for (const auto& link : links_) MAGENTA_RETURN_IF_ERROR(OpenAtFirst(*link));
    MAGENTA_ASSIGN_OR_RETURN(std::thread timer, StartThread([&] { RunTimer(processor); }));
    RtTime::time_point next_look = RtTime::now() + kRtRetry;
    while (true) {
      UpdateState();
      if (!between()) break;
      std::this_thread::sleep_for(kRtLook);
      if (RtTime::now() < next_look) continue;
      LookAfterConnections();
      next_look = RtTime::now() + kRtRetry;
    }
    stop_ = true;
    timer.join();
    std::this_thread::sleep_for(kRtFinish);
    UpdateState();
    return absl::OkStatus();
  }

  MidiBackendState state() const override { return state_; }

 private:
  void AddLinks(const std::vector<std::string>& wanted, bool is_output) {
    for (const std::string& name : wanted) {
      links_.push_back(std::make_unique<RtLink>());
      RtLink& link = *links_.back();
      link.wanted = name;
      link.is_output = is_output;
      std::vector<RtLink*>& same = is_output ? outputs_ : inputs_;
      link.own_name = OwnPortName(is_output ? "out" : "in", same.size(), wanted.size());
      same.push_back(&link);
    }
  }

  /// Ports of others, but not our own.
  std::vector<std::string> Partners(bool is_output) {
    std::vector<std::string> names = watch_[is_output]->Partners();
    std::erase_if(names, [&](const std::string& name) {
      return name.starts_with(request_.client_name + ":") ||
             name.starts_with(request_.client_name + "-");
    });
    return names;
  }

  /// A new port for `link`, connected with `partner`; null when that went away.
  absl::StatusOr<std::unique_ptr<RtMidiPort>> OpenPort(RtLink& link, const std::string& partner) {
    MAGENTA_ASSIGN_OR_RETURN(auto port,
                             RtMidiPort::Create(system_, link.is_output, request_.client_name));
    port->arrivals = &link.arrivals;
    port->lost = &lost_;
    port->broken = &broken_;
    if (!port->Open(link.own_name, partner)) return nullptr;
    return port;
  }

  absl::Status OpenAtFirst(RtLink& link) {
    if (link.wanted != kVirtualPort) {
      const std::vector<std::string> there = Partners(link.is_output);
      const auto found = std::find_if(there.begin(), there.end(), [&](const std::string& name) {
        return PortNameHolds(name, link.wanted);
      });
      if (found == there.end()) return NoSuchPortError(link.wanted, link.is_output, there);
      link.partner = *found;
    }
    MAGENTA_ASSIGN_OR_RETURN(link.port, OpenPort(link, link.partner));
    if (link.port != nullptr) return absl::OkStatus();
    return OutsideError("", fmt::format("MIDI port {} can't be opened",
                                        link.partner.empty() ? link.own_name : link.partner));
  }

  void LookAfterConnections() {
    const std::vector<std::string> there[] = {Partners(false), Partners(true)};
    for (const auto& link : links_) {
      if (link->wanted == kVirtualPort) continue;
      const std::vector<std::string>& names = there[link->is_output];
      const bool is_there = std::find(names.begin(), names.end(), link->partner) != names.end();
      if (link->port != nullptr) {
        if (!is_there) Replace(*link, nullptr);
        continue;
      }
      const auto other = std::find_if(names.begin(), names.end(), [&](const std::string& name) {
        return PortNameHolds(name, link->wanted);
      });
      if (!is_there && other == names.end()) continue;
      if (!is_there) link->partner = *other;
      if (auto port = OpenPort(*link, link->partner); port.ok()) {
        Replace(*link, *std::move(port));
      }
    }
  }

  static void Replace(RtLink& link, std::unique_ptr<RtMidiPort> port) {
    const std::lock_guard lock(link.mutex);
    link.port.swap(port);
  }

  void RunTimer(MidiProcessor& processor) {
    sched_param priority = {};
    priority.sched_priority = kRtPriority;
    real_time_ = pthread_setschedparam(pthread_self(), SCHED_FIFO, &priority) == 0;
    MidiBlock block{0, request_.block_frames, request_.rate};
    TimerPace pace(RtTime::now(), block.frames, block.rate);
    while (!stop_) {
      std::this_thread::sleep_until(pace.NextBlock());
      const RtTime::time_point begin = RtTime::now();
      const size_t count = Collect(pace);
      MidiOut out(store_);
      processor.Process(block, std::span(in_).first(count), out);
      busy_ =
          std::chrono::duration<double>(RtTime::now() - begin).count() * block.rate / block.frames;
      for (MidiEvent& event : out.events()) event.frame = std::min(event.frame, block.frames - 1);
      SortByFrame(out.events());
      for (const MidiEvent& event : out.events()) {
        std::this_thread::sleep_until(pace.At(event.frame));
        Send(event);
      }
      block.start += block.frames;
      if (pace.Step(RtTime::now())) ++late_;
    }
  }

  size_t Collect(const TimerPace& pace) {
    size_t count = 0;
    RtArrival arrival;
    for (size_t port = 0; port < inputs_.size(); ++port) {
      while (count < in_.size() && inputs_[port]->arrivals.Pop(arrival)) {
        in_[count] = arrival.event;
        in_[count].port = static_cast<uint8_t>(port);
        in_[count++].frame = pace.FrameOf(arrival.time);
      }
    }
    SortByFrame(std::span(in_).first(count));
    return count;
  }

  void Send(const MidiEvent& event) {
    RtLink* link = event.port < outputs_.size() ? outputs_[event.port] : nullptr;
    std::unique_lock<std::mutex> lock;
    if (link != nullptr) lock = std::unique_lock(link->mutex, std::try_to_lock);
    const bool is_sent = lock.owns_lock() && link->port != nullptr &&
                         link->port->Send(std::span(event.bytes).first(event.size));
    if (!is_sent) ++lost_;
  }

  void UpdateState() {
    state_.connected = std::all_of(links_.begin(), links_.end(),
                                   [](const auto& link) { return link->port != nullptr; });
    const auto is_connected = [](const RtLink* link) {
      return link->port != nullptr && link->wanted != kVirtualPort;
    };
    state_.listeners =
        static_cast<int>(std::count_if(outputs_.begin(), outputs_.end(), is_connected));
    state_.performers =
        static_cast<int>(std::count_if(inputs_.begin(), inputs_.end(), is_connected));
    state_.real_time = real_time_;
    state_.load = busy_;
    state_.lost_events = lost_;
    state_.broken_events = broken_;
    state_.late_blocks = late_;
  }

  const RtMidiSystem system_;
  const MidiPortRequest request_;
  std::atomic<int64_t> lost_{0}, broken_{0}, late_{0};
  std::vector<std::unique_ptr<RtLink>> links_;
  std::vector<RtLink*> inputs_, outputs_;
  /// Clients that only look which ports there are: inputs, outputs.
  std::unique_ptr<RtMidiPort> watch_[2];
  std::vector<MidiEvent> in_ = std::vector<MidiEvent>(kMidiStoreEvents);
  std::vector<MidiEvent> store_ = std::vector<MidiEvent>(kMidiStoreEvents);
  std::atomic<bool> stop_{false}, real_time_{false};
  std::atomic<double> busy_{-1};
  MidiBackendState state_;
};

bool AlsaIsThere(std::string& why) {
  why = "there is no /dev/snd/seq";
  if (::access("/dev/snd/seq", F_OK) != 0) return false;
  why = "/dev/snd/seq is not ours to use; join the group audio";
  return ::access("/dev/snd/seq", R_OK | W_OK) == 0;
}

std::vector<MidiPortName> AlsaPorts() {
  std::vector<MidiPortName> ports;
  std::string why;
  if (!AlsaIsThere(why)) return ports;
  for (const bool is_output : {false, true}) {
    const auto port = RtMidiPort::Create(RtMidiSystem::kAlsa, is_output, "magenta-probe");
    if (!port.ok()) continue;
    for (const std::string& name : (*port)->Partners()) ports.push_back({"alsa", name, is_output});
  }
  return ports;
}

}  // namespace

MidiBackendEntry AlsaBackendEntry() {
  return {
      .name = "alsa",
      .summary = "ALSA's sequencer, through RtMidi",
      .automatic = true,
      .available = &AlsaIsThere,
      .ports = &AlsaPorts,
      .make = [](const MidiPortRequest& request) -> std::unique_ptr<MidiBackend> {
        return std::make_unique<RtMidiBackend>(RtMidiSystem::kAlsa, request);
      },
  };
}

MidiBackendEntry RtJackBackendEntry() {
  return {
      .name = "rtmidi-jack",
      .summary = "JACK through RtMidi: a period late, and blind to a server that goes",
      .automatic = false,
      .available = &JackIsThere,
      // Those of "jack".
      .ports = [] { return std::vector<MidiPortName>(); },
      .make = [](const MidiPortRequest& request) -> std::unique_ptr<MidiBackend> {
        return std::make_unique<RtMidiBackend>(RtMidiSystem::kJack, request);
      },
  };
}

}  // namespace magenta
