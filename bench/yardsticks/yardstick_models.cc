#include "bench/yardsticks/yardstick_models.h"

#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <random>
#include <utility>

#include "magenta/base/status.h"
#include "magenta/codec/score/score_codec.h"

namespace magenta::yardsticks {
namespace {

/// Pieces that are read from no music and turned into none.
class FactsKind final : public MusicKind {
 public:
  /// Training moves pieces within these pitches, one pair a voice; without any they stay.
  explicit FactsKind(std::vector<std::pair<int, int>> ranges) : ranges_(std::move(ranges)) {}

  KindNames names() const override { return {"piece", "pieces", "pieces", "PieceExtractor"}; }
  std::span<const ExampleOption> example_options() const override { return {}; }
  int StepsOf(Event event) const override { return IsTimeShift(event) ? TicksOf(event) : 0; }
  Examples ExtractExamples(const QuantizedSequence&, const ExampleOptions&) const override {
    return {};
  }
  absl::StatusOr<Primer> ReadPrimer(const QuantizedSequence&, const PrimerRequest&) const override {
    return UsageError("a yardstick's model reads no music", "Name a model of `magenta models`");
  }
  DefaultPrimer MakeDefaultPrimer(double, Grid) const override { return {}; }
  std::unique_ptr<NoteRenderer> NewRenderer(const Primer&, bool) const override { return nullptr; }
  EventSequence Varied(const EventSequence& example, uint64_t key) const override;

 private:
  /// The voice that each pitch of `events` is of.
  template <class F>
  void ForEachPitch(const std::vector<Event>& events, const F& f) const;

  std::vector<std::pair<int, int>> ranges_;
};

template <class F>
void FactsKind::ForEachPitch(const std::vector<Event>& events, const F& f) const {
  size_t voice = 0;
  for (size_t i = 1; i < events.size(); ++i) {
    if (IsTimeShift(events[i])) continue;
    if (events[i] >= 0) f(i, ranges_[voice]);
    voice = (voice + 1) % ranges_.size();
  }
}

EventSequence FactsKind::Varied(const EventSequence& example, uint64_t key) const {
  if (ranges_.empty()) return example;
  int down = 6, up = 6;
  ForEachPitch(example.events, [&](size_t i, const std::pair<int, int>& range) {
    down = std::min(down, example.events[i] - range.first);
    up = std::min(up, range.second - example.events[i]);
  });
  const int choices = std::max(0, down) + std::max(0, up) + 1;
  const int shift = static_cast<int>(key % static_cast<uint64_t>(choices)) - std::max(0, down);
  EventSequence varied = example;
  ForEachPitch(example.events,
               [&](size_t i, const std::pair<int, int>&) { varied.events[i] += shift; });
  return varied;
}

HParams Defaults(std::vector<int> sizes, int batch, double learning_rate, double weight_decay,
                 double keep) {
  HParams hparams;
  hparams.rnn_layer_sizes = std::move(sizes);
  hparams.batch_size = batch;
  hparams.learning_rate = learning_rate;
  hparams.weight_decay = weight_decay;
  hparams.dropout_keep_prob = keep;
  hparams.clip_norm = 0;
  return hparams;
}

Yardstick Make(std::string id, std::string description, Shape shape, std::string_view unit,
               ScoreCodecOptions options, std::vector<std::pair<int, int>> ranges,
               HParams hparams) {
  Yardstick yardstick;
  ModelSpec& spec = yardstick.model;
  spec.id = std::move(id);
  spec.description = std::move(description);
  spec.hparams = std::move(hparams);
  spec.grid = Grid::PerQuarter(4);
  spec.kind = std::make_shared<FactsKind>(std::move(ranges));
  spec.codec = MakeScoreCodec(std::move(options));
  spec.architecture = &kRelativeArchitecture;
  yardstick.shape = shape;
  yardstick.unit = unit;
  return yardstick;
}

// A collection of melodies, whose alphabet goes from `low` to `high`.
Yardstick Melodies(std::string id, int low, int high) {
  ScoreCodecOptions options;
  options.kinds = {0};
  options.first_pitches = {(low + high) / 2};
  options.low = low;
  options.pitches = high - low + 1;
  options.longest_shift = 0;
  options.silence = false;
  options.fading_ticks = 12;
  // Collections are written in few keys, which is worth knowing: tunes stay where they are.
  return Make(id, fmt::format("melody prediction, {}", id), Shape::kMelodies, "bits a pitch",
              options, {}, Defaults({48, 64, 48}, 8, 0.003, 0.5, 0.5));
}

std::vector<Yardstick> MakeAll() {
  std::vector<Yardstick> all;
  ScoreCodecOptions sixteenths;
  sixteenths.kinds = {0, 1, 2, 3};
  sixteenths.first_pitches = {69, 63, 57, 50};
  sixteenths.repeats = false;
  sixteenths.motions = true;
  sixteenths.intervals = true;
  all.push_back(Make("sixteenths", "JSB chorales on sixteenths", Shape::kSixteenths,
                     "nats a voice a sixteenth", sixteenths,
                     {{60, 81}, {52, 74}, {46, 69}, {36, 66}},
                     Defaults({96, 192, 160}, 24, 0.004, 1.0, 0.6)));
  ScoreCodecOptions quarters = sixteenths;
  quarters.low = 21;
  quarters.pitches = 88;
  quarters.longest_shift = 0;
  quarters.ranked = true;
  quarters.cycle = 4;
  quarters.other_cycle = 3;
  quarters.fading_ticks = 8;
  all.push_back(Make("quarters", "JSB chorales on quarters", Shape::kQuarters, "nats a frame",
                     quarters, {{43, 96}, {43, 96}, {43, 96}, {43, 96}},
                     Defaults({96, 160, 128}, 24, 0.004, 0.5, 0.5)));
  all.push_back(Melodies("nova", 54, 81));
  all.push_back(Melodies("chor", 60, 81));
  all.push_back(Melodies("elsass", 48, 84));
  all.push_back(Melodies("jugos", 55, 82));
  all.push_back(Melodies("suisse", 48, 86));
  all.push_back(Melodies("oestr", 47, 84));
  all.push_back(Melodies("kindr", 52, 79));
  ScoreCodecOptions tunes;
  tunes.kinds = {0};
  tunes.first_pitches = {67};
  tunes.low = 48;
  tunes.pitches = 37;
  all.push_back(Make("tunes", "Nottingham's melodies", Shape::kTunes, "bits a melody note", tunes,
                     {{48, 84}}, Defaults({96, 192, 128}, 32, 0.003, 0.3, 0.5)));
  return all;
}

}  // namespace

std::span<const Yardstick> AllYardsticks() {
  static const auto* const all = new std::vector<Yardstick>(MakeAll());
  return *all;
}

std::vector<ModelSpec> YardstickModels() {
  std::vector<ModelSpec> models;
  for (const Yardstick& yardstick : AllYardsticks()) models.push_back(yardstick.model);
  return models;
}

absl::StatusOr<const Yardstick*> FindYardstick(std::string_view name) {
  std::string names;
  for (const Yardstick& yardstick : AllYardsticks()) {
    if (yardstick.model.id == name) return &yardstick;
    names += fmt::format("{}{}", names.empty() ? "" : ", ", yardstick.model.id);
  }
  return UsageError(fmt::format("'{}' is no yardstick", name), "These are: " + names);
}

}  // namespace magenta::yardsticks
