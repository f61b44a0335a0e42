#include <fmt/core.h>

#include "absl/strings/ascii.h"
#include "magenta/base/status.h"
#include "magenta/cli/verb.h"
#include "magenta/generate/generator_details.h"
#include "magenta/generate/weights.h"
#include "magenta/request/generate_args.h"

namespace magenta::cli {
namespace {

class ModelsVerb : public Verb {
 public:
  void Describe(Flags& flags) override {
    flags.Usage("[CONFIG...]");
    flags.About(
        "Lists the models that --config can name: what they are, the pre-trained weights that come "
        "with this program, and their default hyper-parameters as --hparams takes them. --json "
        "tells "
        "their kind of music and the arguments of requests, too.");
    flags.Positional("CONFIG", &names_, "Only these; all when none is given.");
    flags.AddExample("magenta models", "The table.");
    flags.AddExample("magenta models --json lookback_rnn", "One of them, for a program to read.");
  }

  absl::Status Run(Context& context) override {
    std::vector<const ModelSpec*> models;
    for (const std::string& name : names_) {
      MAGENTA_ASSIGN_OR_RETURN(models.emplace_back(), FindModel(name));
    }
    if (names_.empty()) models = context.Models();
    if (context.out.json()) {
      PrintJson(models, context.out);
    } else {
      for (const ModelSpec* model : models) PrintText(*model, context.out);
    }
    return absl::OkStatus();
  }

 private:
  /// "" where none come with the program.
  static std::string WeightsOf(const ModelSpec& model) {
    return BundledWeights(model.id).value_or("");
  }

  /// The value that is set.
  static Json JsonOf(const GeneratorOptions::ArgValue& value) {
    if (value.has_int_value()) return value.int_value();
    if (value.has_float_value()) return value.float_value();
    if (value.has_bool_value()) return value.bool_value();
    return value.has_string_value() ? Json(value.string_value()) : Json();
  }

  static Json JsonOf(const GeneratorArgument& argument) {
    Json json = Json::Object();
    json.Set("name", argument.name())
        .Set("type", absl::AsciiStrToLower(GeneratorArgument::Type_Name(argument.type())));
    if (argument.has_low()) json.Set("low", argument.low());
    if (argument.low_excluded()) json.Set("low_excluded", true);
    if (argument.has_high()) json.Set("high", argument.high());
    if (argument.choices_size() > 0) json.Set("choices", Json::ArrayOf(argument.choices()));
    if (argument.has_default_value()) json.Set("default", JsonOf(argument.default_value()));
    return json.Set("help", argument.help());
  }

  static void PrintJson(const std::vector<const ModelSpec*>& models, Output& out) {
    Json list = Json::Array();
    for (const ModelSpec* model : models) {
      const std::string bundle = WeightsOf(*model);
      const GeneratorDetails details = DetailsOf(*model);
      Json arguments = Json::Array();
      for (const GeneratorArgument& argument : details.arguments()) {
        arguments.Add(JsonOf(argument));
      }
      list.Add(Json::Object()
                   .Set("id", model->id)
                   .Set("description", model->description)
                   .Set("kind", details.kind())
                   .Set("has_control", details.has_control())
                   .Set("control", details.control())
                   .Set("codec", model->codec->name())
                   .Set("input_size", model->codec->input_size())
                   .Set("head_sizes", Json::ArrayOf(model->codec->head_sizes()))
                   .Set(model->grid.is_per_second() ? "steps_per_second" : "steps_per_quarter",
                        model->grid.steps())
                   .Set("hparams", HParamsText(model->hparams))
                   .Set("arguments", arguments)
                   .Set("bundle_file", bundle.empty() ? Json() : Json(bundle))
                   .Set("card", bundle.empty() ? "" : CardOfBundle(bundle)));
    }
    out.Result(Json::Object().Set("models", list));
  }

  static void PrintText(const ModelSpec& model, Output& out) {
    const std::string bundle = WeightsOf(model);
    int classes = 0;
    for (const int size : model.codec->head_sizes()) classes += size;
    out.Line(
        fmt::format("{}\n    {}\n    codec {}: {} inputs, {} classes, {} steps per {}\n"
                    "    hparams {}\n    weights {}\n",
                    model.id, model.description, model.codec->name(), model.codec->input_size(),
                    classes, model.grid.steps(), model.grid.is_per_second() ? "second" : "quarter",
                    HParamsText(model.hparams),
                    bundle.empty() ? "none bundled: train it, or name a checkpoint" : bundle));
  }

  std::vector<std::string> names_;
};

}  // namespace

std::unique_ptr<Verb> NewModelsVerb() { return std::make_unique<ModelsVerb>(); }

}  // namespace magenta::cli
