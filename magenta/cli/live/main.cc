#include "magenta/cli/cli.h"
#include "magenta/cli/live/live_verbs.h"

int main(int argc, char** argv) {
  using magenta::cli::Program;
  const magenta::cli::VerbEntry verbs[] = {
      {"render", Program::kLive, "", &magenta::cli::NewRunningRenderVerb},
      {"play", Program::kLive, "", &magenta::cli::NewRunningPlayVerb},
      {"live", Program::kLive, "", &magenta::cli::NewRunningLiveVerb},
      {"ports", Program::kLive, "", &magenta::cli::NewRunningPortsVerb},
  };
  return magenta::cli::Main(argc, argv, {}, verbs);
}
