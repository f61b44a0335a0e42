// MIDI files as performers and as results, in simulated time: block after block as fast as they
// can be worked off, so that an hour of playing together takes a second and is the same each time.

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <vector>

#include "magenta/base/status.h"
#include "magenta/live/backend.h"
#include "magenta/live/backends/file_performer.h"
#include "magenta/live/backends/file_tracks.h"
#include "magenta/live/backends/midi_messages.h"

namespace magenta {
namespace {

constexpr size_t kMaxFilePorts = 64;

class FileBackend : public MidiBackend {
 public:
  explicit FileBackend(MidiPortRequest request) : request_(std::move(request)) {}

  absl::Status Run(MidiProcessor& processor, const std::function<bool()>& between) override {
    MAGENTA_RETURN_IF_ERROR(Check());
    MAGENTA_RETURN_IF_ERROR(Open());
    state_.connected = true;
    const double tail = std::min(request_.tail_seconds * request_.rate, 9e15);
    const auto tail_frames = static_cast<int64_t>(std::ceil(std::max(0.0, tail)));
    MidiBlock block{0, request_.block_frames, request_.rate};
    bool go_on = true;
    while (go_on && (block.start < input_.end_frame() + tail_frames || !input_.done())) {
      RunBlock(processor, block);
      block.start += block.frames;
      state_.ended = block.start >= input_.end_frame() && input_.done();
      go_on = between();
    }
    if (!request_.keep()) return absl::OkStatus();
    for (FileRecording& output : outputs_) MAGENTA_RETURN_IF_ERROR(output.Commit(block.start));
    return absl::OkStatus();
  }

  bool simulated() const override { return true; }
  MidiBackendState state() const override { return state_; }

 private:
  absl::Status Check() const {
    const double tail = request_.tail_seconds;
    if (request_.block_frames < 1 || !(request_.rate >= 1000 && request_.rate <= 768000) ||
        std::isnan(tail) || !(request_.output_qpm > 0) || !(request_.input_delay >= 0)) {
      return UsageError(
          fmt::format("blocks of {} frames at {} frames a second, a tail of {} s and "
                      "a tempo of {} can't be",
                      request_.block_frames, request_.rate, tail, request_.output_qpm));
    }
    if (std::max(request_.inputs.size(), request_.outputs.size()) > kMaxFilePorts) {
      return UsageError(fmt::format("more than {} MIDI files", kMaxFilePorts));
    }
    for (const auto* paths : {&request_.inputs, &request_.outputs}) {
      for (const std::string& path : *paths) {
        if (path.empty() || path == "virtual") {
          return UsageError(fmt::format("the file backend plays MIDI files, and {} is none",
                                        path.empty() ? "an empty port name" : path),
                            "Give --input_port=IN.mid --output_port=OUT.mid");
        }
      }
    }
    for (const std::string& output : request_.outputs) {
      for (const std::string& input : request_.inputs) {
        std::error_code missing;  // equivalent() asks for files that are there
        if (output != input && !std::filesystem::equivalent(output, input, missing)) continue;
        return UsageError(fmt::format("{} is an input and an output", output),
                          "The result would take the performer's place: name another file");
      }
    }
    std::vector<std::string> sorted = request_.outputs;
    std::sort(sorted.begin(), sorted.end());
    const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
    if (twice == sorted.end()) return absl::OkStatus();
    return UsageError(fmt::format("two outputs are the same file {}", *twice));
  }

  absl::Status Open() {
    FilePerformance all;
    for (size_t port = 0; port < request_.inputs.size(); ++port) {
      MAGENTA_ASSIGN_OR_RETURN(
          const FilePerformance one,
          ReadPerformance(request_.inputs[port], static_cast<uint8_t>(port), request_.rate,
                          {request_.input_qpm, request_.input_delay, request_.parts_apart}));
      all.events.insert(all.events.end(), one.events.begin(), one.events.end());
      all.end_frame = std::max(all.end_frame, one.end_frame);
    }
    std::stable_sort(
        all.events.begin(), all.events.end(),
        [](const TimedMidiEvent& a, const TimedMidiEvent& b) { return a.frame < b.frame; });
    input_ = FilePerformer(std::move(all), request_.cues);
    const FrameTicks ticks(request_.rate, request_.output_qpm);
    for (const std::string& path : request_.outputs) {
      MAGENTA_ASSIGN_OR_RETURN(FileRecording output,
                               FileRecording::Create(path, ticks, request_.output_tracks));
      output.SetMeter(request_.output_meter_numerator, request_.output_meter_denominator);
      outputs_.push_back(std::move(output));
    }
    return absl::OkStatus();
  }

  void RunBlock(MidiProcessor& processor, const MidiBlock& block) {
    input_.Play(block.start, block.frames, kMidiStoreEvents, in_);
    MidiOut out(store_);
    processor.Process(block, in_, out);
    for (MidiEvent& event : out.events()) event.frame = std::min(event.frame, block.frames - 1);
    SortByFrame(out.events());
    for (const MidiEvent& event : out.events()) {
      if (event.port < outputs_.size()) {
        outputs_[event.port].Add(block.start + event.frame, event);
      } else {
        ++state_.lost_events;
      }
    }
  }

  MidiPortRequest request_;
  MidiBackendState state_;
  FilePerformer input_;
  std::vector<FileRecording> outputs_;
  std::vector<MidiEvent> in_;
  std::vector<MidiEvent> store_ = std::vector<MidiEvent>(kMidiStoreEvents);
};

}  // namespace

MidiBackendEntry FileBackendEntry() {
  return {
      .name = "file",
      .summary = "MIDI files as performers and as results, in simulated time",
      .automatic = false,
      .available = [](std::string&) { return true; },
      .ports = [] { return std::vector<MidiPortName>(); },
      .make = [](const MidiPortRequest& request) -> std::unique_ptr<MidiBackend> {
        return std::make_unique<FileBackend>(request);
      },
  };
}

}  // namespace magenta
