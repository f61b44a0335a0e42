#include "magenta/train/score.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "magenta/base/check.h"

namespace magenta {
namespace {

double Share(int64_t part, int64_t whole) {
  return whole == 0 ? std::numeric_limits<double>::quiet_NaN()
                    : static_cast<double>(part) / static_cast<double>(whole);
}

void AddCounts(const std::vector<int64_t>& from, std::vector<int64_t>& to) {
  to.resize(std::max(to.size(), from.size()));
  for (size_t i = 0; i < from.size(); ++i) to[i] += from[i];
}

// Cross entropy of one row in nats; `gradient` (may be empty) becomes (softmax - one-hot) * scale.
double ScoreRow(std::span<const float> logits, int label, float scale, std::span<float> gradient) {
  const float largest = *std::max_element(logits.begin(), logits.end());
  float sum = 0;
  if (gradient.empty()) {
    for (const float x : logits) sum += std::exp(x - largest);
  } else {
    for (size_t c = 0; c < logits.size(); ++c) {
      gradient[c] = std::exp(logits[c] - largest);
      sum += gradient[c];
    }
    const float factor = scale / sum;
    for (float& g : gradient) g *= factor;
    gradient[label] -= scale;
  }
  return std::log(double{sum}) - (double{logits[label]} - double{largest});
}

}  // namespace

void ScoreSums::AddStep(double step_loss, int label, int best, int default_label) {
  const bool right = best == label;
  loss += step_loss;
  ++steps;
  correct += right;
  ++class_steps[label];
  class_correct[label] += right;
  if (label == default_label) return;
  ++events;
  correct_events += right;
}

void ScoreSums::AddRoll(double log_probability, const RollCells& of) {
  loss -= log_probability;
  probability += std::exp(log_probability);
  ++steps;
  cells += of.cells;
  correct += of.right;
  events += of.on;
  correct_events += of.found;
}

void ScoreSums::Add(const ScoreSums& other) {
  loss += other.loss;
  cells += other.cells;
  probability += other.probability;
  steps += other.steps;
  correct += other.correct;
  events += other.events;
  correct_events += other.correct_events;
  examples += other.examples;
  steps_after += other.steps_after;
  AddCounts(other.class_steps, class_steps);
  AddCounts(other.class_correct, class_correct);
}

std::vector<int> StepsOfClasses(const ModelSpec& spec) {
  if (spec.kind->plays_parts()) return {};
  const auto encoder = spec.codec->NewEncoder();
  encoder->Push(spec.codec->default_event());
  const std::span<const int> heads = spec.codec->head_sizes();
  std::vector<int> labels(heads.size()), steps;
  for (size_t head = 0; head < heads.size(); ++head) {
    for (labels[head] = 0; labels[head] < heads[head]; ++labels[head]) {
      steps.push_back(spec.kind->StepsOf(encoder->Decode(labels)));
    }
    labels[head] = 0;
  }
  const bool all_one = std::all_of(steps.begin(), steps.end(), [](int n) { return n == 1; });
  return all_one ? std::vector<int>() : steps;
}

Metrics ScoreSums::ToMetrics(std::span<const int> steps_of_class) const {
  Metrics metrics;
  metrics.steps = steps;
  metrics.examples = examples;
  metrics.loss = steps == 0 ? std::numeric_limits<double>::quiet_NaN() : loss / double(steps);
  const int64_t judged = cells > 0 ? cells : steps;
  metrics.accuracy = Share(correct, judged);
  metrics.event_accuracy = Share(correct_events, events);
  metrics.no_event_accuracy = Share(correct - correct_events, judged - events);
  if (cells > 0) {
    const int64_t false_alarms = (cells - events) - (correct - correct_events);
    metrics.roll = {.precision = Share(correct_events, correct_events + false_alarms),
                    .step_probability = probability / double(steps)};
  }
  for (size_t c = 0; c < class_steps.size(); ++c) {
    if (class_steps[c] > 0) metrics.per_class_accuracy += Share(class_correct[c], class_steps[c]);
  }
  if (!class_steps.empty()) metrics.per_class_accuracy /= static_cast<double>(class_steps.size());
  if (!steps_of_class.empty() && steps_of_class.size() == class_steps.size()) {
    int64_t grid_steps = steps_after;
    for (size_t c = 0; c < class_steps.size(); ++c)
      grid_steps += class_steps[c] * steps_of_class[c];
    metrics.loss_per_step =
        grid_steps == 0 ? std::numeric_limits<double>::quiet_NaN() : loss / double(grid_steps);
  }
  return metrics;
}

ScoreSums ScoreHeads(std::span<const float> logits, std::span<const int> labels,
                     const LabelHeads& heads, double scale, std::span<float> gradient) {
  const size_t classes = static_cast<size_t>(heads.classes());
  const size_t rows = labels.size() / heads.sizes.size();
  MAGENTA_CHECK(logits.size() == rows * classes);
  MAGENTA_CHECK(gradient.empty() || gradient.size() == logits.size());
  ScoreSums sums;
  sums.class_steps.resize(classes);
  sums.class_correct.resize(classes);
  size_t at = 0;
  for (size_t row = 0; row < rows; ++row) {
    int first = 0;
    for (size_t head = 0; head < heads.sizes.size(); ++head) {
      const size_t size = static_cast<size_t>(heads.sizes[head]);
      const int label = labels[row * heads.sizes.size() + head];
      const auto scores = logits.subspan(at, size);
      const auto slope = gradient.empty() ? gradient : gradient.subspan(at, size);
      const auto best = std::max_element(scores.begin(), scores.end()) - scores.begin();
      sums.AddStep(ScoreRow(scores, label, static_cast<float>(scale), slope), first + label,
                   first + static_cast<int>(best), first + heads.default_labels[head]);
      first += heads.sizes[head];
      at += size;
    }
  }
  return sums;
}

ScoreSums ScoreLogits(std::span<const float> logits, std::span<const int> labels, int classes,
                      int default_label, double scale, std::span<float> gradient) {
  return ScoreHeads(logits, labels, {{classes}, {default_label}}, scale, gradient);
}

double Metrics::perplexity() const { return std::exp(loss); }

double RollMetrics::f1_score(double recall) const {
  return precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall);
}

std::vector<std::pair<std::string, double>> Metrics::Figures() const {
  if (roll.has_value()) {
    return {{"loss", loss},
            {"metrics/accuracy", accuracy},
            {"metrics/precision", roll->precision},
            {"metrics/recall", event_accuracy},
            {"metrics/f1_score", roll->f1_score(event_accuracy)},
            {"metrics/perplexity", roll->step_probability}};
  }
  std::vector<std::pair<std::string, double>> figures = {
      {"loss", loss},
      {"metrics/accuracy", accuracy},
      {"metrics/event_accuracy", event_accuracy},
      {"metrics/no_event_accuracy", no_event_accuracy},
      {"metrics/per_class_accuracy", per_class_accuracy},
      {"metrics/perplexity", perplexity()}};
  if (loss_per_step.has_value()) {
    figures.emplace_back("metrics/loss_per_step", *loss_per_step);
    figures.emplace_back("metrics/perplexity_per_step", std::exp(*loss_per_step));
  }
  return figures;
}

}  // namespace magenta
