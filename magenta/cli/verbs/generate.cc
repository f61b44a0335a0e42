#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <functional>
#include <set>

#include "magenta/base/error_message.h"
#include "magenta/base/files.h"
#include "magenta/base/random.h"
#include "magenta/base/status.h"
#include "magenta/cli/input/backing_chords.h"
#include "magenta/cli/input/model_flags.h"
#include "magenta/cli/input/output_names.h"
#include "magenta/cli/input/parts_flags.h"
#include "magenta/cli/input/primer.h"
#include "magenta/cli/input/remote.h"
#include "magenta/cli/input/sampling_flags.h"
#include "magenta/cli/programs.h"
#include "magenta/cli/terminal/signals.h"
#include "magenta/cli/verb.h"
#include "magenta/generate/beam_search.h"
#include "magenta/generate/generation_task.h"
#include "magenta/generate/generator_details.h"
#include "magenta/generate/sequence_generator.h"
#include "magenta/generate/weights.h"
#include "magenta/io/abc/abc_writer.h"
#include "magenta/io/drums/drum_grid_writer.h"
#include "magenta/io/midi/midi_file.h"
#include "magenta/io/musicxml/musicxml_writer.h"
#include "magenta/music/program.h"
#include "magenta/request/generate_args.h"

namespace magenta::cli {
namespace {

/// What comes after a piece, where nothing is said.
constexpr int kDefaultBars = 8;
constexpr int kDefaultSeconds = 30;  // of music whose steps are parts of a second
/// Rows that are stepped together between two looks at signals and progress.
constexpr int kRowsAtOnce = 32;

/// Whether `path` begins as a sound font does; magenta-live reads the rest.
bool BeginsAsSoundFont(const std::string& path) {
  std::array<char, 12> head{};
  std::ifstream(path, std::ios::binary).read(head.data(), head.size());
  const std::string_view text(head.data(), head.size());
  return text.starts_with("RIFF") && text.ends_with("sfbk");
}

struct Written {
  std::string base;  // without extension
  double log_likelihood;
};

/// Where the music comes from: a model here, or a server.
struct Source {
  const MusicKind* kind = nullptr;
  Grid grid;
  std::string name;
  bool reads_chords = false;
  std::function<absl::StatusOr<Generation>(const GenerateSequenceRequest&, int)> generate;
};

class GenerateVerb : public Verb {
 public:
  void Describe(Flags& flags) override {
    flags.Usage("--output_dir=DIR [flags]");
    flags.About(
        "Continues a primer and writes each continuation, primer included, as a MIDI file named by "
        "date, time and number. Without a primer it starts from middle C, a bass drum, or "
        "silence (chords, performances). The seed is printed; with it the same notes come again.");
    flags.About(
        "A piece stays what it is: its meter, key, tempos, names and sounds go on, and its other "
        "parts stay up to where the continuation begins. A pickup or a short last bar is no change "
        "of meter.");
    DescribeOutput(flags);
    DescribePrimer(flags);
    flags.Group("Several parts");
    parts_.Describe(flags);
    flags.Group("Chords");
    chords_.Describe(flags);
    flags_ = &flags;
    DescribeSampling(flags);
    flags.Group("Performances");
    conditions_.Describe(flags);
    model_.Describe(flags);
    remote_.Describe(flags);
    DescribeBundle(flags);
    flags.AddExample(
        "magenta generate --config=attention_rnn --output_dir=tunes --num_outputs=10 "
        "--primer_melody=\"[60, -2, 62, -2, 64, -2, 67, -2]\"",
        "Ten melodies that begin with four eighth notes, by the bundled weights.");
    flags.AddExample(
        "magenta generate --output_dir=tunes --primer_melody=\"C4:2 D4:2 E4:2 G4:2\" --bars=4",
        "The same four notes by their names; four new bars.");
    flags.AddExample(
        "magenta generate --output_dir=tunes --primer_midi=song.mid --primer_part=flute --bars=16",
        "Sixteen new bars of one part of a piece, after the piece.");
    flags.AddExample(
        "magenta generate --output_dir=tunes --primer_midi=song.mid --bars=8 --ending",
        "Eight new bars that come to an end: on the tonic, on a beat, with a long note.");
    flags.AddExample(
        "magenta generate --config=chord_pitches_improv --output_dir=tunes "
        "--backing_chords=\"C G Am F\" --bars=8 --render_chords",
        "Eight bars over four chords, twice, with the chords to hear.");
    flags.AddExample(
        "magenta generate --run_dir=run --output_dir=tunes --primer_midi=mine.mid "
        "--temperature=1.2 "
        "--format=mid,wav,png",
        "A model of your own goes on from your file, wilder; to hear and to see.");
    flags.AddExample(
        "magenta generate --config=drum_kit --output_dir=grooves --bars=4 --temperature=0.7 "
        "--primer_drums=\"CH |x-x-x-x-x-x-x-x-|; SD |----x-------x---|; BD |x-----x-x-------|\"",
        "Four bars of drums, after a bar of yours and near it.");
    flags.AddExample(
        "magenta generate --config=score --output_dir=tunes --primer_midi=tune.mid --harmonise",
        "Alto, tenor and bass under a melody.");
    flags.AddExample(
        "magenta generate --config=score --output_dir=tunes --primer_midi=song.mid "
        "--fill=5-8:alto,9:2 --keep=rhythm",
        "Bars 5 to 8 of the alto and bar 9 of part 2 anew, in their rhythm, given all else.");
    flags.AddExample(
        "magenta generate --bundle_file=lookback_rnn.mag --output_dir=tunes --seed=7 "
        "--num_steps=256",
        "A bundle; the same 16 bars each time.");
  }

