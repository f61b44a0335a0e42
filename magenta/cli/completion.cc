#include "magenta/cli/completion.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include "magenta/cli/aliases.h"
#include "magenta/cli/verb.h"

namespace magenta::cli {
namespace {

/// The flags of `entry`, those of every verb too.
Flags Described(const VerbEntry& entry, Verb& verb, GlobalFlags& globals) {
  Flags flags{std::string(entry.name)};
  verb.Describe(flags);
  globals.Describe(flags);
  return flags;
}

template <typename Visit>
void ForEachVerb(const Visit& visit) {
  for (const VerbEntry& entry : AllVerbs()) {
    const auto verb = entry.make();
    GlobalFlags globals;
    const Flags flags = Described(entry, *verb, globals);
    visit(entry, flags);
  }
}

std::string FlagWord(const Flag& flag) { return "--" + flag.name + (flag.is_bool ? "" : "="); }

/// `text` for zsh's _arguments, inside single quotes and brackets.
std::string ZshText(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\'') {
      escaped += "'\\''";
    } else {
      if (c == '[' || c == ']' || c == ':' || c == '\\') escaped += '\\';
      escaped += c;
    }
  }
  return escaped;
}

std::string ZshAction(const Flag& flag) {
  if (!flag.choices.empty()) return fmt::format("({})", fmt::join(flag.choices, " "));
  if (flag.value_name == "DIR") return "_files -/";
  if (flag.value_name == "FILE") return "_files";
  return " ";
}

}  // namespace

std::string BashCompletion() {
  std::string cases, names;
  ForEachVerb([&](const VerbEntry& entry, const Flags& flags) {
    names += fmt::format("{}{}", names.empty() ? "" : " ", entry.name);
    std::string words = "--help", values;
    for (const Flag& flag : flags.flags()) {
      if (flag.hidden) continue;
      words += " " + FlagWord(flag);
      if (!flag.choices.empty()) {
        values +=
            fmt::format("        --{}) words=\"{}\" ;;\n", flag.name, fmt::join(flag.choices, " "));
      } else if (flag.value_name == "DIR") {
        values += fmt::format("        --{}) kind=directory ;;\n", flag.name);
      } else if (!flag.is_bool) {
        values += fmt::format("        --{}) kind=file ;;\n", flag.name);
      }
    }
    cases += fmt::format("    {})\n      flags=\"{}\"\n      case \"$flag\" in\n{}      esac ;;\n",
                         entry.name, words, values);
  });
  return fmt::format(R"(# Tab completion of magenta for bash: source <(magenta completion bash)
_magenta() {{
  local word="${{COMP_WORDS[COMP_CWORD]}}" flag="" value="$2" kind="" words="" flags="" verb="${{COMP_WORDS[1]}}"
  if [[ $COMP_CWORD -eq 1 ]]; then
    COMPREPLY=($(compgen -W "{} --help --version" -- "$word"))
    return
  fi
  if [[ $word == "=" ]]; then
    flag="${{COMP_WORDS[COMP_CWORD-1]}}" value=""
  elif [[ ${{COMP_WORDS[COMP_CWORD-1]}} == "=" ]]; then
    flag="${{COMP_WORDS[COMP_CWORD-2]}}" value="$word"
  elif [[ $word != -* && ${{COMP_WORDS[COMP_CWORD-1]}} == --* ]]; then
    flag="${{COMP_WORDS[COMP_CWORD-1]}}" value="$word"
  fi
  case "$verb" in
{}  esac
  if [[ -n $words ]]; then
    COMPREPLY=($(compgen -W "$words" -- "$value"))
  elif [[ $kind == directory ]]; then
    COMPREPLY=($(compgen -d -- "$value"))
  elif [[ $kind == file || $word != -* ]]; then
    COMPREPLY=($(compgen -f -- "$value"))
  else
    COMPREPLY=($(compgen -W "$flags" -- "$word"))
    [[ ${{#COMPREPLY[@]}} -eq 1 && ${{COMPREPLY[0]}} == *= ]] && compopt -o nospace
  fi
}}
complete -o filenames -F _magenta magenta
)",
                     names, cases);
}

std::string ZshCompletion() {
  std::string verbs, cases;
  ForEachVerb([&](const VerbEntry& entry, const Flags& flags) {
    verbs += fmt::format("    '{}:{}'\n", entry.name, ZshText(entry.summary));
    std::string specs = " \\\n        '--help[explains the verb]'";
    for (const Flag& flag : flags.flags()) {
      if (flag.hidden) continue;
      specs += flag.is_bool
                   ? fmt::format(" \\\n        '--{}[{}]'", flag.name, ZshText(flag.help))
                   : fmt::format(" \\\n        '--{}=[{}]:{}:{}'", flag.name, ZshText(flag.help),
                                 ZshText(flag.value_name), ZshAction(flag));
    }
    cases += fmt::format("    {})\n      _arguments{} \\\n        '*:file:_files' ;;\n", entry.name,
                         specs);
  });
  return fmt::format(R"(#compdef magenta
# Tab completion of magenta for zsh: magenta completion zsh > ~/.zfunc/_magenta
_magenta() {{
  local -a verbs
  verbs=(
{})
  if (( CURRENT == 2 )); then
    _describe verb verbs
    return
  fi
  local verb=$words[2]
  shift words
  (( CURRENT-- ))
  case $verb in
{}  esac
}}
if [ "$funcstack[1]" = "_magenta" ]; then
  _magenta "$@"
else
  compdef _magenta magenta
fi
)",
                     verbs, cases);
}

}  // namespace magenta::cli
