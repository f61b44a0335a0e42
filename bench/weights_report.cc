// What float16 weights lose: `weights_report BUNDLE.mag eval_melodies.tfrecord` prints the
// perplexity of held-out melodies under both kinds of weights (docs/performance.md).

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "magenta/base/status.h"
#include "magenta/generate/likelihood.h"
#include "magenta/generate/model.h"
#include "magenta/pipeline/dataset_reader.h"

namespace magenta {
namespace {

struct Loss {
  double nats = 0;
  int64_t events = 0;
};

/// Of all compact examples of `dataset`.
absl::StatusOr<Loss> LossOf(const std::string& bundle, const std::string& dataset,
                            WeightType weights) {
  ModelSource source;
  source.bundle_file = bundle;
  source.runtime.weights = weights;
  MAGENTA_ASSIGN_OR_RETURN(const auto model, LoadModel(source));
  MAGENTA_ASSIGN_OR_RETURN(const auto examples, ReadDataset(dataset, *model->spec));
  Loss loss;
  for (const DatasetExample& example : examples) {
    const auto* events = std::get_if<EventSequence>(&example.content);
    if (events == nullptr) return UsageError("the data set is dense", "Give a compact one");
    MAGENTA_ASSIGN_OR_RETURN(const Likelihood found, LogLikelihood(model, *events));
    loss.nats -= found.total;
    loss.events += static_cast<int64_t>(found.per_event.size());
  }
  return loss;
}

absl::Status Report(const std::string& bundle, const std::string& dataset) {
  for (const auto& [name, type] :
       {std::pair{"float32", WeightType::kFloat32}, {"float16", WeightType::kFloat16}}) {
    MAGENTA_ASSIGN_OR_RETURN(const Loss loss, LossOf(bundle, dataset, type));
    const double mean = loss.nats / static_cast<double>(std::max<int64_t>(loss.events, 1));
    fmt::print("{}: {} events, {:.7f} nats each, perplexity {:.6f}\n", name, loss.events, mean,
               std::exp(mean));
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace magenta

int main(int argc, char** argv) {
  if (argc != 3) {
    fmt::print(stderr, "usage: weights_report BUNDLE.mag eval_melodies.tfrecord\n");
    return 2;
  }
  const absl::Status status = magenta::Report(argv[1], argv[2]);
  if (!status.ok()) fmt::print(stderr, "{}\n", magenta::ErrorLine(status));
  return magenta::ExitStatus(status);
}
