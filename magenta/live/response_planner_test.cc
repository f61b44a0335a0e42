// What a planner asks of its responder, and what answers of models are.

#include "magenta/live/response_planner.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "magenta/generate/random_model.h"
#include "magenta/live/model_responder.h"
#include "tests/conformance/toy_kind.h"

namespace magenta {
namespace {

/// What a fake answer is made of.
struct FakeAnswers {
  /// Events that come to no step before the first that does.
  int stuck = 0;
  int extended = 0;
  /// "C@0 F@16" of each phrase that was to be answered, from its bar line on.
  std::vector<std::string> chords;
  /// At which each was to be.
  std::vector<double> temperatures;
};

/// A note of four steps.
class FakeAnswer final : public LiveAnswer {
 public:
  FakeAnswer(const AnswerOrder& order, FakeAnswers& fake)
      : order_(order), fake_(fake), stuck_(fake.stuck) {}
  bool Extend(int64_t /*towards*/, std::vector<ScheduledNote>& out) override {
    if (done_) return false;
    ++fake_.extended;
    if (stuck_-- > 0) return true;
    using Kind = ScheduledNote::Kind;
    const auto step = static_cast<double>(order_.step);
    out.push_back({Kind::kNoteOn, 72, 90, order_.take, step});
    out.push_back({Kind::kNoteOff, 72, 90, order_.take, step + 4});
    return done_ = true;
  }
  double horizon() const override {
    return static_cast<double>(done_ ? order_.until : order_.step);
  }
  bool finished() const override { return done_; }
  void EndAt(int64_t until) override { order_.until = until; }

 private:
  AnswerOrder order_;
  FakeAnswers& fake_;
  int stuck_;
  bool done_ = false;
};

class FakeResponder final : public Responder {
 public:
  explicit FakeResponder(FakeAnswers& fake) : fake_(fake) {}
  const std::vector<std::string>& models() const override { return names_; }
  double OwnTemperature(size_t model) const override { return model == 0 ? 1 : 0.7; }
  void BeginPhrase() override {}
  void Append(const Phrase&, int64_t, size_t) override {}
  absl::StatusOr<std::unique_ptr<LiveAnswer>> Propose(const Phrase& phrase,
                                                      const AnswerOrder& order) override {
    std::string dump;
    const NoteSequence heard = phrase.ToSequence(order.step, order.step + 1);
    for (const auto& text : heard.text_annotations()) {
      dump += fmt::format("{}{}@{}", dump.empty() ? "" : " ", text.text(), text.time() * 4);
    }
    fake_.chords.push_back(dump);
    fake_.temperatures.push_back(order.temperature);
    return std::make_unique<FakeAnswer>(order, fake_);
  }

 private:
  FakeAnswers& fake_;
  const std::vector<std::string> names_ = {"fake", "tame"};
};

class ResponsePlannerTest : public ::testing::Test {
 protected:
  void Make() {
    planner_ = std::make_unique<ResponsePlanner>(0, options_,
                                                 std::make_unique<FakeResponder>(fake_), takes_);
  }
  void Handle(PerformanceEvent::Kind kind, int64_t step, int64_t until = 0, bool flag = false) {
    PerformanceEvent event;
    event.kind = kind;
    event.step = step;
    event.until = until;
    event.flag = flag;
    event.position = static_cast<double>(step);
    event.pitch = 60;
    event.velocity = 80;
    planner_->Handle(event);
  }
  using Kind = PerformanceEvent::Kind;

