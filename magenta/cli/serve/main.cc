#include <string_view>

#include "magenta/cli/cli.h"
#include "magenta/cli/serve/serve_verb.h"

int main(int argc, char** argv) {
  using magenta::cli::Program;
  if (argc > 1 && std::string_view(argv[1]) == "relay") {
    return magenta::cli::RunRelay(argc - 1, argv + 1);
  }
  const magenta::cli::VerbEntry verbs[] = {
      {"serve", Program::kServe, "", &magenta::cli::NewRunningServeVerb},
      {"studio", Program::kServe, "", &magenta::cli::NewRunningStudioVerb},
  };
  return magenta::cli::Main(argc, argv, {}, verbs);
}
