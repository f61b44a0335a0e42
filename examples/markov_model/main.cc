// `markov VERB ...`: the command line of `magenta`, knowing one model more, which it trains and
// serves itself.

#include "examples/markov_model/markov_model.h"
#include "magenta/cli/cli.h"
#include "magenta/cli/serve/serve_verb.h"
#include "magenta/cli/verbs/own_training.h"

int main(int argc, char** argv) {
  using magenta::cli::Program;
  const magenta::ModelSpec models[] = {magenta::MarkovModel()};
  const magenta::cli::VerbEntry verbs[] = {
      {"train", Program::kTrain, "", &magenta::cli::NewOwnTrainingVerb},
      {"serve", Program::kServe, "", &magenta::cli::NewRunningServeVerb},
  };
  return magenta::cli::Main(argc, argv, models, verbs);
}
