#include "magenta/cli/live/live_conditions.h"

#include <fmt/core.h>

#include <algorithm>
#include <string_view>

#include "magenta/base/status.h"
#include "magenta/generate/generator_details.h"
#include "magenta/request/generate_args.h"

namespace magenta::cli {
namespace {

struct ConditionRow {
  const char* arg;
  std::string_view text;  // of the flag of that name
  int control;            // controller; -1: none
  std::string_view control_flag;
  std::string_view told;  // "how dense their notes are"
};

absl::Status CheckSomeTake(const ConditionRow& row, const std::vector<GeneratorDetails>& models) {
  if (row.text.empty() && row.control < 0) return absl::OkStatus();
  if (std::any_of(models.begin(), models.end(),
                  [&](const GeneratorDetails& model) { return TakesArgument(model, row.arg); })) {
    return absl::OkStatus();
  }
  return UsageError(
      fmt::format("--{} is for models that {}, and {} is none",
                  row.text.empty() ? row.control_flag : row.arg, row.told, models[0].id()),
      "Leave it out, or choose such a model: `magenta models` lists them");
}

/// The only value of a flag, as `parse` reads it.
template <typename T>
absl::Status SetOnly(const ConditionRow& row,
                     absl::StatusOr<std::vector<T>> (*parse)(std::string_view, std::string_view),
                     T& value) {
  if (row.text.empty()) return absl::OkStatus();
  MAGENTA_ASSIGN_OR_RETURN(const std::vector<T> values,
                           parse(fmt::format("--{}", row.arg), row.text));
  if (values.size() != 1) {
    return UsageError(fmt::format("--{}={}: {} values, and a session has no end to divide by them",
                                  row.arg, row.text, values.size()),
                      fmt::format("Give the first one; --{} changes it", row.control_flag));
  }
  value = values[0];
  return absl::OkStatus();
}

}  // namespace

std::vector<std::string> ConditionsTaken(const GeneratorDetails& model) {
  std::vector<std::string> names;
  for (const char* name : {kDensityArg, kHistogramArg, kDisableArg}) {
    if (TakesArgument(model, name)) names.emplace_back(name);
  }
  return names;
}

absl::StatusOr<Conditions> FirstConditions(const LiveFlags& flags,
                                           const std::vector<GeneratorDetails>& models) {
  const ConditionRow density = {kDensityArg, flags.conditions.notes_per_second,
                                flags.controls.density, "density_control_number",
                                "are told how dense their notes are"};
  const ConditionRow classes = {kHistogramArg, flags.conditions.pitch_class_histogram,
                                flags.controls.pitch_classes, "pitch_class_control_number",
                                "are told which pitch classes sound"};
  const ConditionRow none = {kDisableArg, flags.conditions.disable_conditioning,
                             flags.controls.untold, "disable_conditioning_control_number",
                             "go with and without conditions"};
  for (const ConditionRow& row : {density, classes, none}) {
    MAGENTA_RETURN_IF_ERROR(CheckSomeTake(row, models));
  }
  Conditions told;
  MAGENTA_RETURN_IF_ERROR(SetOnly(density, &ParseDensities, told.notes_per_second));
  MAGENTA_RETURN_IF_ERROR(SetOnly(classes, &ParseHistograms, told.pitch_classes));
  // A controller says how much of the largest.
  const double largest = *std::max_element(told.pitch_classes.begin(), told.pitch_classes.end());
  for (double& share : told.pitch_classes) share = largest > 0 ? share / largest : 1;
  bool disabled = false;
  MAGENTA_RETURN_IF_ERROR(SetOnly(none, &ParseSwitches, disabled));
  told.disabled = disabled;
  return told;
}

}  // namespace magenta::cli
