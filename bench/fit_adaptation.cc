// Finds the trusts of kMotifOrders (magenta/motifs/motif_memory.h):
//
//   fit_adaptation DATA_SET BUNDLE...
//
// shows the models the pieces of a data set, which they learned from (`make bundles` leaves it),
// and looks for the trusts under which they tell the fewest bits a note in the mean of the models:
// one after another is moved by 0.05, until none gains. Prints what that leaves, beside the trusts
// that are built in.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "magenta/base/status.h"
#include "magenta/generate/likelihood.h"
#include "magenta/motifs/motif_memory.h"
#include "magenta/pipeline/dataset_reader.h"

namespace magenta {
namespace {

constexpr size_t kOrders = kMotifOrders.size();
constexpr double kStep = 0.05, kMost = 0.95;

/// An event that came.
struct Came {
  /// By each network alone.
  std::vector<double> probabilities;
  /// How often an event, and this one, followed: of the contexts that may be moved, then the
  /// others.
  std::array<std::array<int, 2>, kOrders> all{}, of_it{};
};

using Trusts = std::array<std::array<double, 2>, kOrders>;

struct Heard {
  std::vector<Came> events;
  int64_t notes = 0;
};

Came CountedOf(const MotifCounts& counts, Event event) {
  Came came;
  for (const MotifCounts::Followed& followed : counts.events) {
    for (size_t i = 0; i < kOrders; ++i) {
      const int both[] = {followed.moved[i], followed.same[i]};
      for (size_t k = 0; k < 2; ++k) {
        came.all[i][k] += both[k];
        if (followed.event == event) came.of_it[i][k] += both[k];
      }
    }
  }
  return came;
}

double BitsPerNote(const Heard& heard, const Trusts& trusts, size_t model) {
  double bits = 0;
  for (const Came& came : heard.events) {
    double p = came.probabilities[model];
    for (size_t i = 0; i < kOrders; ++i) {
      for (size_t k = 0; k < 2; ++k) {
        if (came.all[i][k] == 0) continue;
        p = trusts[i][k] * came.of_it[i][k] / came.all[i][k] + (1 - trusts[i][k]) * p;
      }
    }
    bits -= std::log2(p);
  }
  return bits / static_cast<double>(heard.notes);
}

double MeanBits(const Heard& heard, const Trusts& trusts, size_t models) {
  double sum = 0;
  for (size_t model = 0; model < models; ++model) sum += BitsPerNote(heard, trusts, model);
  return sum / static_cast<double>(models);
}

absl::StatusOr<Heard> Hear(const std::string& data_set,
                           const std::vector<std::shared_ptr<const Model>>& models) {
  MAGENTA_ASSIGN_OR_RETURN(const auto examples,
                           ReadDataset(data_set, *models[0]->spec, /*same_events=*/true));
  Heard heard;
  for (const DatasetExample& example : examples) {
    const auto& sequence = std::get<EventSequence>(example.content);
    const size_t first = heard.events.size();
    MotifMemory memory(*models[0]->codec, *models[0]->spec->kind);
    for (size_t i = 0; i < sequence.events.size(); ++i) {
      if (i > 0) heard.events.push_back(CountedOf(memory.Count(), sequence.events[i]));
      memory.Add(sequence.events[i]);
    }
    for (const auto& model : models) {
      MAGENTA_ASSIGN_OR_RETURN(const Likelihood likelihood, LogLikelihood(model, sequence));
      const auto& nats = likelihood.information.per_event;
      for (size_t i = 0; i < nats.size(); ++i) {
        heard.events[first + i].probabilities.push_back(std::exp(-nats[i]));
      }
      if (model == models[0]) heard.notes += likelihood.information.notes;
    }
  }
  return heard;
}

Trusts Fitted(const Heard& heard, size_t models) {
  Trusts trusts;
  for (auto& both : trusts) both = {0.3, 0.3};
  double best = MeanBits(heard, trusts, models);
  for (bool gains = true; gains;) {
    gains = false;
    for (auto& both : trusts) {
      for (double& trust : both) {
        for (const double step : {kStep, -kStep}) {
          const double before = trust;
          trust = std::clamp(trust + step, 0.0, kMost);
          const double bits = MeanBits(heard, trusts, models);
          if (bits < best) {
            best = bits;
            gains = true;
            break;
          }
          trust = before;
        }
      }
    }
  }
  return trusts;
}

absl::Status Run(const std::vector<std::string>& arguments) {
  if (arguments.size() < 2) return UsageError("usage: fit_adaptation DATA_SET BUNDLE...");
  std::vector<std::shared_ptr<const Model>> models;
  for (size_t i = 1; i < arguments.size(); ++i) {
    ModelSource source;
    source.bundle_file = arguments[i];
    MAGENTA_ASSIGN_OR_RETURN(models.emplace_back(), LoadModel(source));
  }
  MAGENTA_ASSIGN_OR_RETURN(const Heard heard, Hear(arguments[0], models));
  const Trusts fitted = Fitted(heard, models.size());
  Trusts built_in;
  for (size_t i = 0; i < kOrders; ++i) {
    built_in[i] = {kMotifOrders[i].moved_trust, kMotifOrders[i].trust};
    fmt::print("{{{}, {:.2f}, {:.2f}}}\n", kMotifOrders[i].notes, fitted[i][0], fitted[i][1]);
  }
  fmt::print("bits a note: {:.4f}, with the built-in ones {:.4f}\n",
             MeanBits(heard, fitted, models.size()), MeanBits(heard, built_in, models.size()));
  return absl::OkStatus();
}

}  // namespace
}  // namespace magenta

int main(int argc, char** argv) {
  const absl::Status status = magenta::Run({argv + 1, argv + argc});
  if (status.ok()) return 0;
  fmt::print(stderr, "{}\n", std::string(status.message()));
  return 1;
}