  absl::Status Run(Context& context) override {
    MAGENTA_RETURN_IF_ERROR(Check());
    MAGENTA_ASSIGN_OR_RETURN(const Source source, FindSource(context));
    if (chords_.given() || chords_.render) MAGENTA_RETURN_IF_ERROR(CheckReadsChords(source));
    if (steps_per_quarter_ != 0 && steps_per_quarter_ != source.grid.steps()) {
      return UsageError(fmt::format("--steps_per_quarter={}, but the model has {}",
                                    steps_per_quarter_, source.grid.steps()));
    }
    MAGENTA_ASSIGN_OR_RETURN(const PrimerMusic primer,
                             ReadPrimerFlags(primer_, *source.kind, source.grid));
    for (const std::string& note : primer.notes) context.out.Info(note);
    if (source.kind->ReadsChords() && source.reads_chords && chords_.TakeDefault(primer)) {
      context.out.Info(
          fmt::format("no chords are given: over {} (--backing_chords)", chords_.text));
    }
    MAGENTA_ASSIGN_OR_RETURN(GenerateSequenceRequest request, RequestFor(primer, source));
    if (chords_.given()) {
      std::vector<std::string> notes;
      MAGENTA_RETURN_IF_ERROR(chords_.AddTo(primer, source.grid, request, notes));
      for (const std::string& note : notes) context.out.Info(note);
    }
    MAGENTA_RETURN_IF_ERROR(SetPieceArgs(primer, request));
    if (const std::string note = ProgramNote(program_); !note.empty()) context.out.Info(note);
    if (remote_.given()) request.set_generator_id(model_.source.config);
    CatchSignals();
    const uint32_t seed = context.globals.seed.value_or(DrawSeed());
    context.out.Info(fmt::format("seed {}", seed));
    std::vector<Written> written;
    // Pictures of music beside given music tell its parts apart, others what comes after the
    // primer.
    const double primer_end = parts_.SayWhere() ? 0 : primer.end;
    MAGENTA_RETURN_IF_ERROR(WriteAll(source, request, seed, primer_end, context, written));
    Report(written, seed, context.out);
    return absl::OkStatus();
  }

 private:
  absl::StatusOr<Source> FindSource(Context& context) const {
    if (remote_.given()) {
      MAGENTA_ASSIGN_OR_RETURN(std::shared_ptr<RemoteGenerator> server, ConnectTo(remote_));
      MAGENTA_ASSIGN_OR_RETURN(const ListGeneratorsResponse generators, server->List());
      MAGENTA_ASSIGN_OR_RETURN(const GeneratorDetails details,
                               FindGenerator(generators, remote_, model_.source.config));
      MAGENTA_ASSIGN_OR_RETURN(const Grid grid, GridOf(details));
      MAGENTA_ASSIGN_OR_RETURN(const ModelSpec* spec, SpecFor(details));
      // Servers that say no kind know no chords, or don't say it.
      const bool reads_chords = details.kind().empty() || ReadsChords(details);
      return Source{spec->kind.get(), grid, details.id(), reads_chords,
                    [server](const GenerateSequenceRequest& request, int count) {
                      return server->GenerateMany(request, count);
                    }};
    }
    MAGENTA_ASSIGN_OR_RETURN(auto model, model_.Load(context));
    return Source{model->spec->kind.get(), model->grid, model->id, model->spec->kind->ReadsChords(),
                  [model](const GenerateSequenceRequest& request, int count) {
                    return SequenceGenerator(model).GenerateMany(request, count, CheckInterrupted);
                  }};
  }

