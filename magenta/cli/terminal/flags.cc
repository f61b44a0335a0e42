#include "magenta/cli/terminal/flags.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

#include "magenta/base/nearest.h"
#include "magenta/base/status.h"
#include "magenta/cli/terminal/home.h"

namespace magenta::cli {
namespace {

template <typename Number>
bool ReadNumber(std::string_view text, Number* value) {
  if (text.starts_with('+')) text.remove_prefix(1);
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, *value);
  return error == std::errc() && stop == end && !text.empty();
}

bool InRange(const Flag& flag, double value) {
  return value >= flag.minimum && value <= flag.maximum;
}

bool ReadBool(std::string_view text, bool* value) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  if (lower == "true" || lower == "1" || lower == "yes" || lower == "on") return *value = true;
  *value = false;
  return lower == "false" || lower == "0" || lower == "no" || lower == "off";
}

/// The parts of "[a, b,c]" or "a,b,c"; blanks around them are dropped.
std::vector<std::string_view> SplitList(std::string_view text) {
  if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
  std::vector<std::string_view> parts;
  while (true) {
    const size_t comma = text.find(',');
    std::string_view part = text.substr(0, comma);
    while (part.starts_with(' ')) part.remove_prefix(1);
    while (part.ends_with(' ')) part.remove_suffix(1);
    if (!part.empty() || comma != std::string_view::npos) parts.push_back(part);
    if (comma == std::string_view::npos) return parts;
    text.remove_prefix(comma + 1);
  }
}

std::string RangeText(const Flag& flag) {
  const bool low = std::isfinite(flag.minimum), high = std::isfinite(flag.maximum);
  // Above 0, as bounds that are both included say it.
  const bool above_zero = flag.minimum == std::numeric_limits<float>::min();
  if (above_zero && high) return fmt::format(" above 0, up to {}", flag.maximum);
  if (above_zero) return " above 0";
  if (low && high) return fmt::format(" from {} to {}", flag.minimum, flag.maximum);
  if (low) return fmt::format(", at least {}", flag.minimum);
  if (high) return fmt::format(", at most {}", flag.maximum);
  return "";
}

template <typename Number>
Flag& Defaulted(Flag& flag, Number value) {
  flag.default_text = fmt::format("{}", value);
  return flag;
}

}  // namespace

Flag& Flags::Add(std::string name, std::string help, std::string kind,
                 std::function<bool(Flag&, std::string_view)> set) {
  Flag& flag = flags_.emplace_back();
  flag.name = std::move(name);
  flag.help = std::move(help);
  flag.kind = std::move(kind);
  flag.group = group_;
  flag.set = std::move(set);
  return flag;
}

Flag& Flags::Text(std::string name, std::string* value, std::string help) {
  Flag& flag =
      Add(std::move(name), std::move(help), "text", [value](Flag& self, std::string_view text) {
        *value = self.is_path ? ExpandHomes(text) : std::string(text);
        return true;
      });
  return flag.Value("TEXT").Default(*value);
}

Flag& Flags::Bool(std::string name, bool* value, std::string help) {
  Flag& flag = Add(std::move(name), std::move(help), "true or false",
                   [value](Flag&, std::string_view text) { return ReadBool(text, value); });
  flag.is_bool = true;
  flag.default_text = *value ? "on" : "";
  return flag;
}

Flag& Flags::Int(std::string name, int* value, std::string help) {
  Flag& flag = Add(std::move(name), std::move(help), "a whole number",
                   [value](Flag& self, std::string_view text) {
                     return ReadNumber(text, value) && InRange(self, *value);
                   });
  return Defaulted(flag.Value("N"), *value);
}

Flag& Flags::Int64(std::string name, int64_t* value, std::string help) {
  Flag& flag = Add(std::move(name), std::move(help), "a whole number",
                   [value](Flag& self, std::string_view text) {
                     return ReadNumber(text, value) && InRange(self, static_cast<double>(*value));
                   });
  return Defaulted(flag.Value("N"), *value);
}

