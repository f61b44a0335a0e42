#include <fmt/core.h>

#include "magenta/base/status.h"
#include "magenta/cli/verb.h"
#include "magenta/generate/weights.h"

namespace magenta::cli {
namespace {

class ModelsVerb : public Verb {
 public:
  void Describe(Flags& flags) override {
    flags.Usage("[CONFIG...]");
    flags.About(
        "Lists the models that --config can name: what they are, the pre-trained weights that come "
        "with this program, and their default hyper-parameters as --hparams takes them.");
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

  static void PrintJson(const std::vector<const ModelSpec*>& models, Output& out) {
    Json list = Json::Array();
    for (const ModelSpec* model : models) {
      const std::string bundle = WeightsOf(*model);
      list.Add(Json::Object()
                   .Set("id", model->id)
                   .Set("description", model->description)
                   .Set("codec", model->codec->name())
                   .Set("input_size", model->codec->input_size())
                   .Set("head_sizes", Json::ArrayOf(model->codec->head_sizes()))
                   .Set(model->grid.is_per_second() ? "steps_per_second" : "steps_per_quarter",
                        model->grid.steps())
                   .Set("hparams", HParamsText(model->hparams))
                   .Set("bundle_file", bundle.empty() ? Json() : Json(bundle)));
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
