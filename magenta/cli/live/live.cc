// The verb `live`: models, a backend, and a session between them.

#include <fmt/core.h>

#include <filesystem>

#include "magenta/base/random.h"
#include "magenta/base/status.h"
#include "magenta/cli/live/live_options.h"
#include "magenta/cli/live/live_printer.h"
#include "magenta/cli/live/live_verbs.h"
#include "magenta/cli/live/remote_generator.h"
#include "magenta/cli/terminal/signals.h"
#include "magenta/live/duet.h"
#include "magenta/live/remote_responder.h"
#include "magenta/render/live_synth.h"
#include "magenta/render/sound.h"

namespace magenta::cli {
namespace {

/// Steps of a quarter of a server's models, which does not say it: the melody models have four.
constexpr int kServerGrid = 4;

class RunningLiveVerb : public LiveFlags {
 public:
  absl::Status Run(Context& context) override {
    if (list) return ListPortsAnd(context);
    MAGENTA_RETURN_IF_ERROR(Check());
    CatchSignals(kSecondsToEndNotes);
    for (const std::string& remark : SettleTime(*this)) context.out.Info(remark);
    record = FreeName(record);
    const uint32_t seed = context.globals.seed.value_or(DrawSeed());
    // Flags that disagree are found before weights are read.
    MAGENTA_RETURN_IF_ERROR(MakeDuetOptions(*this, 4, seed).status());
    MAGENTA_ASSIGN_OR_RETURN(const MidiBackendEntry* entry, FindMidiBackend(backend));
    std::vector<std::string> names;
    MAGENTA_ASSIGN_OR_RETURN(const auto duet, MakeDuet(seed, names, context));
    Begin(*entry, duet->options(), names, context);
    LivePrinter printer(context.out, duet->options(), names);
    if (entry->name != "file") printer.ExpectRealTime();
    DuetRun run;
    run.record = record;
    std::unique_ptr<LiveSynth> loudspeakers;
    if (synth == "audio") {
      MAGENTA_ASSIGN_OR_RETURN(loudspeakers, LiveSynth::Open(soundfont));
      context.out.Info("sound: " + loudspeakers->driver());
      run.synth = loudspeakers.get();
    }
    run.stop = [] { return StopRequested().load(); };
    const auto ports = entry->make(MakePortRequest(*this));
    MAGENTA_RETURN_IF_ERROR(duet->Run(*ports, run, printer));
    context.out.ClearProgress();
    MAGENTA_RETURN_IF_ERROR(Sound(*duet, context));
    End(*duet, printer, context);
    return absl::OkStatus();
  }

 private:
  absl::Status ListPortsAnd(Context& context) {
    const std::unique_ptr<Verb> verb = NewRunningPortsVerb();
    static_cast<PortsFlags&>(*verb).backend = backend;
    return verb->Run(context);
  }

  absl::Status Check() {
    if (synth.empty()) return absl::OkStatus();
    if (synth != "audio" && !synth.ends_with(".wav")) {
      return UsageError(fmt::format("--synth={} is neither `audio` nor a .wav file", synth));
    }
    if (synth == "audio" && backend == "file") {
      return UsageError("--synth=audio sounds as one plays, and files are played at once",
                        "Give --synth=FILE.wav");
    }
    MAGENTA_ASSIGN_OR_RETURN(soundfont, FindSoundFont(soundfont));
    return absl::OkStatus();
  }

  /// `path`, or where an earlier take has that name, the first of NAME_2, NAME_3, ... that is free.
  static std::string FreeName(const std::string& path) {
    std::filesystem::path free = path;
    for (int take = 2; !path.empty() && std::filesystem::is_regular_file(free); ++take) {
      free = path;
      free.replace_filename(
          fmt::format("{}_{}{}", free.stem().string(), take, free.extension().string()));
    }
    return free.string();
  }

  bool NamesAFile() const {
    const ModelSource& source = model.source;
    return !source.run_dir.empty() || !source.checkpoint_file.empty() ||
           !source.bundle_file.empty();
  }

  /// A session with the models that flags name, here or on a server; their names go to `names`.
  absl::StatusOr<std::unique_ptr<Duet>> MakeDuet(uint32_t seed, std::vector<std::string>& names,
                                                 Context& context) const {
    MAGENTA_RETURN_IF_ERROR(remote.CheckBeside(model));
    if (remote.given()) return MakeRemoteDuet(seed, names, context);
    MAGENTA_ASSIGN_OR_RETURN(const auto models, LoadModels(context));
    names.reserve(models.size());
    for (const auto& model : models) names.push_back(model->id);
    MAGENTA_ASSIGN_OR_RETURN(DuetOptions options,
                             MakeDuetOptions(*this, models[0]->steps_per_quarter, seed));
    return Duet::Create(std::move(options), models, sampling.At(temperature));
  }

  absl::StatusOr<std::unique_ptr<Duet>> MakeRemoteDuet(uint32_t seed,
                                                       std::vector<std::string>& names,
                                                       Context& context) const {
    if (!bundle_files.empty()) {
      return UsageError("--server has its own models, and --bundle_files names some, too",
                        "Give one of both; --config names a generator of the server");
    }
    MAGENTA_ASSIGN_OR_RETURN(DuetOptions options, MakeDuetOptions(*this, kServerGrid, seed));
    MAGENTA_ASSIGN_OR_RETURN(const LiveServer server, ConnectForLive(remote, model.source.config));
    names = server.models;
    context.out.Info(fmt::format("{} of server {}", names[0], remote.server));
    const Sampling drawing = sampling.At(temperature);
    return Duet::CreateWith(std::move(options), [server, drawing](const DuetOptions& kept) {
      return std::make_unique<RemoteResponder>(kept, server.generator, server.models, drawing);
    });
  }

