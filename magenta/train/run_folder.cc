#include "magenta/train/run_folder.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <set>

#include "absl/strings/ascii.h"
#include "magenta/base/files.h"
#include "magenta/base/status.h"
#include "magenta/generate/model.h"
#include "magenta/io/tensor/checkpoint.h"
#include "magenta/io/tensor/checkpoint_state.h"

namespace magenta {
namespace {

constexpr char kTellsNoRun[] =
    "Is it of a newer program, or damaged? --from begins a new run with its weights.";
constexpr char kSeedTensor[] = "magenta/seed";
constexpr char kEpochTensor[] = "magenta/epoch";
constexpr char kBatchTensor[] = "magenta/batch";
constexpr char kExamplesTensor[] = "magenta/num_examples";
constexpr char kDataTensor[] = "magenta/data_hash";
constexpr char kBestLossTensor[] = "magenta/best_loss";
constexpr char kBestStepTensor[] = "magenta/best_step";
constexpr char kWithoutGainTensor[] = "magenta/evaluations_without_gain";
constexpr char kHeldOutTensor[] = "magenta/held_out_hash";
constexpr char kHeldOutRuleTensor[] = "magenta/held_out_rule";
constexpr char kEvaluatedTensor[] = "magenta/evaluated_step";
constexpr char kBatchRuleTensor[] = "magenta/batch_rule";
constexpr char kScheduleTensor[] = "magenta/learning_rate_schedule";
constexpr char kWarmupTensor[] = "magenta/warmup_steps";
constexpr char kLastStepTensor[] = "magenta/schedule_steps";
constexpr char kAverageDecayTensor[] = "magenta/average_weights";

Tensor Float64(double value) {
  Tensor tensor;
  tensor.dtype = DType::kFloat64;
  tensor.bytes.assign(reinterpret_cast<const char*>(&value), sizeof value);
  return tensor;
}

// Copies the one element of `name` to `*value`; leaves it where there is no such tensor.
template <class T>
absl::Status TakeScalar(const TensorMap& tensors, const std::string& name, DType dtype, T* value) {
  const auto found = tensors.find(name);
  if (found == tensors.end()) return absl::OkStatus();
  const Tensor& tensor = found->second;
  if (tensor.dtype != dtype || tensor.bytes.size() != sizeof(T)) {
    return InputError("",
                      fmt::format("{} is {} {}, not one {}", name, DTypeName(tensor.dtype),
                                  tensor.ShapeText(), DTypeName(dtype)),
                      kTellsNoRun);
  }
  std::memcpy(value, tensor.bytes.data(), sizeof(T));
  return absl::OkStatus();
}

// What a later program may have written, or damage: no step may be guessed.
absl::Status CheckPlan(const RunState& state) {
  const RateSchedule& schedule = state.schedule;
  const bool constant = schedule.shape == RateShape::kConstant;
  const auto within = [](int64_t value, int64_t most) { return value >= 0 && value <= most; };
  if (within(state.batch_rule, static_cast<int64_t>(BatchRule::kChance)) &&
      within(static_cast<int64_t>(schedule.shape), static_cast<int64_t>(RateShape::kCosine)) &&
      within(schedule.last_step, kMostRunSteps) &&
      within(schedule.warmup_steps, constant ? kMostRunSteps : schedule.last_step - 1) &&
      state.average_decay >= 0 && state.average_decay < 1) {
    return absl::OkStatus();
  }
  return InputError(
      "",
      fmt::format("batch_rule {}, learning_rate_schedule {}, warmup_steps {}, schedule_steps "
                  "{}, average_weights {}: this program knows no such training",
                  state.batch_rule, static_cast<int64_t>(schedule.shape), schedule.warmup_steps,
                  schedule.last_step, state.average_decay),
      kTellsNoRun);
}

constexpr char kIndexSuffix[] = ".index";
constexpr char kDataSuffix[] = ".data-00000-of-00001";

void RemoveCheckpoint(const std::string& prefix) {
  // What cannot be removed costs disk and nothing else.
  std::error_code ignored;
  for (const char* suffix : {kIndexSuffix, ".meta", kDataSuffix}) {
    std::filesystem::remove(prefix + suffix, ignored);
  }
}

// Takes all but the newest `keep` (0: none) off the list, and returns them. The latest stays.
std::vector<std::string> TakeOldest(CheckpointState& state, int keep) {
  std::vector<std::string> old;
  if (keep > 0 && state.all.size() > static_cast<size_t>(keep)) {
    const auto end = state.all.end() - keep;
    old.assign(state.all.begin(), end);
    state.all.erase(state.all.begin(), end);
  }
  std::erase(old, state.latest);
  return old;
}

// Writes the list first: what is removed afterwards nobody asks for.
absl::Status WriteAndPrune(const std::string& folder, CheckpointState& state, int keep) {
  const std::vector<std::string> old = TakeOldest(state, keep);
  MAGENTA_RETURN_IF_ERROR(WriteCheckpointState(folder, state));
  for (const std::string& path : old) {
    if (path.starts_with(folder + "/")) RemoveCheckpoint(path);  // others are not ours to remove
  }
  return absl::OkStatus();
}

// The step N of "model.ckpt-N" + `suffix`; -1 for any other name.
int64_t StepOf(std::string_view name, std::string_view suffix) {
  constexpr std::string_view kBegin = "model.ckpt-";
  if (!name.starts_with(kBegin) || !name.ends_with(suffix)) return -1;
  name.remove_prefix(kBegin.size());
  if (name.size() <= suffix.size()) return -1;
  name.remove_suffix(suffix.size());
  int64_t step = -1;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), step);
  return error == std::errc() && end == name.data() + name.size() ? step : -1;
}

