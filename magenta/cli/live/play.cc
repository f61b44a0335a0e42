#include <fmt/core.h>

#include <limits>

#include "magenta/base/error_message.h"
#include "magenta/base/status.h"
#include "magenta/cli/live/live_verbs.h"
#include "magenta/cli/live/port_player.h"
#include "magenta/cli/terminal/signals.h"
#include "magenta/cli/verbs/heavy_verbs.h"
#include "magenta/live/backend.h"
#include "magenta/render/schedule.h"
#include "magenta/render/sound.h"
#include "magenta/render/sound_file.h"

namespace magenta::cli {
namespace {

class RunningPlayVerb : public PlayFlags {
 public:
  absl::Status Run(Context& context) override {
    if (!output.empty() && !SoundFormatOfName(output)) {
      return UsageError(fmt::format("--output={} ends in none of .wav, .flac, .ogg", output));
    }
    MAGENTA_ASSIGN_OR_RETURN(MusicPieces pieces, OpenToPlay(files[0], context.out));
    CatchSignals(kSecondsToEndNotes);
    if (!output.empty()) {
      MAGENTA_ASSIGN_OR_RETURN(const NoteSequence piece, NextToPlay(pieces, files[0]));
      if (pieces.at_end()) return ToFile(piece, context);
      return UsageError(fmt::format("{} holds several pieces, and --output is one file", files[0]),
                        "Use `magenta render --output_dir=DIR`");
    }
    std::vector<SoundSchedule> schedules;
    while (!pieces.at_end()) {
      MAGENTA_ASSIGN_OR_RETURN(const NoteSequence piece, NextToPlay(pieces, files[0]));
      auto schedule = ScheduleSound(piece, PortPlayer::kRate);
      if (!schedule.ok()) return WithFile(schedule.status(), files[0]);
      schedules.push_back(*std::move(schedule));
    }
    return ToPort(schedules, context);
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

  absl::Status ToPort(const std::vector<SoundSchedule>& schedules, Context& context) {
    const auto entry = FindMidiBackend(backend);
    if (!entry.ok()) return OrToFile(entry.status());
    MidiPortRequest request;
    request.outputs = {output_port};
    request.tail_seconds = std::numeric_limits<double>::infinity();
    const auto port = (*entry)->make(request);
    PortPlayer player(schedules);
    ProgressBar bar(context.out, "playing");
    if (port->simulated()) player.Start();
    bool is_started = false, was_connected = true;
    const absl::Status status = port->Run(player, [&] {
      const bool is_connected = port->state().connected;
      if (!is_started && is_connected) {
        player.Start();
        context.out.Info(fmt::format("playing to {}; Ctrl-C stops", (*entry)->name));
      }
      is_started |= is_connected;
      if (is_started && was_connected != is_connected) {
        context.out.Info(is_connected ? "the port is back" : "the port is gone; waiting for it");
      }
      was_connected = is_connected || !is_started;
      if (StopRequested()) player.Stop();
      bar.Update(player.position(), player.length());
      // Before the first connection there is nothing to silence.
      return !player.done() && (is_started || !StopRequested());
    });
    MAGENTA_RETURN_IF_ERROR(OrToFile(status));
    return CheckInterrupted();
  }

  /// The same error; one of the outside world says how to hear the piece without it.
  static absl::Status OrToFile(const absl::Status& status) {
    if (status.code() != absl::StatusCode::kUnavailable) return status;
    return OutsideError(ErrorFile(status), ErrorMessage(status),
                        "Give --output=FILE.wav to hear it from a file, --output_port=virtual for "
                        "a port that others connect to, or start JACK or a synthesizer");
  }
};

}  // namespace

std::unique_ptr<Verb> NewRunningPlayVerb() { return std::make_unique<RunningPlayVerb>(); }

}  // namespace magenta::cli
