#include "magenta/cli/help.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "magenta/cli/aliases.h"

#ifndef MAGENTA_VERSION
#define MAGENTA_VERSION "unversioned"
#endif

namespace magenta::cli {
namespace {

constexpr int kWidth = 96;

std::string FlagSection(const Flags& flags) {
  std::string text;
  for (const std::string& group : FlagGroups(flags)) {
    text += fmt::format("\n{}\n", group.empty() ? "Flags" : group);
    for (const Flag& flag : flags.flags()) {
      if (flag.hidden || flag.group != group) continue;
      const std::string title = FlagTitle(flag);
      text += fmt::format("  {:<26}", title);
      if (title.size() > 25) text += "\n" + std::string(28, ' ');
      text += Wrapped(FlagText(flag), kWidth - 28, 28) + "\n";
    }
  }
  return text;
}

}  // namespace

std::string_view Version() { return MAGENTA_VERSION; }

std::string_view ExitStatuses() {
  return "0 done; 2 wrong usage; 3 bad input; 4 nothing to output; 5 an outside part failed; 130 "
         "interrupted. Results go to stdout, everything else to stderr.";
}

std::string FlagTitle(const Flag& flag) {
  if (flag.is_bool) {
    return fmt::format("--{}{}", flag.default_text == "on" ? "[no]" : "", flag.name);
  }
  return fmt::format("--{}={}", flag.name, flag.value_name);
}

std::string FlagText(const Flag& flag) {
  std::string text = flag.help;
  if (!flag.choices.empty()) {
    text += fmt::format(" {} {}.", flag.value_name.ends_with("...") ? "Any of" : "One of",
                        fmt::join(flag.choices, ", "));
  }
  if (flag.required) {
    text += " Required.";
  } else if (!flag.default_text.empty()) {
    text += fmt::format(" Default: {}.", flag.default_text);
  }
  return text;
}

std::vector<std::string> FlagGroups(const Flags& flags) {
  std::vector<std::string> groups;
  for (const Flag& flag : flags.flags()) {
    if (!flag.hidden && std::find(groups.begin(), groups.end(), flag.group) == groups.end()) {
      groups.push_back(flag.group);
    }
  }
  return groups;
}

std::string Wrapped(std::string_view text, int width, int indent) {
  std::string wrapped;
  int column = 0;
  while (!text.empty()) {
    const size_t blank = text.find(' ');
    const std::string_view word = text.substr(0, blank);
    text.remove_prefix(blank == text.npos ? text.size() : blank + 1);
    if (word.empty()) continue;
    if (column > 0 && column + 1 + static_cast<int>(word.size()) > width) {
      wrapped += "\n" + std::string(indent, ' ');
      column = 0;
    } else if (column > 0) {
      wrapped += ' ';
      ++column;
    }
    wrapped += word;
    column += static_cast<int>(word.size());
  }
  return wrapped;
}

void PrintVersion(Output& out) {
  if (out.json()) return out.Result(Json::Object().Set("version", MAGENTA_VERSION));
  out.Line("magenta " MAGENTA_VERSION);
}

std::string MainHelp() {
  std::string text =
      "magenta: music and machine learning. MIDI in, a trained model, MIDI out.\n\n"
      "usage: magenta VERB [flags] [files]\n\nVerbs, in the order of the music loop:\n";
  for (const VerbEntry& verb : AllVerbs()) {
    text += fmt::format("  {:<12}{}\n", verb.name, verb.summary);
  }
  text +=
      "\n`magenta VERB --help` explains a verb and shows examples. First steps:\n"
      "  magenta generate --config=attention_rnn --output_dir=out --primer_melody=\"[60, -2, "
      "62]\"\n"
      "  magenta render out/*.mid --format=wav\n\n"
      "Magenta's own program names work too, with their flags:\n";
  std::vector<std::string_view> names;
  for (const Alias& alias : AllAliases()) names.push_back(alias.name);
  text += "  " + Wrapped(fmt::format("{}", fmt::join(names, " ")), kWidth - 2, 2) + "\n";
  text += "\n" + Wrapped(fmt::format("Exit status: {}", ExitStatuses()), kWidth, 0) + "\n";
  return text;
}

std::string VerbHelp(const VerbEntry& entry, const Flags& flags, std::string_view note) {
  std::string text = fmt::format("magenta {}: {}\n", entry.name, entry.summary);
  if (!note.empty()) text += Wrapped(note, kWidth, 0) + "\n";
  text += fmt::format("\nusage: magenta {} {}\n", entry.name, flags.usage());
  for (const std::string& paragraph : flags.about())
    text += "\n" + Wrapped(paragraph, kWidth, 0) + "\n";
  if (!flags.positional_name().empty()) {
    text += fmt::format("\n  {:<26}{}\n", flags.positional_name(),
                        Wrapped(flags.positional_help(), kWidth - 28, 28));
  }
  text += FlagSection(flags);
  text += "\nExamples\n";
  for (const Example& example : flags.examples()) {
    text += fmt::format("  {}\n      {}\n", example.command,
                        Wrapped(example.explanation, kWidth - 6, 6));
  }
  return text;
}

}  // namespace magenta::cli
