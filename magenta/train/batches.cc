// Idea of the order: shuffle all examples and cut them into batches. Runs of the older rule sort
// pieces of a few batches by length before they are cut, and shuffle the batches.

#include "magenta/train/batches.h"

#include <fmt/core.h>

#include <algorithm>
#include <numeric>
#include <random>

#include "magenta/base/random.h"

namespace magenta {
namespace {

constexpr size_t kBatchesSortedTogether = 16;

// Fisher and Yates, with a draw that is the same on every machine (std::shuffle's is not).
template <class T>
void Shuffle(std::vector<T>& items, std::mt19937_64& engine) {
  for (size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[engine() % i]);
}

template <class T>
std::vector<T> NumbersFrom0(size_t count) {
  std::vector<T> numbers(count);
  std::iota(numbers.begin(), numbers.end(), T{0});
  return numbers;
}

std::vector<int> PlacesByFallingLength(const std::vector<TrainingExample>& encoded) {
  std::vector<int> places = NumbersFrom0<int>(encoded.size());
  std::stable_sort(places.begin(), places.end(), [&](int a, int b) {
    return encoded[a].inputs.rows() > encoded[b].inputs.rows();
  });
  return places;
}

}  // namespace

std::vector<float> Batch::DenseInputs() const {
  std::vector<float> dense(inputs.rows() * static_cast<size_t>(input_size));
  for (size_t r = 0; r < inputs.rows(); ++r) {
    inputs.ForEach(r, [&](int32_t i, float value) { dense[r * input_size + i] = value; });
  }
  return dense;
}

std::vector<DatasetExample> HeardExamples(std::span<const DatasetExample> examples,
                                          std::span<const int> chosen, const Variation& variation) {
  std::vector<DatasetExample> heard;
  heard.reserve(chosen.size());
  for (size_t place = 0; place < chosen.size(); ++place) {
    heard.push_back(examples[chosen[place]]);
    auto* events = std::get_if<EventSequence>(&heard.back().content);
    if (variation.kind == nullptr || events == nullptr) continue;
    const uint64_t key =
        StableHash(fmt::format("vary/{}/{}", variation.step, place), variation.seed);
    *events = variation.kind->Varied(*events, key);
    MAGENTA_CHECK(events->events.size() >= 2);
  }
  return heard;
}

Batch MakeBatch(std::span<const DatasetExample> examples, std::span<const int> chosen,
                std::span<const int> places, const EventCodec& codec) {
  std::vector<TrainingExample> encoded;
  encoded.reserve(chosen.size());
  for (const int i : chosen) encoded.push_back(examples[i].Encode(codec));
  const std::vector<int> sorted = PlacesByFallingLength(encoded);
  std::vector<int> lengths;
  lengths.reserve(sorted.size());
  size_t entries = 0;
  for (const int i : sorted) {
    lengths.push_back(static_cast<int>(encoded[i].inputs.rows()));
    entries += encoded[i].inputs.index.size();
  }
  Batch batch;
  batch.packing = std::make_shared<const Packing>(PackLengths(lengths));
  batch.input_size = codec.input_size();
  const size_t rows = static_cast<size_t>(batch.packing->rows());
  batch.inputs.starts.reserve(rows + 1);
  batch.inputs.index.reserve(entries);
  batch.inputs.value.reserve(entries);
  const size_t heads = codec.head_sizes().size();
  batch.labels.reserve(rows * heads);
  batch.row_ids.reserve(rows);
  for (const TrainingExample& example : encoded) {
    batch.steps_after += codec.StepsAfter(std::span(example.labels).last(heads));
  }
  for (int t = 0; t < batch.packing->steps(); ++t) {
    for (int r = 0; r < batch.packing->active[t]; ++r) {
      const TrainingExample& example = encoded[sorted[r]];
      example.inputs.ForEach(t, [&](int32_t i, float value) { batch.inputs.Add(i, value); });
      batch.inputs.EndRow();
      const auto labels = example.labels.begin() + static_cast<std::ptrdiff_t>(t * heads);
      batch.labels.insert(batch.labels.end(), labels, labels + static_cast<std::ptrdiff_t>(heads));
      batch.row_ids.push_back(static_cast<uint64_t>(places[sorted[r]]) << 32 |
                              static_cast<uint64_t>(t));
    }
  }
  return batch;
}

BatchOrder::BatchOrder(std::vector<int> lengths, int batch_size, uint32_t seed, BatchRule rule)
    : lengths_(std::move(lengths)), seed_(seed), rule_(rule) {
  MAGENTA_CHECK(!lengths_.empty() && batch_size > 0);
  const int64_t count = static_cast<int64_t>(lengths_.size());
  batches_ = (count + batch_size - 1) / batch_size;
}

std::span<const int> BatchOrder::At(DataPosition position) {
  MAGENTA_CHECK(position.batch >= 0 && position.batch < batches_);
  if (arranged_epoch_ != position.epoch) Arrange(position.epoch);
  const size_t start = starts_[position.batch];
  return std::span(order_).subspan(start, starts_[position.batch + 1] - start);
}

DataPosition BatchOrder::Next(DataPosition position) const {
  if (++position.batch >= batches_) position = {position.epoch + 1, 0};
  return position;
}

// Of the batch's examples among the epoch's shuffled ones; all batches differ by one at most.
size_t BatchOrder::StartOf(size_t batch) const {
  return batch * lengths_.size() / static_cast<size_t>(batches_);
}

void BatchOrder::Arrange(int64_t epoch) {
  std::mt19937_64 engine(StableHash(fmt::format("epoch/{}", epoch), seed_));
  std::vector<int> shuffled = NumbersFrom0<int>(lengths_.size());
  Shuffle(shuffled, engine);
  std::vector<size_t> batches = NumbersFrom0<size_t>(static_cast<size_t>(batches_));
  if (rule_ == BatchRule::kLikeLengths) {
    SortPieces(shuffled);
    Shuffle(batches, engine);
  }
  order_.clear();
  starts_ = {0};
  for (const size_t batch : batches) {
    order_.insert(order_.end(), shuffled.begin() + StartOf(batch),
                  shuffled.begin() + StartOf(batch + 1));
    starts_.push_back(order_.size());
  }
  arranged_epoch_ = epoch;
}

void BatchOrder::SortPieces(std::vector<int>& shuffled) const {
  const size_t batches = static_cast<size_t>(batches_);
  for (size_t first = 0; first < batches; first += kBatchesSortedTogether) {
    const size_t last = std::min(batches, first + kBatchesSortedTogether);
    std::stable_sort(shuffled.begin() + StartOf(first), shuffled.begin() + StartOf(last),
                     [&](int a, int b) { return lengths_[a] < lengths_[b]; });
  }
}

}  // namespace magenta
