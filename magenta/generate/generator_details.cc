#include "magenta/generate/generator_details.h"

#include <fmt/core.h>

#include <algorithm>

#include "magenta/base/status.h"

namespace magenta {
namespace {

constexpr char kChordControl[] = "chords";
/// More steps of a quarter or a second than any model has.
constexpr int kMostSteps = 1000;

void SetGrid(Grid grid, GeneratorDetails& details) {
  if (grid.is_per_second()) {
    details.set_steps_per_second(grid.steps());
  } else {
    details.set_steps_per_quarter(grid.steps());
  }
}

}  // namespace

ArgumentRule ArgumentRuleOf(const ModelSpec& spec) {
  return {spec.id,
          [&spec](ArgumentUse use) {
            switch (use) {
              case ArgumentUse::kAll: break;
              case ArgumentUse::kPitches: return DrawsPitches(*spec.codec, *spec.kind);
              case ArgumentUse::kPitchChoice: return ChoosesAmongPitches(*spec.codec, *spec.kind);
              case ArgumentUse::kAdapting: return CanAdapt(*spec.codec);
              case ArgumentUse::kOneNote:
                return spec.kind->plays_parts() || !spec.kind->plays_chords();
              case ArgumentUse::kOverChords: return spec.kind->ReadsChords();
              case ArgumentUse::kMovesToKey: return spec.kind->MovesToKey();
              case ArgumentUse::kInstruments: return !spec.kind->plays_drums();
              case ArgumentUse::kParts: return spec.kind->plays_parts();
              case ArgumentUse::kBeginsAlone: return spec.kind->begins_alone();
              case ArgumentUse::kDensity: return spec.codec->conditioned_inputs().density;
              case ArgumentUse::kPitchClasses:
                return spec.codec->conditioned_inputs().pitch_classes;
              case ArgumentUse::kOptionalConditions:
                return spec.codec->conditioned_inputs().optional;
            }
            return true;
          },
          spec.temperature};
}

GeneratorDetails DetailsOf(const ModelSpec& spec) {
  const ArgumentRule rule = ArgumentRuleOf(spec);
  GeneratorDetails details;
  details.set_id(spec.id);
  details.set_description(spec.description);
  details.set_config(spec.id);
  details.set_kind(std::string(spec.kind->names().one));
  SetGrid(spec.grid, details);
  details.set_has_control(spec.codec->has_control());
  if (spec.kind->ReadsChords()) details.set_control(kChordControl);
  for (const GeneratorArgument& argument : GenerateArguments(&rule)) {
    *details.add_arguments() = argument;
  }
  return details;
}

GeneratorDetails DetailsOf(const Model& model) {
  GeneratorDetails details = DetailsOf(*model.spec);
  details.set_id(model.id);
  details.set_description(model.description);
  SetGrid(model.grid, details);
  return details;
}

absl::StatusOr<Grid> GridOf(const GeneratorDetails& details) {
  if (details.grid_case() == GeneratorDetails::GRID_NOT_SET) return Grid();
  const bool per_second = details.has_steps_per_second();
  const int steps = per_second ? details.steps_per_second() : details.steps_per_quarter();
  if (steps < 1 || steps > kMostSteps) {
    return OutsideError("", fmt::format("generator '{}' has {} steps per {}", details.id(), steps,
                                        per_second ? "second" : "quarter"));
  }
  return per_second ? Grid::PerSecond(steps) : Grid::PerQuarter(steps);
}

const ModelSpec* SpecOfKind(const GeneratorDetails& details) {
  const auto named = FindModel(details.config().empty() ? details.id() : details.config());
  if (details.kind().empty()) return named.ok() ? *named : nullptr;
  if (named.ok() && (*named)->kind->names().one == details.kind()) return *named;
  const auto models = BuiltInModels();
  const auto found = std::find_if(models.begin(), models.end(), [&](const ModelSpec& spec) {
    return spec.kind->names().one == details.kind();
  });
  return found == models.end() ? nullptr : &*found;
}

bool ReadsChords(const GeneratorDetails& details) { return details.control() == kChordControl; }

bool TakesArgument(const GeneratorDetails& details, std::string_view name) {
  return std::any_of(
      details.arguments().begin(), details.arguments().end(),
      [&](const GeneratorDetails::Argument& argument) { return argument.name() == name; });
}

double OwnTemperature(const GeneratorDetails& details) {
  for (const GeneratorDetails::Argument& argument : details.arguments()) {
    const bool says = argument.name() == kTemperatureArg && argument.has_default_value();
    if (says) return argument.default_value().float_value();
  }
  return 1;
}

bool PlaysDrums(const GeneratorDetails& details) {
  const ModelSpec* spec = SpecOfKind(details);
  return spec != nullptr && spec->kind->plays_drums();
}

}  // namespace magenta
