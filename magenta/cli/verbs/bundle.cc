#include "magenta/io/tensor/bundle.h"

#include <fmt/core.h>

#include <utility>

#include "magenta/base/files.h"
#include "magenta/base/status.h"
#include "magenta/base/utf8.h"
#include "magenta/cli/input/model_flags.h"
#include "magenta/cli/verb.h"
#include "magenta/generate/magentajs_weights.h"
#include "magenta/nn/rnn_names.h"

namespace magenta::cli {
namespace {

/// What only a trainer needs.
bool IsTrainingState(std::string_view name) {
  return IsOptimizerSlot(name) || name == "beta1_power" || name == "beta2_power" ||
         name == "global_step" || name.starts_with("magenta/");
}

class BundleVerb : public Verb {
 public:
  void Describe(Flags& flags) override {
    flags.Usage("--run_dir=DIR --bundle_file=FILE [flags]");
    flags.About(
        "Packs the weights of a model, its name and its hyper-parameters into one file that every "
        "verb takes as --bundle_file. What only training needs is left out.");
    flags.Group("Which weights");
    flags.Text("config", &model_.source.config, "The model.")
        .Choices(ConfigNames(), true)
        .Value("NAME")
        .Default("lookback_rnn, or what --from says");
    model_.DescribeCheckpoints(flags);
    flags
        .Text("from", &from_,
              "A model's name (its bundle that comes with the program), a bundle, a folder of "
              "Magenta.js's, a checkpoint or a run's folder.")
        .Value("FILE");
    flags.Text("hparams", &model_.source.hparams_text, "What no weight tells (attn_length).")
        .Value("LIST");
    flags.Group("Output");
    flags.Text("bundle_file", &bundle_file_, "What to write.").Required().Value("FILE");
    flags.Text("bundle_description", &description_, "A sentence for whoever gets it.");
    flags
        .Text("card", &card_file_,
              "A text (Markdown) that goes along, for people: what it does, what it was trained "
              "on.")
        .Value("FILE")
        .Default("the card of --from, where it has one");
    flags
        .Text("format", &format_,
              "mag: one file; magentajs: a folder that a page loads (basic_rnn, mono_rnn).")
        .Choices({"mag", "magentajs"})
        .Value("FORM");
    flags.AddExample(
        "magenta bundle --config=attention_rnn --run_dir=run --bundle_file=mine.mag "
        "--bundle_description=\"Irish reels\"",
        "The newest checkpoint of a run.");
    flags.AddExample("magenta bundle --from=basic_rnn --format=magentajs --bundle_file=page/basic",
                     "The weights that come with the program, for a page.");
    flags.AddExample(
        "magenta bundle --from=old.mag --bundle_file=new.mag --bundle_description=\"Tuesday's\"",
        "The same weights, and Magenta's TensorFlow graph if there is one, with other words.");
    flags.AddExample(
        "magenta bundle --config=basic_rnn --run_dir=run --format=magentajs "
        "--bundle_file=page/model",
        "The folder that a page gives to new MusicRNN('model').");
  }

