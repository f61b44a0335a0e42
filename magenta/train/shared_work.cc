#include "magenta/train/shared_work.h"

#include <cstring>
#include <string>

#include "magenta/base/check.h"
#include "magenta/base/status.h"

namespace magenta {
namespace {

// What a rank says when all meet: whether it shall stop, and its parts' sums as numbers.
struct Word {
  bool stop = false;
  std::vector<double> numbers;

  std::string Text() const {
    std::string text(1, stop ? '1' : '0');
    text.append(reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(double));
    return text;
  }
  static Word Of(const std::string& text) {
    MAGENTA_CHECK(!text.empty());
    Word word{text[0] == '1', std::vector<double>((text.size() - 1) / sizeof(double))};
    if (!word.numbers.empty()) {
      std::memcpy(word.numbers.data(), text.data() + 1, word.numbers.size() * sizeof(double));
    }
    return word;
  }
};

// Counts are far below 2^53, so a double holds them.
void AppendSums(const ScoreSums& sums, std::vector<double>& to) {
  to.push_back(static_cast<double>(sums.class_steps.size()));
  to.push_back(sums.loss);
  to.push_back(sums.probability);
  for (const int64_t count :
       {sums.steps, sums.correct, sums.events, sums.correct_events, sums.examples, sums.cells}) {
    to.push_back(static_cast<double>(count));
  }
  for (const int64_t count : sums.class_steps) to.push_back(static_cast<double>(count));
  for (const int64_t count : sums.class_correct) to.push_back(static_cast<double>(count));
}

// Takes the next sums off `numbers`.
ScoreSums TakeSums(std::span<const double>& numbers) {
  size_t next = 0;
  const auto take = [&] { return static_cast<int64_t>(numbers[next++]); };
  MAGENTA_CHECK(!numbers.empty() && numbers.size() >= 9 + 2 * static_cast<size_t>(numbers[0]));
  ScoreSums sums;
  const size_t classes = static_cast<size_t>(take());
  sums.loss = numbers[next++];
  sums.probability = numbers[next++];
  for (int64_t* count : {&sums.steps, &sums.correct, &sums.events, &sums.correct_events,
                         &sums.examples, &sums.cells}) {
    *count = take();
  }
  for (size_t i = 0; i < classes; ++i) sums.class_steps.push_back(take());
  for (size_t i = 0; i < classes; ++i) sums.class_correct.push_back(take());
  numbers = numbers.subspan(next);
  return sums;
}

std::vector<float> Flatten(const std::vector<std::vector<float>>& gradients) {
  std::vector<float> flat;
  for (const auto& gradient : gradients) flat.insert(flat.end(), gradient.begin(), gradient.end());
  return flat;
}

std::vector<std::vector<float>> CutLike(const std::vector<Variable>& variables,
                                        const std::vector<float>& flat) {
  std::vector<std::vector<float>> gradients;
  auto from = flat.begin();
  for (const Variable& variable : variables) {
    const auto end = from + static_cast<int64_t>(variable.value.size());
    gradients.emplace_back(from, end);
    from = end;
  }
  return gradients;
}

}  // namespace

bool SharedWork::Stopping() const {
  return ranks_ == nullptr ? stop_ != nullptr && *stop_ : agreed_stop_;
}

absl::StatusOr<ScoreSums> SharedWork::PoolSums(std::span<const ScoreSums> mine, int parts) {
  Word word;
  word.stop = stop_ != nullptr && *stop_;
  for (const ScoreSums& sums : mine) AppendSums(sums, word.numbers);
  MAGENTA_ASSIGN_OR_RETURN(const auto texts, ranks_->Gather(word.Text()));
  std::vector<Word> words;
  std::vector<std::span<const double>> rest;
  words.reserve(texts.size());
  for (const std::string& text : texts) words.push_back(Word::Of(text));
  for (const Word& said : words) {
    agreed_stop_ = agreed_stop_ || said.stop;
    rest.emplace_back(said.numbers);
  }
  ScoreSums sums;
  for (int part = 0; part < parts; ++part) sums.Add(TakeSums(rest[part % ranks_->size()]));
  return sums;
}

absl::StatusOr<BatchGradients> SharedWork::Gradients(const Learner& learner,
                                                     const std::vector<Variable>& variables,
                                                     const BatchSource& source,
                                                     const DropoutKey& dropout) {
  if (ranks_ == nullptr) return ComputeGradients(learner, variables, source, dropout, threads_);
  const int shards = ShardsOf(learner, source.examples.size());
  const auto parts =
      ShardGradients(learner, variables, source, dropout, threads_, ranks_->PartsOfMine(shards));
  std::vector<ScoreSums> sums;
  std::vector<std::vector<float>> flat;
  for (const BatchGradients& part : parts) {
    sums.push_back(part.sums);
    flat.push_back(Flatten(part.gradients));
  }
  int64_t length = 0;
  for (const Variable& variable : variables) length += static_cast<int64_t>(variable.value.size());
  BatchGradients whole;
  MAGENTA_ASSIGN_OR_RETURN(whole.sums, PoolSums(sums, shards));
  MAGENTA_ASSIGN_OR_RETURN(const auto sum, ranks_->Sum(shards, length, flat));
  whole.gradients = CutLike(variables, sum);
  whole.padding_share = PaddingShare(source);
  return whole;
}

absl::StatusOr<ScoreSums> SharedWork::Score(const Learner& learner,
                                            const std::vector<Variable>& variables,
                                            std::span<const DatasetExample> examples,
                                            const EventCodec& codec) {
  if (ranks_ == nullptr) return ScoreExamples(learner, variables, examples, codec, threads_, stop_);
  const int batches = ScoredBatches(examples.size());
  const auto parts = ScoreBatches(learner, variables, examples, codec, threads_,
                                  ranks_->PartsOfMine(batches), stop_);
  return PoolSums(parts, batches);
}

}  // namespace magenta
