#include "magenta/cli/cli.h"
#include "magenta/cli/live/live_verbs.h"

int main(int argc, char** argv) {
  return magenta::cli::Main(argc, argv, {}, magenta::cli::RunningLiveVerbs());
}