  /// How a server's generator reads a primer and writes music.
  absl::StatusOr<const ModelSpec*> SpecFor(const GeneratorDetails& details) const {
    if (const ModelSpec* spec = SpecOfKind(details)) return spec;
    // An old server's model of another name is taken for one of melodies.
    if (details.kind().empty()) return FindModel(kDefaultConfig);
    return UsageError(
        fmt::format("{} of server {} makes music of a kind that is not known here: {}",
                    details.id(), remote_.server, details.kind()),
        "A newer magenta knows it");
  }

  void DescribeOutput(Flags& flags) {
    flags.Group("Output");
    flags.Text("output_dir", &output_dir_, "Where the files go.").Required().Value("DIR");
    flags.Int("num_outputs", &num_outputs_, "How many.").Range(1, 100000);
    flags
        .TextList("format", &formats_,
                  "What is written for each: MIDI, sound, picture, NoteSequence, score.")
        .Choices({"mid", "wav", "flac", "ogg", "svg", "png", "notesequence", "abc", "musicxml",
                  "drums"});
    flags.Text("soundfont", &sound_font_, "For sound: an .sf2 or .sf3 file.").Value("FILE");
  }

  void DescribePrimer(Flags& flags) {
    flags.Group("Primer");
    for (const auto& [typing, model] : PrimerTypings()) {
      const DefaultPrimer start = model->kind->MakeDefaultPrimer(/*qpm=*/120, model->grid);
      const std::string what = start.sequence.notes().empty()
                                   ? start.name
                                   : fmt::format("{}, {}", typing.shortest, start.name);
      flags
          .Text(std::string(typing.flag), &primer_.typed[std::string(typing.flag)],
                std::string(typing.help) + " Goes before --primer_midi.")
          .NotEmpty()
          .Value("TEXT")
          .Default(what + ", when there is no primer at all");
    }
    flags.Text("primer_midi", &primer_.midi, "A file of MIDI, ABC, MusicXML or drum grids.")
        .Value("FILE");
    flags
        .Text("primer_part", &primer_.part,
              "Which part of the file is continued: its number from 1, or its name; of a book of "
              "tunes X: or title (5/2: part 2 of tune 5).")
        .Value("PART")
        .Default("the part named melody, else the highest");
    flags
        .Text("primer_key", &primer_key_,
              "The key that the primer is taken to be in (C, F#, Bb, Am), for models that hear all "
              "music in one key: they move it there and the result back.")
        .NotEmpty()
        .Value("KEY")
        .Default("the one that fits its notes best");
    flags
        .Text("accompaniment", &accompaniment_,
              "Whether the other parts stay, up to where the continuation begins.")
        .Choices({"keep", "drop"})
        .Default("keep; drop with --reference_windows");
    flags
        .Text("program", &program_,
              "Sound of the continued part: a General MIDI program, 0 to 127 or by name (flute).")
        .NotEmpty()
        .Value("PROGRAM")
        .Default("its own");
    flags
        .Bool("condition_on_primer", &condition_on_primer_,
              "For models of chords: the music goes on from the primer; else it begins anew where "
              "the primer ends.")
        .Default("yes; no with --reference_windows");
    flags
        .Bool(
            "inject_primer_during_generation", &inject_primer_,
            "Music that begins anew is made over the primer's notes, which are heard again in it: "
            "so a melody is harmonised.")
        .Default("yes");
    flags
        .OptionalDouble("qpm", &primer_.qpm,
                        "Tempo in quarter notes a minute; a primer file's own wins.")
        .Range(1, 1000)
        .Default("120");
  }

