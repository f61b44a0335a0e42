// The training loop. All that a step depends on is in RunState, the variables and the data; the
// clock only fills the progress report.

#include "magenta/train/train.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <optional>

#include "magenta/base/random.h"
#include "magenta/base/status.h"
#include "magenta/generate/model.h"
#include "magenta/io/tensor/checkpoint.h"
#include "magenta/pipeline/held_out.h"
#include "magenta/train/distributed/agreement.h"
#include "magenta/train/fine_tuning.h"
#include "magenta/train/kernels/one_thread.h"
#include "magenta/train/kernels/panels.h"
#include "magenta/train/learner.h"
#include "magenta/train/run_folder.h"
#include "magenta/train/run_lock.h"
#include "magenta/train/run_log.h"
#include "magenta/train/shared_work.h"

namespace magenta {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double kSpeedSmoothing = 0.9;  // share of the past in steps a second

double SecondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

void Note(const TrainOptions& options, const std::string& text) {
  if (options.on_note) options.on_note(text);
}

absl::Status CheckOptions(const TrainOptions& o) {
  if (o.model == nullptr) return UsageError("no model to train", "Give --config.");
  if (o.model->train == nullptr) MAGENTA_RETURN_IF_ERROR(CheckTrainable(*o.model));
  if (o.run_dir.empty()) return UsageError("no folder for the run", "Give --run_dir.");
  if (o.sequence_example_file.empty()) {
    return UsageError("no training examples", "Give --sequence_example_file.");
  }
  const std::pair<const char*, int64_t> steps[] = {
      {"num_training_steps", o.num_training_steps.value_or(0)},
      {"more_steps", o.more_steps},
      {"warmup_steps", o.warmup_steps.value_or(0)},
  };
  for (const auto& [name, count] : steps) {
    if (count >= 0 && count <= kMostRunSteps) continue;
    return UsageError(fmt::format("{} is {}, more or fewer than a run may count", name, count),
                      fmt::format("Give one from 0 to {}.", kMostRunSteps));
  }
  if (o.patience.value_or(0) < 0 || o.keep < 0) {
    return UsageError("patience and keep may not be negative", "Give 0 or more.");
  }
  if (o.save_every_steps < 1 || o.eval_every_steps < 1 || o.summary_frequency < 1) {
    return UsageError("save_every_steps, eval_every_steps and summary_frequency are at least 1",
                      "Give 1 or more.");
  }
  if (o.patience.value_or(0) > 0 && o.eval_file.empty() && !o.hold_out) {
    return UsageError("--patience needs held-out examples to judge by", "Give --eval_file.");
  }
  const double decay = o.average_weights.value_or(0);
  if (!(decay >= 0 && decay < 1)) {
    return UsageError(fmt::format("average_weights is {}, which is no decay", decay),
                      "Give one from 0 to below 1, such as 0.99.");
  }
  return absl::OkStatus();
}

// As the flags say it.
std::string PlanText(const RateSchedule& schedule, double average_decay) {
  return fmt::format("--learning_rate_schedule={} --warmup_steps={} --average_weights={}",
                     RateShapeName(schedule.shape), schedule.warmup_steps, average_decay);
}

std::vector<int> LengthsOf(const std::vector<DatasetExample>& examples) {
  std::vector<int> lengths;
  lengths.reserve(examples.size());
  for (const DatasetExample& example : examples) {
    lengths.push_back(static_cast<int>(example.steps()));
  }
  return lengths;
}

// Of values, slots and averages: what tells whether two ranks read the same checkpoint.
uint64_t WeightsHash(const std::vector<Variable>& variables) {
  uint64_t hash = 0;
  for (const Variable& v : variables) {
    for (const auto* part : {&v.value, &v.first_moment, &v.second_moment, &v.average}) {
      const std::string_view bytes(reinterpret_cast<const char*>(part->data()),
                                   part->size() * sizeof(float));
      hash = hash * 31 + StableHash(bytes, 0);
    }
  }
  return hash;
}

// Locks the run, and tidies up after a process that was killed. Without a lock what looks left
// behind may be what another training writes, and stays.
absl::StatusOr<RunLock> TakeRun(const TrainOptions& options) {
  MAGENTA_ASSIGN_OR_RETURN(RunLock lock, RunLock::Take(options.run_dir));
  if (!lock.unlocked().empty()) {
    Note(options, fmt::format("{}/lock: cannot be locked ({}): see to it that no second training "
                              "of this run is started",
                              options.run_dir, lock.unlocked()));
    return lock;
  }
  MAGENTA_RETURN_IF_ERROR(TidyCheckpoints(options.run_dir + "/train", options.keep));
  MAGENTA_RETURN_IF_ERROR(TidyCheckpoints(options.run_dir + "/best/train", 1));
  return lock;
}

// Everything between Train()'s first line and its last.
class Trainer {
 public:
  explicit Trainer(const TrainOptions& options)
      : options_(options),
        work_(options.ranks, options.num_threads, options.stop),
        log_(options.run_dir) {}

