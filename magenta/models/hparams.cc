// Hyper-parameters by name: one table row says for each how it is read, checked and written.
#include "magenta/models/hparams.h"

#include <fmt/core.h>

#include <charconv>
#include <cmath>
#include <set>
#include <utility>

#include "magenta/base/status.h"
#include "magenta/models/hparams_text.h"

namespace magenta {
namespace {

constexpr int kMaxSize = 1 << 16;   // units, rows of attention
constexpr int kMaxBatch = 1 << 20;  // rows
constexpr int kMaxLayers = 64;
constexpr int kDefaultDecaySteps = 1000;  // 2016's

/// Reads the words of one hyper-parameter; on failure says what it takes.
using ReadValue = std::optional<std::string> (*)(const std::vector<std::string>& words, HParams& h);
using WriteValue = std::optional<std::string> (*)(const HParams& h);  // nullopt: unset

struct HParamRow {
  const char* name;
  bool is_list;
  ReadValue read;
  WriteValue write;
};

std::string_view WithoutPlus(std::string_view word) {
  return word.size() > 1 && word[0] == '+' && word[1] != '-' ? word.substr(1) : word;
}

template <typename Number>
bool ReadNumber(std::string_view word, Number* value) {
  word = WithoutPlus(word);
  const char* const end = word.data() + word.size();
  const auto result = std::from_chars(word.data(), end, *value);
  return result.ec == std::errc() && result.ptr == end;
}

std::optional<int> IntegerIn(std::string_view word, int low, int high) {
  int value = 0;
  if (!ReadNumber(word, &value) || value < low || value > high) return std::nullopt;
  return value;
}

std::string IntegerText(int low, int high) {
  return fmt::format("an integer from {} to {}", low, high);
}

template <auto Field, int Low, int High>
std::optional<std::string> ReadInteger(const std::vector<std::string>& words, HParams& h) {
  const std::optional<int> value = IntegerIn(words[0], Low, High);
  if (!value.has_value()) return IntegerText(Low, High);
  h.*Field = *value;
  return std::nullopt;
}

/// A number greater than 0 (greater or equal where `OrZero`) and at most `High` (0: no bound).
template <auto Field, bool OrZero, int High>
std::optional<std::string> ReadReal(const std::vector<std::string>& words, HParams& h) {
  double value = 0;
  const bool is_number = ReadNumber(words[0], &value) && std::isfinite(value);
  if (!is_number || value < 0 || (value == 0 && !OrZero) || (High != 0 && value > High)) {
    return fmt::format("a number {} 0{}", OrZero ? "not below" : "above",
                       High == 0 ? "" : fmt::format(" and at most {}", High));
  }
  h.*Field = value;
  return std::nullopt;
}

template <bool HParams::*Field>
std::optional<std::string> ReadBoolean(const std::vector<std::string>& words, HParams& h) {
  const std::string& word = words[0];
  int64_t number = 0;
  if (word == "true" || word == "True") {
    h.*Field = true;
  } else if (word == "false" || word == "False") {
    h.*Field = false;
  } else if (ReadNumber(word, &number)) {
    h.*Field = number != 0;
  } else {
    return "true, false or an integer";
  }
  return std::nullopt;
}

std::optional<std::string> ReadLayerSizes(const std::vector<std::string>& words, HParams& h) {
  const std::string takes =
      fmt::format("a list of 1 to {} layers, each {}", kMaxLayers, IntegerText(1, kMaxSize));
  if (words.empty() || words.size() > kMaxLayers) return takes;
  std::vector<int> sizes;
  for (const std::string& word : words) {
    const std::optional<int> size = IntegerIn(word, 1, kMaxSize);
    if (!size.has_value()) return takes;
    sizes.push_back(*size);
  }
  h.rnn_layer_sizes = std::move(sizes);
  return std::nullopt;
}

/// 2016's; only its default has a meaning here.
std::optional<std::string> ReadSkippedLosses(const std::vector<std::string>& words, HParams&) {
  if (IntegerIn(words[0], 0, 0).has_value()) return std::nullopt;
  return "0 alone: every step counts in the loss";
}

std::optional<std::string> ValueText(int value) { return fmt::format("{}", value); }
std::optional<std::string> ValueText(double value) { return fmt::format("{}", value); }
std::optional<std::string> ValueText(bool value) { return value ? "True" : "False"; }
std::optional<std::string> ValueText(const std::vector<int>& values) {
  std::string text;
  for (const int value : values) text += fmt::format("{}{}", text.empty() ? "[" : ",", value);
  return text + "]";
}
template <typename T>
std::optional<std::string> ValueText(const std::optional<T>& value) {
  return value.has_value() ? ValueText(*value) : std::nullopt;
}

template <auto Field>
std::optional<std::string> WriteField(const HParams& h) {
  return ValueText(h.*Field);
}

std::optional<std::string> WriteClipNorm(const HParams& h) {
  return fmt::format("{:.0f}", h.clip_norm);
}

// clip_norm is an integer because Magenta's default is one, and its type is the default's.
constexpr HParamRow kRows[] = {
    {"batch_size", false, ReadInteger<&HParams::batch_size, 1, kMaxBatch>,
     WriteField<&HParams::batch_size>},
    {"rnn_layer_sizes", true, ReadLayerSizes, WriteField<&HParams::rnn_layer_sizes>},
    {"dropout_keep_prob", false, ReadReal<&HParams::dropout_keep_prob, false, 1>,
     WriteField<&HParams::dropout_keep_prob>},
    {"clip_norm", false, ReadInteger<&HParams::clip_norm, 0, kMaxBatch>, WriteClipNorm},
    {"learning_rate", false, ReadReal<&HParams::learning_rate, false, 0>,
     WriteField<&HParams::learning_rate>},
    {"attn_length", false, ReadInteger<&HParams::attn_length, 0, kMaxSize>,
     WriteField<&HParams::attn_length>},
    {"residual_connections", false, ReadBoolean<&HParams::residual_connections>,
     WriteField<&HParams::residual_connections>},
    {"use_cudnn", false, ReadBoolean<&HParams::use_cudnn>, WriteField<&HParams::use_cudnn>},
    {"nade_hidden_units", false, ReadInteger<&HParams::nade_hidden_units, 1, kMaxSize>,
     WriteField<&HParams::nade_hidden_units>},
    {"initial_learning_rate", false, ReadReal<&HParams::initial_learning_rate, false, 0>,
     WriteField<&HParams::initial_learning_rate>},
    {"decay_steps", false, ReadInteger<&HParams::decay_steps, 1, 1 << 30>,
     WriteField<&HParams::decay_steps>},
    {"decay_rate", false, ReadReal<&HParams::decay_rate, false, 0>,
     WriteField<&HParams::decay_rate>},
    {"weight_decay", false, ReadReal<&HParams::weight_decay, true, 0>,
     WriteField<&HParams::weight_decay>},
    {"skip_first_n_losses", false, ReadSkippedLosses,
     [](const HParams&) -> std::optional<std::string> { return std::nullopt; }},
};

const HParamRow* FindRow(std::string_view name) {
  for (const HParamRow& row : kRows) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

std::string ExistingNames() {
  std::string names;
  for (const HParamRow& row : kRows) names += (names.empty() ? "" : ", ") + std::string(row.name);
  return "The hyper-parameters are " + names;
}

std::string JoinWords(const HParamWords& pair) {
  std::string text;
  for (const std::string& word : pair.words) text += (text.empty() ? "" : ",") + word;
  return pair.is_list ? "[" + text + "]" : text;
}

absl::Status ReadPair(const HParamWords& pair, HParams& hparams) {
  const HParamRow* const row = FindRow(pair.name);
  if (row == nullptr) {
    return UsageError(fmt::format("there is no hyper-parameter '{}'", pair.name), ExistingNames());
  }
  std::optional<std::string> takes;
  if (row->is_list != pair.is_list) {
    takes = row->is_list ? "a list, such as [64,64]" : "one value, not a list";
  } else {
    takes = row->read(pair.words, hparams);
  }
  if (!takes.has_value()) return absl::OkStatus();
  return UsageError(
      fmt::format("hyper-parameter '{}' takes {}, not {}", pair.name, *takes, JoinWords(pair)),
      ExistingNames());
}

}  // namespace

absl::StatusOr<HParams> ParseHParams(std::string_view text, const HParams& defaults) {
  MAGENTA_ASSIGN_OR_RETURN(const std::vector<HParamWords> pairs, SplitHParams(text));
  HParams hparams = defaults;
  std::set<std::string_view> seen;
  for (const HParamWords& pair : pairs) {
    MAGENTA_RETURN_IF_ERROR(ReadPair(pair, hparams));
    if (!seen.insert(pair.name).second) {
      return UsageError(fmt::format("hyper-parameter '{}' is given twice", pair.name),
                        "Give it once");
    }
  }
  return hparams;
}

bool NamesHParam(std::string_view text, std::string_view name) {
  const absl::StatusOr<std::vector<HParamWords>> pairs = SplitHParams(text);
  if (!pairs.ok()) return false;
  for (const HParamWords& pair : *pairs) {
    if (pair.name == name) return true;
  }
  return false;
}

std::string HParamsText(const HParams& hparams) {
  std::string text;
  for (const HParamRow& row : kRows) {
    const std::optional<std::string> value = row.write(hparams);
    if (!value.has_value()) continue;
    text += fmt::format("{}{}={}", text.empty() ? "" : ",", row.name, *value);
  }
  return text;
}

double LearningRateAt(const HParams& hparams, int64_t step) {
  if (!hparams.initial_learning_rate && !hparams.decay_steps && !hparams.decay_rate) {
    return hparams.learning_rate;
  }
  const int64_t decays = step / hparams.decay_steps.value_or(kDefaultDecaySteps);
  return hparams.initial_learning_rate.value_or(hparams.learning_rate) *
         std::pow(hparams.decay_rate.value_or(1.0), static_cast<double>(decays));
}

}  // namespace magenta
