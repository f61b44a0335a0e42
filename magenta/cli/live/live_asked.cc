#include "magenta/cli/live/live_asked.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <string_view>

#include "magenta/base/error_message.h"
#include "magenta/base/status.h"
#include "magenta/generate/generator_details.h"
#include "magenta/request/generate_args.h"

namespace magenta::cli {
namespace {

using Details = std::span<const GeneratorDetails>;

bool SomeTake(const char* arg, Details models) {
  return std::any_of(models.begin(), models.end(),
                     [arg](const GeneratorDetails& model) { return TakesArgument(model, arg); });
}

/// A flag that says a condition, and the control that changes it.
struct ConditionRow {
  const char* arg;
  std::string_view text;  // of the flag of that name
  int control;            // controller; -1: none
  std::string_view control_flag;
  std::string_view told;  // "how dense their notes are"
};

struct ConditionRows {
  ConditionRow density, classes, none;
};

ConditionRows RowsOf(const LiveFlags& flags) {
  return {.density = {kDensityArg, flags.conditions.notes_per_second, flags.controls.density,
                      "density_control_number", "are told how dense their notes are"},
          .classes = {kHistogramArg, flags.conditions.pitch_class_histogram,
                      flags.controls.pitch_classes, "pitch_class_control_number",
                      "are told which pitch classes sound"},
          .none = {kDisableArg, flags.conditions.disable_conditioning, flags.controls.untold,
                   "disable_conditioning_control_number", "go with and without conditions"}};
}

/// The only value of a flag, as `parse` reads it; `one` says what that is.
template <typename T>
absl::Status SetOnly(const ConditionRow& row,
                     absl::StatusOr<std::vector<T>> (*parse)(std::string_view, std::string_view),
                     const char* one, T& value) {
  if (row.text.empty()) return absl::OkStatus();
  const auto parsed = parse(fmt::format("--{}", row.arg), row.text);
  if (!parsed.ok()) {
    return UsageError(ErrorMessage(parsed.status()), fmt::format("Give {}", one));
  }
  const std::vector<T>& values = *parsed;
  if (values.size() != 1) {
    return UsageError(fmt::format("--{}={}: {} values, and a session has no end to divide by them",
                                  row.arg, row.text, values.size()),
                      fmt::format("Give the first one; --{} changes it", row.control_flag));
  }
  value = values[0];
  return absl::OkStatus();
}

absl::Status CheckCondition(const ConditionRow& row, Details models) {
  if ((row.text.empty() && row.control < 0) || SomeTake(row.arg, models)) return absl::OkStatus();
  return UsageError(
      fmt::format("--{} is for models that {}, and {} is none",
                  row.text.empty() ? row.control_flag : row.arg, row.told, models[0].id()),
      "Leave it out, or choose such a model: `magenta models` lists them");
}

/// Each control has a controller of its own, which is not the switch's; pitch classes have twelve.
absl::Status CheckControls(const LiveFlags& flags, const DuetOptions& options) {
  constexpr int kPitchClasses = 12;
  std::map<int, std::string> flag_of;
  for (const ControlBinding& control : options.controls) {
    const bool is_switch = control.action == LiveAction::kPedal ||
                           control.action == LiveAction::kStartPhrase ||
                           control.action == LiveAction::kStopPhrase;
    if (is_switch && !control.note) flag_of.emplace(control.number, "--switch");
  }
  const auto take = [&flag_of](int number, const std::string& flag) -> absl::Status {
    const auto [there, is_new] = flag_of.emplace(number, flag);
    if (is_new) return absl::OkStatus();
    return UsageError(fmt::format("{} and {} both take controller {}", there->second, flag, number),
                      "Choose another for one of them, or leave it out");
  };
  const auto text = [](std::string_view name, int number) {
    return fmt::format("--{}_control_number={}", name, number);
  };
  for (const auto& [name, number] : flags.named_controls) {
    if (*number >= 0) MAGENTA_RETURN_IF_ERROR(take(*number, text(name, *number)));
  }
  const int first = flags.controls.pitch_classes;
  for (int i = 0; first >= 0 && i < kPitchClasses; ++i) {
    MAGENTA_RETURN_IF_ERROR(take(first + i, text("pitch_class", first)));
  }
  return absl::OkStatus();
}

/// A server that says no kinds may have one that reads chords.
absl::Status CheckReadsChords(const DuetOptions& options, Details models) {
  if (options.backing_chords.empty() && !options.TakesHeldChords()) return absl::OkStatus();
  if (std::any_of(models.begin(), models.end(), [](const GeneratorDetails& details) {
        return details.kind().empty() || ReadsChords(details);
      })) {
    return absl::OkStatus();
  }
  return UsageError(
      fmt::format("chords are for models that play over them, and {} reads none", models[0].id()),
      "Choose --config=chord_pitches_improv, or leave --backing_chords, --chord_channel and "
      "--split_key out");
}

absl::Status CheckMovesToKey(const DuetOptions& options, Details models) {
  if (!options.primer_key.has_value() || SomeTake(kPrimerKeyArg, models)) return absl::OkStatus();
  return UsageError(
      fmt::format("--primer_key is for models that move primers to a key of theirs, and {} takes "
                  "them as they are",
                  models[0].id()),
      "Leave it out");
}

/// What each model must take: an argument of requests, whether flags say it, and the error.
struct NeededArgument {
  const char* arg;
  bool asked;
  std::string_view flags;
  std::string_view why;
  std::string_view remedy;
};

std::vector<NeededArgument> NeededBy(const LiveFlags& flags) {
  const PitchFlags& pitches = flags.pitches;
  const bool limits = !pitches.key.empty() || !pitches.scale.empty() || pitches.min_pitch >= 0 ||
                      pitches.max_pitch >= 0;
  return {
      {kKeyArg, limits, "--key, --scale, --min_pitch and --max_pitch are",
       "draw pitches as events, and {} takes none of them",
       "Leave them out, or choose a model of melodies"},
      {kPitchTemperatureArg, flags.sampling.pitch_temperature.has_value(), "--pitch_temperature is",
       "draw one of many pitches as an event, which {} does not", "Use --temperature alone"},
      {kAdaptArg, flags.sampling.adapt, "--adapt is", "take up motifs, which {} does not",
       "Leave it out"}};
}

}  // namespace

absl::Status CheckAsked(const LiveFlags& flags, const DuetOptions& options, Details chosen) {
  MAGENTA_RETURN_IF_ERROR(CheckReadsChords(options, chosen));
  MAGENTA_RETURN_IF_ERROR(CheckMovesToKey(options, chosen));
  for (const NeededArgument& needed : NeededBy(flags)) {
    for (const GeneratorDetails& model : chosen) {
      if (!needed.asked || TakesArgument(model, needed.arg)) continue;
      const std::string why = fmt::format(fmt::runtime(needed.why), model.id());
      return UsageError(fmt::format("{} for models that {}", needed.flags, why),
                        std::string(needed.remedy));
    }
  }
  const ConditionRows rows = RowsOf(flags);
  for (const ConditionRow& row : {rows.density, rows.classes, rows.none}) {
    MAGENTA_RETURN_IF_ERROR(CheckCondition(row, chosen));
  }
  MAGENTA_RETURN_IF_ERROR(CheckControls(flags, options));
  return absl::OkStatus();
}

void KeepTaking(const LiveFlags& flags, std::vector<GeneratorDetails>& models,
                std::vector<std::string>& remarks) {
  const std::vector<NeededArgument> all = NeededBy(flags);
  const auto lacks = [&](const GeneratorDetails& model) {
    const auto missing = std::find_if(all.begin(), all.end(), [&](const NeededArgument& needed) {
      return needed.asked && !TakesArgument(model, needed.arg);
    });
    if (missing == all.end()) return false;
    if (flags.controls.model < 0) return true;  // nobody will choose it
    remarks.push_back(fmt::format("{} can't be chosen: it does not take the argument {}",
                                  model.id(), missing->arg));
    return true;
  };
  models.erase(std::remove_if(models.begin() + 1, models.end(), lacks), models.end());
}

std::vector<std::string> ConditionsTaken(const GeneratorDetails& model) {
  std::vector<std::string> names;
  for (const char* name : {kDensityArg, kHistogramArg, kDisableArg}) {
    if (TakesArgument(model, name)) names.emplace_back(name);
  }
  return names;
}

absl::StatusOr<Conditions> FirstConditions(const LiveFlags& flags) {
  const ConditionRows rows = RowsOf(flags);
  Conditions told;
  MAGENTA_RETURN_IF_ERROR(
      SetOnly(rows.density, &ParseDensities, "notes per second, as 5", told.notes_per_second));
  MAGENTA_RETURN_IF_ERROR(SetOnly(
      rows.classes, &ParseHistograms,
      "twelve numbers of 0 or more, C first, as [2,0,1,0,1,1,0,2,0,1,0,1]", told.pitch_classes));
  // A controller says how much of the largest.
  const double largest = *std::max_element(told.pitch_classes.begin(), told.pitch_classes.end());
  for (double& share : told.pitch_classes) share = largest > 0 ? share / largest : 1;
  bool disabled = false;
  MAGENTA_RETURN_IF_ERROR(SetOnly(rows.none, &ParseSwitches, "True or False", disabled));
  told.disabled = disabled;
  return told;
}

}  // namespace magenta::cli