  absl::Status Prepare();
  absl::StatusOr<TrainResult> Run();
  // Tells TensorBoard what has become of the run.
  absl::Status End(bool success);

 private:
  const ModelSpec& spec() const { return *options_.model; }
  std::string train_folder() const { return options_.run_dir + "/train"; }

  absl::Status PrepareAlone();
  RunFacts Facts() const;
  absl::Status StartOrResume();
  absl::Status StartVariables(const HParams& hparams);
  absl::Status TakeWeights(const LoadedWeights& weights);
  absl::Status Resume(const std::string& checkpoint);
  absl::Status Begin();
  absl::Status SettlePlan(bool begins);
  void SettleEnd(const RateSchedule& schedule);
  absl::Status CheckSchedule() const;
  absl::Status ReadData();
  void SettleBest();
  void SettlePosition();

  bool Stopping() const { return work_.Stopping(); }
  bool Done() const { return total_ > 0 && state_.step >= total_; }
  bool OutOfPatience() const {
    return patience_ > 0 && state_.evaluations_without_gain >= patience_;
  }
  bool EvaluationDue() const {
    return !held_out_.empty() && (state_.step > 0 || fine_tuning_) &&
           state_.evaluated_step != state_.step &&
           (Done() || state_.step % options_.eval_every_steps == 0);
  }
  absl::Status Step();
  absl::Status CheckFinite(const BatchGradients& batch) const;
  void Report(const BatchGradients& batch, double seconds);
  absl::Status EvaluateNow();
  absl::Status WriteEvaluation(const std::vector<Variable>& used, bool best);
  absl::Status Save();
  // Of what rank 0 alone does: where it fails, the others hear why.
  absl::Status ForAll(absl::Status status) const;
  TensorMap Tensors(const std::vector<Variable>& variables) const {
    return RunTensors(variables, state_, spec().id, HParamsText(hparams_));
  }

