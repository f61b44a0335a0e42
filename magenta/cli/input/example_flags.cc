#include "magenta/cli/input/example_flags.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "magenta/base/status.h"
#include "magenta/models/model_spec.h"

namespace magenta::cli {
namespace {

std::string Joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

const ExampleOption* OptionOf(const MusicKind& kind, std::string_view name) {
  for (const ExampleOption& option : kind.example_options()) {
    if (option.name == name) return &option;
  }
  return nullptr;
}

/// What stands in the help of `first`'s flag about `other`, the same option of kind `many`.
std::string DifferenceText(const ExampleOption& first, const ExampleOption& other,
                           const std::string& many) {
  std::string text;
  if (other.help != first.help) text = fmt::format(" Of {}: {}", many, other.help);
  if (other.otherwise != first.otherwise) {
    text += fmt::format(" The default of {} is {:g}.", many, other.otherwise);
  }
  return text;
}

}  // namespace

void ExampleFlags::Describe(Flags& flags) {
  flags_ = &flags;
  std::set<std::string> kinds;
  for (const ModelSpec& spec : BuiltInModels()) {
    const std::string many(spec.kind->names().many);
    if (!kinds.insert(many).second) continue;
    for (const ExampleOption& option : spec.kind->example_options()) {
      auto row = std::find_if(rows_.begin(), rows_.end(),
                              [&](const Row& r) { return r.option->name == option.name; });
      if (row == rows_.end()) row = rows_.insert(rows_.end(), {&option, {}, {}});
      row->differences += DifferenceText(*row->option, option, many);
      row->kinds.push_back(many);
    }
  }
  for (const Row& row : rows_) {
    const ExampleOption& option = *row.option;
    const std::string name(option.name);
    Value& value = values_[name];
    // Those of all kinds need no word about it.
    const std::string whose =
        row.kinds.size() == kinds.size() ? "" : fmt::format(" ({})", Joined(row.kinds));
    const std::string help = std::string(option.help) + whose + row.differences;
    if (option.type == ExampleOption::Type::kBool) {
      value.switched = option.otherwise != 0;
      flags.Bool(name, &value.switched, help);
    } else if (option.type == ExampleOption::Type::kInt) {
      value.whole = static_cast<int>(option.otherwise);
      flags.Int(name, &value.whole, help).Range(option.low, option.high);
    } else {
      value.number = option.otherwise;
      flags.Double(name, &value.number, help).Range(option.low, option.high);
    }
  }
}

absl::Status ExampleFlags::Take(const MusicKind& kind, const std::string& config,
                                ExampleOptions& options) const {
  for (const Row& row : rows_) {
    if (!flags_->Given(row.option->name)) continue;
    const ExampleOption* option = OptionOf(kind, row.option->name);
    if (option == nullptr) {
      std::vector<std::string> names;
      for (const ExampleOption& other : kind.example_options()) {
        names.push_back("--" + std::string(other.name));
      }
      return UsageError(
          fmt::format("--{} is for {}, {} learns {}", row.option->name, Joined(row.kinds), config,
                      kind.names().many),
          names.empty() ? "Leave it out" : fmt::format("What it has: {}", Joined(names)));
    }
    const Value& value = values_.find(row.option->name)->second;
    options.Set(option->name, option->type == ExampleOption::Type::kBool  ? value.switched
                              : option->type == ExampleOption::Type::kInt ? value.whole
                                                                          : value.number);
  }
  return absl::OkStatus();
}

}  // namespace magenta::cli
