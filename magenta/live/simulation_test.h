#pragma once
// For tests: a backend of simulated time whose performer is a list, and which keeps what comes out.

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "magenta/live/backend.h"
#include "magenta/music.pb.h"

namespace magenta {

/// Times are in sixteenths at 120 quarters a minute, 48000 frames a second: 6000 frames each.
class Simulation : public MidiBackend {
 public:
  static constexpr double kFramesPerStep = 6000;
  struct Heard {
    int64_t start;
    int64_t end;
    int pitch;
    int velocity;
  };
  struct Sent {
    int64_t frame;
    MidiEvent event;
  };

  explicit Simulation(uint32_t block_frames = 64) : block_frames_(block_frames) {}

  Simulation& Send(double step, std::vector<uint8_t> bytes, uint8_t port = 0) {
    MidiEvent event{0, port, static_cast<uint8_t>(std::min<size_t>(bytes.size(), 3)), {}};
    std::copy_n(bytes.begin(), event.size, event.bytes.begin());
    in_.push_back({std::llround(step * kFramesPerStep), event});
    return *this;
  }
  Simulation& Note(double start, double end, int pitch, int channel = 0, uint8_t port = 0) {
    const auto low = static_cast<uint8_t>(pitch);
    Send(start, {static_cast<uint8_t>(0x90 | channel), low, 100}, port);
    return Send(end, {static_cast<uint8_t>(0x80 | channel), low, 0}, port);
  }
  /// Called before each block with its first frame.
  std::function<void(int64_t)> on_block;
  /// Events of a block that the outside takes.
  size_t capacity = 4096;
  /// Goes on so many steps after the last event at most.
  double most_steps_after = 16 * 60 * 8;

  absl::Status Run(MidiProcessor& processor, const std::function<bool()>& between) override {
    std::stable_sort(in_.begin(), in_.end(),
                     [](const Sent& a, const Sent& b) { return a.frame < b.frame; });
    const int64_t last = in_.empty() ? 0 : in_.back().frame;
    std::vector<MidiEvent> store(capacity);
    std::vector<MidiEvent> in;
    size_t next = 0;
    state_.connected = true;
    MidiBlock block{0, block_frames_, 48000};
    do {
      if (on_block) on_block(block.start);
      in.clear();
      for (; next < in_.size() && in_[next].frame < block.start + block.frames; ++next) {
        in.push_back(in_[next].event);
        in.back().frame = static_cast<uint32_t>(in_[next].frame - block.start);
      }
      MidiOut out(store);
      processor.Process(block, in, out);
      std::stable_sort(out.events().begin(), out.events().end(),
                       [](const MidiEvent& a, const MidiEvent& b) { return a.frame < b.frame; });
      for (const MidiEvent& event : out.events())
        out_.push_back({block.start + event.frame, event});
      block.start += block.frames;
      state_.ended = block.start > last;
    } while (between() &&
             static_cast<double>(block.start - last) < most_steps_after * kFramesPerStep);
    end_ = block.start;
    ran_out_ = static_cast<double>(block.start - last) >= most_steps_after * kFramesPerStep;
    return absl::OkStatus();
  }
  bool simulated() const override { return true; }
  MidiBackendState state() const override { return state_; }
  MidiBackendState& mutable_state() { return state_; }

  const std::vector<Sent>& out() const { return out_; }
  int64_t end() const { return end_; }
  /// Whether it went on to the last step that was allowed: nobody ended it.
  bool ran_out() const { return ran_out_; }

  /// Step 0 of StepOf.
  void SetOrigin(double step) { origin_ = step; }
  /// The step of the grid on which `frame` is; a fraction (as text) when it is on none.
  std::string StepOf(int64_t frame) const {
    const double step = static_cast<double>(frame) / kFramesPerStep - origin_;
    const auto nearest = std::llround(step);
    return std::abs(step - static_cast<double>(nearest)) < 1.01 / kFramesPerStep
               ? fmt::format("{}", nearest)
               : fmt::format("{:.4f}", step);
  }

  /// Notes that came out, in order of their beginning.
  std::vector<Heard> Notes(int channel) const {
    std::vector<Heard> notes;
    for (const auto& [frame, event] : out_) {
      if (event.size != 3 || (event.bytes[0] & 0x0f) != channel) continue;
      const int kind = event.bytes[0] & 0xf0;
      if (kind == 0x90) notes.push_back({frame, -1, event.bytes[1], event.bytes[2]});
      if (kind != 0x80) continue;
      for (auto note = notes.rbegin(); note != notes.rend(); ++note) {
        if (note->pitch != event.bytes[1] || note->end >= 0) continue;
        note->end = frame;
        break;
      }
    }
    return notes;
  }

  /// "" when every key that was struck was ended, once: note by note in order.
  std::string Unbalanced() const {
    std::map<std::pair<int, int>, int> open;
    for (const auto& [frame, event] : out_) {
      const int kind = event.bytes[0] & 0xf0;
      const std::pair<int, int> key = {event.port * 16 + (event.bytes[0] & 0x0f), event.bytes[1]};
      if (kind == 0x90 && ++open[key] != 1) return fmt::format("struck twice at {}", frame);
      if (kind == 0x80 && --open[key] != 0) return fmt::format("ended twice at {}", frame);
    }
    for (const auto& [key, count] : open) {
      if (count != 0) return fmt::format("{} on channel {} hangs", key.second, key.first);
    }
    return "";
  }

  /// Notes {start, end, pitch} in steps as a sequence of 120 quarters a minute.
  static NoteSequence Phrase(const std::vector<std::array<int, 3>>& notes) {
    NoteSequence sequence;
    sequence.add_tempos()->set_qpm(120);
    for (const auto& [start, end, pitch] : notes) {
      auto* note = sequence.add_notes();
      note->set_start_time(start / 8.0);
      note->set_end_time(end / 8.0);
      note->set_pitch(pitch);
      note->set_velocity(100);
      sequence.set_total_time(std::max(sequence.total_time(), note->end_time()));
    }
    return sequence;
  }

 private:
  const uint32_t block_frames_;
  std::vector<Sent> in_;
  std::vector<Sent> out_;
  MidiBackendState state_;
  double origin_ = 0;
  int64_t end_ = 0;
  bool ran_out_ = false;
};

}  // namespace magenta
