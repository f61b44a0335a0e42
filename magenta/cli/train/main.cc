#include "magenta/cli/cli.h"
#include "magenta/cli/train/blas_kernels.h"
#include "magenta/cli/train/train_verbs.h"

int main(int argc, char** argv) {
  magenta::cli::UseVectorsOfProcessor(argv);
  using magenta::cli::Program;
  const magenta::cli::VerbEntry verbs[] = {
      {"train", Program::kTrain, "", &magenta::cli::NewRunningTrainVerb},
      {"eval", Program::kTrain, "", &magenta::cli::NewRunningEvalVerb},
  };
  return magenta::cli::Main(argc, argv, {}, verbs);
}
