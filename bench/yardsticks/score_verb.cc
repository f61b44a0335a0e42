// `yardsticks score`: the figure of a model, or of several together, for pieces of its set.

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <cmath>
#include <numeric>
#include <optional>

#include "bench/yardsticks/fit_recall.h"
#include "bench/yardsticks/stored_tunes.h"
#include "bench/yardsticks/yardstick_pieces.h"
#include "bench/yardsticks/yardstick_verbs.h"
#include "magenta/base/status.h"
#include "magenta/codec/score/score_codec.h"
#include "magenta/generate/model.h"
#include "magenta/generate/session.h"

namespace magenta::yardsticks {
namespace {

using Models = std::vector<std::shared_ptr<const Model>>;

/// Several models as one: the mean of what they say.
class Mean {
 public:
  explicit Mean(const Models& models) {
    for (const auto& model : models) sessions_.emplace_back(model, 1);
  }
  void Push(Event event) {
    for (Session& session : sessions_) {
      session.Push(event);
      session.Step();
    }
    distribution_.assign(1, 0);
    for (const Session& session : sessions_) {
      const std::vector<float> one = session.Distribution(0);
      distribution_.resize(one.size());
      for (size_t c = 0; c < one.size(); ++c) {
        distribution_[c] += one[c] / static_cast<double>(sessions_.size());
      }
    }
  }
  std::vector<double>& distribution() { return distribution_; }
  /// Of the classes from `label` on, `count` together.
  double Probability(int label, int count = 1) const {
    return std::accumulate(distribution_.begin() + label, distribution_.begin() + label + count,
                           0.0);
  }

 private:
  std::vector<Session> sessions_;
  std::vector<double> distribution_;
};

/// What is to be done of decisions beside counting them.
struct Beside {
  /// Says more than the network does, where it is not null.
  const StoredTunes* tunes = nullptr;
  /// Gets all decisions, as they are before the tunes speak.
  std::vector<Decided>* decisions = nullptr;
};

double NatsOf(const Models& models, const Piece& piece, const Beside& beside) {
  const EventCodec& codec = *models[0]->codec;
  const auto labels = codec.NewEncoder();
  Mean mean(models);
  std::optional<Recall> recall;
  if (beside.tunes != nullptr) recall.emplace(*beside.tunes, codec);
  double nats = piece.more_nats;
  const auto decide = [&](int label, int count) {
    if (beside.decisions != nullptr && recall.has_value()) {
      Decided& decided = beside.decisions->emplace_back();
      decided.kind = recall->kind();
      decided.probability = mean.Probability(label, count);
      for (const auto& recalled : recall->Best(*labels, mean.distribution())) {
        decided.places.push_back(recalled.traits);
        decided.right.push_back(recalled.label >= label && recalled.label < label + count);
      }
    }
    if (recall.has_value()) recall->Mix(*labels, mean.distribution());
    nats -= std::log(mean.Probability(label, count));
  };
  const std::vector<Event>& events = piece.events.events;
  for (size_t i = 0; i < events.size(); ++i) {
    if (static_cast<int>(i) > piece.given) decide(labels->Label(events[i]), 1);
    mean.Push(events[i]);
    labels->Push(events[i]);
    if (recall.has_value()) recall->Push(events[i]);
  }
  if (piece.tail > 0) {
    // Nothing changes any more: any time that is as long or longer.
    const int first = labels->Label(TimeShift(piece.tail));
    decide(first, codec.num_classes() - first);
  }
  return nats;
}

class ScoreVerb final : public cli::Verb {
 public:
  void Describe(cli::Flags& flags) override {
    flags.Usage("--config=SET --run_dirs=DIR,... SOURCE");
    flags.About(
        "Prints the figure of a yardstick's model, or of the mean of several, for the pieces of "
        "SOURCE.");
    flags.Text("config", &config_, "The set.").Required();
    flags.TextList("run_dirs", &runs_, "What was trained.");
    flags.Text("list", &part_.list, "Of JSON: which list of pieces.");
    flags.Int("fold", &part_.fold, "Of melodies: the tunes of this fold of ten alone.");
    flags.Text("tunes", &tunes_, "Of sixteenths: a file of pieces that are remembered.")
        .Value("FILE");
    flags.Bool("fit", &fit_, "Prints under which weights the memory fits the pieces best.");
    flags.Bool("pieces", &each_, "A line a piece.");
    flags.Positional("SOURCE", &sources_, "The set's file or folder.", 1, 1);
    flags.AddExample(
        "yardsticks score --config=sixteenths --run_dirs=run --list=valid sixteenths.json",
        "One model.");
  }

