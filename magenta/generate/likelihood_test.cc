#include "magenta/generate/likelihood.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "magenta/generate/random_model.h"

namespace magenta {
namespace {

using testing::RandomModel;
using testing::TuneFor;

/// A network that says the same whatever it hears.
class ConstantNetwork final : public Network {
 public:
  ConstantNetwork(const EventCodec& codec, const std::map<int, double>& probabilities)
      : input_size_(codec.input_size()),
        classes_(codec.num_classes()),
        logits_(static_cast<size_t>(classes_), -100.0f) {
    for (const auto& [label, probability] : probabilities) {
      logits_[static_cast<size_t>(label)] = static_cast<float>(std::log(probability));
    }
  }
  int input_size() const override { return input_size_; }
  std::span<const int> head_sizes() const override { return {&classes_, 1}; }
  std::unique_ptr<NetworkState> NewState(int rows) const override {
    return std::make_unique<State>(rows);
  }
  void Step(NetworkState& /*state*/, std::span<const SparseVector> inputs,
            std::span<float> logits) const override {
    for (size_t row = 0; row < inputs.size(); ++row) {
      std::copy(logits_.begin(), logits_.end(), logits.begin() + row * logits_.size());
    }
  }

 private:
  class State final : public NetworkState {
   public:
    explicit State(int rows) : rows_(rows) {}
    int rows() const override { return rows_; }
    std::unique_ptr<NetworkState> Select(std::span<const int> rows) const override {
      return std::make_unique<State>(static_cast<int>(rows.size()));
    }

   private:
    int rows_;
  };

  int input_size_;
  int classes_;
  std::vector<float> logits_;
};

EventSequence SequenceFor(const ModelSpec& spec) {
  EventSequence sequence{TuneFor(spec), {}};
  if (spec.codec->has_control()) sequence.control.assign(sequence.events.size(), 0);
  return sequence;
}

TEST(InformationTest, ByHand) {
  // lookback_rnn's classes: 0 no event, 2 + pitch - 48, 38 as one bar ago, 39 as two bars ago.
  Model model;
  model.spec = *FindModel("lookback_rnn");
  model.codec = model.spec->codec;
  model.grid = model.spec->grid;
  model.network = std::make_shared<ConstantNetwork>(
      *model.codec,
      std::map<int, double>{{0, 0.125}, {38, 0.25}, {39, 0.125}, {14, 0.25}, {16, 0.25}});
  const auto shared = std::make_shared<const Model>(model);
  struct Case {
    std::vector<Event> events;
    double bits;
    int64_t notes;
  };
  // Before the first event nothing happens, as far as the codec knows: there both repeats mean no
  // event. A bar after a 60 "as one bar ago" means 60.
  std::vector<Event> bar(16, kNoEvent);
  bar[0] = 60;
  std::vector<Event> repeated = bar;
  repeated.push_back(60);
  std::vector<Event> other = bar;
  other.push_back(62);
  const Case cases[] = {
      {{60, kNoEvent}, 1, 0},      // 1/8 + 1/4 + 1/8
      {{60, 62}, 2, 1},            // 1/4
      {{60, kNoEvent, 62}, 3, 1},  //
      {{60, 60, 62, 60}, 6, 3},    // the first note counts nowhere
      {bar, 15, 0},                //
      {repeated, 15 + 1, 1},       // 1/4 as one bar ago + 1/4 by its pitch
      {other, 15 + 2, 1},          //
  };
  for (const Case& one : cases) {
    const auto found = LogLikelihood(shared, {one.events, {}});
    ASSERT_TRUE(found.ok()) << found.status();
    const Information& information = found->information;
    EXPECT_NEAR(information.nats / std::log(2.0), one.bits, 1e-5) << one.events.size();
    EXPECT_EQ(information.per_event.size(), one.events.size() - 1);
    EXPECT_EQ(information.notes, one.notes);
    if (one.notes > 0) {
      EXPECT_NEAR(information.bits_per_note(), one.bits / one.notes, 1e-5);
    } else {
      EXPECT_TRUE(std::isnan(information.bits_per_note()));
    }
  }
  // The name that training uses is all that the likelihood knows.
  EXPECT_NEAR(LogLikelihood(shared, {repeated, {}})->per_event.back(), std::log(0.25), 1e-5);
}

TEST(InformationTest, IsTheLikelihoodWhereEachEventHasOneClass) {
  for (const char* id : {"basic_rnn", "mono_rnn", "basic_improv", "one_drum", "drum_kit",
                         "performance", "performance_with_dynamics_and_note_encoding"}) {
    const auto model = RandomModel(id);
    const auto found = LogLikelihood(model, SequenceFor(*model->spec));
    ASSERT_TRUE(found.ok()) << found.status();
    EXPECT_EQ(found->information.nats, -found->total) << id;
    EXPECT_NEAR(found->information.bits_per_note(),
                -found->total / std::log(2.0) / static_cast<double>(found->information.notes),
                1e-9);
  }
  for (const char* id : {"lookback_rnn", "attention_rnn", "attention_improv"}) {
    const auto model = RandomModel(id);
    const auto found = LogLikelihood(model, SequenceFor(*model->spec));
    ASSERT_TRUE(found.ok()) << found.status();
    EXPECT_LT(found->information.nats, -found->total) << id;
  }
}

TEST(InformationTest, TheProbabilitiesOfAllEventsAreOne) {
  for (const ModelSpec& spec : testing::OneHeadModels()) {
    const auto model = RandomModel(spec.id);
    Session session(model, 1);
    session.Prime(TuneFor(spec));
    double sum = 0;
    for (Event event = -2; event < 2048; ++event) {
      if (spec.codec->Accepts(event)) sum += std::exp(session.LogProbabilityByAnyClass(0, event));
    }
    EXPECT_NEAR(sum, 1, 1e-5) << spec.id;
  }
}

TEST(InformationTest, EachDrumIsANote) {
  const auto model = RandomModel("drum_kit");
  const auto found = LogLikelihood(model, {{0b1, 0, 0b11, 0b1, 0b10101}, {}});
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->information.notes, 2 + 1 + 3);
}

TEST(InformationTest, TunesAreAdded) {
  const auto model = RandomModel("lookback_rnn");
  const Likelihood a = *LogLikelihood(model, {{60, 62, 64}, {}});
  const Likelihood b = *LogLikelihood(model, {{67, kNoEvent, kNoteOff, 67}, {}});
  Information both;
  both.Add(a.information);
  both.Add(b.information);
  EXPECT_EQ(both.notes, 3);
  EXPECT_EQ(both.per_event.size(), 5u);
  EXPECT_NEAR(both.bits_per_note(), (a.information.nats + b.information.nats) / std::log(2.0) / 3,
              1e-9);
}

}  // namespace
}  // namespace magenta
