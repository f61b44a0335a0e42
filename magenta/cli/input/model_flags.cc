#include "magenta/cli/input/model_flags.h"

#include "magenta/base/status.h"

namespace magenta::cli {

std::vector<std::string> ConfigNames() {
  std::vector<std::string> names;
  for (const ModelSpec& model : BuiltInModels()) names.push_back(model.id);
  return names;
}

void ModelFlags::Describe(Flags& flags) {
  flags.Group("Model: one of the three files, or the weights that come with --config");
  flags.Text("config", &source.config, "Which model; `magenta models` lists them.")
      .Choices(ConfigNames(), true)
      .Value("NAME")
      .Default("the bundle's, else lookback_rnn");
  DescribeCheckpoints(flags);
  flags
      .Text("bundle_file", &source.bundle_file,
            "A bundle (.mag), ours or Magenta's, or a folder of Magenta.js's.")
      .Value("FILE");
  flags
      .Text("hparams", &source.hparams_text,
            "Hyper-parameters, as name=value,... or {'name':value,...}. A checkpoint tells its own "
            "layer sizes; a different one here is an error.")
      .Value("LIST");
  flags
      .Text(
          "weights", &weights,
          "How the network keeps its weights. float16 halves what a step reads (large layers step "
          "up to twice as fast) and rounds them to 11 bits: now and then another note is drawn.")
      .Choices({"float32", "float16"})
      .Default("float32");
}

void ModelFlags::DescribeCheckpoints(Flags& flags) {
  flags
      .Text("run_dir", &source.run_dir,
            "A training run: its best checkpoint where held-out music was measured, else its "
            "newest.")
      .Value("DIR");
  flags.Bool("newest", &source.newest, "With --run_dir: the newest checkpoint, best or not.");
  flags
      .Text("checkpoint_file", &source.checkpoint_file,
            "A checkpoint: a V1 file, a V2 prefix (model.ckpt-500) or its .index.")
      .Value("FILE");
}

absl::StatusOr<std::shared_ptr<const Model>> ModelFlags::Load(Context& context) const {
  ModelSource chosen = source;
  if (weights == "float16") chosen.runtime.weights = WeightType::kFloat16;
  MAGENTA_ASSIGN_OR_RETURN(std::shared_ptr<const Model> model, LoadModel(chosen));
  context.out.Info(model->provenance);
  for (const std::string& note : model->notes) context.out.Info(note);
  return model;
}

}  // namespace magenta::cli
