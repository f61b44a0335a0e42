#include "magenta/generate/sequence_generator.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "magenta/base/status.h"
#include "magenta/generate/beam_search.h"
#include "magenta/generate/generate_args.h"
#include "magenta/generate/likelihood.h"
#include "magenta/generate/section.h"
#include "magenta/generate/session.h"

namespace magenta {
namespace {

absl::StatusOr<BeamOptions> BeamOptionsOf(const GenerateArgs& args, int64_t num_steps,
                                          size_t num_outputs) {
  const int64_t width = int64_t{args.beam_size} * args.branch_factor;
  if (num_outputs == 0 || width > kMaxGeneratedRows / static_cast<int64_t>(num_outputs)) {
    return UsageError(
        fmt::format("{} outputs of beam_size {} and branch_factor {} are {} sequences at a time",
                    num_outputs, args.beam_size, args.branch_factor, width * num_outputs),
        fmt::format("Let their product be 1 to {}", kMaxGeneratedRows));
  }
  BeamOptions options;
  options.num_steps = num_steps;
  options.temperature = args.temperature;
  options.beam_size = args.beam_size;
  options.branch_factor = args.branch_factor;
  options.steps_per_iteration = args.steps_per_iteration;
  return options;
}

/// Moves `sequence` by the plan's offset and puts the notes before it in front.
void RestoreTime(const SectionPlan& plan, NoteSequence& sequence) {
  if (plan.offset == 0) return;
  for (auto& note : *sequence.mutable_notes()) {
    note.set_start_time(note.start_time() + plan.offset);
    note.set_end_time(note.end_time() + plan.offset);
  }
  NoteSequence whole = sequence;
  whole.clear_notes();
  for (const auto& note : plan.before.notes()) *whole.add_notes() = note;
  for (const auto& note : sequence.notes()) *whole.add_notes() = note;
  whole.set_total_time(sequence.total_time() + plan.offset);
  sequence = std::move(whole);
}

/// Steps from the primer's end to the section's, at least one.
absl::StatusOr<int64_t> StepsToGenerate(const SectionPlan& plan, const Primer& primer) {
  const int64_t primer_end = primer.start_step + static_cast<int64_t>(primer.events.events.size());
  if (!primer.events.events.empty() && plan.end_step > primer_end)
    return plan.end_step - primer_end;
  return UsageError(fmt::format("the primer ends on step {}, the section to generate on step {}",
                                primer_end, plan.end_step),
                    "Let the section end later");
}

}  // namespace

GeneratorDetails SequenceGenerator::details() const {
  GeneratorDetails details;
  details.set_id(model_->id);
  details.set_description(model_->description);
  return details;
}

absl::StatusOr<Generation> SequenceGenerator::GenerateFrom(
    const GenerateSequenceRequest& request, std::span<UniformSource* const> sources) const {
  const ModelSpec& spec = *model_->spec;
  MAGENTA_ASSIGN_OR_RETURN(const GenerateArgs args, ParseGenerateArgs(request.generator_options()));
  MAGENTA_ASSIGN_OR_RETURN(const SectionPlan plan,
                           PlanSection(request.input_sequence(), request.generator_options(),
                                       model_->steps_per_quarter, args.reference_windows));
  MAGENTA_ASSIGN_OR_RETURN(
      const Primer primer,
      spec.domain->ReadPrimer(plan.input,
                              {plan.search_start_step, plan.start_step, args.reference_windows}));
  MAGENTA_ASSIGN_OR_RETURN(const int64_t num_steps, StepsToGenerate(plan, primer));
  MAGENTA_ASSIGN_OR_RETURN(const BeamOptions options,
                           BeamOptionsOf(args, num_steps, sources.size()));
  std::vector<std::unique_ptr<LogitFilter>> filters;
  filters.push_back(MakeTemperature(args.temperature > 0 ? args.temperature : 1.0));
  Session session(model_, 1);
  MAGENTA_ASSIGN_OR_RETURN(const Likelihood primed, PrimeAndScore(session, primer.events, filters));
  Generation generation;
  generation.notes = plan.notes;
  generation.notes.insert(generation.notes.end(), primer.notes.begin(), primer.notes.end());
  for (BeamResult& result :
       BeamSearch(session, options, static_cast<float>(primed.total), sources)) {
    GeneratedOutput output;
    output.events = {std::move(result.events), primer.events.control};
    output.primer_size = static_cast<int>(primer.events.events.size());
    output.log_likelihood = result.score;
    output.sequence = spec.domain->Render(output.events, primer, plan.qpm);
    RestoreTime(plan, output.sequence);
    generation.outputs.push_back(std::move(output));
  }
  return generation;
}

absl::StatusOr<Generation> SequenceGenerator::GenerateMany(const GenerateSequenceRequest& request,
                                                           int num_outputs) const {
  MAGENTA_ASSIGN_OR_RETURN(const GenerateArgs args, ParseGenerateArgs(request.generator_options()));
  if (num_outputs < 1 || num_outputs > kMaxGeneratedRows) {
    return UsageError(fmt::format("{} outputs are asked for", num_outputs),
                      fmt::format("Ask for 1 to {}", kMaxGeneratedRows));
  }
  const uint32_t seed = args.seed.has_value() ? *args.seed : DrawSeed();
  std::vector<SeededUniform> uniforms;
  uniforms.reserve(num_outputs);
  std::vector<UniformSource*> sources;
  for (int i = 0; i < num_outputs; ++i) {
    sources.push_back(&uniforms.emplace_back(seed + static_cast<uint32_t>(i)));
  }
  MAGENTA_ASSIGN_OR_RETURN(Generation generation, GenerateFrom(request, sources));
  generation.seed = seed;
  for (int i = 0; i < num_outputs; ++i) {
    generation.outputs[i].seed = seed + static_cast<uint32_t>(i);
  }
  return generation;
}

absl::StatusOr<GenerateSequenceResponse> SequenceGenerator::Generate(
    const GenerateSequenceRequest& request) const {
  MAGENTA_ASSIGN_OR_RETURN(Generation generation, GenerateMany(request, 1));
  GenerateSequenceResponse response;
  *response.mutable_generated_sequence() = std::move(generation.outputs[0].sequence);
  return response;
}

}  // namespace magenta
