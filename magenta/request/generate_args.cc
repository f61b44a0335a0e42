#include "magenta/request/generate_args.h"

#include <fmt/core.h>

#include <cmath>
#include <limits>
#include <map>
#include <string>

#include "magenta/base/error_message.h"
#include "magenta/base/status.h"
#include "magenta/base/utf8.h"
#include "magenta/music/program.h"

namespace magenta {
namespace {

using ArgValue = GeneratorOptions::ArgValue;

constexpr char kExistingArgs[] =
    "The arguments are temperature, pitch_temperature, top_p and min_p (float_value), top_k, "
    "beam_size, branch_factor, steps_per_iteration, seed, reference_windows, render_chords, bars, "
    "new_steps and num_steps (int_value), primer_part and program (int_value or string_value) and "
    "accompaniment (string_value)";

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

bool ReadRenderChords(const ArgValue& value, GenerateArgs& args) {
  args.render_chords = value.has_bool_value() ? value.bool_value() : value.int_value() == 1;
  return value.has_bool_value() ||
         (value.has_int_value() && value.int_value() >= 0 && value.int_value() <= 1);
}

bool ReadPart(const ArgValue& value, GenerateArgs& args) {
  args.primer_part =
      value.has_int_value() ? fmt::format("{}", value.int_value()) : value.string_value();
  return (value.has_int_value() && value.int_value() >= 1) || !args.primer_part.empty();
}

bool ReadAccompaniment(const ArgValue& value, GenerateArgs& args) {
  args.keep_accompaniment = value.string_value() == "keep";
  return args.keep_accompaniment || value.string_value() == "drop";
}

bool ReadProgram(const ArgValue& value, GenerateArgs& args) {
  const auto program = ParseProgram(value.has_int_value() ? fmt::format("{}", value.int_value())
                                                          : value.string_value());
  if (program.ok()) args.program = *program;
  if (value.has_string_value()) args.program_note = ProgramNote(value.string_value());
  return program.ok() && (value.has_int_value() || value.has_string_value());
}

template <std::optional<int> GenerateArgs::*kField, int kLeast, int kMost>
bool ReadOptionalInt(const ArgValue& value, GenerateArgs& args) {
  args.*kField = value.int_value();
  return value.has_int_value() && value.int_value() >= kLeast && value.int_value() <= kMost;
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
      {"reference_windows", {"an int_value of 0 or 1", ReadWindows}},
      {"render_chords", {"an int_value of 0 or 1", ReadRenderChords}},
      {"primer_part", {"an int_value of 1 or more, or a string_value", ReadPart}},
      {"accompaniment", {"a string_value, keep or drop", ReadAccompaniment}},
      {"program", {"an int_value of 0 to 127, or a string_value that names one", ReadProgram}},
      {"num_steps",
       {"an int_value of 1 to 1048576", ReadOptionalInt<&GenerateArgs::num_steps, 1, 1 << 20>}},
      {"new_steps",
       {"an int_value of 1 to 1048576", ReadOptionalInt<&GenerateArgs::new_steps, 1, 1 << 20>}},
      {"bars", {"an int_value of 1 to 65536", ReadOptionalInt<&GenerateArgs::bars, 1, 1 << 16>}}};
  const auto found = rows.find(name);
  return found == rows.end() ? nullptr : &found->second;
}

std::string ArgText(const ArgValue& value) {
  if (value.has_int_value()) return fmt::format("int_value {}", value.int_value());
  if (value.has_float_value()) return fmt::format("float_value {}", value.float_value());
  if (value.has_string_value() && value.string_value().size() <= 40) {
    return fmt::format("string_value '{}'", ValidUtf8(value.string_value()));
  }
  return ArgKindName(value);
}

absl::Status CheckProgramName(const std::string& name) {
  constexpr size_t kLongest = 64;
  const auto program = ParseProgram(ValidUtf8(name));
  if (program.ok() || name.size() > kLongest) return absl::OkStatus();
  return UsageError("argument 'program': " + ErrorMessage(program.status()),
                    ErrorRemedy(program.status()));
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
    if (name == "program" && value.has_string_value()) {
      MAGENTA_RETURN_IF_ERROR(CheckProgramName(value.string_value()));
    }
    if (!row->read(value, args)) {
      return UsageError(
          fmt::format("argument '{}' takes {}, not {}", name, row->takes, ArgText(value)),
          kExistingArgs);
    }
  }
  if (args.branch_factor == 0) args.branch_factor = 1;
  if (args.num_steps.has_value() + args.new_steps.has_value() + args.bars.has_value() > 1) {
    return UsageError(
        "more than one of the arguments bars, new_steps and num_steps says how long the new music "
        "is",
        "Leave all but one of them out");
  }
  if (args.reference_windows) {
    if (options.args().contains("accompaniment") && args.keep_accompaniment) {
      return UsageError(
          "the argument reference_windows drops the accompaniment, and the argument "
          "accompaniment keeps it",
          "Leave one of them out");
    }
    args.keep_accompaniment = false;
  }
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

}  // namespace magenta
