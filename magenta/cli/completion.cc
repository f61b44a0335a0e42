#include "magenta/cli/completion.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include "magenta/cli/aliases.h"
#include "magenta/cli/verb.h"
#include "magenta/models/model_spec.h"

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

bool IsList(const Flag& flag) { return flag.kind == "names by commas"; }

std::string VerbNames() {
  std::string names;
  for (const VerbEntry& entry : AllVerbs()) names += std::string(entry.name) + " ";
  names.pop_back();
  return names;
}

std::string AliasNames() {
  std::string names;
  for (const Alias& alias : AllAliases()) names += " " + alias.name;
  return names;
}

/// "generate|basic_rnn_generate|...": a verb and the old names that stand for it.
std::string NamesOf(const VerbEntry& entry) {
  std::string names(entry.name);
  for (const Alias& alias : AllAliases()) {
    if (alias.verb == entry.name) names += "|" + alias.name;
  }
  return names;
}

/// What `entry` takes that is neither flag nor file; "" for the verbs that take files.
std::string WordsOf(const VerbEntry& entry) {
  if (entry.name == "help") return VerbNames() + AliasNames();
  if (entry.name == "completion") return "bash zsh";
  if (entry.name != "models") return "";
  std::string names;
  for (const ModelSpec& model : BuiltInModels()) names += (names.empty() ? "" : " ") + model.id;
  return names;
}

std::string BashValue(const Flag& flag) {
  if (!flag.choices.empty()) {
    return fmt::format("        --{}) words=\"{}\"{} ;;\n", flag.name, fmt::join(flag.choices, " "),
                       IsList(flag) ? " list=1" : "");
  }
  if (flag.value_name == "DIR") return fmt::format("        --{}) kind=-d ;;\n", flag.name);
  return flag.is_bool ? "" : fmt::format("        --{}) kind=-f ;;\n", flag.name);
}

std::string BashCase(const VerbEntry& entry, const Flags& flags) {
  std::string names = "--help", values;
  for (const Flag& flag : flags.flags()) {
    if (flag.hidden) continue;
    names += " " + FlagWord(flag);
    values += BashValue(flag);
  }
  return fmt::format(
      "    {})\n      flags=\"{}\"\n      operands=\"{}\"\n      case \"$flag\" in\n{}      esac "
      ";;\n",
      NamesOf(entry), names, WordsOf(entry), values);
}

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
  const std::string choices = fmt::format("{}", fmt::join(flag.choices, " "));
  if (!choices.empty() && IsList(flag))
    return fmt::format("_values -s , {} {}", flag.name, choices);
  if (!choices.empty()) return "(" + choices + ")";
  if (flag.value_name == "DIR") return "_files -/";
  if (flag.value_name == "FILE") return "_files";
  return " ";
}

std::string ZshCase(const VerbEntry& entry, const Flags& flags) {
  std::string specs = " \\\n        '--help[explains the verb]'";
  for (const Flag& flag : flags.flags()) {
    if (flag.hidden) continue;
    specs += flag.is_bool
                 ? fmt::format(" \\\n        '--{}[{}]'", flag.name, ZshText(flag.help))
                 : fmt::format(" \\\n        '--{}=[{}]:{}:{}'", flag.name, ZshText(flag.help),
                               ZshText(flag.value_name), ZshAction(flag));
  }
  const std::string words = WordsOf(entry);
  return fmt::format("    {})\n      _arguments{} \\\n        '*:{}' ;;\n", NamesOf(entry), specs,
                     words.empty() ? "file:_files" : "name:(" + words + ")");
}

// The shell quotes file names where `compopt -o filenames` is said, and only there: it would quote
// the '=' of a flag, too.
constexpr char kBashScript[] =
    R"(# Tab completion of magenta for bash: source <(magenta completion bash)
_magenta() {{
  local word="${{COMP_WORDS[COMP_CWORD]}}" flag="" value="$2" kind="" words="" list="" before="" verb="${{1##*/}}"
  local flags="" operands="" IFS=$' \t\n'
  if [[ $verb == magenta ]]; then
    verb="${{COMP_WORDS[1]}}"
    if [[ $COMP_CWORD -eq 1 ]]; then
      COMPREPLY=($(compgen -W "{0} --help --version" -- "$word"))
      [[ ${{#COMPREPLY[@]}} -eq 0 ]] && COMPREPLY=($(compgen -W "{1}" -- "$word"))
      return
    fi
  fi
  if [[ $word == "=" ]]; then
    flag="${{COMP_WORDS[COMP_CWORD-1]}}" value=""
  elif [[ ${{COMP_WORDS[COMP_CWORD-1]}} == "=" ]]; then
    flag="${{COMP_WORDS[COMP_CWORD-2]}}" value="$word"
  elif [[ $word != -* && ${{COMP_WORDS[COMP_CWORD-1]}} == --* ]]; then
    flag="${{COMP_WORDS[COMP_CWORD-1]}}" value="$word"
  fi
  case "$verb" in
{2}  esac
  [[ -n $list && $value == *,* ]] && before="${{value%,*}}," value="${{value##*,}}"
  if [[ -n $words ]]; then
    COMPREPLY=($(compgen -P "$before" -W "$words" -- "$value"))
  elif [[ -n $kind || ( $word != -* && -z $operands ) ]]; then
    IFS=$'\n'
    COMPREPLY=($(compgen "${{kind:--f}}" -- "$value"))
    compopt -o filenames
  elif [[ $word != -* ]]; then
    COMPREPLY=($(compgen -W "$operands" -- "$value"))
  else
    COMPREPLY=($(compgen -W "$flags" -- "$word"))
    [[ ${{#COMPREPLY[@]}} -eq 1 && ${{COMPREPLY[0]}} == *= ]] && compopt -o nospace
  fi
}}
complete -F _magenta magenta{1}
)";

constexpr char kZshScript[] = R"(#compdef magenta{0}
# Tab completion of magenta for zsh: magenta completion zsh > ~/.zfunc/_magenta
_magenta() {{
  local -a verbs
  verbs=(
{1})
  local verb=$service
  if [[ $verb == magenta ]]; then
    if (( CURRENT == 2 )); then
      _describe verb verbs
      return
    fi
    verb=$words[2]
    shift words
    (( CURRENT-- ))
  fi
  case $verb in
{2}  esac
}}
if [ "$funcstack[1]" = "_magenta" ]; then
  _magenta "$@"
else
  compdef _magenta magenta{0}
fi
)";

}  // namespace

std::string BashCompletion() {
  std::string cases;
  ForEachVerb([&](const VerbEntry& entry, const Flags& flags) { cases += BashCase(entry, flags); });
  return fmt::format(kBashScript, VerbNames(), AliasNames(), cases);
}

std::string ZshCompletion() {
  std::string verbs, cases;
  ForEachVerb([&](const VerbEntry& entry, const Flags& flags) {
    verbs += fmt::format("    '{}:{}'\n", entry.name, ZshText(entry.summary));
    cases += ZshCase(entry, flags);
  });
  return fmt::format(kZshScript, AliasNames(), verbs, cases);
}

}  // namespace magenta::cli