// Whether `name` is one that OutputFile gives a file of a checkpoint, or the state file, until it
// is whole.
bool IsHalfWritten(std::string_view name) {
  constexpr std::string_view kMark = ".magenta-tmp-";
  constexpr size_t kLetters = 6;
  const size_t mark = name.find(kMark);
  if (mark == std::string_view::npos) return false;
  const std::string_view letters = name.substr(mark + kMark.size());
  if (letters.size() != kLetters || !std::all_of(letters.begin(), letters.end(), [](char c) {
        return absl::ascii_isalnum(static_cast<unsigned char>(c));
      })) {
    return false;
  }
  name = name.substr(0, mark);
  return name == "checkpoint" || StepOf(name, kIndexSuffix) >= 0 || StepOf(name, kDataSuffix) >= 0;
}

void RemoveHalfWritten(const std::string& folder) {
  std::error_code ignored;
  for (const std::string& name : ListFiles(folder, false).value_or(std::vector<std::string>())) {
    if (IsHalfWritten(name)) std::filesystem::remove(std::filesystem::path(folder) / name, ignored);
  }
}

bool IsOurs(const std::string& prefix) {
  const auto tensors =
      ReadCheckpoint(prefix, [](std::string_view name) { return name == kConfigNameTensor; });
  return tensors.ok() && tensors->contains(kConfigNameTensor);
}

}  // namespace

// FNV-1a, a number at a time.
int64_t DataHash(std::span<const DatasetExample> examples, const EventCodec& codec) {
  uint64_t hash = 0xcbf29ce484222325u;
  const auto add = [&hash](uint64_t number) { hash = (hash ^ number) * 0x100000001b3u; };
  for (const DatasetExample& example : examples) {
    const TrainingExample encoded = example.Encode(codec);
    add(encoded.labels.size());
    for (const int label : encoded.labels) add(static_cast<uint64_t>(label));
    if (encoded.inputs.rows() == 0) continue;
    encoded.inputs.ForEach(0, [&](int32_t index, float) { add(static_cast<uint64_t>(index)); });
  }
  return hash == 0 ? 1 : static_cast<int64_t>(hash);
}

TensorMap RunTensors(const std::vector<Variable>& variables, const RunState& state,
                     const std::string& config, const std::string& hparams_text) {
  TensorMap tensors = ToTensors(variables, true);
  tensors["global_step"] = Tensor::Int64(state.step);
  tensors["beta1_power"] = Tensor::Float(state.powers.beta1);
  tensors["beta2_power"] = Tensor::Float(state.powers.beta2);
  tensors[kHParamsTensor] = Tensor::Text(hparams_text);
  tensors[kConfigNameTensor] = Tensor::Text(config);
  tensors[kSeedTensor] = Tensor::Int64(state.seed);
  tensors[kEpochTensor] = Tensor::Int64(state.position.epoch);
  tensors[kBatchTensor] = Tensor::Int64(state.position.batch);
  tensors[kExamplesTensor] = Tensor::Int64(state.num_examples);
  tensors[kDataTensor] = Tensor::Int64(state.data_hash);
  tensors[kBestLossTensor] = Float64(state.best_loss);
  tensors[kBestStepTensor] = Tensor::Int64(state.best_step);
  tensors[kWithoutGainTensor] = Tensor::Int64(state.evaluations_without_gain);
  tensors[kHeldOutTensor] = Tensor::Int64(state.held_out_hash);
  tensors[kHeldOutRuleTensor] = Tensor::Int64(state.held_out_rule);
  tensors[kEvaluatedTensor] = Tensor::Int64(state.evaluated_step);
  tensors[kBatchRuleTensor] = Tensor::Int64(state.batch_rule);
  tensors[kScheduleTensor] = Tensor::Int64(static_cast<int64_t>(state.schedule.shape));
  tensors[kWarmupTensor] = Tensor::Int64(state.schedule.warmup_steps);
  tensors[kLastStepTensor] = Tensor::Int64(state.schedule.last_step);
  tensors[kAverageDecayTensor] = Float64(state.average_decay);
  return tensors;
}

