#include "magenta/generate/generation_task.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "magenta/base/check.h"
#include "magenta/base/status.h"
#include "magenta/generate/generator_details.h"

namespace magenta {
namespace {

std::string EndingWidth() {
  return fmt::format(", and ending draws {} futures of each output", kEndingFutures);
}

absl::Status CheckRows(const GenerateArgs& args, bool ends, size_t num_outputs, int64_t max_rows) {
  const int64_t beam = int64_t{args.beam_size} * args.branch_factor;
  const int64_t width = ends ? std::max<int64_t>(beam, kEndingFutures) : beam;
  const auto outputs = static_cast<int64_t>(num_outputs);
  if (outputs > 0 && width <= kMaxGeneratedRows / outputs) {
    if (width * outputs <= max_rows) return absl::OkStatus();
    return LimitError(fmt::format("{} sequences at a time are asked for", width * outputs),
                      fmt::format("beam_size times branch_factor may be {} here{}", max_rows,
                                  ends ? EndingWidth() : ""));
  }
  return UsageError(
      fmt::format("{} outputs of beam_size {} and branch_factor {} are {} sequences at a time{}",
                  outputs, args.beam_size, args.branch_factor, width * outputs,
                  ends ? EndingWidth() : ""),
      fmt::format("Let their product be 1 to {}", kMaxGeneratedRows));
}

/// Below 1 a temperature makes likeliest what is likely, and lines would stay where they are. So of
/// several parts it is that of the choice among pitches: a voice moves as often as the model has
/// it; a little oftener where the most probable futures go on, in which voices stay.
void LetVoicesMove(bool looks_ahead, Sampling& sampling) {
  constexpr double kLookingAhead = 1.1;
  if (sampling.temperature == 0 || sampling.temperature >= 1) return;
  sampling.pitch_temperature = sampling.pitch_temperature.value_or(sampling.temperature);
  sampling.temperature = looks_ahead ? kLookingAhead : 1;
}

}  // namespace

absl::StatusOr<GenerationTask> GenerationTask::Start(std::shared_ptr<const Model> model,
                                                     const GenerateSequenceRequest& request,
                                                     const TaskOptions& options) {
  const ArgumentRule rule = ArgumentRuleOf(*model->spec);
  MAGENTA_ASSIGN_OR_RETURN(GenerateArgs args,
                           ParseGenerateArgs(request.generator_options(), &rule));
  if (!args.seed.has_value()) args.seed = DrawSeed();
  const PlannedModel planned = {model->spec->kind.get(), model->codec.get(), model->grid,
                                model->id};
  MAGENTA_ASSIGN_OR_RETURN(std::unique_ptr<MusicPlan> plan, PlanMusic(planned, request, args));
  MAGENTA_ASSIGN_OR_RETURN(const std::optional<EventMask> mask,
                           MaskFor(args.pitches, *model, args.primer_key, plan->primer()));
  GenerationTask task(std::move(model), std::move(plan));
  task.beam_.mask = mask;
  const std::vector<Segment>& segments = task.script().segments;
  task.beam_.ending = task.plan_->ending();
  const bool rescores =
      (segments.back().draw == 0 || segments.size() > 1) && !task.plan_->ending().has_value();
  const bool looks_ahead = !args.names_beam && task.plan_->looks_ahead();
  if (task.model_->spec->kind->plays_parts()) LetVoicesMove(looks_ahead, args.sampling);
  if (!args.names_min_p) args.sampling.pitch_min_p = task.plan_->pitch_min_p();
  if (looks_ahead) {
    args.beam_size = kLookAheadBeamSize;
    args.branch_factor = kLookAheadBranches;
    if (!args.steps_per_iteration.has_value()) args.steps_per_iteration = kLookAheadSteps;
  } else if (!args.names_beam && rescores) {
    args.beam_size = kFillBeamSize;
  }
  MAGENTA_RETURN_IF_ERROR(task.SetUp(args, options));
  return task;
}

absl::Status GenerationTask::SetUp(const GenerateArgs& args, const TaskOptions& options) {
  MAGENTA_RETURN_IF_ERROR(CheckAccepted(*model_->codec, model_->id, script().given.events));
  primer_steps_ = StepsOf(*model_->spec->kind, script().given.events);
  if (steps_total() > options.max_steps) {
    return LimitError(fmt::format("the music has {} steps, its input counted", steps_total()),
                      fmt::format("At most {} are allowed here", options.max_steps));
  }
  const size_t outputs =
      options.sources.empty() ? static_cast<size_t>(options.num_outputs) : options.sources.size();
  if (outputs > 1 && script().segments.front().round_events > 0) {
    return UsageError(
        fmt::format("with reference_windows {} makes one output at a time", model_->id),
        "Ask for one");
  }
  MAGENTA_RETURN_IF_ERROR(CheckRows(args, beam_.ending.has_value(), outputs, options.max_rows));
  MAGENTA_RETURN_IF_ERROR(CheckSampling(args.sampling, *model_));
  beam_.sampling = args.sampling;
  beam_.beam_size = args.beam_size;
  beam_.branch_factor = args.branch_factor;
  beam_.steps_per_iteration = args.steps_per_iteration.value_or(1);
  sources_ = options.sources;
  if (sources_.empty()) {
    seed_ = *args.seed;
    uniforms_.reserve(outputs);
    for (size_t i = 0; i < outputs; ++i) {
      sources_.push_back(&uniforms_.emplace_back(seed_ + static_cast<uint32_t>(i)));
    }
  }
  filters_ = GivenScoreFilters(args.sampling);
  if (options.distributions && Expectation::IsKnownOf(*model_)) {
    expectation_.emplace(model_, plan_->primer());
    FindDrawnSteps();
  }
  primed_.emplace(NewSession());
  PrimeNext();
  return absl::OkStatus();
}

Session GenerationTask::NewSession() const {
  Session session(model_, 1, model_->codec->MakeControl(script().given.control));
  if (beam_.sampling.adapt) session.Adapt();
  return session;
}

/// The next event of the primer, scored as LogLikelihood does.
void GenerationTask::PrimeNext() {
  const Event event = script().given.events[heard_];
  if (heard_ > 0) primer_score_ += primed_->LogProbabilityOf(0, event, filters_);
  primed_->Push(event);
  ++heard_;
  heard_steps_ += model_->spec->kind->StepsOf(event);
}

void GenerationTask::Advance() {
  MAGENTA_CHECK(!done() && !session().pending());
  if (!run_.has_value()) {
    if (heard_ < script().given.events.size()) return PrimeNext();
    run_.emplace(*primed_, beam_, static_cast<float>(primer_score_), sources_, script().segments);
    primed_.reset();
  }
  if (replay_.has_value()) return ReplayNext();
  if (expectation_.has_value() && IsOnlyCandidate() && !run_->gives_next()) {
    Expect(run_->session(), run_->steps_done());
  }
  run_->Advance();
  if (!expectation_.has_value() || IsOnlyCandidate() || !run_->done()) return;
  replay_.emplace(Replay{NewSession(), run_->Results().front().events});
  ReplayNext();
}

/// The steps after the primer that are drawn, from those segments.
void GenerationTask::FindDrawnSteps() {
  int64_t step = 0;
  for (const Segment& segment : script().segments) {
    if (segment.draw > 0) drawn_.push_back({step, step + segment.draw});
    step += segment.draw > 0 ? segment.draw : StepsOf(*model_->spec->kind, segment.given);
  }
}

bool GenerationTask::IsOnlyCandidate() const {
  return sources_.size() == 1 && beam_.beam_size == 1 && beam_.branch_factor == 1 &&
         !beam_.ending.has_value();
}

/// What `session` expects `step` steps after the primer, where that is drawn.
void GenerationTask::Expect(const Session& session, int64_t step) {
  if (session.GivenNext(0).has_value()) return;
  const auto range = std::find_if(drawn_.begin(), drawn_.end(),
                                  [step](const StepRange& drawn) { return step < drawn.end; });
  if (range == drawn_.end() || step < range->start) return;
  ExpectedStep& expected = expected_.emplace_back();
  expected.step = plan_->primer().start_step + primer_steps_ + step;
  expected.time = plan_->SecondsAt(expected.step);
  expected.distribution = expectation_->Of(session);
}

/// The next event of the first output.
void GenerationTask::ReplayNext() {
  if (replay_->heard > 0) Expect(replay_->session, replay_->steps - primer_steps_);
  const Event event = replay_->events[replay_->heard++];
  replay_->steps += model_->spec->kind->StepsOf(event);
  replay_->session.Push(event);
  // Nobody asks what follows the last one.
  if (replay_->heard == replay_->events.size()) replay_.reset();
}

int64_t GenerationTask::steps_done() const {
  return heard_steps_ + (run_.has_value() ? run_->steps_done() : 0);
}

std::optional<NoteSequence> GenerationTask::SoFar() {
  if (!run_.has_value() || run_->session().rows() != 1 || beam_.beam_size > 1 ||
      beam_.branch_factor > 1) {
    return std::nullopt;
  }
  return plan_->SoFar(run_->session().events(0));
}

void GenerationTask::SaySilences(const std::vector<Event>& events, uint32_t seed,
                                 std::vector<std::string>& notes) const {
  for (const std::string& where : plan_->Silences(events)) {
    notes.push_back(
        fmt::format("seed {} drew no note{}{}: {} may", seed, where.empty() ? "" : " in ", where,
                    beam_.sampling.temperature > 0 ? "another" : "a temperature above 0"));
  }
}

/// Where the last note of the output of `seed` is not the tonic: no pitch that is one is allowed,
/// or the key that the whole piece is taken to be in is another than before its end.
void GenerationTask::SayMissedEnding(const std::vector<Event>& events, uint32_t seed,
                                     std::vector<std::string>& notes) const {
  if (!beam_.ending.has_value() || beam_.ending->Reached(events).on_tonic) return;
  notes.push_back(fmt::format("ending: the last note of seed {} is not the tonic", seed));
}

Generation GenerationTask::Finish() {
  MAGENTA_CHECK(done());
  Generation generation;
  generation.notes = plan_->Notes();
  generation.seed = seed_;
  for (BeamResult& result : run_->Results()) {
    GeneratedOutput output;
    output.sequence = plan_->Music(result.events);
    const uint32_t seed = seed_ + static_cast<uint32_t>(generation.outputs.size());
    SaySilences(result.events, seed, generation.notes);
    SayMissedEnding(result.events, seed, generation.notes);
    output.events = {std::move(result.events), script().given.control};
    output.primer_size = static_cast<int>(script().given.events.size());
    output.log_likelihood = result.score;
    if (!uniforms_.empty()) output.seed = seed;
    generation.outputs.push_back(std::move(output));
  }
  return generation;
}

}  // namespace magenta
