#pragma once
// What a verb says about itself: usage, flags, examples. One description serves parsing, --help,
// shell completion and the aliases of Magenta's old programs.
//
// Every flag takes --name=value and --name value; a boolean --flag, --noflag and --flag=false. The
// last one given wins; after -- everything is a file.

#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace magenta::cli {

/// One flag. The setters return the flag, to be chained.
class Flag {
 public:
  /// Left out or empty: an error of Parse.
  Flag& Required() { return required = true, *this; }
  /// Given and empty: an error of Parse.
  Flag& NotEmpty() { return refuses_empty = true, *this; }
  /// Left out of --help and completion.
  Flag& Hidden() { return hidden = true, *this; }
  /// What help shows for the value ("FILE"); FILE and DIR are paths, which completion offers.
  Flag& Value(std::string text) {
    is_path = is_path || text == "FILE" || text == "DIR";
    return value_name = std::move(text), *this;
  }
  /// The value may be a path, or several by commas: `~` is a home folder.
  Flag& Path() { return is_path = true, *this; }
  /// What help says is used when the flag is left out.
  Flag& Default(std::string text) { return default_text = std::move(text), *this; }
  /// Values that completion offers and, unless `open`, the only ones.
  Flag& Choices(std::vector<std::string> values, bool open = false) {
    choices = std::move(values);
    open_choices = open;
    return *this;
  }
  /// Bounds of a number, both included.
  Flag& Range(double low, double high = std::numeric_limits<double>::infinity()) {
    minimum = low;
    maximum = high;
    return *this;
  }

  std::string name;
  std::string help;
  std::string group;
  std::string value_name;
  std::string default_text;
  std::vector<std::string> choices;
  bool open_choices = false;
  bool required = false;
  bool refuses_empty = false;
  bool hidden = false;
  bool is_bool = false;
  bool is_path = false;
  bool given = false;
  bool empty = false;  // given, with nothing after the '='
  double minimum = -std::numeric_limits<double>::infinity();
  double maximum = std::numeric_limits<double>::infinity();
  /// Takes the text of a value; false: it is no `kind`.
  std::function<bool(Flag&, std::string_view)> set;
  /// "a whole number", for messages.
  std::string kind;
};

/// A command that --help shows and tests look at.
struct Example {
  std::string command;
  std::string explanation;
};

/// The flags of one verb for one run: describe, parse once, then look at the values.
class Flags {
 public:
  explicit Flags(std::string verb) : verb_(std::move(verb)) {}

  /// What stands after the verb ("[flags] FILE..."); then what it is for, a paragraph a call.
  void Usage(std::string text) { usage_ = std::move(text); }
  void About(std::string paragraph) { about_.push_back(std::move(paragraph)); }
  void AddExample(std::string command, std::string explanation) {
    examples_.push_back({std::move(command), std::move(explanation)});
  }
  /// Flags added from now on stand under this heading.
  void Group(std::string title) { group_ = std::move(title); }

  /// `value` holds the default; it must live until Parse.
  Flag& Text(std::string name, std::string* value, std::string help);
  Flag& Bool(std::string name, bool* value, std::string help);
  Flag& Int(std::string name, int* value, std::string help);
  Flag& Int64(std::string name, int64_t* value, std::string help);
  Flag& Double(std::string name, double* value, std::string help);
  /// Whole numbers by commas, in [ ] or not.
  Flag& IntList(std::string name, std::vector<int>* value, std::string help);
  /// Names by commas.
  Flag& TextList(std::string name, std::vector<std::string>* value, std::string help);
  /// Unset unless given.
  Flag& OptionalSeed(std::string name, std::optional<uint32_t>* value, std::string help);
  Flag& OptionalInt(std::string name, std::optional<int>* value, std::string help);
  Flag& OptionalDouble(std::string name, std::optional<double>* value, std::string help);
  /// What is given without a flag.
  void Positional(std::string value_name, std::vector<std::string>* values, std::string help,
                  int least = 0, int most = 1 << 20);

  /// Reads `args` (without program and verb) into the values. --help wins over every mistake.
  /// Errors (exit 2): unknown flag, with the nearest one; a value that is none, out of bounds or
  /// not among the choices; a required flag left out or empty; too few or too many files.
  absl::Status Parse(const std::vector<std::string>& args);

  /// Whether --help or -h was among the arguments; the values are then as they were.
  bool help_wanted() const { return help_wanted_; }
  /// Whether the user named the flag.
  bool Given(std::string_view name) const;
  /// Null when there is none of that name.
  const Flag* Find(std::string_view name) const;
  /// What help, completion and tests read.
  const std::string& verb() const { return verb_; }
  const std::string& usage() const { return usage_; }
  const std::vector<std::string>& about() const { return about_; }
  const std::vector<Example>& examples() const { return examples_; }
  const std::deque<Flag>& flags() const { return flags_; }
  const std::string& positional_name() const { return positional_name_; }
  const std::string& positional_help() const { return positional_help_; }

 private:
  Flag& Add(std::string name, std::string help, std::string kind,
            std::function<bool(Flag&, std::string_view)> set);
  Flag* FindTyped(std::string_view name, bool* negated);
  absl::Status ParseFlag(std::string_view token, const std::string* next, bool* used_next);
  absl::Status SetValue(Flag& flag, std::string_view text);
  absl::Status UnknownFlag(std::string_view typed) const;
  absl::Status CheckPositional(std::vector<std::string> values);

  std::string verb_;
  std::string usage_ = "[flags]";
  std::vector<std::string> about_;
  std::vector<Example> examples_;
  std::string group_;
  std::deque<Flag> flags_;  // pointers into it stay good
  std::string positional_name_;
  std::string positional_help_;
  std::vector<std::string>* positional_ = nullptr;
  int positional_least_ = 0;
  int positional_most_ = 0;
  bool help_wanted_ = false;
};

}  // namespace magenta::cli
