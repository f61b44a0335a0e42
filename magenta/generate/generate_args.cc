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
    "The arguments are temperature (float_value), beam_size, branch_factor, steps_per_iteration, "
    "seed and reference_windows (int_value)";

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

bool ReadTemperature(const ArgValue& value, GenerateArgs& args) {
  if (!value.has_float_value() && !value.has_int_value()) return false;
  args.temperature = value.has_int_value() ? value.int_value() : value.float_value();
  const double least = std::numeric_limits<float>::min();
  if (args.temperature == 0) return true;
  return args.temperature >= least && args.temperature <= 1e6;
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

}  // namespace magenta