  void DescribeSampling(Flags& flags) {
    flags.Group("How it goes on");
    flags
        .Int("bars", &bars_,
             "New bars, in the primer's own meter; up to the bar line after so many. Without a "
             "primer so many in all.")
        .Range(1, 1 << 16)
        .Default("8 after a primer that is a file, ABC or a drum grid");
    flags
        .Int("new_steps", &new_steps_,
             "New steps (sixteenths; of performances hundredths of a second) instead; without a "
             "primer so many in all.")
        .Range(1, 1 << 20)
        .Default("");
    flags
        .Int("num_steps", &num_steps_,
             "Length in steps instead, the primer's counted (16 make a bar of 4/4; of performances "
             "100 a second).")
        .Range(1, 1 << 20)
        .Default("128 otherwise, 3000 of performances");
    flags.Bool("ending", &ending_,
               "End as a piece does: the last note begins on a beat of the last bar, is the tonic, "
               "and is long.");
    DescribeTemperature(flags, temperature_);
    sampling_.Describe(flags);
    pitches_.Describe(flags);
    flags.OptionalInt("beam_size", &beam_size_, "Sequences kept by beam search; 1: none.")
        .Range(1, 1024)
        .Default("1; of parts beside given music 4");
    flags.OptionalInt("branch_factor", &branch_factor_, "Continuations tried for each of them.")
        .Range(0, 1024)
        .Default("1; of parts beside given music 4");
    flags.OptionalInt("steps_per_iteration", &steps_per_iteration_, "Steps between two choices.")
        .Range(1, 1 << 20)
        .Default("1; of parts beside given music 24");
    flags.Bool(
        "reference_windows", &reference_windows_,
        "Begin a step later than the primer ends, as Magenta does. Over chords it is as strict: "
        "a symbol that Magenta can't read, or two at one place, end it with an error.");
    flags.Int("steps_per_quarter", &steps_per_quarter_, "As in 2016.").Hidden();
  }

  /// Never set here: a command line with it has become `bundle` before its flags are read.
  void DescribeBundle(Flags& flags) {
    flags.Group("A bundle instead of music");
    flags.Bool("save_generator_bundle", &saves_bundle_,
               "Write the model to --bundle_file, as `magenta bundle` does, and nothing else.");
    flags.Text("bundle_description", &bundle_description_, "A sentence for whoever gets it.");
  }

  absl::Status Check() const {
    MAGENTA_RETURN_IF_ERROR(CheckTogether());
    std::error_code error;
    if (!sound_font_.empty() && !std::filesystem::is_regular_file(sound_font_, error)) {
      return MissingInputError(sound_font_, "there is no such sound font",
                               "Give --soundfont an .sf2 or .sf3 file");
    }
    if (!sound_font_.empty() && !BeginsAsSoundFont(sound_font_)) {
      return InputError(sound_font_, "is no sound font", "Give --soundfont an .sf2 or .sf3 file");
    }
    for (size_t i = 0; i < formats_.size(); ++i) {
      if (std::find(formats_.begin(), formats_.begin() + i, formats_[i]) != formats_.begin() + i) {
        return UsageError(fmt::format("--format names {} twice", formats_[i]));
      }
    }
    if (const std::vector<std::string> heavy = LiveFormats(); !heavy.empty()) {
      MAGENTA_RETURN_IF_ERROR(ProgramPath(Program::kLive).status());
    }
    return absl::OkStatus();
  }

  /// A server says itself what its models know, but chords are text beside the notes there.
  absl::Status CheckReadsChords(const Source& source) const {
    if (source.reads_chords) return absl::OkStatus();
    return UsageError(
        fmt::format("--{} is for models that play over chords, and {} reads none",
                    chords_.given() ? "backing_chords" : "render_chords", source.name),
        "Leave it out, or choose --config=chord_pitches_improv, basic_improv or "
        "attention_improv");
  }

  /// How far it goes, which CheckTogether found to be said once at most.
  absl::StatusOr<ContinuationOptions> Length(const PrimerMusic& primer,
                                             const Source& source) const {
    ContinuationOptions length;
    length.reference_windows = reference_windows_;
    const bool is_said = num_steps_ > 0 || new_steps_ > 0 || bars_ > 0;
    if (num_steps_ > 0) length.num_steps = num_steps_;
    if (new_steps_ > 0) length.new_steps = new_steps_;
    if (bars_ > 0) length.bars = bars_;
    if (is_said) return length;
    if (chords_.given()) {
      MAGENTA_RETURN_IF_ERROR(chords_.SetLength(primer, source.grid, length));
    } else if (primer.is_piece || source.kind->plays_parts()) {
      length.bars = kDefaultBars;
    } else if (source.grid.is_per_second()) {
      length.num_steps = kDefaultSeconds * source.grid.steps();
    }
    return length;
  }

