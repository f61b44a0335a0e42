#pragma once
// A request on its way to music, a network step at a time: what SequenceGenerator runs to its end,
// and a server many of at once.
//
//   auto task = GenerationTask::Start(model, request, {.num_outputs = 1});
//   while (!task->done()) { if (task->session().pending()) task->session().Step(); task->Advance();
//   } Generation music = task->Finish();

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/base/random.h"
#include "magenta/generate/beam_search.h"
#include "magenta/generate/expectation.h"
#include "magenta/generate/plan/music_plan.h"
#include "magenta/generate/plan/script.h"
#include "magenta/generate/sequence_generator.h"
#include "magenta/request/generate_args.h"

namespace magenta {

/// How much music, from which draws, within which bounds.
struct TaskOptions {
  /// Outputs that draw from SeededUniform(seed + i); 1 or more.
  int num_outputs = 1;
  /// Instead: the draws of each output. They must outlive the task.
  std::vector<UniformSource*> sources = {};
  /// Most steps of the grid in an output, the primer's counted, and most rows. Past them:
  /// kResourceExhausted.
  int64_t max_steps = int64_t{1} << 22;
  int64_t max_rows = kMaxGeneratedRows;
  /// Whether TakeExpected() is wanted, which costs; of models of one head alone.
  bool distributions = false;
};

/// What a model expected where an event was drawn.
struct ExpectedStep {
  /// Of the result, in seconds, and on the model's grid.
  double time = 0;
  int64_t step = 0;
  StepDistribution distribution;
};

/// Candidates between which the notes after a fill decide, where the request doesn't say.
inline constexpr int kFillBeamSize = 16;
/// The search of a plan that looks ahead, where the arguments name no beam: of each of 4 pieces 4
/// futures of two quarters, of all these the 4 most probable.
inline constexpr int kLookAheadBeamSize = 4, kLookAheadBranches = 4;
inline constexpr int kLookAheadSteps = 24;

/// Not thread-safe; movable. Different tasks of one model may run at the same time.
class GenerationTask {
 public:
  /// Reads the request; no step is taken yet. Errors as SequenceGenerator's.
  static absl::StatusOr<GenerationTask> Start(std::shared_ptr<const Model> model,
                                              const GenerateSequenceRequest& request,
                                              const TaskOptions& options);
  GenerationTask(GenerationTask&&) noexcept = default;
  GenerationTask& operator=(GenerationTask&&) noexcept = default;

  /// Whether every output is complete.
  bool done() const { return run_.has_value() && run_->done() && !replay_.has_value(); }
  /// What must be stepped, while pending(), before Advance(). It is another one after Advance().
  Session& session() {
    if (replay_.has_value()) return replay_->session;
    return run_.has_value() ? run_->session() : *primed_;
  }
  /// Hears the next event of the primer, or draws. Not when done().
  void Advance();
  /// With TaskOptions::distributions: what was expected at the steps of the first output that were
  /// drawn, in order, each once: those since the last call. Where several candidates are considered
  /// all of them come at the end, when it is known which of them stays.
  std::vector<ExpectedStep> TakeExpected() { return std::exchange(expected_, {}); }
  const Model& model() const { return *model_; }

  /// Progress: steps of the grid that were heard or drawn, those of the primer counted, so far and
  /// in the end.
  int64_t steps_done() const;
  int64_t steps_total() const { return primer_steps_ + script().steps; }
  /// That of the first output: the request's, or the one that was drawn for it.
  uint32_t seed() const { return seed_; }

  /// The first output so far, while it is the only one that is considered (no beam, nor futures of
  /// an ending) and goes on after the input; nullopt else, and before its first new note. Only its
  /// last note may change.
  std::optional<NoteSequence> SoFar();
  /// The outputs. done() (checked).
  Generation Finish();

 private:
  GenerationTask(std::shared_ptr<const Model> model, std::unique_ptr<const MusicPlan> plan)
      : model_(std::move(model)), plan_(std::move(plan)) {}
  /// The first output, run through once more for what was expected of it.
  struct Replay {
    Session session;
    std::vector<Event> events;
    size_t heard = 0;
    int64_t steps = 0;
  };
  void SaySilences(const std::vector<Event>& events, uint32_t seed,
                   std::vector<std::string>& notes) const;
  void SayMissedEnding(const std::vector<Event>& events, uint32_t seed,
                       std::vector<std::string>& notes) const;
  absl::Status SetUp(const GenerateArgs& args, const TaskOptions& options);
  Session NewSession() const;
  void PrimeNext();
  void FindDrawnSteps();
  bool IsOnlyCandidate() const;
  void Expect(const Session& session, int64_t step);
  void ReplayNext();
  const Script& script() const { return plan_->script(); }

  std::shared_ptr<const Model> model_;
  std::unique_ptr<const MusicPlan> plan_;
  BeamOptions beam_;
  uint32_t seed_ = 0;
  std::vector<SeededUniform> uniforms_;
  std::vector<UniformSource*> sources_;
  FilterChain filters_;  // that the primer is scored by
  size_t heard_ = 0;     // given events that the session was given
  int64_t heard_steps_ = 0, primer_steps_ = 0;
  double primer_score_ = 0;
  std::optional<Session> primed_;
  std::optional<BeamRun> run_;
  std::optional<Expectation> expectation_;  // where distributions are wanted
  std::vector<StepRange> drawn_;            // the same; after the primer
  std::vector<ExpectedStep> expected_;
  std::optional<Replay> replay_;
};

}  // namespace magenta
