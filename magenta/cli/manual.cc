#include "magenta/cli/manual.h"

#include <fmt/chrono.h>
#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdlib>
#include <ctime>
#include <string_view>

#include "magenta/cli/aliases.h"
#include "magenta/cli/help.h"
#include "magenta/cli/verb.h"

namespace magenta::cli {
namespace {

/// `text` as roff that shows just this: signs that man pages otherwise set as typographic ones, and
/// what is a request at the beginning of a line.
std::string Roff(std::string_view text) {
  std::string roff;
  for (const char c : text) {
    switch (c) {
      case '\\': roff += "\\e"; break;
      case '-': roff += "\\-"; break;
      case '~': roff += "\\(ti"; break;
      case '^': roff += "\\(ha"; break;
      case '`': roff += "\\(ga"; break;
      case '\'': roff += "\\(aq"; break;
      case '"': roff += "\\(dq"; break;
      case '.': roff += (roff.empty() ? "\\&." : "."); break;
      default: roff += c;
    }
  }
  return roff;
}

std::string Bold(std::string_view text) { return "\\fB" + Roff(text) + "\\fR"; }

/// Prose: what stands between backticks is bold.
std::string Prose(std::string_view text) {
  std::string roff;
  while (true) {
    const size_t open = text.find('`');
    const size_t close = open == text.npos ? open : text.find('`', open + 1);
    if (close == text.npos) break;
    roff += Roff(text.substr(0, open)) + Bold(text.substr(open + 1, close - open - 1));
    text.remove_prefix(close + 1);
  }
  return roff + Roff(text);
}

std::string Upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return std::toupper(c); });
  return text;
}

/// ".TP", a tag and what it means.
std::string Tagged(const std::string& tag, std::string_view text) {
  return fmt::format(".TP\n{}\n{}\n", tag, Prose(text));
}

std::string TitleOf(const std::string& page, const std::string& date, std::string_view summary) {
  // Flags are neither broken at their hyphens nor words spread to the margin.
  return fmt::format(
      ".TH {} 1 \"{}\" \"magenta {}\" \"Magenta\"\n.nh\n.ad l\n.SH NAME\n{} \\- {}\n",
      Roff(Upper(page)), date, Version(), Roff(page), Roff(summary));
}

std::string FlagTag(const Flag& flag) {
  const std::string title = FlagTitle(flag);
  const size_t equals = title.find('=');
  if (equals == title.npos) return Bold(title);
  return fmt::format("{}\\fI{}\\fR", Bold(title.substr(0, equals + 1)),
                     Roff(title.substr(equals + 1)));
}

std::string OptionsOf(const Flags& flags) {
  std::string text = ".SH OPTIONS\n";
  for (const std::string& group : FlagGroups(flags)) {
    if (!group.empty()) text += fmt::format(".SS {}\n", Roff(group));
    for (const Flag& flag : flags.flags()) {
      if (!flag.hidden && flag.group == group) text += Tagged(FlagTag(flag), FlagText(flag));
    }
  }
  return text;
}

std::string ExamplesOf(const Flags& flags) {
  std::string text = ".SH EXAMPLES\n";
  for (const Example& example : flags.examples()) {
    text += Tagged(Bold(example.command), example.explanation);
  }
  return text;
}

std::string OldNamesOf(const VerbEntry& entry) {
  std::string names;
  for (const Alias& alias : AllAliases()) {
    if (alias.verb == entry.name) names += (names.empty() ? "" : ", ") + Bold(alias.name);
  }
  if (names.empty()) return "";
  return ".SH OTHER NAMES\nMagenta\\(aqs own programs, with their flags and defaults:\n" + names +
         ".\n";
}

std::string VerbPage(const VerbEntry& entry, const std::string& date) {
  const auto verb = entry.make();
  GlobalFlags globals;
  Flags flags{std::string(entry.name)};
  verb->Describe(flags);
  globals.Describe(flags);
  std::string text = TitleOf(fmt::format("magenta-{}", entry.name), date, entry.summary);
  text += fmt::format(".SH SYNOPSIS\n{} {}\n", Bold(fmt::format("magenta {}", entry.name)),
                      Roff(flags.usage()));
  text += ".SH DESCRIPTION\n";
  if (flags.about().empty()) text += Roff(fmt::format("It {}.", entry.summary)) + "\n";
  for (size_t i = 0; i < flags.about().size(); ++i) {
    text += (i == 0 ? "" : ".PP\n") + Prose(flags.about()[i]) + "\n";
  }
  if (!flags.positional_name().empty()) {
    text += Tagged("\\fI" + Roff(flags.positional_name()) + "\\fR", flags.positional_help());
  }
  text += OptionsOf(flags) + ExamplesOf(flags) + OldNamesOf(entry);
  text += fmt::format(".SH EXIT STATUS\n{}\n.SH SEE ALSO\n.BR magenta (1)\n", Roff(ExitStatuses()));
  return text;
}

std::string MainPage(const std::string& date) {
  std::string text = TitleOf("magenta", date, "music and machine learning");
  text +=
      ".SH SYNOPSIS\n\\fBmagenta\\fR \\fIVERB\\fR [flags] [files]\n.SH DESCRIPTION\n" +
      Roff(
          "MIDI in, a trained model, MIDI out. Each verb has a page of its own, which is also what "
          "--help says; here they stand in the order of the music loop.") +
      "\n";
  for (const VerbEntry& entry : AllVerbs()) {
    text += Tagged(fmt::format(".BR magenta\\-{} (1)", entry.name), entry.summary);
  }
  text +=
      ".SH OTHER NAMES\n" + Roff("Magenta's own program names work too, with their flags:") + "\n";
  std::string names;
  for (const Alias& alias : AllAliases()) names += (names.empty() ? "" : ", ") + Bold(alias.name);
  text += names + ".\n.SH EXAMPLES\n";
  text +=
      Tagged(Bold("magenta generate --primer_melody=\"C4:2 D4:2 E4:2 G4:2\" --output_dir=tunes"),
             "Ten melodies that go on from four notes.");
  text += Tagged(Bold("magenta studio"), "Opens a page on which anyone plays with the models.");
  text += fmt::format(".SH EXIT STATUS\n{}\n", Roff(ExitStatuses()));
  text += ".SH SEE ALSO\n/usr/share/doc/magenta\n";
  return text;
}

}  // namespace

std::vector<ManualPage> ManualPages(const std::string& date) {
  std::vector<ManualPage> pages = {{"magenta.1", MainPage(date)}};
  for (const VerbEntry& entry : AllVerbs()) {
    pages.push_back({fmt::format("magenta-{}.1", entry.name), VerbPage(entry, date)});
  }
  for (const Alias& alias : AllAliases()) {
    pages.push_back({alias.name + ".1", fmt::format(".so man1/magenta-{}.1\n", alias.verb)});
  }
  return pages;
}

std::string ManualDate() {
  std::time_t seconds = std::time(nullptr);
  if (const char* named = std::getenv("SOURCE_DATE_EPOCH")) {
    const std::string_view text(named);
    std::from_chars(text.data(), text.data() + text.size(), seconds);
  }
  return fmt::format("{:%Y-%m-%d}", fmt::gmtime(seconds));
}

}  // namespace magenta::cli