  absl::Status Run(cli::Context& context) override {
    MAGENTA_ASSIGN_OR_RETURN(const Yardstick* yardstick, FindYardstick(config_));
    MAGENTA_ASSIGN_OR_RETURN(const auto pieces, ReadPieces(*yardstick, sources_[0], part_));
    if (runs_.empty()) return UsageError("no run is named", "Name them with --run_dirs");
    MAGENTA_RETURN_IF_ERROR(Load());
    std::optional<StoredTunes> tunes;
    if (!tunes_.empty()) {
      if (yardstick->shape != Shape::kSixteenths) {
        return UsageError(fmt::format("'{}' has no stored tunes", config_), "Leave --tunes out");
      }
      MAGENTA_ASSIGN_OR_RETURN(const auto stored, ReadPieces(*yardstick, tunes_, {}));
      tunes.emplace(stored);
      parameters_ += tunes->numbers() + static_cast<int64_t>(kRecallWeights.size() * kTraits);
    } else if (fit_) {
      return UsageError("there is no memory to fit", "Name one with --tunes");
    }
    std::vector<Decided> decisions;
    const Beside beside = {tunes.has_value() ? &*tunes : nullptr, fit_ ? &decisions : nullptr};
    const double one = yardstick->unit.starts_with("bits") ? std::log(2) : 1;  // in nats
    double nats = 0;
    int64_t units = 0;
    for (const Piece& piece : pieces) {
      const double found = NatsOf(models_, piece, beside);
      if (each_) {
        const double mean = found / static_cast<double>(std::max<int64_t>(1, piece.units)) / one;
        context.out.Line(fmt::format("{} {:.4f}", piece.name, mean));
      }
      nats += found;
      units += piece.units;
    }
    if (fit_) {
      for (const TraitWeights& weights : FitRecall(decisions)) {
        context.out.Line(fmt::format("{{{:.2f}}}", fmt::join(weights, ", ")));
      }
    }
    const double figure = nats / static_cast<double>(units) / one;
    if (context.out.json()) {
      context.out.Result(cli::Json::Object()
                             .Set("figure", figure)
                             .Set("unit", std::string(yardstick->unit))
                             .Set("nats", nats)
                             .Set("units", units)
                             .Set("parameters", parameters_));
    } else {
      context.out.Line(
          fmt::format("{:.4f} {}, {} parameters", figure, yardstick->unit, parameters_));
    }
    return absl::OkStatus();
  }

 private:
  /// The runs' models, and how many numbers they have learned.
  absl::Status Load() {
    for (const std::string& run : runs_) {
      ModelSource source;
      source.config = config_;
      source.run_dir = run;
      MAGENTA_ASSIGN_OR_RETURN(const LoadedWeights weights, ReadWeights(source));
      MAGENTA_ASSIGN_OR_RETURN(models_.emplace_back(), LoadModel(source));
      const Model& model = *models_.back();
      for (const NetworkVariable& variable :
           model.spec->architecture->variables(*model.codec, model.hparams)) {
        if (!variable.constant.empty()) continue;
        parameters_ += static_cast<int64_t>(weights.tensors.at(variable.name).floats().size());
      }
    }
    return absl::OkStatus();
  }

  std::string config_;
  std::vector<std::string> runs_, sources_;
  PartOfSet part_;
  std::string tunes_;
  bool each_ = false, fit_ = false;
  Models models_;
  int64_t parameters_ = 0;
};

}  // namespace

std::unique_ptr<cli::Verb> NewScoreVerb() { return std::make_unique<ScoreVerb>(); }

}  // namespace magenta::yardsticks