  absl::Status Run(Context& context) override {
    ModelSource& source = model_.source;
    const int named = !source.run_dir.empty() + !source.checkpoint_file.empty() + !from_.empty();
    if (named != 1) {
      return UsageError(named == 0 ? "bundle needs --run_dir, --checkpoint_file or --from"
                                   : "--run_dir, --checkpoint_file and --from exclude each other",
                        "Name the weights once");
    }
    if (!from_.empty()) {
      MAGENTA_ASSIGN_OR_RETURN(const ModelSource named_source, SourceOf(from_));
      source.run_dir = named_source.run_dir;
      source.checkpoint_file = named_source.checkpoint_file;
      source.bundle_file = named_source.bundle_file;
    }
    MAGENTA_ASSIGN_OR_RETURN(LoadedWeights weights, ReadWeights(source));
    auto model = MakeModel(weights, source.config, source.hparams_text);
    if (!model.ok()) return WithFile(model.status(), weights.file);
    for (const std::string& note : (*model)->notes) context.out.Info(note);
    std::erase_if(weights.tensors, [](const auto& entry) { return IsTrainingState(entry.first); });
    if (!description_.empty()) weights.bundle_description = description_;
    if (!card_file_.empty()) {
      MAGENTA_ASSIGN_OR_RETURN(weights.card, ReadCard());
    }
    MAGENTA_RETURN_IF_ERROR(format_ == "mag" ? WriteMag(**model, weights)
                                             : WriteForPages(**model, weights));
    if (context.out.json()) {
      context.out.Result(Json::Object()
                             .Set("bundle_file", bundle_file_)
                             .Set("id", (*model)->spec->id)
                             .Set("hparams", HParamsText((*model)->hparams))
                             .Set("tensors", static_cast<int64_t>(weights.tensors.size())));
    }
    context.out.Info(fmt::format("{}: written to {}", (*model)->provenance, bundle_file_));
    return absl::OkStatus();
  }

 private:
  absl::Status WriteMag(const Model& model, const LoadedWeights& weights) const {
    MAGENTA_ASSIGN_OR_RETURN(GeneratorBundle bundle, Base());
    AddDetails(model, weights, bundle);
    // A TensorFlow graph asks for its variables by the names that its checkpoint has.
    return bundle.metagraph_file().empty() ? WriteBundle(bundle_file_, bundle, weights.tensors)
                                           : WriteBundle(bundle_file_, bundle);
  }

  absl::StatusOr<std::string> ReadCard() const {
    if (format_ != "mag") {
      return UsageError("--card is of .mag files", "Leave it out, or leave --format out");
    }
    MAGENTA_ASSIGN_OR_RETURN(std::string card, ReadFile(card_file_, kMostCardBytes));
    if (IsUtf8(card)) return card;
    return InputError(card_file_, "is no text in UTF-8", "Save it as UTF-8");
  }

  absl::Status WriteForPages(const Model& model, const LoadedWeights& weights) const {
    MAGENTA_ASSIGN_OR_RETURN(MagentaJsModel page, ForMagentaJs(model, weights));
    page.bundle_description = weights.bundle_description;
    return WriteMagentaJs(bundle_file_, page);
  }

  /// The bundle that --from means, its graph and fields unknown to us included; an empty one where
  /// there is none.
  absl::StatusOr<GeneratorBundle> Base() const {
    const std::string& from = model_.source.bundle_file;
    if (from.empty() || IsMagentaJsFolder(from)) return GeneratorBundle();
    MAGENTA_ASSIGN_OR_RETURN(Bundle bundle, ReadBundle(from));
    return std::move(bundle.proto);
  }

  void AddDetails(const Model& model, const LoadedWeights& weights, GeneratorBundle& bundle) const {
    // A bundle of Magenta's stays what Magenta calls it.
    if (bundle.metagraph_file().empty()) {
      bundle.mutable_generator_details()->set_id(model.spec->id);
    }
    bundle.mutable_generator_details()->set_description(weights.generator_description.empty()
                                                            ? model.spec->description
                                                            : weights.generator_description);
    const std::string& words = weights.bundle_description;
    if (!words.empty()) bundle.mutable_bundle_details()->set_description(words);
    if (!weights.card.empty()) bundle.set_card(weights.card);
    bundle.set_hparams(HParamsText(model.hparams));
    if (!model.grid.is_per_second()) bundle.set_steps_per_quarter(model.grid.steps());
  }

  ModelFlags model_;
  std::string from_;
  std::string bundle_file_;
  std::string description_;
  std::string card_file_;
  std::string format_ = "mag";
};

}  // namespace

std::unique_ptr<Verb> NewBundleVerb() { return std::make_unique<BundleVerb>(); }

}  // namespace magenta::cli
