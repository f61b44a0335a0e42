#include <fmt/core.h>

#include "magenta/cli/verbs/serve_flags.h"

namespace magenta::cli {

void StudioFlags::Describe(Flags& flags) {
  flags.About(
      "Starts a server for this machine alone and opens the studio's page in the browser, or does "
      "so with the one that runs already. Ctrl-C ends it. stdout says where in one line: {\"url\", "
      "\"port\", \"started\", ...}.");
  flags.About(
      "What is composed is kept by the browser, for the address of the page: that is why the port "
      "stays the same from one time to the next.");
  served.Describe(flags);
  flags.Group("Where");
  flags.Int("port", &port, "The page's; 0: a free one.")
      .Range(0, 65535)
      .Default(
          fmt::format("that of the last time, else {}; a free one where it is taken", kStudioPort));
  flags.Bool("no_browser", &no_browser, "Only says where the page is.");
  DescribeStudioDir(flags, studio_dir);
  flags.Group("Sound");
  flags.Text("soundfont", &soundfont, "What the page and WAV files sound by: an .sf2 or .sf3 file.")
      .Value("FILE");
  flags.AddExample("magenta studio", "Opens the page; Ctrl-C ends it.");
  flags.AddExample("magenta studio --bundle_file=mine.mag --no_browser",
                   "With a model of your own; open the address that it prints.");
}

std::unique_ptr<Verb> NewStudioVerb() { return std::make_unique<StudioFlags>(); }

}  // namespace magenta::cli
