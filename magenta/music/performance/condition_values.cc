#include "magenta/music/performance/condition_values.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>
#include <string>
#include <utility>

#include "magenta/base/status.h"

namespace magenta {
namespace {

constexpr size_t kMostValues = 4096;

/// Numbers, or lists of them: `lists[0]` alone where there is no list of lists.
struct Literal {
  std::vector<std::vector<double>> lists;
  int depth = 0;  // of brackets
};

/// Python's: numbers, True, False, lists and tuples of them, up to lists of lists.
class LiteralReader {
 public:
  explicit LiteralReader(std::string_view text) : text_(text) {}

  bool Read(Literal& literal) {
    return Value(0, literal) && (Skip(), at_ == text_.size()) && !literal.lists.empty();
  }

 private:
  void Skip() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
  }
  bool Take(std::string_view word) {
    Skip();
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  bool Value(int depth, Literal& literal) {
    for (const auto& [open, close] : {std::pair("[", "]"), std::pair("(", ")")}) {
      if (Take(open)) return List(depth + 1, close, literal);
    }
    double number = 0;
    if (!Number(number)) return false;
    // All values lie as deep as the first.
    if (literal.lists.empty()) literal.depth = depth;
    if (depth != literal.depth) return false;
    if (depth < 2 && literal.lists.empty()) literal.lists.emplace_back();
    if (literal.lists.empty() || literal.lists.back().size() >= kMostValues) return false;
    literal.lists.back().push_back(number);
    return true;
  }

  bool List(int depth, const char* close, Literal& literal) {
    if (depth > 2) return false;
    if (depth == 2) {
      if (literal.lists.size() >= kMostValues) return false;
      if (!literal.lists.empty() && literal.depth != 2) return false;
      literal.depth = 2;
      literal.lists.emplace_back();
    }
    while (!Take(close)) {
      if (!Value(depth, literal)) return false;
      if (!Take(",")) return Take(close);
    }
    return true;
  }

  bool Number(double& number) {
    for (const auto& [word, value] : {std::pair("True", 1.0), std::pair("true", 1.0),
                                      std::pair("False", 0.0), std::pair("false", 0.0)}) {
      if (!Take(word)) continue;
      number = value;
      return true;
    }
    Take("+");
    const char* begin = text_.data() + at_;
    const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), number);
    at_ += static_cast<size_t>(end - begin);
    return error == std::errc() && std::isfinite(number);
  }

  const std::string_view text_;
  size_t at_ = 0;
};

std::string ShortText(std::string_view text) {
  constexpr size_t kShown = 60;
  std::string shown;
  for (const char letter : text.substr(0, kShown)) {
    shown += letter >= ' ' && letter <= '~' ? letter : '?';
  }
  return text.size() > kShown ? shown + "..." : shown;
}

absl::Status NotOf(std::string_view name, std::string_view text, const char* what,
                   const char* remedy) {
  return UsageError(fmt::format("{}: {} {}", name, ShortText(text), what), remedy);
}

constexpr char kDensityRemedy[] = "Give notes per second, as 5, or a list over time, as [2, 8]";
constexpr char kHistogramRemedy[] =
    "Give twelve numbers of 0 or more, C first, as [2,0,1,0,1,1,0,2,0,1,0,1], or a list of such";
/// Models know no difference above 64 notes a second; numbers are stored as floats.
constexpr double kMostDensity = 1000, kMostShare = 1e9;

/// The value that holds at `step`.
template <class Values>
auto ValueAt(const Values& values, int64_t step, int64_t steps) {
  const auto count = static_cast<int64_t>(values.size());
  return values[static_cast<size_t>(std::min(step * count / steps, count - 1))];
}

/// Adds the steps at which another value begins.
void AddChanges(size_t values, int64_t steps, std::set<int64_t>& changes) {
  const auto count = static_cast<int64_t>(values);
  for (int64_t i = 1; i < count; ++i) changes.insert((i * steps + count - 1) / count);
}

}  // namespace

std::vector<Conditions> ConditionValues::Over(int64_t steps) const {
  std::set<int64_t> changes = {0};
  AddChanges(notes_per_second.size(), steps, changes);
  AddChanges(pitch_class_histogram.size(), steps, changes);
  AddChanges(disable_conditioning.size(), steps, changes);
  std::vector<Conditions> all;
  for (const int64_t step : changes) {
    Conditions& here = all.emplace_back();
    here.step = step;
    if (!notes_per_second.empty()) here.notes_per_second = ValueAt(notes_per_second, step, steps);
    if (!pitch_class_histogram.empty()) {
      here.pitch_classes = ValueAt(pitch_class_histogram, step, steps);
    }
    if (!disable_conditioning.empty()) here.disabled = ValueAt(disable_conditioning, step, steps);
  }
  return all;
}

absl::StatusOr<std::vector<double>> ParseDensities(std::string_view name, std::string_view text) {
  Literal literal;
  if (!LiteralReader(text).Read(literal) || literal.depth > 1) {
    return NotOf(name, text, "is no number, and no list of them", kDensityRemedy);
  }
  for (const double density : literal.lists[0]) {
    if (density >= 0 && density <= kMostDensity) continue;
    return NotOf(name, text, density < 0 ? "holds a density below 0" : "holds a density above 1000",
                 kDensityRemedy);
  }
  return std::move(literal.lists[0]);
}

absl::StatusOr<std::vector<std::array<double, 12>>> ParseHistograms(std::string_view name,
                                                                    std::string_view text) {
  Literal literal;
  if (!LiteralReader(text).Read(literal) || literal.depth == 0) {
    return NotOf(name, text, "is no list of numbers, and no list of such lists", kHistogramRemedy);
  }
  std::vector<std::array<double, 12>> histograms;
  for (const std::vector<double>& list : literal.lists) {
    std::array<double, 12>& histogram = histograms.emplace_back();
    if (list.size() != histogram.size()) {
      return UsageError(
          fmt::format("{}: {} holds a histogram of {} {}, not 12", name, ShortText(text),
                      list.size(), list.size() == 1 ? "number" : "numbers"),
          kHistogramRemedy);
    }
    if (std::any_of(list.begin(), list.end(), [](double share) { return share < 0; })) {
      return NotOf(name, text, "holds a number below 0", kHistogramRemedy);
    }
    if (std::any_of(list.begin(), list.end(), [](double share) { return share > kMostShare; })) {
      return NotOf(name, text, "holds a number above 1e9", kHistogramRemedy);
    }
    std::copy(list.begin(), list.end(), histogram.begin());
  }
  return histograms;
}

absl::StatusOr<std::vector<bool>> ParseSwitches(std::string_view name, std::string_view text) {
  Literal literal;
  const bool is_read = LiteralReader(text).Read(literal) && literal.depth <= 1;
  std::vector<bool> switches;
  for (const double value : is_read ? literal.lists[0] : std::vector<double>{-1}) {
    if (value != 0 && value != 1) {
      return NotOf(name, text, "is neither True nor False, and no list of them",
                   "Give True, or a list over time, as [False, True]");
    }
    switches.push_back(value == 1);
  }
  return switches;
}

}  // namespace magenta