  absl::StatusOr<std::vector<std::shared_ptr<const Model>>> LoadModels(Context& context) const {
    std::vector<std::shared_ptr<const Model>> models;
    if (bundle_files.empty() || NamesAFile()) {
      MAGENTA_ASSIGN_OR_RETURN(auto first, model.Load(context));
      models.push_back(std::move(first));
    }
    for (const std::string& file : bundle_files) {
      ModelFlags flags;
      flags.source.bundle_file = file;
      flags.weights = model.weights;
      MAGENTA_ASSIGN_OR_RETURN(auto next, flags.Load(context));
      models.push_back(std::move(next));
    }
    if (models.size() > 1 && controls.model < 0) {
      context.out.Warning(
          "several models and no --generator_select_control_number: the first one plays");
    }
    return models;
  }

  void Begin(const MidiBackendEntry& entry, const DuetOptions& options,
             const std::vector<std::string>& models, Context& context) const {
    if (options.learn) return context.out.Info("what arrives is printed; Ctrl-C ends");
    context.out.Info(fmt::format("seed {}", options.seed));
    if (!context.out.json()) {
      if (entry.automatic) context.out.Info(fmt::format("ports: {}; Ctrl-C ends", entry.name));
      return;
    }
    context.out.Result(Json::Object()
                           .Set("event", "session")
                           .Set("seed", static_cast<int64_t>(options.seed))
                           .Set("backend", std::string(entry.name))
                           .Set("models", Json::ArrayOf(models))
                           .Set("players", static_cast<int>(options.players.size()))
                           .Set("qpm", options.qpm)
                           .Set("meter", meter)
                           .Set("steps_per_bar", options.steps_per_bar));
  }

  absl::Status Sound(const Duet& duet, Context& context) const {
    if (synth.empty() || synth == "audio") return absl::OkStatus();
    if (duet.recorder().notes() == 0) {
      return NothingToOutputError("nothing was played: no sound for " + synth);
    }
    SoundOptions options;
    options.sound_font = soundfont;
    MAGENTA_RETURN_IF_ERROR(RenderSound(duet.recorder().Sequence(), options, synth).status());
    if (!context.out.json()) context.out.Info("sound: " + synth);
    return absl::OkStatus();
  }

  void End(const Duet& duet, const LivePrinter& printer, Context& context) const {
    if (learn) return;
    const EngineState state = duet.state();
    if (context.out.json()) {
      context.out.Result(Json::Object()
                             .Set("event", "end")
                             .Set("seed", static_cast<int64_t>(duet.options().seed))
                             .Set("answers", printer.answers())
                             .Set("player_notes", printer.player_notes())
                             .Set("machine_notes", printer.machine_notes())
                             .Set("note_ons", state.note_ons)
                             .Set("note_offs", state.note_offs)
                             .Set("late_answers", printer.late_answers())
                             .Set("unanswered", printer.unanswered())
                             .Set("late_notes", state.late_notes)
                             .Set("most_late_frames", state.most_late)
                             .Set("lost_events", printer.backend().lost_events)
                             .Set("dropped", duet.drops().total()));
    }
    context.out.Info(fmt::format("{} notes played, {} answered in {} answers (seed {})",
                                 printer.player_notes(), printer.machine_notes(), printer.answers(),
                                 duet.options().seed));
    if (state.late_notes > 0) {
      context.out.Warning(fmt::format("{} notes came late, by {} frames at most", state.late_notes,
                                      state.most_late));
    }
    ExplainDrops(duet.drops(), context);
    if (printer.late_answers() + printer.unanswered() > 0) {
      context.out.Warning(fmt::format("{} answers came late, {} phrases were not answered",
                                      printer.late_answers(), printer.unanswered()));
    }
    if (printer.answers() == 0) ExplainSilence(duet, printer, context);
    if (!record.empty() && duet.recorder().notes() > 0) context.out.Info("recording: " + record);
  }

  static void ExplainDrops(const RingDrops& drops, Context& context) {
    const auto say = [&](int64_t count, std::string_view what) {
      if (count == 0) return;
      context.out.Warning(fmt::format("{} messages came too fast for {}", count, what));
    };
    say(drops.phrase, "the model, which did not hear them");
    say(drops.journal, "the recording and this screen, which lack them");
    say(drops.sound, "the synthesizer, which did not sound them");
  }

  static void ExplainSilence(const Duet& duet, const LivePrinter& printer, Context& context) {
    if (printer.player_notes() == 0) {
      context.out.Warning(
          "no note came in: `magenta ports` lists ports, --learn prints what arrives");
    } else if (duet.options().sync == SyncMode::kFollow) {
      context.out.Warning(
          "no answer: no MIDI clock came, or no phrase ended (--clock=own needs none)");
    } else if (duet.options().mode == TurnMode::kSwitch) {
      context.out.Warning(
          "no answer: no control began and ended a phrase (see --switch); --mode=bars:2,2 and "
          "--mode=free need none");
    }
  }
};

}  // namespace

std::unique_ptr<Verb> NewRunningLiveVerb() { return std::make_unique<RunningLiveVerb>(); }

}  // namespace magenta::cli
