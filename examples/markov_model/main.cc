// `markov VERB ...`: the command line of `magenta`, knowing one model more, which it trains, serves
// and plays live itself.

#include "examples/markov_model/markov_model.h"
#include "magenta/cli/cli.h"
#include "magenta/cli/live/live_verbs.h"
#include "magenta/cli/serve/serve_verb.h"
#include "magenta/cli/verbs/own_training.h"

int main(int argc, char** argv) {
  using magenta::cli::Program;
  const magenta::ModelSpec models[] = {magenta::MarkovModel()};
  auto verbs = magenta::cli::RunningLiveVerbs();
  verbs.push_back({"train", Program::kTrain, "", &magenta::cli::NewOwnTrainingVerb});
  verbs.push_back({"serve", Program::kServe, "", &magenta::cli::NewRunningServeVerb});
  return magenta::cli::Main(argc, argv, models, verbs);
}
