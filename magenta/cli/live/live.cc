// The verb `live`: models, a backend, and a session between them.

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <span>
#include <utility>

#include "magenta/base/random.h"
#include "magenta/base/status.h"
#include "magenta/base/utf8.h"
#include "magenta/cli/live/live_asked.h"
#include "magenta/cli/live/live_files.h"
#include "magenta/cli/live/live_options.h"
#include "magenta/cli/live/live_printer.h"
#include "magenta/cli/live/live_verbs.h"
#include "magenta/cli/live/remote_generator.h"
#include "magenta/cli/terminal/signals.h"
#include "magenta/generate/generator_details.h"
#include "magenta/live/duet.h"
#include "magenta/live/remote_responder.h"
#include "magenta/music/program.h"
#include "magenta/render/live_synth.h"
#include "magenta/render/sound.h"
#include "magenta/request/generate_args.h"
#include "magenta/request/words.h"

namespace magenta::cli {
namespace {

/// What a session plays with: models here, or a server's.
struct PlayingModels {
  std::vector<std::shared_ptr<const Model>> here;
  std::shared_ptr<StreamingGenerator> there;
  /// Of each, the one that begins first.
  std::vector<GeneratorDetails> details;

  /// Those that were asked for by name: all that are here, of a server's the first.
  std::span<const GeneratorDetails> Chosen() const {
    return std::span(details).first(there == nullptr ? details.size() : 1);
  }

  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    for (const GeneratorDetails& model : details) names.push_back(model.id());
    return names;
  }
  std::vector<PlayedModel> Played() const {
    std::vector<PlayedModel> played;
    for (size_t i = 0; i < details.size(); ++i) {
      const MusicKind* kind = i < here.size() ? here[i]->spec->kind.get() : nullptr;
      played.push_back({details[i].id(), OwnTemperature(details[i]), kind});
    }
    return played;
  }
  std::vector<RemoteModel> Generators() const {
    std::vector<RemoteModel> generators;
    for (const GeneratorDetails& model : details) {
      const ModelSpec* spec = SpecOfKind(model);
      generators.push_back({.id = model.id(),
                            .takes_primer_key = TakesArgument(model, kPrimerKeyArg),
                            .temperature = OwnTemperature(model),
                            .plays_velocities = spec != nullptr && spec->kind->plays_velocities(),
                            .strikes_held = spec != nullptr && spec->kind->says_what_sounds(),
                            .conditions = ConditionsTaken(model)});
    }
    return generators;
  }
};

class RunningLiveVerb : public LiveFlags {
 public:
  absl::Status Run(Context& context) override {
    if (list) return ListPortsAnd(context);
    MAGENTA_RETURN_IF_ERROR(Check());
    CatchSignals(kSecondsToEndNotes);
    const bool with_clicks = metronome != "auto" && metronome != "off";
    MAGENTA_RETURN_IF_ERROR(remote.CheckBeside(model));
    MAGENTA_ASSIGN_OR_RETURN(const PlayingModels models, FindModels(context));
    MAGENTA_ASSIGN_OR_RETURN(files.drums, AllPlayDrums(models.details));
    MAGENTA_ASSIGN_OR_RETURN(const std::vector<AccompanyingPart> parts, FindParts(models));
    for (const std::string& remark : SettleFlags(*this)) context.out.Info(remark);
    std::vector<std::string_view> programs = WordsOf(program, ',');
    programs.insert(programs.end(), {input_program, metronome_program});
    for (const std::string_view name : programs) {
      if (const std::string note = ProgramNote(name); !note.empty()) context.out.Info(note);
    }
    record = FreeName(record);
    const uint32_t seed = context.globals.seed.value_or(DrawSeed());
    MAGENTA_ASSIGN_OR_RETURN(const MidiBackendEntry* entry, FindMidiBackend(backend));
    const std::vector<std::string> names = models.Names();
    MAGENTA_ASSIGN_OR_RETURN(const auto duet, MakeDuet(seed, models, parts, context));
    TellOfNoChords(duet->options(), models.details, context);
    Begin(*entry, duet->options(), names, context);
    LivePrinter printer(context.out, duet->options(), models.Played());
    if (entry->name != "file") printer.ExpectRealTime();
    DuetRun run;
    run.record = record;
    std::unique_ptr<LiveSynth> loudspeakers;
    if (synth == "audio") {
      MAGENTA_ASSIGN_OR_RETURN(loudspeakers, LiveSynth::Open(soundfont));
      context.out.Info("sound: " + loudspeakers->driver());
      run.sound = [&](std::span<const uint8_t> message) { loudspeakers->Send(message); };
    }
    run.stop = [] { return StopRequested().load(); };
    MidiPortRequest request = MakePortRequest(*this);
    request.output_tracks = MakeOutputTracks(duet->options());
    request.cues = duet->Cues();
    // Where files play, a session without an answer is none; a musician may have tried a key.
    const auto is_in_vain = [&] {
      return entry->name == "file" && !learn && printer.answers() == 0 && !StopRequested();
    };
    request.keep = [&] { return !is_in_vain(); };
    const auto ports = entry->make(request);
    MAGENTA_RETURN_IF_ERROR(duet->Run(*ports, run, printer));
    context.out.ClearProgress();
    if (is_in_vain()) {
      End(*duet, printer, context);
      return WhyInVain(*duet, printer);
    }
    MAGENTA_RETURN_IF_ERROR(Sound(*duet, with_clicks, context));
    End(*duet, printer, context);
    if (!learn && printer.answers() == 0) context.out.Warning(WhySilent(*duet, printer));
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

  /// The models that flags name, here or on a server.
  absl::StatusOr<PlayingModels> FindModels(Context& context) const {
    PlayingModels models;
    if (!remote.given()) {
      MAGENTA_ASSIGN_OR_RETURN(models.here, LoadModels(context));
      for (const auto& model : models.here) models.details.push_back(DetailsOf(*model));
      return models;
    }
    if (!bundle_files.empty()) {
      return UsageError("--server has its own models, and --bundle_files names some, too",
                        "Give one of both; --config names a generator of the server");
    }
    MAGENTA_ASSIGN_OR_RETURN(LiveServer server, ConnectForLive(remote, model.source.config));
    models.there = std::move(server.generator);
    models.details = std::move(server.models);
    std::vector<std::string> remarks;
    KeepTaking(*this, models.details, remarks);
    for (const std::string& remark : remarks) context.out.Info(remark);
    context.out.Info(fmt::format("{} of server {}", models.details[0].id(), remote.server));
    return models;
  }

  /// What the machine adds to the player's melody; nothing where turns are taken. A model of
  /// several parts takes none.
  absl::StatusOr<std::vector<AccompanyingPart>> FindParts(const PlayingModels& models) const {
    if (accompany.empty()) {
      for (const GeneratorDetails& model : models.details) {
        const ModelSpec* spec = SpecOfKind(model);
        if (spec == nullptr || !spec->kind->plays_parts()) continue;
        return UsageError(
            fmt::format("{} plays several parts, with you and not in turns", model.id()),
            "Give --accompany, or choose another model");
      }
      return std::vector<AccompanyingPart>();
    }
    if (models.here.size() != 1) {
      return UsageError("--accompany is for one model, and it must be here",
                        "Leave --server and --bundle_files out");
    }
    return ParseAccompany(*this);
  }

  /// A session with them.
  absl::StatusOr<std::unique_ptr<Duet>> MakeDuet(uint32_t seed, const PlayingModels& models,
                                                 const std::vector<AccompanyingPart>& parts,
                                                 Context& context) const {
    const GeneratorDetails& first = models.details[0];
    MAGENTA_ASSIGN_OR_RETURN(const Grid grid, GridOf(first));
    std::vector<std::string> notes;
    MAGENTA_ASSIGN_OR_RETURN(DuetOptions options, MakeDuetOptions(*this, parts, grid, seed, notes));
    for (const std::string& note : notes) context.out.Info(note);
    MAGENTA_ASSIGN_OR_RETURN(const PitchLimits allowed, pitches.Limits());
    MAGENTA_RETURN_IF_ERROR(CheckAsked(*this, options, models.Chosen()));
    MAGENTA_ASSIGN_OR_RETURN(const Conditions told, FirstConditions(*this));
    const Sampling drawing = sampling.Get();
    if (!parts.empty()) {
      return Duet::CreateTogether(std::move(options), models.here[0], VoicesOf(parts), drawing,
                                  allowed);
    }
    if (models.there == nullptr) {
      return Duet::Create(std::move(options), models.here, drawing, allowed, told);
    }
    return Duet::CreateWith(std::move(options), [&](const DuetOptions& kept) {
      return std::make_unique<RemoteResponder>(kept, models.there, models.Generators(), drawing,
                                               allowed, told);
    });
  }

  /// Whether drums are played: by all of several models, or none.
  static absl::StatusOr<bool> AllPlayDrums(const std::vector<GeneratorDetails>& models) {
    for (const GeneratorDetails& other : models) {
      if (PlaysDrums(other) == PlaysDrums(models[0])) continue;
      return UsageError(fmt::format("the music of {} is of the kind {}, that of {} {}",
                                    models[0].id(), models[0].kind(), other.id(), other.kind()),
                        "Choose models of drums alone, or none");
    }
    return PlaysDrums(models[0]);
  }

  static void TellOfNoChords(const DuetOptions& options,
                             const std::vector<GeneratorDetails>& models, Context& context) {
    if (!options.backing_chords.empty() || options.TakesHeldChords() || options.learn) return;
    const auto reads = std::find_if(models.begin(), models.end(), ReadsChords);
    if (reads == models.end()) return;
    context.out.Info(
        fmt::format("{} plays without chords; --backing_chords=\"Dm7 G7 C\", --chord_channel and "
                    "--split_key give it some",
                    reads->id()));
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
      // With it the first one that plays is named.
      if (models.empty()) flags.source.config = model.source.config;
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
    if (const std::string parts = ChannelsText(options); !parts.empty()) context.out.Info(parts);
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

  absl::Status Sound(const Duet& duet, bool with_clicks, Context& context) const {
    if (synth.empty() || synth == "audio") return absl::OkStatus();
    if (duet.recorder().notes() == 0) {
      return NothingToOutputError("nothing was played: no sound for " + synth);
    }
    SoundOptions options;
    options.sound_font = soundfont;
    MAGENTA_RETURN_IF_ERROR(
        RenderSound(duet.recorder().Sequence(with_clicks), options, synth).status());
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
    context.out.Info(fmt::format("{} played, {} answered in {} (seed {})",
                                 Counted(printer.player_notes(), "note"), printer.machine_notes(),
                                 Counted(printer.answers(), "answer"), duet.options().seed));
    if (state.late_notes > 0) {
      context.out.Warning(fmt::format("{} notes came late, by {} frames at most", state.late_notes,
                                      state.most_late));
    }
    ExplainDrops(duet.drops(), context);
    if (printer.late_answers() + printer.unanswered() > 0) {
      context.out.Warning(fmt::format("{} answers came late, {} phrases were not answered",
                                      printer.late_answers(), printer.unanswered()));
    }
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

  /// Why there was no answer, and what gives one.
  static std::string WhySilent(const Duet& duet, const LivePrinter& printer) {
    const auto [why, remedy] = Silence(duet, printer);
    return fmt::format("{}: {}", why, remedy);
  }

  /// The same of files, as an error (exit 4).
  static absl::Status WhyInVain(const Duet& duet, const LivePrinter& printer) {
    const auto [why, remedy] = Silence(duet, printer);
    return NothingToOutputError(why, remedy);
  }

  static std::pair<std::string, std::string> Silence(const Duet& duet, const LivePrinter& printer) {
    const DuetOptions& options = duet.options();
    const bool is_file = options.thru_others || options.performer_waits;
    if (printer.unanswered() > 0) {
      return {"no answer: " + printer.last_problem(), "What was played is fine; ask again"};
    }
    if (printer.player_notes() == 0) {
      return {"no answer: no note came in",
              is_file ? "Give --input_port a file with notes; `magenta inspect FILE` lists them"
                      : "`magenta ports` lists ports, --learn prints what arrives"};
    }
    const bool has_clock_control = std::any_of(
        options.controls.begin(), options.controls.end(),
        [](const ControlBinding& control) { return control.action == LiveAction::kClock; });
    if (has_clock_control) {
      return {"no answer: the control that is the clock stopped, or no phrase ended",
              "Without --clock_control_number time is our own"};
    }
    if (options.sync == SyncMode::kFollow) {
      return {"no answer: no MIDI clock came, or no phrase ended", "--clock=own needs none"};
    }
    if (options.mode == TurnMode::kSwitch) {
      return {"no answer: no control began and ended a phrase",
              "--mode=bars:2,2 and --mode=free need none; --switch names another control"};
    }
    if (printer.heard_notes() == 0) {
      return {"no answer: nothing was heard of the player on the channel that is listened to",
              "--input_channel=0 hears all channels, --input_channel=N another"};
    }
    return {"no answer: no phrase ended", "--max_listen=4 ends phrases after 4 bars"};
  }
};

}  // namespace

std::unique_ptr<Verb> NewRunningLiveVerb() { return std::make_unique<RunningLiveVerb>(); }

}  // namespace magenta::cli
