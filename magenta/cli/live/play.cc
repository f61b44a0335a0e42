#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "magenta/base/status.h"
#include "magenta/cli/live/live_verbs.h"
#include "magenta/cli/live/ports.h"
#include "magenta/cli/terminal/signals.h"
#include "magenta/cli/verbs/heavy_verbs.h"
#include "magenta/render/schedule.h"
#include "magenta/render/sound.h"

namespace magenta::cli {
namespace {

/// Frames a second of a port's schedule: milliseconds.
constexpr int kTicksPerSecond = 1000;

/// MIDI channel of a schedule's channel: drums on 9, the others over the rest.
int MidiChannel(const SoundSchedule& schedule, int channel) {
  if (schedule.drums[channel]) return 9;
  const int melodic =
      static_cast<int>(std::count(schedule.drums.begin(), schedule.drums.begin() + channel, false));
  const int slot = melodic % 15;
  return slot < 9 ? slot : slot + 1;
}

std::vector<uint8_t> MessageOf(const SoundEvent& event, int channel) {
  const auto status = [&](int kind) { return static_cast<uint8_t>(kind | channel); };
  const auto low = static_cast<uint8_t>(event.number & 127);
  const auto value = static_cast<uint8_t>(event.value);
  switch (event.kind) {
    case SoundEvent::Kind::kNoteOff: return {status(0x80), low, 64};
    case SoundEvent::Kind::kProgram: return {status(0xc0), low};
    case SoundEvent::Kind::kControl: return {status(0xb0), low, value};
    case SoundEvent::Kind::kBend:
      return {status(0xe0), low, static_cast<uint8_t>(event.number >> 7)};
    case SoundEvent::Kind::kNoteOn: break;
  }
  return {status(0x90), low, value};
}

class RunningPlayVerb : public PlayFlags {
 public:
  absl::Status Run(Context& context) override {
    if (!output.empty() && !output.ends_with(".wav")) {
      return UsageError(fmt::format("--output={} does not end in .wav", output));
    }
    MAGENTA_ASSIGN_OR_RETURN(const std::vector<NoteSequence> pieces, ReadToPlay(files[0]));
    if (!output.empty() && pieces.size() > 1) {
      return UsageError(
          fmt::format("{} holds {} pieces, and --output is one file", files[0], pieces.size()),
          "Use `magenta render --output_dir=DIR`");
    }
    CatchSignals();
    if (!output.empty()) return ToFile(pieces[0], context);
    MAGENTA_ASSIGN_OR_RETURN(const auto port, OpenOutputPort(output_port));
    context.out.Info(fmt::format("playing to {}; Ctrl-C stops", port->name()));
    for (const NoteSequence& piece : pieces) MAGENTA_RETURN_IF_ERROR(ToPort(piece, *port, context));
    return absl::OkStatus();
  }

 private:
  absl::Status ToFile(const NoteSequence& piece, Context& context) {
    SoundOptions options;
    MAGENTA_ASSIGN_OR_RETURN(options.sound_font, FindSoundFont(soundfont));
    ProgressBar bar(context.out, "sounding");
    options.progress = [&](double share) {
      bar.Update(share, 1);
      return !StopRequested();
    };
    const auto report = RenderSound(piece, options, output);
    if (!report.ok()) return WithFile(report.status(), files[0]);
    if (context.out.json()) {
      context.out.Result(Json::Object().Set("file", output).Set("seconds", report->seconds));
    } else {
      context.out.Line(output);
    }
    return absl::OkStatus();
  }

  absl::Status ToPort(const NoteSequence& piece, OutputPort& port, Context& context) {
    auto schedule = ScheduleSound(piece, kTicksPerSecond);
    if (!schedule.ok()) return WithFile(schedule.status(), files[0]);
    ProgressBar bar(context.out, "playing");
    const auto start = std::chrono::steady_clock::now() + std::chrono::milliseconds(100);
    for (const SoundEvent& event : schedule->events) {
      const auto due = start + std::chrono::milliseconds(event.frame);
      while (std::chrono::steady_clock::now() < due && !StopRequested()) {
        std::this_thread::sleep_until(
            std::min(due, std::chrono::steady_clock::now() + std::chrono::milliseconds(50)));
      }
      if (StopRequested()) break;
      MAGENTA_RETURN_IF_ERROR(port.Send(MessageOf(event, MidiChannel(*schedule, event.channel))));
      bar.Update(static_cast<double>(event.frame), static_cast<double>(schedule->frames));
    }
    for (uint8_t channel = 0; channel < 16; ++channel) {
      const uint8_t all_notes_off[] = {static_cast<uint8_t>(0xb0 | channel), 123, 0};
      MAGENTA_RETURN_IF_ERROR(port.Send(all_notes_off));
    }
    return CheckInterrupted();
  }
};

class RunningPortsVerb : public PortsFlags {
 public:
  absl::Status Run(Context& context) override {
    std::vector<std::string> notes;
    const std::vector<PortName> ports = ListPorts(backend, notes);
    for (const std::string& note : notes) context.out.Info(note);
    Json list = Json::Array();
    TextTable table({"direction", "backend", "port"});
    for (const PortName& port : ports) {
      const char* direction = port.is_output ? "output" : "input";
      table.Add({direction, port.backend, port.name});
      list.Add(Json::Object()
                   .Set("direction", direction)
                   .Set("backend", port.backend)
                   .Set("name", port.name));
    }
    if (context.out.json()) {
      context.out.Result(Json::Object().Set("ports", list));
    } else if (!ports.empty()) {
      context.out.Raw(Printable(table.Text()));
    }
    if (ports.empty()) context.out.Info("no MIDI port is there");
    return absl::OkStatus();
  }
};

}  // namespace

std::unique_ptr<Verb> NewRunningPlayVerb() { return std::make_unique<RunningPlayVerb>(); }
std::unique_ptr<Verb> NewRunningPortsVerb() { return std::make_unique<RunningPortsVerb>(); }

}  // namespace magenta::cli
