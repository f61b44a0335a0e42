// Rows are the outputs' beams one after another; each beam's rows stand together. Everything that
// changes which rows there are is a Select of the session and of the scores.

#include "magenta/generate/beam_search.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "magenta/base/check.h"

namespace magenta {
namespace {

class Beams {
 public:
  Beams(const Session& primed, const BeamOptions& options, std::span<UniformSource* const> sources)
      : options_(options),
        sources_(sources),
        session_(primed.Fork(static_cast<int>(sources.size()) * options.beam_size)),
        scores_(session_.rows(), 0.0f),
        width_(options.beam_size) {
    filters_.push_back(MakeTemperature(options.temperature));
    score_filters_.push_back(MakeTemperature(options.temperature > 0 ? options.temperature : 1.0));
  }

  /// Every beam `branch_factor` times over.
  void Branch() {
    if (options_.branch_factor == 1) return;
    std::vector<int> chosen;
    for (size_t beam = 0; beam < sources_.size(); ++beam) {
      for (int i = 0; i < width_ * options_.branch_factor; ++i) {
        chosen.push_back(static_cast<int>(beam) * width_ + i % width_);
      }
    }
    Take(chosen, width_ * options_.branch_factor);
  }

  /// The `count` best of each beam, best first.
  void Keep(int count) {
    if (count == width_ && count == 1) return;
    std::vector<int> chosen;
    for (size_t beam = 0; beam < sources_.size(); ++beam) {
      std::vector<int> order(width_);
      std::iota(order.begin(), order.end(), static_cast<int>(beam) * width_);
      std::stable_sort(order.begin(), order.end(),
                       [this](int a, int b) { return scores_[a] > scores_[b]; });
      chosen.insert(chosen.end(), order.begin(), order.begin() + count);
    }
    Take(chosen, count);
  }

  /// One event for every entry; `extra` is added to each score.
  void Step(float extra) {
    if (session_.pending()) session_.Step();
    drawn_.resize(session_.rows());
    for (int row = 0; row < session_.rows(); ++row) {
      drawn_[row] = session_.Sample(row, filters_, *sources_[row / width_]);
      scores_[row] +=
          extra + session_.LogProbability(row, session_.sampled_labels(), score_filters_);
    }
    session_.Push(drawn_);
  }

  BeamResult Result(int beam) const {
    return {session_.events(beam * width_), scores_[beam * width_]};
  }

 private:
  void Take(const std::vector<int>& rows, int width) {
    session_ = session_.Select(rows);
    std::vector<float> scores;
    for (int row : rows) scores.push_back(scores_[row]);
    scores_ = std::move(scores);
    width_ = width;
  }

  const BeamOptions& options_;
  std::span<UniformSource* const> sources_;
  std::vector<std::unique_ptr<LogitFilter>> filters_, score_filters_;
  Session session_;
  std::vector<float> scores_;
  std::vector<Event> drawn_;
  int width_;  // entries of each beam at the moment
};

}  // namespace

std::vector<BeamResult> BeamSearch(const Session& primed, const BeamOptions& options,
                                   float primer_score, std::span<UniformSource* const> sources) {
  MAGENTA_CHECK(primed.rows() == 1 && !primed.pending() && options.num_steps >= 1);
  MAGENTA_CHECK(options.beam_size >= 1 && options.branch_factor >= 1);
  MAGENTA_CHECK(options.steps_per_iteration >= 1);
  Beams beams(primed, options, sources);
  float extra = primer_score;
  int64_t steps = (options.num_steps - 1) % options.steps_per_iteration + 1;
  for (int64_t done = 0; done < options.num_steps; steps = options.steps_per_iteration) {
    if (done > 0) beams.Keep(options.beam_size);
    beams.Branch();
    for (int64_t i = 0; i < steps; ++i) beams.Step(std::exchange(extra, 0.0f));
    done += steps;
  }
  beams.Keep(1);
  std::vector<BeamResult> results;
  for (size_t beam = 0; beam < sources.size(); ++beam) {
    results.push_back(beams.Result(static_cast<int>(beam)));
  }
  return results;
}

}  // namespace magenta