  absl::StatusOr<GenerateSequenceRequest> RequestFor(const PrimerMusic& primer,
                                                     const Source& source) const {
    // What is typed may end in rests, which only a section says.
    const bool is_typed = !primer.is_piece && !primer.is_default;
    if (source.kind->plays_parts() && (!is_typed || parts_.SayWhere())) return PartsRequest(primer);
    MAGENTA_ASSIGN_OR_RETURN(ContinuationOptions length, Length(primer, source));
    length.grid = source.grid;
    length.reference_gap = ReferenceGapOf(*source.kind);
    MAGENTA_ASSIGN_OR_RETURN(GenerateSequenceRequest request, MakeRequest(primer, length));
    parts_.SetGiven(*request.mutable_generator_options());
    return request;
  }

  /// What is drawn is said in the arguments alone.
  GenerateSequenceRequest PartsRequest(const PrimerMusic& primer) const {
    GenerateSequenceRequest request;
    *request.mutable_input_sequence() = primer.sequence;
    parts_.SetGiven(*request.mutable_generator_options());
    auto& args = *request.mutable_generator_options()->mutable_args();
    if (num_steps_ > 0) args["num_steps"].set_int_value(num_steps_);
    if (new_steps_ > 0) args["new_steps"].set_int_value(new_steps_);
    const bool is_said =
        num_steps_ > 0 || new_steps_ > 0 || (parts_.SayWhere() && !primer.is_default);
    const int bars = bars_ == 0 && !is_said ? kDefaultBars : bars_;
    if (bars > 0) args["bars"].set_int_value(bars);
    return request;
  }

  /// What is continued, how it sounds, and what stays beside it.
  absl::Status SetPieceArgs(const PrimerMusic& primer, GenerateSequenceRequest& request) const {
    auto& args = *request.mutable_generator_options()->mutable_args();
    if (chords_.render) args["render_chords"].set_int_value(1);
    if (primer.part.has_value()) args["primer_part"].set_int_value(primer.part->number);
    MAGENTA_ASSIGN_OR_RETURN(const auto key, ParsePrimerKeyFlag(primer_key_));
    if (key.has_value()) args[kPrimerKeyArg].set_int_value(*key);
    MAGENTA_RETURN_IF_ERROR(pitches_.SetGiven(*request.mutable_generator_options()));
    if (flags_->Given("condition_on_primer")) {
      args["condition_on_primer"].set_bool_value(condition_on_primer_);
    }
    if (flags_->Given("inject_primer_during_generation")) {
      args["no_inject_primer_during_generation"].set_bool_value(!inject_primer_);
    }
    MAGENTA_RETURN_IF_ERROR(conditions_.SetGiven(*request.mutable_generator_options()));
    if (!accompaniment_.empty()) args["accompaniment"].set_string_value(accompaniment_);
    if (program_.empty()) return absl::OkStatus();
    const auto program = ParseProgram(program_);
    if (!program.ok())
      return UsageError("--program: " + ErrorMessage(program.status()),
                        ErrorRemedy(program.status()));
    args["program"].set_int_value(*program);
    return absl::OkStatus();
  }

  /// Flags that mean nothing beside the others that were given.
  absl::Status CheckTogether() const {
    MAGENTA_RETURN_IF_ERROR(chords_.Check(*flags_));
    if ((num_steps_ > 0) + (new_steps_ > 0) + (bars_ > 0) > 1) {
      return UsageError("--bars, --new_steps and --num_steps each say how far it goes",
                        "Give one of them");
    }
    if (reference_windows_ && accompaniment_ == "keep") {
      return UsageError("--reference_windows gives the melody alone, as Magenta does",
                        "Leave it or --accompaniment=keep out");
    }
    if (reference_windows_ && !program_.empty()) {
      return UsageError("--reference_windows gives a piano, as Magenta does",
                        "Leave it or --program out");
    }
    if (!bundle_description_.empty()) {
      return UsageError("--bundle_description is of the bundle that --save_generator_bundle writes",
                        "Give both or neither");
    }
    if (!sound_font_.empty() && !Wants("wav") && !Wants("flac") && !Wants("ogg")) {
      return UsageError("--soundfont is for sound, and --format names no wav, flac or ogg",
                        "Add wav to --format, or leave --soundfont out");
    }
    return remote_.CheckBeside(model_);
  }