  const TrainOptions& options_;
  RunLock lock_;
  SharedWork work_;
  RunLog log_;
  HParams hparams_;
  std::vector<Variable> variables_;
  RunState state_;
  LearnerOptions device_;
  int64_t total_ = 0;
  int patience_ = 0;
  bool fine_tuning_ = false;
  std::vector<DatasetExample> examples_, held_out_;
  std::optional<BatchOrder> order_;
  std::unique_ptr<Learner> learner_;
  TrainResult result_;
  TrainProgress progress_;
  int64_t saved_step_ = -1;
  double steps_per_s_ = 0;
};

absl::Status Trainer::Prepare() {
  absl::Status status = PrepareAlone();
  if (options_.ranks != nullptr) status = AgreeOnRun(*options_.ranks, status, Facts());
  if (!status.ok() || !work_.leads()) return status;
  const std::string from = fine_tuning_ ? options_.from : "";
  return ForAll(log_.Begin(SessionOf(spec().id, hparams_, state_, from), state_.step + 1,
                           state_.step + (EvaluationDue() ? 0 : 1)));
}

absl::Status Trainer::End(bool success) {
  return work_.leads() ? log_.End(success, state_.step, result_.training) : absl::OkStatus();
}

// What the steps of this run depend on.
RunFacts Trainer::Facts() const {
  const auto number = [](auto value) { return fmt::format("{}", value); };
  return {
      {"--config", spec().id},
      {"--hparams", HParamsText(hparams_)},
      {"the step that the run stands at", number(state_.step)},
      {"--seed", number(state_.seed)},
      {"the schedule", PlanText(state_.schedule, state_.average_decay)},
      {"the schedule's last step", number(state_.schedule.last_step)},
      {"the number of training examples", number(state_.num_examples)},
      {"the training data's hash", number(state_.data_hash)},
      {"the held-out data's hash",
       number(held_out_.empty() ? 0 : DataHash(held_out_, *spec().codec))},
      {"the weights' hash", number(WeightsHash(variables_))},
      {"the last step", number(total_)},
      {"--save_every_steps", number(options_.save_every_steps)},
      {"--eval_every_steps", number(options_.eval_every_steps)},
      {"--patience", number(patience_)},
      {"--mixed_precision", number(options_.mixed_precision)},
      // What a CPU rounds depends on them.
      {"the width of vectors (MAGENTA_KERNEL)",
       number(learner_ != nullptr && learner_->options().device == "cpu" ? VectorLanes() : 0)},
  };
}

absl::Status Trainer::PrepareAlone() {
  MAGENTA_RETURN_IF_ERROR(CheckOptions(options_));
  MAGENTA_ASSIGN_OR_RETURN(const std::string device,
                           DeviceFor(spec(), options_.device, options_.local_rank));
  if (options_.mixed_precision && device == "cpu") {
    return UsageError("--mixed_precision is for GPUs, and this run computes on the CPU",
                      "Leave it out.");
  }
  MAGENTA_RETURN_IF_ERROR(CheckLibtorchThreads());
  if (work_.leads()) {
    MAGENTA_ASSIGN_OR_RETURN(lock_, TakeRun(options_));
  }
  device_ = OptionsForDevice(device, options_.mixed_precision,
                             options_.ranks == nullptr ? 1 : options_.ranks->size());
  MAGENTA_RETURN_IF_ERROR(StartOrResume());
  MAGENTA_RETURN_IF_ERROR(ReadData());
  SettlePosition();
  SettleBest();
  UseOneThread();
  return absl::OkStatus();
}

absl::Status Trainer::StartOrResume() {
  MAGENTA_ASSIGN_OR_RETURN(const std::string checkpoint, FindCheckpoint(options_.run_dir));
  if (checkpoint.empty()) {
    MAGENTA_RETURN_IF_ERROR(Begin());
    return SettlePlan(true);
  }
  MAGENTA_RETURN_IF_ERROR(Resume(checkpoint));
  if (options_.more_steps > 0) state_.evaluations_without_gain = 0;
  return SettlePlan(/*begins=*/state_.num_examples == 0);  // a run of Magenta's
}

absl::Status Trainer::StartVariables(const HParams& hparams) {
  hparams_ = hparams;
  MAGENTA_ASSIGN_OR_RETURN(learner_, NewLearner(spec(), hparams_, device_));
  variables_ = learner_->StartVariables(options_.seed);
  return absl::OkStatus();
}

// The hyper-parameters of a file, as far as the user's text does not contradict them, and its
// values.
absl::Status Trainer::TakeWeights(const LoadedWeights& weights) {
  MAGENTA_ASSIGN_OR_RETURN(const auto model, MakeModel(weights, spec().id, options_.hparams));
  for (const std::string& note : model->notes) Note(options_, note);
  MAGENTA_RETURN_IF_ERROR(StartVariables(model->hparams));
  if (absl::Status status = TakeValues(weights.tensors, variables_); !status.ok()) {
    return WithFile(status, weights.file);
  }
  return absl::OkStatus();
}

absl::Status Trainer::Begin() {
  state_.seed = options_.seed;
  if (!options_.from.empty()) {
    MAGENTA_ASSIGN_OR_RETURN(const ModelSource source, SourceOf(options_.from));
    MAGENTA_ASSIGN_OR_RETURN(const LoadedWeights weights, ReadWeights(source));
    MAGENTA_RETURN_IF_ERROR(TakeWeights(weights));
    hparams_ = FineTuningHParams(hparams_, options_.hparams);
    MAGENTA_ASSIGN_OR_RETURN(learner_, NewLearner(spec(), hparams_, device_));
    fine_tuning_ = true;
    Note(options_, fmt::format("fine-tuning {} from {}, learning rate {}", spec().id, weights.file,
                               LearningRateAt(hparams_, 0)));
    return absl::OkStatus();
  }
  MAGENTA_ASSIGN_OR_RETURN(const HParams hparams, ParseHParams(options_.hparams, spec().hparams));
  if (hparams.nade_hidden_units.has_value() && !spec().hparams.nade_hidden_units.has_value()) {
    return UsageError(
        fmt::format("--hparams says nade_hidden_units, and {} has no NADE", spec().id),
        "Leave it out, or choose rnn-nade");
  }
  return StartVariables(hparams);
}

absl::Status Trainer::Resume(const std::string& checkpoint) {
  ModelSource source;
  source.checkpoint_file = checkpoint;
  MAGENTA_ASSIGN_OR_RETURN(const LoadedWeights weights, ReadWeights(source, /*with_slots=*/true));
  MAGENTA_RETURN_IF_ERROR(TakeWeights(weights));
  RunState fresh;
  fresh.seed = options_.seed;
  auto state = ReadRunState(weights.tensors, fresh);
  if (!state.ok()) return WithFile(state.status(), checkpoint);
  state_ = *state;
  const auto slots = TakeSlots(weights.tensors, variables_);
  if (!slots.ok()) return WithFile(slots.status(), checkpoint);
  if (!*slots) {
    return InputError(checkpoint, "it holds weights without optimizer slots, so no run can go on",
                      "Start a new --run_dir with --from=" + checkpoint);
  }
  if (state_.average_decay > 0) {
    if (absl::Status status = TakeAverages(weights.tensors, variables_); !status.ok()) {
      // The checkpoint of best/ has the averages in the place of the values.
      return WithFile(WithRemedy(status, "Start a new --run_dir with --from=" + checkpoint),
                      checkpoint);
    }
  }
  saved_step_ = state_.step;
  result_.checkpoint = checkpoint;
  Note(options_, fmt::format("going on from {} (step {})", checkpoint, state_.step));
  if (!options_.from.empty()) {
    Note(options_, "--from is left aside: the run has a checkpoint of its own");
  }
  return absl::OkStatus();
}

// How a run learns is settled where it begins, and written down: all its steps depend on it.
absl::Status Trainer::SettlePlan(bool begins) {
  if (begins) {
    state_.held_out_rule = static_cast<int64_t>(HeldOutRule::kTenth);
    state_.batch_rule = static_cast<int64_t>(BatchRule::kChance);
  }
  RateSchedule schedule = state_.schedule;
  if (!options_.learning_rate_schedule.empty()) {
    MAGENTA_ASSIGN_OR_RETURN(schedule.shape, RateShapeOf(options_.learning_rate_schedule));
  }
  schedule.warmup_steps = options_.warmup_steps.value_or(schedule.warmup_steps);
  const double decay = options_.average_weights.value_or(state_.average_decay);
  if (!begins && (schedule != state_.schedule || decay != state_.average_decay)) {
    return UsageError(
        fmt::format("{} began with {}, and goes on so", options_.run_dir,
                    PlanText(state_.schedule, state_.average_decay)),
        "Leave these flags out, or start a new --run_dir with --from=" + options_.run_dir);
  }
  SettleEnd(schedule);
  if (begins) {
    if (schedule.shape != RateShape::kConstant) schedule.last_step = total_;
    state_.schedule = schedule;
    state_.average_decay = decay;
    if (decay > 0) StartAverages(variables_);
  }
  return CheckSchedule();
}

// Where nobody names an end, a schedule's own is meant, else the default one.
void Trainer::SettleEnd(const RateSchedule& schedule) {
  patience_ = options_.patience.value_or(0);
  const int64_t named = options_.num_training_steps.value_or(0);
  if (options_.more_steps > 0) {
    const bool resumes = saved_step_ >= 0;
    total_ = (resumes ? state_.step : named) + options_.more_steps;
  } else if (options_.num_training_steps.has_value()) {
    total_ = named;
  } else if (schedule.shape != RateShape::kConstant) {
    total_ = schedule.last_step;
  } else {
    total_ = options_.default_steps;
    patience_ = options_.patience.value_or(options_.default_patience);
    if (total_ == 0) return;
    const std::string early =
        patience_ == 0 ? "" : fmt::format(", or when {} measurements bring no gain", patience_);
    Note(options_,
         fmt::format("ends at step {}{}; --num_training_steps=N says otherwise, 0: until stopped",
                     total_, early));
  }
}

absl::Status Trainer::CheckSchedule() const {
  const RateSchedule& schedule = state_.schedule;
  if (schedule.shape == RateShape::kConstant) return absl::OkStatus();
  const std::string name =
      fmt::format("--learning_rate_schedule={}", RateShapeName(schedule.shape));
  if (hparams_.initial_learning_rate || hparams_.decay_steps || hparams_.decay_rate) {
    return UsageError(
        name + " beside a rate that decays by hyper-parameters: these are two schedules",
        "Name learning_rate instead of initial_learning_rate, decay_steps and "
        "decay_rate, or leave the flag out.");
  }
  if (options_.more_steps > 0) {
    return UsageError(
        name + " comes to 0 at the last step of the run, to which --more_steps cannot add",
        "Give --num_training_steps.");
  }
  if (schedule.last_step == 0) {
    return UsageError(name + " comes to 0 at the last step, and this run has none",
                      "Give --num_training_steps.");
  }
  if (schedule.warmup_steps >= schedule.last_step) {
    return UsageError(fmt::format("--warmup_steps={} of {} steps in all", schedule.warmup_steps,
                                  schedule.last_step),
                      "Give fewer.");
  }
  if (total_ > 0 && total_ <= schedule.last_step) return absl::OkStatus();
  return UsageError(
      fmt::format("the learning rate of {} comes to 0 at step {}, and more steps are asked for",
                  options_.run_dir, schedule.last_step),
      fmt::format("Give --num_training_steps={}, or start a new --run_dir with --from={}.",
                  schedule.last_step, options_.run_dir));
}

absl::Status Trainer::ReadData() {
  MAGENTA_ASSIGN_OR_RETURN(examples_, ReadDataset(options_.sequence_example_file, spec()));
  if (!options_.eval_file.empty()) {
    MAGENTA_ASSIGN_OR_RETURN(held_out_, ReadDataset(options_.eval_file, spec()));
  } else if (options_.hold_out) {
    HeldOut chosen = HoldOut(options_.sequence_example_file, spec(), state_.seed,
                             static_cast<HeldOutRule>(state_.held_out_rule), examples_);
    held_out_ = std::move(chosen.examples);
    Note(options_, chosen.note);
  }
  order_.emplace(LengthsOf(examples_), hparams_.batch_size, state_.seed,
                 static_cast<BatchRule>(state_.batch_rule));
  return absl::OkStatus();
}

// The best of other held-out music is not the best of this.
void Trainer::SettleBest() {
  if (held_out_.empty()) return;
  const int64_t hash = DataHash(held_out_, *spec().codec);
  if (state_.held_out_hash != 0 && state_.held_out_hash != hash) {
    Note(options_, "the held-out music changed: the best is looked for anew");
    const RunState fresh;
    state_.best_loss = fresh.best_loss;
    state_.best_step = fresh.best_step;
    state_.evaluations_without_gain = 0;
    state_.evaluated_step = -1;
  }
  state_.held_out_hash = hash;
}

// Data that changed, or batches of another size, have an order of their own: it begins with the
// next epoch.
void Trainer::SettlePosition() {
  const int64_t count = static_cast<int64_t>(examples_.size());
  const int64_t hash = DataHash(examples_, *spec().codec);
  const bool changed = (state_.num_examples != 0 && state_.num_examples != count) ||
                       (state_.data_hash != 0 && state_.data_hash != hash);
  if (changed) Note(options_, "the training data changed: a new epoch begins");
  if (changed || state_.position.batch >= order_->batches_per_epoch()) {
    state_.position = {state_.position.epoch + 1, 0};
  }
  state_.num_examples = count;
  state_.data_hash = hash;
}

absl::Status Trainer::ForAll(absl::Status status) const {
  if (!status.ok() && options_.ranks != nullptr) options_.ranks->GiveUp(ErrorLine(status));
  return status;
}

absl::StatusOr<TrainResult> Trainer::Run() {
  while (true) {
    if (EvaluationDue()) MAGENTA_RETURN_IF_ERROR(EvaluateNow());
    if (saved_step_ != state_.step && state_.step % options_.save_every_steps == 0) {
      MAGENTA_RETURN_IF_ERROR(Save());
    }
    if (Done() || Stopping() || OutOfPatience()) break;
    MAGENTA_RETURN_IF_ERROR(Step());
  }
  if (saved_step_ != state_.step) MAGENTA_RETURN_IF_ERROR(Save());
  if (Stopping() && (!Done() || EvaluationDue())) {
    return InterruptedError(fmt::format("stopped at step {}; saved {}; the same command goes on",
                                        state_.step, result_.checkpoint));
  }
  result_.step = state_.step;
  result_.schedule_steps = state_.schedule.last_step;
  result_.best_loss = state_.best_loss;
  result_.best_step = state_.best_step;
  result_.stopped_early = OutOfPatience() && !Done();
  if (result_.stopped_early) {
    Note(options_, fmt::format("no gain in {} evaluations: stopped at step {}; the best, step {}, "
                               "is in {}/best",
                               patience_, state_.step, state_.best_step, options_.run_dir));
  }
  return result_;
}

absl::Status Trainer::Step() {
  const Clock::time_point start = Clock::now();
  const std::vector<DatasetExample> heard = HeardExamples(
      examples_, order_->At(state_.position), {spec().kind.get(), state_.seed, state_.step});
  const BatchSource source{heard, spec().codec.get()};
  MAGENTA_ASSIGN_OR_RETURN(BatchGradients batch, work_.Gradients(*learner_, variables_, source,
                                                                 {state_.seed, state_.step}));
  MAGENTA_RETURN_IF_ERROR(CheckFinite(batch));
  for (auto& gradient : batch.gradients) ClipByNorm(hparams_.clip_norm, gradient);
  const double rate = LearningRateAt(hparams_, state_.step) * state_.schedule.FactorAt(state_.step);
  DecayWeights(rate * hparams_.weight_decay.value_or(0), variables_);
  AdamStep(rate, batch.gradients, variables_, state_.powers);
  const bool first = progress_.step == 0;
  ++state_.step;
  if (state_.average_decay > 0) AverageStep(state_.average_decay, state_.step, variables_);
  state_.position = order_->Next(state_.position);
  Report(batch, SecondsSince(start));
  const bool summary = first || state_.step % options_.summary_frequency == 0;
  if (!summary || !work_.leads()) return absl::OkStatus();
  return ForAll(log_.Training(state_.step, result_.training, rate, first ? 0 : steps_per_s_));
}

absl::Status Trainer::CheckFinite(const BatchGradients& batch) const {
  bool finite = std::isfinite(batch.sums.loss);
  for (const auto& gradient : batch.gradients) {
    for (const float g : gradient) finite = finite && std::isfinite(g);
  }
  if (finite) return absl::OkStatus();
  return InputError(
      result_.checkpoint,
      fmt::format("the loss at step {} is {}, or its gradients are no numbers; the checkpoint of "
                  "step {} stays",
                  state_.step, batch.sums.loss / double(batch.sums.steps), saved_step_),
      "Lower learning_rate or clip_norm and go on.");
}

void Trainer::Report(const BatchGradients& batch, double seconds) {
  const double speed = 1 / std::max(seconds, 1e-9);
  steps_per_s_ = steps_per_s_ == 0
                     ? speed
                     : 1 / (kSpeedSmoothing / steps_per_s_ + (1 - kSpeedSmoothing) / speed);
  result_.training = batch.sums.ToMetrics(StepsOfClasses(spec()));
  progress_.step = state_.step;
  progress_.total = total_;
  progress_.loss = result_.training.loss;
  progress_.perplexity = result_.training.perplexity();
  progress_.accuracy = result_.training.accuracy;
  progress_.steps_per_s = steps_per_s_;
  progress_.events_per_s = static_cast<double>(batch.sums.steps) * steps_per_s_;
  progress_.eta_s = total_ > 0 ? static_cast<double>(total_ - state_.step) / steps_per_s_ : 0;
  progress_.padding_share = batch.padding_share;
  progress_.evaluation = nullptr;
  if (options_.on_progress) options_.on_progress(progress_);
}

absl::Status Trainer::EvaluateNow() {
  const std::vector<Variable> used = Averaged(variables_);
  MAGENTA_ASSIGN_OR_RETURN(const ScoreSums sums,
                           work_.Score(*learner_, used, held_out_, *spec().codec));
  if (Stopping()) return absl::OkStatus();
  state_.evaluated_step = state_.step;
  if (saved_step_ == state_.step) saved_step_ = -1;  // cut short last time: it belongs in the file
  result_.evaluation = sums.ToMetrics(StepsOfClasses(spec()));
  result_.has_evaluation = true;
  const bool best = result_.evaluation.loss < state_.best_loss;
  if (best) {
    state_.best_loss = result_.evaluation.loss;
    state_.best_step = state_.step;
    state_.evaluations_without_gain = 0;
  } else {
    ++state_.evaluations_without_gain;
  }
  if (work_.leads()) MAGENTA_RETURN_IF_ERROR(ForAll(WriteEvaluation(used, best)));
  progress_.evaluation = &result_.evaluation;
  if (options_.on_progress) options_.on_progress(progress_);
  progress_.evaluation = nullptr;
  return absl::OkStatus();
}

absl::Status Trainer::WriteEvaluation(const std::vector<Variable>& used, bool best) {
  MAGENTA_RETURN_IF_ERROR(log_.Evaluation(state_.step, result_.evaluation));
  if (best) {
    MAGENTA_RETURN_IF_ERROR(log_.Best(state_.step, result_.evaluation));
    const auto saved =
        SaveCheckpoint(options_.run_dir + "/best/train", state_.step, Tensors(used), 1);
    if (!saved.ok()) return saved.status();
  }
  const std::string sample =
      SampleText(ToTensors(used, false), spec().id, HParamsText(hparams_), state_.seed);
  return sample.empty() ? absl::OkStatus()
                        : log_.Sample(state_.step, spec().kind->names().one, sample);
}

absl::Status Trainer::Save() {
  saved_step_ = state_.step;
  if (!work_.leads()) return absl::OkStatus();
  auto saved = SaveCheckpoint(train_folder(), state_.step, Tensors(variables_), options_.keep);
  if (!saved.ok()) return ForAll(saved.status());
  result_.checkpoint = *std::move(saved);
  return absl::OkStatus();
}

// For a model that trains itself: its own training, written as a checkpoint of step 1.
absl::StatusOr<TrainResult> TrainByItself(const TrainOptions& options) {
  const ModelSpec& spec = *options.model;
  if (!options.learning_rate_schedule.empty() || options.warmup_steps || options.average_weights) {
    return UsageError(
        spec.id + " is no network, and has no learning rate and no weights to average",
        "Leave out --learning_rate_schedule, --warmup_steps and --average_weights.");
  }
  MAGENTA_ASSIGN_OR_RETURN(const RunLock lock, TakeRun(options));
  MAGENTA_ASSIGN_OR_RETURN(const HParams hparams, ParseHParams(options.hparams, spec.hparams));
  MAGENTA_ASSIGN_OR_RETURN(const auto examples, ReadDataset(options.sequence_example_file, spec));
  std::vector<EventSequence> sequences;
  for (const DatasetExample& example : examples) {
    if (const auto* events = std::get_if<EventSequence>(&example.content)) {
      sequences.push_back(*events);
    }
  }
  if (sequences.size() != examples.size()) {
    return InputError(
        options.sequence_example_file,
        fmt::format("{} learns from events, which a dense data set does not hold", spec.id),
        "Make it with `magenta dataset --format=compact`.");
  }
  MAGENTA_ASSIGN_OR_RETURN(TensorMap tensors, spec.train(sequences, hparams));
  tensors["global_step"] = Tensor::Int64(1);
  tensors[kHParamsTensor] = Tensor::Text(HParamsText(hparams));
  TrainResult result;
  result.step = 1;
  MAGENTA_ASSIGN_OR_RETURN(result.checkpoint,
                           SaveCheckpoint(options.run_dir + "/train", 1, tensors, options.keep));
  return result;
}

}  // namespace

absl::StatusOr<TrainResult> Train(const TrainOptions& options) {
  MAGENTA_RETURN_IF_ERROR(CheckOptions(options));
  if (options.model->train != nullptr) {
    if (options.ranks == nullptr) return TrainByItself(options);
    return UsageError(options.model->id + " trains itself, in one process",
                      "Start it once, without a launcher.");
  }
  KeepFreedMemory();
  Trainer trainer(options);
  MAGENTA_RETURN_IF_ERROR(trainer.Prepare());
  auto result = trainer.Run();
  const bool success = result.ok();
  if (absl::Status told = trainer.End(success); success && !told.ok()) return told;
  return result;
}

}  // namespace magenta
