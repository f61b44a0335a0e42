#include "magenta/models/hparams_text.h"

#include <fmt/core.h>

#include <utility>

#include "magenta/base/status.h"

namespace magenta {
namespace {

constexpr char kFormsRemedy[] =
    "Write batch_size=64,rnn_layer_sizes=[64,64] or {'batch_size':64,'rnn_layer_sizes':[64,64]}";

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/// Reads along the text; every function leaves the cursor after what it took.
class HParamScanner {
 public:
  explicit HParamScanner(std::string_view text) : text_(text) {}

  absl::StatusOr<std::vector<HParamWords>> Pairs() {
    std::vector<HParamWords> pairs;
    SkipBlanks();
    const bool literal = Take('{');
    SkipBlanks();
    while (!AtEnd(literal)) {
      MAGENTA_ASSIGN_OR_RETURN(HParamWords pair, Pair(literal));
      pairs.push_back(std::move(pair));
      SkipBlanks();
      if (!Take(',')) break;
      SkipBlanks();
      if (!literal && Done()) return Error("a name must follow the comma");
    }
    if (literal && !Take('}')) return Error("'}' or a comma expected");
    SkipBlanks();
    if (!Done()) return Error("a comma or the end expected");
    return pairs;
  }

 private:
  bool Done() const { return at_ >= text_.size(); }
  bool AtEnd(bool literal) const { return Done() || (literal && text_[at_] == '}'); }
  void SkipBlanks() {
    while (!Done() && IsBlank(text_[at_])) ++at_;
  }
  bool Take(char c) {
    if (Done() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  absl::Status Error(std::string_view what) const {
    return UsageError(fmt::format("hparams, column {}: {}", at_ + 1, what), kFormsRemedy);
  }

  /// Characters up to one that ends a word; blanks end one only where `blank_ends`.
  std::string Word(std::string_view stops, bool blank_ends) {
    const size_t begin = at_;
    while (!Done() && stops.find(text_[at_]) == std::string_view::npos &&
           !(blank_ends && IsBlank(text_[at_]))) {
      ++at_;
    }
    size_t end = at_;
    while (end > begin && IsBlank(text_[end - 1])) --end;
    return std::string(text_.substr(begin, end - begin));
  }

  absl::StatusOr<HParamWords> Pair(bool literal) {
    HParamWords pair;
    if (literal) {
      MAGENTA_ASSIGN_OR_RETURN(pair.name, Quoted());
    } else {
      pair.name = Word("=,[](){}", false);
    }
    if (pair.name.empty()) return Error("a name expected");
    SkipBlanks();
    if (!Take(literal ? ':' : '=')) {
      return Error(fmt::format("'{}' expected after '{}'", literal ? ':' : '=', pair.name));
    }
    SkipBlanks();
    MAGENTA_RETURN_IF_ERROR(Value(literal, pair));
    return pair;
  }

  absl::StatusOr<std::string> Quoted() {
    const char quote = Done() ? '\0' : text_[at_];
    if (quote != '\'' && quote != '"') return Error("a name in quotes expected");
    ++at_;
    const size_t end = text_.find(quote, at_);
    if (end == std::string_view::npos) return Error("the quote is never closed");
    std::string name(text_.substr(at_, end - at_));
    at_ = end + 1;
    return name;
  }

  absl::Status Value(bool literal, HParamWords& pair) {
    const bool round = literal && Take('(');
    if (round || Take('[')) return List(round ? ')' : ']', pair);
    pair.words.push_back(Word(literal ? ",}[]" : ",[]", false));
    if (pair.words[0].empty()) return Error(fmt::format("'{}' has no value", pair.name));
    return absl::OkStatus();
  }

  absl::Status List(char close, HParamWords& pair) {
    pair.is_list = true;
    while (true) {
      SkipBlanks();
      if (Take(close)) return absl::OkStatus();
      std::string word = Word(",[](){}=", true);
      if (word.empty()) return Error(fmt::format("a number or '{}' expected", close));
      pair.words.push_back(std::move(word));
      SkipBlanks();
      Take(',');
    }
  }

  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace

absl::StatusOr<std::vector<HParamWords>> SplitHParams(std::string_view text) {
  return HParamScanner(text).Pairs();
}

}  // namespace magenta