  bool Wants(std::string_view format) const {
    return std::find(formats_.begin(), formats_.end(), format) != formats_.end();
  }

  /// Formats that magenta-live writes.
  std::vector<std::string> LiveFormats() const {
    std::vector<std::string> live;
    for (const std::string& format : formats_) {
      constexpr std::array kLive = {"wav", "flac", "ogg", "svg", "png"};
      if (std::find(kLive.begin(), kLive.end(), format) != kLive.end()) live.push_back(format);
    }
    return live;
  }

  int RowsOfOutput() const {
    if (beam_size_ || branch_factor_) {
      return beam_size_.value_or(1) * std::max(branch_factor_.value_or(1), 1);
    }
    return parts_.SayWhere() ? kLookAheadBeamSize * kLookAheadBranches : 1;
  }

  void SetArgs(GenerateSequenceRequest& request, uint32_t seed) const {
    auto& args = *request.mutable_generator_options()->mutable_args();
    if (temperature_) args[kTemperatureArg].set_float_value(*temperature_);
    sampling_.SetGiven(*request.mutable_generator_options());
    if (beam_size_) args["beam_size"].set_int_value(*beam_size_);
    if (branch_factor_) args["branch_factor"].set_int_value(*branch_factor_);
    if (steps_per_iteration_) args["steps_per_iteration"].set_int_value(*steps_per_iteration_);
    args["seed"].set_int_value(static_cast<int32_t>(seed));
    if (reference_windows_) args["reference_windows"].set_int_value(1);
    if (ending_) args["ending"].set_int_value(1);
  }

  /// What is wrong with the music is wrong with the primer's file, where there is one.
  absl::Status OfPrimer(const absl::Status& status) const {
    return primer_.midi.empty() ? status : OfMusicFile(status, primer_.midi);
  }

  /// The most probable future, which is looked for where music is given around, may be the same
  /// from all draws.
  void SayAlike(int different, Context& context) const {
    if (different == num_outputs_) return;
    const char* remedy = RowsOfOutput() > 1 ? "--beam_size=1, or a higher --temperature, sets"
                                            : "a higher --temperature sets";
    context.out.Info(fmt::format("of {} outputs {} differ: {} them apart", num_outputs_,
                                 different == 1 ? "none" : fmt::format("{}", different), remedy));
  }

  /// Output i draws from seed + i, so working in pieces changes nothing.
  absl::Status WriteAll(const Source& source, GenerateSequenceRequest& request, uint32_t seed,
                        double primer_end, Context& context, std::vector<Written>& written) const {
    MAGENTA_ASSIGN_OR_RETURN(OutputNames names,
                             OutputNames::Create(output_dir_, num_outputs_, formats_));
    TemporaryFolder temporary;
    std::vector<std::string> to_render;
    ProgressBar bar(context.out, "generating");
    const int beam = RowsOfOutput();
    const int at_once =
        std::max(1, kRowsAtOnce / (ending_ ? std::max(beam, kEndingFutures) : beam));
    std::set<std::string> said;
    std::set<uint64_t> different;  // by their hashes
    for (int done = 0; done < num_outputs_;) {
      const int count = std::min(at_once, num_outputs_ - done);
      SetArgs(request, seed + static_cast<uint32_t>(done));
      const absl::StatusOr<Generation> made = source.generate(request, count);
      if (!made.ok()) return OfPrimer(made.status());
      const Generation& generation = *made;
      for (const std::string& note : generation.notes) {
        if (said.insert(note).second) context.out.Info(note);
      }
      for (const GeneratedOutput& output : generation.outputs) {
        different.insert(StableHash(output.sequence.SerializeAsString(), 0));
        MAGENTA_ASSIGN_OR_RETURN(const std::string base, names.Next());
        MAGENTA_RETURN_IF_ERROR(WriteOne(output.sequence, base, temporary, context.out, to_render));
        written.push_back({base, output.log_likelihood});
      }
      done += count;
      bar.Update(done, num_outputs_);
      MAGENTA_RETURN_IF_ERROR(CheckInterrupted());
    }
    SayAlike(static_cast<int>(different.size()), context);
    return RenderAll(to_render, primer_end, context.out.json());
  }