Flag& Flags::Double(std::string name, double* value, std::string help) {
  Flag& flag =
      Add(std::move(name), std::move(help), "a number", [value](Flag& self, std::string_view text) {
        return ReadNumber(text, value) && std::isfinite(*value) && InRange(self, *value);
      });
  return Defaulted(flag.Value("X"), *value);
}

Flag& Flags::OptionalInt(std::string name, std::optional<int>* value, std::string help) {
  Flag& flag = Add(std::move(name), std::move(help), "a whole number",
                   [value](Flag& self, std::string_view text) {
                     return ReadNumber(text, &value->emplace()) && InRange(self, **value);
                   });
  return flag.Value("N");
}

Flag& Flags::OptionalDouble(std::string name, std::optional<double>* value, std::string help) {
  Flag& flag =
      Add(std::move(name), std::move(help), "a number", [value](Flag& self, std::string_view text) {
        return ReadNumber(text, &value->emplace()) && std::isfinite(**value) &&
               InRange(self, **value);
      });
  return flag.Value("X");
}

Flag& Flags::OptionalSeed(std::string name, std::optional<uint32_t>* value, std::string help) {
  Flag& flag =
      Add(std::move(name), std::move(help), "a whole number from 0 to 4294967295",
          [value](Flag&, std::string_view text) { return ReadNumber(text, &value->emplace()); });
  return flag.Value("N");
}

Flag& Flags::IntList(std::string name, std::vector<int>* value, std::string help) {
  Flag& flag = Add(std::move(name), std::move(help), "whole numbers by commas",
                   [value](Flag& self, std::string_view text) {
                     value->clear();
                     for (const std::string_view part : SplitList(text)) {
                       if (!ReadNumber(part, &value->emplace_back())) return false;
                       if (!InRange(self, value->back())) return false;
                     }
                     return !value->empty();
                   });
  return flag.Value("N,...").Default(fmt::format("{}", fmt::join(*value, ",")));
}

Flag& Flags::TextList(std::string name, std::vector<std::string>* value, std::string help) {
  Flag& flag =
      Add(std::move(name), std::move(help), "names by commas",
          [value](Flag& self, std::string_view text) {
            value->clear();
            for (const std::string_view part : SplitList(text)) {
              if (!self.choices.empty() && !self.open_choices &&
                  std::find(self.choices.begin(), self.choices.end(), part) == self.choices.end()) {
                return false;
              }
              value->push_back(self.is_path ? ExpandHome(part) : std::string(part));
            }
            return !value->empty();
          });
  return flag.Value("NAME,...").Default(fmt::format("{}", fmt::join(*value, ",")));
}

void Flags::Positional(std::string value_name, std::vector<std::string>* values, std::string help,
                       int least, int most) {
  positional_name_ = std::move(value_name);
  positional_help_ = std::move(help);
  positional_ = values;
  positional_least_ = least;
  positional_most_ = most;
}

const Flag* Flags::Find(std::string_view name) const {
  for (const Flag& flag : flags_) {
    if (flag.name == name) return &flag;
  }
  return nullptr;
}

bool Flags::Given(std::string_view name) const {
  const Flag* flag = Find(name);
  return flag != nullptr && flag->given;
}

absl::Status Flags::UnknownFlag(std::string_view typed) const {
  std::string_view name = typed.substr(0, typed.find('='));
  while (name.starts_with('-')) name.remove_prefix(1);
  std::vector<std::string> names = {"help"};
  for (const Flag& flag : flags_) {
    if (!flag.hidden) names.push_back(flag.name);
  }
  const std::string nearest = NearestName(name, names);
  return UsageError(fmt::format("unknown flag {} of {}", typed.substr(0, typed.find('=')), verb_),
                    nearest.empty() ? fmt::format("`magenta {} --help` lists its flags", verb_)
                                    : fmt::format("Did you mean --{}?", nearest));
}

absl::Status Flags::SetValue(Flag& flag, std::string_view text) {
  flag.given = true;
  flag.empty = text.empty();
  const bool among =
      flag.choices.empty() || flag.open_choices || flag.kind == "names by commas" ||
      std::find(flag.choices.begin(), flag.choices.end(), text) != flag.choices.end();
  if (among && flag.set(flag, text)) return absl::OkStatus();
  if (!flag.choices.empty() && !flag.open_choices) {
    return UsageError(
        fmt::format("--{}={} is not one of {}", flag.name, text, fmt::join(flag.choices, ", ")));
  }
  return UsageError(
      fmt::format("--{}={} is not {}{}", flag.name, text, flag.kind, RangeText(flag)));
}

