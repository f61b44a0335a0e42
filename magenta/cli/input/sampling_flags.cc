#include "magenta/cli/input/sampling_flags.h"

#include <fmt/core.h>

#include <limits>
#include <vector>

#include "magenta/base/status.h"
#include "magenta/models/model_spec.h"

namespace magenta::cli {

void DescribeTemperature(Flags& flags, std::optional<double>& temperature,
                         const std::string& before) {
  std::string own = "1";
  for (const ModelSpec& model : BuiltInModels()) {
    if (model.temperature != 1) own += fmt::format("; of {} {}", model.id, model.temperature);
  }
  flags
      .OptionalDouble("temperature", &temperature,
                      "Above 1 wilder, below 1 tamer, 0 always the most probable event.")
      .Range(0, 1000)
      .Default(before + own);
}

void SamplingFlags::Describe(Flags& flags) {
  flags
      .OptionalDouble("pitch_temperature", &pitch_temperature,
                      "Temperature of the choice among pitches alone; when notes begin and end "
                      "stays as at --temperature.")
      .Range(0, 1000)
      .Default("that of all events");
  flags.Int("top_k", &top_k, "Draw from the K most probable events only; 0: from all.")
      .Range(0, 1 << 20)
      .Value("K")
      .Default("0");
  flags
      .OptionalDouble("top_p", &top_p,
                      "Draw only from the most probable events that have this probability "
                      "together.")
      .Range(std::numeric_limits<float>::min(), 1)
      .Value("P")
      .Default("1: from all");
  flags
      .OptionalDouble("min_p", &min_p,
                      "Draw no event less probable than this part of the most probable one.")
      .Range(0, 1)
      .Value("P")
      .Default(
          "0: from all; of several lines that generate draws together 0.2 of the most probable "
          "pitch");
  DescribeAdapt(flags, adapt);
}

void DescribeAdapt(Flags& flags, bool& adapt) {
  flags.Bool("adapt", &adapt,
             "What the piece has played so far, its motifs, says what may come next, beside what "
             "the model learned.");
}

Sampling SamplingFlags::Get() const {
  Sampling sampling;
  sampling.pitch_temperature = pitch_temperature;
  if (top_k >= 0) sampling.top_k = top_k;
  sampling.top_p = top_p.value_or(sampling.top_p);
  sampling.min_p = min_p.value_or(sampling.min_p);
  sampling.adapt = adapt;
  return sampling;
}

void SamplingFlags::SetGiven(GeneratorOptions& options) const {
  auto& args = *options.mutable_args();
  if (pitch_temperature) args["pitch_temperature"].set_float_value(*pitch_temperature);
  if (top_k >= 0) args["top_k"].set_int_value(top_k);
  if (top_p) args["top_p"].set_float_value(*top_p);
  if (min_p) args["min_p"].set_float_value(*min_p);
  if (adapt) args["adapt"].set_int_value(1);
}

void PitchFlags::Describe(Flags& flags) {
  flags
      .Text("key", &key,
            "New notes are of this key alone (D, Bb minor, F#m; without a mode major). Of the "
            "primer's own key it says nothing, as primer_key does.")
      .NotEmpty()
      .Value("KEY")
      .Default("all notes");
  std::vector<std::string> scales;
  for (const Scale& known : Scales()) scales.emplace_back(known.name);
  flags
      .Text("scale", &scale,
            "New notes are of this scale alone, on the tonic of --key, or else of the key that the "
            "primer is taken to be in.")
      .Choices(scales)
      .Default("that of --key");
  flags
      .Int("min_pitch", &min_pitch,
           "The lowest pitch of new notes, as they sound (60 is middle C).")
      .Range(0, 127)
      .Default("0");
  flags.Int("max_pitch", &max_pitch, "The highest one.").Range(0, 127).Default("127");
}

absl::StatusOr<PitchLimits> PitchFlags::Limits() const {
  PitchLimits limits;
  if (!key.empty()) {
    limits.key = ParseKey(key);
    if (!limits.key.has_value()) return NoKeyError("--key", key);
  }
  limits.scale = FindScale(scale);
  if (min_pitch >= 0) limits.min_pitch = min_pitch;
  if (max_pitch >= 0) limits.max_pitch = max_pitch;
  MAGENTA_RETURN_IF_ERROR(CheckPitchRange(limits, "--"));
  return limits;
}

absl::Status PitchFlags::SetGiven(GeneratorOptions& options) const {
  MAGENTA_ASSIGN_OR_RETURN(const PitchLimits limits, Limits());
  SetPitchArgs(limits, options);
  // A request may say another.
  auto& args = *options.mutable_args();
  if (min_pitch >= 0) args["min_pitch"].set_int_value(min_pitch);
  if (max_pitch >= 0) args["max_pitch"].set_int_value(max_pitch);
  return absl::OkStatus();
}

void ConditionFlags::Describe(Flags& flags, bool over_time) {
  const auto help = [over_time](const std::string& text, const char* list) {
    return text + (over_time ? list : ".");
  };
  flags
      .Text(kDensityArg, &notes_per_second,
            help("For models that are told how dense their notes are: so many a second",
                 ", or a list over time, \"[2, 8]\"."))
      .NotEmpty()
      .Value(over_time ? "NUMBERS" : "NUMBER")
      .Default("15");
  flags
      .Text(kHistogramArg, &pitch_class_histogram,
            help("For models that are told which pitch classes sound: how much each of them does, "
                 "twelve numbers, C first, \"[2,0,1,0,1,1,0,2,0,1,0,1]\"",
                 ", or a list of such over time."))
      .NotEmpty()
      .Value("NUMBERS")
      .Default("all alike");
  flags
      .Text(kDisableArg, &disable_conditioning,
            help("For models that go without either, too: True",
                 ", or a list over time, \"[False, True]\"."))
      .NotEmpty()
      .Value(over_time ? "BOOLS" : "BOOL")
      .Default("False");
}

absl::Status ConditionFlags::SetGiven(GeneratorOptions& options) const {
  auto& args = *options.mutable_args();
  const auto set = [&args](const char* name, const std::string& text, const absl::Status& status) {
    if (text.empty()) return absl::OkStatus();
    if (status.ok()) args[name].set_string_value(text);
    return status;
  };
  const std::string dashes = "--";
  MAGENTA_RETURN_IF_ERROR(set(kDensityArg, notes_per_second,
                              ParseDensities(dashes + kDensityArg, notes_per_second).status()));
  MAGENTA_RETURN_IF_ERROR(
      set(kHistogramArg, pitch_class_histogram,
          ParseHistograms(dashes + kHistogramArg, pitch_class_histogram).status()));
  return set(kDisableArg, disable_conditioning,
             ParseSwitches(dashes + kDisableArg, disable_conditioning).status());
}

}  // namespace magenta::cli