  /// The formats that need no other program; `to_render` gets a file for those that do. What a
  /// format can't hold is said of the first output.
  absl::Status WriteOne(const NoteSequence& sequence, const std::string& base,
                        TemporaryFolder& temporary, Output& out,
                        std::vector<std::string>& to_render) const {
    std::vector<std::string> notes;
    for (const std::string& format : formats_) {
      absl::StatusOr<std::string> content = "";
      if (format == "mid") content = WriteMidi(sequence);
      if (format == "notesequence") content = sequence.SerializeAsString();
      if (format == "abc") content = WriteAbc(sequence, &notes);
      if (format == "musicxml") content = WriteMusicXml(sequence, &notes);
      if (format == "drums") content = WriteDrumGrid(sequence, &notes);
      const std::string path = fmt::format("{}.{}", base, format);
      if (!content.ok()) return WithFile(content.status(), path);
      if (!content->empty()) MAGENTA_RETURN_IF_ERROR(WriteFile(path, *content));
      if (to_render.empty()) {
        for (const std::string& note : notes)
          out.Info(fmt::format("--format={}: {}", format, note));
      }
      notes.clear();
    }
    if (Wants("notesequence")) {
      to_render.push_back(base + ".notesequence");
      return absl::OkStatus();
    }
    // Not as MIDI, whose ticks and tempos are rounded.
    to_render.push_back("");
    if (LiveFormats().empty()) return absl::OkStatus();
    MAGENTA_ASSIGN_OR_RETURN(const std::string folder, temporary.Path());
    to_render.back() =
        fmt::format("{}/{}.notesequence", folder, std::filesystem::path(base).filename().string());
    return WriteFile(to_render.back(), sequence.SerializeAsString());
  }

  absl::Status RenderAll(const std::vector<std::string>& files, double primer_end,
                         bool json) const {
    if (LiveFormats().empty()) return absl::OkStatus();
    std::vector<std::string> args = {"render", "--quiet", "--output_dir=" + output_dir_,
                                     fmt::format("--format={}", fmt::join(LiveFormats(), ",")),
                                     fmt::format("--primer_end={}", primer_end)};
    if (!sound_font_.empty()) args.push_back("--soundfont=" + sound_font_);
    if (json) args.push_back("--json");
    args.push_back("--");
    return RunProgramOnFiles(Program::kLive, args, files);
  }

  void Report(const std::vector<Written>& written, uint32_t seed, Output& out) const {
    Json outputs = Json::Array();
    for (const Written& file : written) {
      Json files = Json::Array();
      for (const std::string& format : formats_) {
        files.Add(file.base + "." + format);
        if (!out.json()) out.Line(file.base + "." + format);
      }
      outputs.Add(Json::Object()
                      .Set("file", file.base + "." + formats_.front())
                      .Set("files", files)
                      .Set("log_likelihood", file.log_likelihood));
    }
    if (out.json()) {
      out.Result(Json::Object().Set("seed", static_cast<int64_t>(seed)).Set("outputs", outputs));
    }
    out.Info(fmt::format("{} {} written to {} (seed {})", written.size() * formats_.size(),
                         written.size() * formats_.size() == 1 ? "file" : "files", output_dir_,
                         seed));
  }

  ModelFlags model_;
  RemoteFlags remote_;
  PrimerFlags primer_;
  PartsFlags parts_;
  BackingChordFlags chords_;
  const Flags* flags_ = nullptr;
  std::string output_dir_;
  int num_outputs_ = 10;
  std::vector<std::string> formats_ = {"mid"};
  std::string sound_font_;
  int num_steps_ = 0;
  int new_steps_ = 0;
  int bars_ = 0;
  std::string accompaniment_;
  std::string primer_key_;
  std::string program_;
  bool ending_ = false;
  bool condition_on_primer_ = true;
  bool inject_primer_ = true;
  std::optional<double> temperature_;
  SamplingFlags sampling_;
  PitchFlags pitches_;
  ConditionFlags conditions_;
  std::optional<int> beam_size_, branch_factor_, steps_per_iteration_;
  int steps_per_quarter_ = 0;
  bool reference_windows_ = false;
  bool saves_bundle_ = false;
  std::string bundle_description_;
};

}  // namespace

std::unique_ptr<Verb> NewGenerateVerb() { return std::make_unique<GenerateVerb>(); }

}  // namespace magenta::cli