absl::StatusOr<RunState> ReadRunState(const TensorMap& tensors, const RunState& defaults) {
  RunState state = defaults;
  int64_t seed = defaults.seed, shape = static_cast<int64_t>(defaults.schedule.shape);
  const std::pair<const char*, int64_t*> integers[] = {
      {"global_step", &state.step},
      {kSeedTensor, &seed},
      {kEpochTensor, &state.position.epoch},
      {kBatchTensor, &state.position.batch},
      {kExamplesTensor, &state.num_examples},
      {kDataTensor, &state.data_hash},
      {kBestStepTensor, &state.best_step},
      {kWithoutGainTensor, &state.evaluations_without_gain},
      {kHeldOutTensor, &state.held_out_hash},
      {kEvaluatedTensor, &state.evaluated_step},
      {kHeldOutRuleTensor, &state.held_out_rule},
      {kBatchRuleTensor, &state.batch_rule},
      {kScheduleTensor, &shape},
      {kWarmupTensor, &state.schedule.warmup_steps},
      {kLastStepTensor, &state.schedule.last_step},
  };
  for (const auto& [name, value] : integers) {
    MAGENTA_RETURN_IF_ERROR(TakeScalar(tensors, name, DType::kInt64, value));
  }
  MAGENTA_RETURN_IF_ERROR(TakeScalar(tensors, "beta1_power", DType::kFloat32, &state.powers.beta1));
  MAGENTA_RETURN_IF_ERROR(TakeScalar(tensors, "beta2_power", DType::kFloat32, &state.powers.beta2));
  MAGENTA_RETURN_IF_ERROR(TakeScalar(tensors, kBestLossTensor, DType::kFloat64, &state.best_loss));
  MAGENTA_RETURN_IF_ERROR(
      TakeScalar(tensors, kAverageDecayTensor, DType::kFloat64, &state.average_decay));
  for (const int64_t count : {state.step, state.position.epoch, state.position.batch}) {
    if (count >= 0 && count <= kMostRunSteps) continue;
    return InputError(
        "",
        fmt::format("step {}, epoch {}, batch {}: none may be negative, nor over {}", state.step,
                    state.position.epoch, state.position.batch, kMostRunSteps),
        kTellsNoRun);
  }
  state.seed = static_cast<uint32_t>(seed);
  state.schedule.shape = static_cast<RateShape>(shape);
  MAGENTA_RETURN_IF_ERROR(CheckPlan(state));
  return state;
}

absl::StatusOr<std::string> SaveCheckpoint(const std::string& folder, int64_t step,
                                           const TensorMap& tensors, int keep) {
  // Goes away again where nothing can be written to it.
  MAGENTA_ASSIGN_OR_RETURN(const OutputFolder made, OutputFolder::Make(folder));
  const std::string prefix = fmt::format("{}/model.ckpt-{}", folder, step);
  CheckpointState state;
  if (const auto before = ReadCheckpointState(folder); before.ok()) state = *before;
  MAGENTA_RETURN_IF_ERROR(WriteV2(prefix, tensors));
  std::erase(state.all, prefix);
  state.all.push_back(prefix);
  state.latest = prefix;
  MAGENTA_RETURN_IF_ERROR(WriteAndPrune(folder, state, keep));
  return prefix;
}

absl::Status TidyCheckpoints(const std::string& folder, int keep) {
  RemoveHalfWritten(folder);
  auto state = ReadCheckpointState(folder);
  if (!state.ok()) return absl::OkStatus();  // what is wanted is not known
  std::set<std::string> listed;
  for (const std::string& path : state->all) {
    listed.insert(std::filesystem::path(path).filename().string());
  }
  listed.insert(std::filesystem::path(state->latest).filename().string());
  std::set<int64_t> whole, halves;
  for (const std::string& name : ListFiles(folder, false).value_or(std::vector<std::string>())) {
    const int64_t step = StepOf(name, kDataSuffix);
    if (step < 0 || listed.contains(fmt::format("model.ckpt-{}", step))) continue;
    const std::string prefix = fmt::format("{}/model.ckpt-{}", folder, step);
    std::error_code ignored;
    if (!std::filesystem::exists(prefix + kIndexSuffix, ignored)) {
      halves.insert(step);
    } else if (IsOurs(prefix)) {
      whole.insert(step);
    }
  }
  for (const int64_t step : halves) RemoveCheckpoint(fmt::format("{}/model.ckpt-{}", folder, step));
  if (whole.empty()) return absl::OkStatus();
  std::vector<std::string> found;
  found.reserve(whole.size());
  for (const int64_t step : whole) found.push_back(fmt::format("{}/model.ckpt-{}", folder, step));
  state->all.insert(state->all.begin(), found.begin(), found.end());
  return WriteAndPrune(folder, *state, keep);
}

absl::StatusOr<std::string> FindCheckpoint(const std::string& run_dir) {
  auto latest = LatestCheckpoint(run_dir);
  if (latest.ok() || !absl::IsNotFound(latest.status())) return latest;
  std::error_code ignored;
  if (std::filesystem::exists(run_dir + "/train/checkpoint", ignored)) return latest.status();
  return std::string();
}

}  // namespace magenta