  DuetOptions options_;
  FakeAnswers fake_;
  SpscRing<ScheduledNote> takes_{1 << 10};
  std::unique_ptr<ResponsePlanner> planner_;
};

TEST_F(ResponsePlannerTest, AMutationHearsTheAnswerOverTheChordsThatItWasPlayedOver) {
  options_.backing_chords = {"C", "G7", "Am", "F", "Dm"};
  options_.memory = MemoryMode::kPhrase;
  Make();
  Handle(Kind::kBegin, 0);
  Handle(Kind::kNoteOn, 0);
  Handle(Kind::kNoteOff, 4);
  Handle(Kind::kEnd, 16, 32);
  while (planner_->Work()) {
  }
  // The answer, played over G7, is the phrase in the bar of Am; what answers it begins over F.
  Handle(Kind::kMutate, 48, 64);
  Handle(Kind::kClosed, 48);
  EXPECT_EQ(fake_.chords, (std::vector<std::string>{"C@0 G7@16", "G7@0 F@16"}));
  while (planner_->Work()) {
  }
  // And once more.
  Handle(Kind::kMutate, 64, 80);
  Handle(Kind::kClosed, 64);
  EXPECT_EQ(fake_.chords.back(), "F@0 Dm@16");
}

TEST_F(ResponsePlannerTest, AnAnswerThatComesToNoStepIsMadeInSmallPieces) {
  fake_.stuck = 1000;
  Make();
  Handle(Kind::kBegin, 0);
  Handle(Kind::kNoteOn, 0);
  Handle(Kind::kClosed, 16, 32, /*flag=*/true);
  EXPECT_LE(fake_.extended, 64);
  const int before = fake_.extended;
  EXPECT_TRUE(planner_->Work());
  EXPECT_EQ(fake_.extended, before + 1);
  while (planner_->Work()) {
  }
  EXPECT_EQ(fake_.extended, 1001);
}

TEST_F(ResponsePlannerTest, AModelDrawsAtItsOwnTemperatureUnlessOneIsGiven) {
  const auto control = [this](LiveAction action, int value) {
    PerformanceEvent event;
    event.kind = Kind::kControl;
    event.action = action;
    event.value = value;
    planner_->Handle(event);
  };
  const auto asked_at = [this] {
    Handle(Kind::kClosed, 16, 32, /*flag=*/true);
    return fake_.temperatures.back();
  };
  const auto begin = [this] {
    Make();
    Handle(Kind::kBegin, 0);
    Handle(Kind::kNoteOn, 0);
  };
  begin();
  EXPECT_EQ(asked_at(), 1);
  control(LiveAction::kModel, 1);
  EXPECT_EQ(asked_at(), 0.7);
  EXPECT_EQ(planner_->temperature(), 0.7);
  control(LiveAction::kTemperature, 127);
  EXPECT_EQ(asked_at(), 2);
  control(LiveAction::kModel, 0);
  EXPECT_EQ(asked_at(), 2);
  options_.temperature = 0.3;
  begin();
  EXPECT_EQ(asked_at(), 0.3);
  control(LiveAction::kModel, 1);
  EXPECT_EQ(asked_at(), 0.3);
}

TEST(ModelResponderTest, AnAnswerEndsWhereItIsToEndWhateverItsEventsLast) {
  static const ModelSpec toy = toy::ToyModel();
  AddModels({&toy, 1});
  const DuetOptions options;
  const Conversation before(options);
  const LiveChords chords(options);
  Phrase phrase(options, before, chords);
  phrase.Begin(0);
  phrase.NoteOn(0, 60, 100);
  phrase.NoteOff(8, 60);
  int ended_on_time = 0;
  for (uint32_t seed = 0; seed < 40; ++seed) {
    ModelResponder responder({testing::RandomModel(toy.id)});
    AnswerOrder order;
    order.step = 16;
    order.until = 23;
    order.seed = seed;
    const auto answer = responder.Propose(phrase, order);
    ASSERT_TRUE(answer.ok()) << answer.status();
    std::vector<ScheduledNote> notes;
    while ((*answer)->Extend(order.until, notes)) {
    }
    EXPECT_TRUE((*answer)->finished());
    EXPECT_LE((*answer)->horizon(), order.until);
    ended_on_time += (*answer)->horizon() == order.until;
    for (const ScheduledNote& note : notes) EXPECT_LE(note.position, order.until);
  }
  EXPECT_EQ(ended_on_time, 40);
}

/// Counts what is rendered.
class CountingKind final : public MusicKind {
 public:
  KindNames names() const override { return toys_.names(); }
  std::span<const ExampleOption> example_options() const override { return {}; }
  int StepsOf(Event event) const override { return toys_.StepsOf(event); }
  Event CutTo(Event event, int64_t steps) const override { return toys_.CutTo(event, steps); }
  Examples ExtractExamples(const QuantizedSequence& sequence,
                           const ExampleOptions& options) const override {
    return toys_.ExtractExamples(sequence, options);
  }
  absl::StatusOr<Primer> ReadPrimer(const QuantizedSequence& input,
                                    const PrimerRequest& request) const override {
    ++primers_read;
    return toys_.ReadPrimer(input, request);
  }
  DefaultPrimer MakeDefaultPrimer(double qpm, Grid grid) const override {
    return toys_.MakeDefaultPrimer(qpm, grid);
  }
  std::unique_ptr<NoteRenderer> NewRenderer(const Primer& primer, bool after) const override {
    ++renderers_made;
    return std::make_unique<Renderer>(*this, toys_.NewRenderer(primer, after));
  }

  mutable int rendered = 0, renderers_made = 0, primers_read = 0;

 private:
  class Renderer final : public NoteRenderer {
   public:
    Renderer(const CountingKind& kind, std::unique_ptr<NoteRenderer> renderer)
        : kind_(kind), renderer_(std::move(renderer)) {}
    void Add(Event event, std::vector<NoteChange>& changes) override {
      ++kind_.rendered;
      renderer_->Add(event, changes);
    }
    void Finish(std::vector<NoteChange>& changes) override { renderer_->Finish(changes); }
    int64_t step() const override { return renderer_->step(); }

   private:
    const CountingKind& kind_;
    std::unique_ptr<NoteRenderer> renderer_;
  };

  const toy::ToyKind toys_;
};

TEST(ModelResponderTest, AnAnswerCostsTheSameAStepHoweverLongItIs) {
  const auto kind = std::make_shared<CountingKind>();
  static ModelSpec counted = toy::ToyModel();
  counted.kind = kind;
  AddModels({&counted, 1});
  const DuetOptions options;
  const Conversation before(options);
  const LiveChords chords(options);
  Phrase phrase(options, before, chords);
  phrase.Begin(0);
  phrase.NoteOn(0, 60, 100);
  phrase.NoteOff(8, 60);
  ModelResponder responder({testing::RandomModel(counted.id)});
  AnswerOrder order;
  order.step = 16;
  order.until = 16 + 16 * 128;
  const auto answer = responder.Propose(phrase, order);
  ASSERT_TRUE(answer.ok()) << answer.status();
  const int made = kind->renderers_made, read = kind->primers_read;
  // Each piece of work is one event, rendered once, at the beginning as after 128 bars.
  int pieces = 0;
  std::vector<ScheduledNote> notes;
  while (!(*answer)->finished()) {
    const int rendered = kind->rendered;
    notes.clear();
    ASSERT_TRUE((*answer)->Extend(order.until, notes));
    ASSERT_EQ(kind->rendered, rendered + 1) << pieces;
    ++pieces;
  }
  EXPECT_EQ((*answer)->horizon(), order.until);
  EXPECT_GT(pieces, 16 * 128 / toy::kToyShifts);
  EXPECT_EQ(kind->renderers_made, made);
  EXPECT_EQ(kind->primers_read, read);
}

}  // namespace
}  // namespace magenta
