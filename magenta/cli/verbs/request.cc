#include <fmt/core.h>

#include "magenta/base/files.h"
#include "magenta/base/random.h"
#include "magenta/base/status.h"
#include "magenta/cli/input/model_flags.h"
#include "magenta/cli/input/remote.h"
#include "magenta/cli/input/sampling_flags.h"
#include "magenta/cli/verb.h"
#include "magenta/generate/sequence_generator.h"
#include "magenta/io/request/request_text.h"
#include "magenta/music/piece_limits.h"

namespace magenta::cli {
namespace {

class RequestVerb : public Verb {
 public:
  void Describe(Flags& flags) override {
    flags.Usage("[flags] [FILE]");
    flags.About(
        "Reads a GenerateSequenceRequest from a file or stdin - as protocol buffer text, JSON or "
        "bytes, told apart by what they are - and writes the GenerateSequenceResponse to stdout. "
        "Names of 2016 (bpm, ticks_per_beat, start_time_seconds, end_time_seconds) are "
        "understood.");
    flags.About(
        "generator_options: generate sections (seconds; after the input's notes, or where they "
        "leave room), at most one input section, and the args temperature, pitch_temperature, "
        "top_k, top_p, min_p, adapt, key, scale, min_pitch, max_pitch, beam_size, branch_factor, "
        "steps_per_iteration, seed, "
        "reference_windows; without a generate section bars, new_steps or num_steps; and "
        "ending, primer_part, primer_key, accompaniment, program, backing_chords, "
        "steps_per_chord, chords_from, render_chords, as the flags of generate; of models of "
        "several parts fill, vary, add, keep, density and parallels, and sections may name "
        "parts; of polyphony condition_on_primer and no_inject_primer_during_generation; of "
        "performances notes_per_second, pitch_class_histogram and disable_conditioning. Without an "
        "input_sequence it goes on from middle C, a bass drum, or silence (chords, performances); "
        "a model of several parts writes freely.");
    flags.Positional("FILE", &files_, "The request; - or nothing: stdin.", 0, 1);
    flags.Group("Output");
    flags.Text("format", &format_, "Form of the response; as the request's when left out.")
        .Choices({"text", "json", "binary"})
        .Value("FORM");
    flags.About(
        "--json prints the response as JSON, whatever the request was, with its seed and the "
        "logarithm of its probability beside it.");
    flags.Group("How it goes on, whatever the request says");
    DescribeTemperature(flags, temperature_, "the request's, else ");
    sampling_.Describe(flags);
    pitches_.Describe(flags);
    model_.Describe(flags);
    remote_.Describe(flags);
    flags.AddExample("magenta request --config=lookback_rnn request.pbtxt > response.pbtxt",
                     "A request in text; the response too.");
    flags.AddExample(
        "echo 'generator_options { generate_sections { end_time: 4 } }' | magenta request "
        "--format=json",
        "Four seconds from middle C on, as JSON.");
    flags.AddExample("magenta request --server=localhost:50051 request.pbtxt",
                     "The same of a running `magenta serve`.");
  }

  absl::Status Run(Context& context) override {
    if (context.out.json() && !format_.empty() && format_ != "json") {
      return UsageError(fmt::format("--json and --format={} are two forms of one answer", format_),
                        "Leave one of them out");
    }
    MAGENTA_RETURN_IF_ERROR(remote_.CheckBeside(model_));
    const std::string file = files_.empty() || files_[0] == "-" ? "/dev/stdin" : files_[0];
    std::shared_ptr<const Model> model;
    if (!remote_.given()) {
      MAGENTA_ASSIGN_OR_RETURN(model, model_.Load(context));
    }
    MAGENTA_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(file, kPieceLimits.file_bytes));
    auto request = ParseRequest(bytes);
    if (!request.ok()) return WithFile(request.status(), file);
    auto& args = *request->mutable_generator_options()->mutable_args();
    if (context.globals.seed.has_value()) {
      args["seed"].set_int_value(static_cast<int32_t>(*context.globals.seed));
    }
    if (temperature_) args["temperature"].set_float_value(*temperature_);
    sampling_.SetGiven(*request->mutable_generator_options());
    MAGENTA_RETURN_IF_ERROR(pitches_.SetGiven(*request->mutable_generator_options()));
    MAGENTA_ASSIGN_OR_RETURN(const Generation generation, Ask(model, *request));
    for (const std::string& note : generation.notes) context.out.Info(note);
    context.out.Info(fmt::format("seed {}", generation.seed));
    GenerateSequenceResponse response;
    *response.mutable_generated_sequence() = generation.outputs.at(0).sequence;
    const MessageForm form = context.out.json() ? MessageForm::kJson : ResponseForm(bytes);
    MAGENTA_ASSIGN_OR_RETURN(const std::string answer, FormatResponse(response, form));
    context.out.Raw(context.out.json() ? WithSeed(generation, answer) : answer);
    return absl::OkStatus();
  }

 private:
  absl::StatusOr<Generation> Ask(const std::shared_ptr<const Model>& model,
                                 GenerateSequenceRequest& request) const {
    if (!remote_.given())
      return SequenceGenerator(model).GenerateMany(request, 1, CheckInterrupted);
    if (!model_.source.config.empty()) request.set_generator_id(model_.source.config);
    MAGENTA_ASSIGN_OR_RETURN(const auto server, ConnectTo(remote_));
    return server->GenerateMany(request, 1);
  }

  /// The members of `answer`, a JSON object, after what --json says beside them.
  static std::string WithSeed(const Generation& generation, std::string_view answer) {
    std::string text = Json::Object()
                           .Set("seed", static_cast<int64_t>(generation.seed))
                           .Set("log_likelihood", generation.outputs.at(0).log_likelihood)
                           .Text();
    text.pop_back();
    return text + (answer.starts_with("{}") ? "" : ",") + std::string(answer.substr(1));
  }

  MessageForm ResponseForm(std::string_view request) const {
    if (format_ == "text") return MessageForm::kText;
    if (format_ == "json") return MessageForm::kJson;
    if (format_ == "binary") return MessageForm::kBinary;
    return FormOf(request);
  }

  ModelFlags model_;
  std::vector<std::string> files_;
  std::string format_;
  std::optional<double> temperature_;
  SamplingFlags sampling_;
  PitchFlags pitches_;
  RemoteFlags remote_;
};

}  // namespace

std::unique_ptr<Verb> NewRequestVerb() { return std::make_unique<RequestVerb>(); }

}  // namespace magenta::cli