absl::Status Flags::CheckPositional(std::vector<std::string> values) {
  const int count = static_cast<int>(values.size());
  if (positional_ == nullptr || count > positional_most_) {
    if (count == 0) return absl::OkStatus();
    return UsageError(fmt::format("{} takes no \"{}\"", verb_,
                                  values[positional_ == nullptr ? 0 : positional_most_]),
                      fmt::format("usage: magenta {} {}", verb_, usage_));
  }
  if (count < positional_least_) {
    return UsageError(fmt::format("{} needs {}", verb_, positional_name_),
                      fmt::format("usage: magenta {} {}", verb_, usage_));
  }
  if (positional_name_ == "FILE") {
    for (std::string& value : values) value = ExpandHome(value);
  }
  *positional_ = std::move(values);
  return absl::OkStatus();
}

Flag* Flags::FindTyped(std::string_view name, bool* negated) {
  *negated = false;
  for (Flag& flag : flags_) {
    if (flag.name == name) return &flag;
  }
  if (!name.starts_with("no")) return nullptr;
  for (Flag& flag : flags_) {
    if (flag.is_bool && flag.name == name.substr(2)) {
      *negated = true;
      return &flag;
    }
  }
  return nullptr;
}

absl::Status Flags::ParseFlag(std::string_view token, const std::string* next, bool* used_next) {
  const size_t equals = token.find('=');
  const std::string_view name = token.substr(2, equals == token.npos ? equals : equals - 2);
  bool negated = false;
  Flag* flag = token.starts_with("--") ? FindTyped(name, &negated) : nullptr;
  if (flag == nullptr) return UnknownFlag(token);
  const bool has_value = equals != token.npos;
  if (negated && has_value) return UsageError(fmt::format("--{} takes no value", name));
  if (flag->is_bool && !has_value) return SetValue(*flag, negated ? "false" : "true");
  if (has_value) return SetValue(*flag, token.substr(equals + 1));
  // What names a flag is no value that was meant: --output_dir --num_outputs=3.
  const bool forgotten = next != nullptr && next->starts_with("--") &&
                         FindTyped(next->substr(2, next->find('=') - 2), &negated) != nullptr;
  if (next == nullptr || forgotten) {
    return UsageError(fmt::format("--{} needs a value", name),
                      fmt::format("Type --{}={}", name, flag->value_name));
  }
  *used_next = true;
  return SetValue(*flag, *next);
}

absl::Status Flags::Parse(const std::vector<std::string>& args) {
  const auto stop = std::find(args.begin(), args.end(), "--");
  help_wanted_ = std::any_of(args.begin(), stop, [](const std::string& arg) {
    return arg == "--help" || arg == "-h" || arg == "-help";
  });
  if (help_wanted_) return absl::OkStatus();
  std::vector<std::string> files;
  for (auto arg = args.begin(); arg != args.end(); ++arg) {
    if (arg == stop) continue;
    if (arg > stop || arg->size() < 2 || (*arg)[0] != '-') {
      files.push_back(*arg);
      continue;
    }
    bool used_next = false;
    const std::string* next = arg + 1 == args.end() ? nullptr : &*(arg + 1);
    MAGENTA_RETURN_IF_ERROR(ParseFlag(*arg, next, &used_next));
    if (used_next) ++arg;
  }
  for (const Flag& flag : flags_) {
    if (!flag.required && !(flag.refuses_empty && flag.given)) continue;
    if (flag.empty) {
      return UsageError(fmt::format("--{} is empty", flag.name),
                        fmt::format("Type --{}={}", flag.name, flag.value_name));
    }
    if (flag.given) continue;
    return UsageError(fmt::format("{} needs --{}", verb_, flag.name),
                      fmt::format("`magenta {} --help` shows examples", verb_));
  }
  return CheckPositional(std::move(files));
}

}  // namespace magenta::cli
