#include "magenta/generate/generate_args.h"

#include <fmt/core.h>

#include <cmath>
#include <limits>
#include <map>
#include <string>

#include "magenta/base/status.h"

namespace magenta {
namespace {

using ArgValue = GeneratorOptions::ArgValue;

constexpr char kExistingArgs[] =
    "The arguments are temperature, pitch_temperature, top_p and min_p (float_value), top_k, "
    "beam_size, branch_factor, steps_per_iteration, seed and reference_windows (int_value)";

const char* ArgKindName(const ArgValue& value) {
  switch (value.kind_case()) {
    case ArgValue::kByteValue: return "byte_value";
    case ArgValue::kIntValue: return "int_value";
    case ArgValue::kFloatValue: return "float_value";
    case ArgValue::kBoolValue: return "bool_value";
    case ArgValue::kStringValue: return "string_value";
    case ArgValue::KIND_NOT_SET: return "no value";
  }
  return "no value";
}

/// Reads one argument into `args`; false when the value's type or range is wrong.
using ReadArg = bool (*)(const ArgValue& value, GenerateArgs& args);

struct ArgRow {
  const char* takes;
  ReadArg read;
};

template <int GenerateArgs::*kField, int kLeast>
bool ReadIntArg(const ArgValue& value, GenerateArgs& args) {
  if (!value.has_int_value() || value.int_value() < kLeast) return false;
  args.*kField = value.int_value();
  args.names_beam |= kField != &GenerateArgs::steps_per_iteration;
  return true;
}

std::optional<double> NumberIn(const ArgValue& value) {
  if (value.has_int_value()) return value.int_value();
  if (value.has_float_value()) return value.float_value();
  return std::nullopt;
}

/// A value that is a temperature.
std::optional<double> TemperatureIn(const ArgValue& value) {
  const std::optional<double> number = NumberIn(value);
  const double least = std::numeric_limits<float>::min();
  return number.has_value() && (*number == 0 || (*number >= least && *number <= 1e6))
             ? number
             : std::nullopt;
}

bool ReadTemperature(const ArgValue& value, GenerateArgs& args) {
  const std::optional<double> temperature = TemperatureIn(value);
  args.sampling.temperature = temperature.value_or(1);
  return temperature.has_value();
}

bool ReadPitchTemperature(const ArgValue& value, GenerateArgs& args) {
  args.sampling.pitch_temperature = TemperatureIn(value);
  return args.sampling.pitch_temperature.has_value();
}

bool ReadTopK(const ArgValue& value, GenerateArgs& args) {
  args.sampling.top_k = value.int_value();
  return value.has_int_value() && value.int_value() >= 0;
}

bool ReadTopP(const ArgValue& value, GenerateArgs& args) {
  args.sampling.top_p = NumberIn(value).value_or(0);
  return args.sampling.top_p > 0 && args.sampling.top_p <= 1;
}

bool ReadMinP(const ArgValue& value, GenerateArgs& args) {
  args.sampling.min_p = NumberIn(value).value_or(-1);
  return args.sampling.min_p >= 0 && args.sampling.min_p <= 1;
}

bool ReadSeed(const ArgValue& value, GenerateArgs& args) {
  args.seed = static_cast<uint32_t>(value.int_value());
  return value.has_int_value();
}

bool ReadWindows(const ArgValue& value, GenerateArgs& args) {
  args.reference_windows = value.has_bool_value() ? value.bool_value() : value.int_value() == 1;
  return value.has_bool_value() ||
         (value.has_int_value() && value.int_value() >= 0 && value.int_value() <= 1);
}

const ArgRow* FindArg(const std::string& name) {
  static const auto& rows = *new std::map<std::string, ArgRow>{
      {"temperature", {"a float_value of 0 or more", ReadTemperature}},
      {"pitch_temperature", {"a float_value of 0 or more", ReadPitchTemperature}},
      {"top_k", {"an int_value of 0 or more", ReadTopK}},
      {"top_p", {"a float_value above 0, up to 1", ReadTopP}},
      {"min_p", {"a float_value of 0 to 1", ReadMinP}},
      {"beam_size", {"an int_value of 1 or more", ReadIntArg<&GenerateArgs::beam_size, 1>}},
      {"branch_factor", {"an int_value of 0 or more", ReadIntArg<&GenerateArgs::branch_factor, 0>}},
      {"steps_per_iteration",
       {"an int_value of 1 or more", ReadIntArg<&GenerateArgs::steps_per_iteration, 1>}},
      {"seed", {"an int_value", ReadSeed}},
      {"reference_windows", {"an int_value of 0 or 1", ReadWindows}}};
  const auto found = rows.find(name);
  return found == rows.end() ? nullptr : &found->second;
}

std::string ArgText(const ArgValue& value) {
  if (value.has_int_value()) return fmt::format("int_value {}", value.int_value());
  if (value.has_float_value()) return fmt::format("float_value {}", value.float_value());
  return ArgKindName(value);
}

}  // namespace

absl::StatusOr<GenerateArgs> ParseGenerateArgs(const GeneratorOptions& options) {
  GenerateArgs args;
  // In order of names, so that of several errors the same one is told each time.
  const std::map<std::string, ArgValue> sorted(options.args().begin(), options.args().end());
  for (const auto& [name, value] : sorted) {
    const ArgRow* row = FindArg(name);
    if (row == nullptr) {
      return UsageError(fmt::format("there is no argument '{}'", name), kExistingArgs);
    }
    if (!row->read(value, args)) {
      return UsageError(
          fmt::format("argument '{}' takes {}, not {}", name, row->takes, ArgText(value)),
          kExistingArgs);
    }
  }
  if (args.branch_factor == 0) args.branch_factor = 1;
  return args;
}

void SetSamplingArgs(const Sampling& sampling, GeneratorOptions& options) {
  auto& args = *options.mutable_args();
  args["temperature"].set_float_value(sampling.temperature);
  if (sampling.pitch_temperature.has_value()) {
    args["pitch_temperature"].set_float_value(*sampling.pitch_temperature);
  }
  if (sampling.top_k > 0) args["top_k"].set_int_value(sampling.top_k);
  if (sampling.top_p < 1) args["top_p"].set_float_value(sampling.top_p);
  if (sampling.min_p > 0) args["min_p"].set_float_value(sampling.min_p);
}

absl::Status CheckSampling(const Sampling& sampling, const Model& model) {
  if (!sampling.pitch_temperature.has_value()) return absl::OkStatus();
  if (model.codec->head_sizes().size() == 1) {
    const auto encoder = model.codec->NewEncoder();
    for (int label = 0; label < model.codec->num_classes(); ++label) {
      if (model.spec->domain->IsPitch(encoder->DecodeOne(label))) return absl::OkStatus();
    }
  }
  return UsageError(fmt::format("pitch_temperature is for pitches, and {} draws none", model.id),
                    "Use temperature alone");
}

}  // namespace magenta
