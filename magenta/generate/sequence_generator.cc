#include "magenta/generate/sequence_generator.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "magenta/base/random.h"
#include "magenta/base/status.h"
#include "magenta/generate/generation_task.h"
#include "magenta/generate/generator_details.h"
#include "magenta/request/generate_args.h"

namespace magenta {
namespace {

absl::StatusOr<Generation> RunToItsEnd(const std::shared_ptr<const Model>& model,
                                       const GenerateSequenceRequest& request,
                                       const TaskOptions& options,
                                       const std::function<absl::Status()>& check) {
  MAGENTA_ASSIGN_OR_RETURN(GenerationTask task, GenerationTask::Start(model, request, options));
  while (!task.done()) {
    if (check != nullptr) MAGENTA_RETURN_IF_ERROR(check());
    if (task.session().pending()) task.session().Step();
    task.Advance();
  }
  return task.Finish();
}

/// `num_outputs` of which each is planned by its own seed.
absl::StatusOr<Generation> RunEach(const std::shared_ptr<const Model>& model,
                                   GenerateSequenceRequest request, uint32_t seed, int num_outputs,
                                   const std::function<absl::Status()>& check) {
  Generation all;
  for (int i = 0; i < num_outputs; ++i) {
    auto& args = *request.mutable_generator_options()->mutable_args();
    args["seed"].set_int_value(static_cast<int32_t>(seed + static_cast<uint32_t>(i)));
    MAGENTA_ASSIGN_OR_RETURN(Generation one, RunToItsEnd(model, request, {}, check));
    if (i == 0) {
      all = std::move(one);
    } else {
      all.outputs.push_back(std::move(one.outputs.front()));
      for (std::string& note : one.notes) {
        if (std::find(all.notes.begin(), all.notes.end(), note) == all.notes.end()) {
          all.notes.push_back(std::move(note));
        }
      }
    }
  }
  return all;
}

}  // namespace

GeneratorDetails SequenceGenerator::details() const { return DetailsOf(*model_); }

absl::StatusOr<Generation> SequenceGenerator::GenerateFrom(
    const GenerateSequenceRequest& request, std::span<UniformSource* const> sources) const {
  TaskOptions options;
  options.sources.assign(sources.begin(), sources.end());
  options.num_outputs = 0;
  return RunToItsEnd(model_, request, options, {});
}

absl::StatusOr<Generation> SequenceGenerator::GenerateMany(
    const GenerateSequenceRequest& request, int num_outputs,
    const std::function<absl::Status()>& check) const {
  // Wrong arguments are told first.
  const ArgumentRule rule = ArgumentRuleOf(*model_->spec);
  MAGENTA_ASSIGN_OR_RETURN(const GenerateArgs args,
                           ParseGenerateArgs(request.generator_options(), &rule));
  if (num_outputs < 1 || num_outputs > kMaxGeneratedRows) {
    return UsageError(fmt::format("{} outputs are asked for", num_outputs),
                      fmt::format("Ask for 1 to {}", kMaxGeneratedRows));
  }
  // Which notes are varied is drawn, too; of rounds each output has as many as it needs; and what
  // the reference says of a roll depends on the row.
  const MusicKind& kind = *model_->spec->kind;
  const bool apart = args.reference_windows &&
                     (kind.begins_alone() || kind.HearsSeconds() || model_->codec->asks_in_turn());
  if (!args.parts.vary.empty() || apart) {
    return RunEach(model_, request, args.seed.has_value() ? *args.seed : DrawSeed(), num_outputs,
                   check);
  }
  TaskOptions options;
  options.num_outputs = num_outputs;
  return RunToItsEnd(model_, request, options, check);
}

absl::StatusOr<GenerateSequenceResponse> SequenceGenerator::Generate(
    const GenerateSequenceRequest& request) const {
  MAGENTA_ASSIGN_OR_RETURN(Generation generation, GenerateMany(request, 1));
  GenerateSequenceResponse response;
  *response.mutable_generated_sequence() = std::move(generation.outputs[0].sequence);
  return response;
}

}  // namespace magenta
