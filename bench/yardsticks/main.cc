// `yardsticks VERB ...`: the command line of `magenta` with the models of the public yardsticks.
// tools/yardsticks.py runs it.

#include "bench/yardsticks/yardstick_models.h"
#include "bench/yardsticks/yardstick_verbs.h"
#include "magenta/cli/cli.h"
#include "magenta/cli/train/blas_kernels.h"
#include "magenta/cli/train/train_verbs.h"

int main(int argc, char** argv) {
  magenta::cli::UseVectorsOfProcessor(argv);
  using magenta::cli::Program;
  const auto models = magenta::yardsticks::YardstickModels();
  const magenta::cli::VerbEntry verbs[] = {
      {"train", Program::kTrain, "", &magenta::cli::NewRunningTrainVerb},
      {"eval", Program::kTrain, "", &magenta::cli::NewRunningEvalVerb},
      {"dataset", Program::kMagenta, "", &magenta::yardsticks::NewDatasetVerb},
      {"score", Program::kMagenta, "", &magenta::yardsticks::NewScoreVerb},
  };
  return magenta::cli::Main(argc, argv, models, verbs);
}
