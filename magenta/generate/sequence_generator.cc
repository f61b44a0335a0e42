#include "magenta/generate/sequence_generator.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "magenta/base/status.h"
#include "magenta/generate/generation_task.h"
#include "magenta/generate/generator_details.h"
#include "magenta/request/generate_args.h"

namespace magenta {
namespace {

absl::StatusOr<Generation> RunToItsEnd(const std::shared_ptr<const Model>& model,
                                       const GenerateSequenceRequest& request,
                                       const TaskOptions& options) {
  MAGENTA_ASSIGN_OR_RETURN(GenerationTask task, GenerationTask::Start(model, request, options));
  while (!task.done()) {
    if (task.session().pending()) task.session().Step();
    task.Advance();
  }
  return task.Finish();
}

}  // namespace

GeneratorDetails SequenceGenerator::details() const { return DetailsOf(*model_); }

absl::StatusOr<Generation> SequenceGenerator::GenerateFrom(
    const GenerateSequenceRequest& request, std::span<UniformSource* const> sources) const {
  TaskOptions options;
  options.sources.assign(sources.begin(), sources.end());
  options.num_outputs = 0;
  return RunToItsEnd(model_, request, options);
}

absl::StatusOr<Generation> SequenceGenerator::GenerateMany(const GenerateSequenceRequest& request,
                                                           int num_outputs) const {
  // Wrong arguments are told first.
  const ArgumentRule rule = ArgumentRuleOf(*model_->spec);
  MAGENTA_RETURN_IF_ERROR(ParseGenerateArgs(request.generator_options(), &rule).status());
  if (num_outputs < 1 || num_outputs > kMaxGeneratedRows) {
    return UsageError(fmt::format("{} outputs are asked for", num_outputs),
                      fmt::format("Ask for 1 to {}", kMaxGeneratedRows));
  }
  TaskOptions options;
  options.num_outputs = num_outputs;
  return RunToItsEnd(model_, request, options);
}

absl::StatusOr<GenerateSequenceResponse> SequenceGenerator::Generate(
    const GenerateSequenceRequest& request) const {
  MAGENTA_ASSIGN_OR_RETURN(Generation generation, GenerateMany(request, 1));
  GenerateSequenceResponse response;
  *response.mutable_generated_sequence() = std::move(generation.outputs[0].sequence);
  return response;
}

}  // namespace magenta
