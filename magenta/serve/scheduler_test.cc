#include "magenta/serve/scheduler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pthread.h>

#include <future>
#include <optional>

#include "magenta/generate/random_model.h"
#include "magenta/generate/sequence_generator.h"
#include "magenta/music/melody.h"
#include "tests/conformance/toy_kind.h"

namespace magenta {
namespace {

using ::testing::HasSubstr;
using testing::RandomModel;

GenerateSequenceRequest RequestFor(const std::vector<Event>& primer, int num_steps, int seed,
                                   int beam_size = 1) {
  GenerateSequenceRequest request;
  *request.mutable_input_sequence() = Melody::FromEvents(primer)->ToSequence(120);
  auto& options = *request.mutable_generator_options();
  auto* section = options.add_generate_sections();
  section->set_start_time(request.input_sequence().total_time());
  section->set_end_time(num_steps * 0.125);
  (*options.mutable_args())["seed"].set_int_value(seed);
  (*options.mutable_args())["beam_size"].set_int_value(beam_size);
  return request;
}

/// What becomes of one job. It must outlive the scheduler.
struct Outcome {
  std::promise<absl::StatusOr<Generation>> promise;
  NoteSequence pieces;
  int num_pieces = 0;
};

Job JobFor(std::shared_ptr<const Model> model, GenerateSequenceRequest request, Outcome& outcome,
           bool pieces = false) {
  Job job;
  job.model = std::move(model);
  job.request = std::make_shared<GenerateSequenceRequest>(std::move(request));
  job.deadline = Clock::now() + std::chrono::minutes(5);
  job.ticket = std::make_shared<Ticket>();
  if (pieces) {
    job.piece = [&outcome](const NoteSequence& piece) {
      outcome.pieces.MergeFrom(piece);
      ++outcome.num_pieces;
    };
  }
  job.done = [&outcome](absl::StatusOr<Generation> result) {
    outcome.promise.set_value(std::move(result));
  };
  return job;
}

/// A job that lasts until somebody ends it.
GenerateSequenceRequest Endless() { return RequestFor({60, 62}, (1 << 20) - 1, 1); }

ServeOptions OptionsFor(int threads) {
  ServeOptions options;
  options.threads = threads;
  options.max_steps = 1 << 21;
  return options;
}

TEST(SchedulerTest, ManyAtOnceGiveTheNotesOfEachAlone) {
  // Different models, primers, lengths, beams, fills and keys, so that each is at a step of its
  // own.
  std::vector<std::shared_ptr<const Model>> models;
  for (const char* id : {"basic_rnn", "lookback_rnn", "attention_rnn"}) {
    models.push_back(RandomModel(id));
  }
  std::vector<std::pair<std::shared_ptr<const Model>, GenerateSequenceRequest>> work;
  for (int i = 0; i < 40; ++i) {
    std::vector<Event> primer;
    for (int k = 0; k <= i % 7; ++k) primer.push_back(60 + (i + k) % 12);
    GenerateSequenceRequest request = RequestFor(primer, 20 + 3 * i, i, 1 + i % 3);
    if (i % 5 == 0) {
      auto* note = request.mutable_input_sequence()->add_notes();
      note->set_pitch(67);
      note->set_velocity(90);
      note->set_start_time((20 + 3 * i) * 0.125);
      note->set_end_time((26 + 3 * i) * 0.125);
    }
    if (i % 4 == 1) {
      auto& args = *request.mutable_generator_options()->mutable_args();
      args["key"].set_string_value("D");
      args["max_pitch"].set_int_value(70);
    }
    work.emplace_back(models[i % 3], std::move(request));
  }
  for (int threads : {1, 3}) {
    ServerMetrics metrics;
    std::vector<Outcome> outcomes(work.size());
    {
      Scheduler scheduler(OptionsFor(threads), metrics);
      for (size_t i = 0; i < work.size(); ++i) {
        scheduler.Submit(JobFor(work[i].first, work[i].second, outcomes[i], i % 2 == 0));
      }
      scheduler.Drain(Clock::now() + std::chrono::minutes(1));
    }
    for (size_t i = 0; i < work.size(); ++i) {
      auto got = outcomes[i].promise.get_future().get();
      ASSERT_TRUE(got.ok()) << got.status();
      const auto alone = SequenceGenerator(work[i].first).GenerateMany(work[i].second, 1);
      ASSERT_TRUE(alone.ok()) << alone.status();
      const NoteSequence& expected = alone->outputs[0].sequence;
      EXPECT_EQ(got->outputs.at(0).sequence.SerializeAsString(), expected.SerializeAsString());
      EXPECT_EQ(got->outputs[0].log_likelihood, alone->outputs[0].log_likelihood);
      if (i % 2 == 0) {
        EXPECT_EQ(outcomes[i].pieces.SerializeAsString(), expected.SerializeAsString()) << i;
      }
    }
    EXPECT_GT(metrics.rows(), (threads == 1 ? 2 : 1) * metrics.steps());
    EXPECT_EQ(metrics.sessions, 0);
    EXPECT_EQ(metrics.queue, 0);
  }
}

TEST(SchedulerTest, NotesComeAsTheyAreMade) {
  ServerMetrics metrics;
  Outcome outcome;
  const auto model = RandomModel("lookback_rnn");
  Scheduler scheduler(OptionsFor(1), metrics);
  scheduler.Submit(JobFor(model, RequestFor({60, 62, 64}, 256, 3), outcome, true));
  ASSERT_TRUE(outcome.promise.get_future().get().ok());
  EXPECT_GT(outcome.num_pieces, 20);
}

TEST(SchedulerTest, PiecesMergedAreTheResultWithItsChords) {
  for (const bool reference_windows : {false, true}) {
    ServerMetrics metrics;
    Outcome outcome;
    Scheduler scheduler(OptionsFor(1), metrics);
    GenerateSequenceRequest request = RequestFor({60, 62, 64}, 256, 3);
    request.mutable_generator_options()->mutable_generate_sections(0)->set_start_time(0.5);
    auto& args = *request.mutable_generator_options()->mutable_args();
    args["backing_chords"].set_string_value("C F G7");
    args["chords_from"].set_string_value("start");
    args["render_chords"].set_bool_value(true);
    args["reference_windows"].set_bool_value(reference_windows);
    scheduler.Submit(JobFor(RandomModel("chord_pitches_improv"), request, outcome, true));
    const auto result = outcome.promise.get_future().get();
    ASSERT_TRUE(result.ok()) << result.status();
    const NoteSequence& whole = result->outputs[0].sequence;
    EXPECT_EQ(whole.text_annotations_size(), 16);
    EXPECT_EQ(outcome.pieces.DebugString(), whole.DebugString());
    EXPECT_GT(outcome.num_pieces, 20);
  }
}

TEST(SchedulerTest, WhoeverGoesOrTakesTooLongIsDropped) {
  ServerMetrics metrics;
  Outcome gone, late;
  Scheduler scheduler(OptionsFor(1), metrics);
  const auto model = RandomModel("lookback_rnn");
  Job job = JobFor(model, Endless(), gone);
  const auto ticket = job.ticket;
  scheduler.Submit(std::move(job));
  Job second = JobFor(model, Endless(), late);
  second.deadline = Clock::now() + std::chrono::milliseconds(50);
  scheduler.Submit(std::move(second));
  EXPECT_EQ(late.promise.get_future().get().status().code(), absl::StatusCode::kDeadlineExceeded);
  ticket->Cancel();
  EXPECT_EQ(gone.promise.get_future().get().status().code(), absl::StatusCode::kCancelled);
  scheduler.Drain(Clock::now() + std::chrono::minutes(1));
  EXPECT_EQ(metrics.sessions, 0);
}

TEST(SchedulerTest, RoomAndQueueAreBounded) {
  ServeOptions options = OptionsFor(1);
  options.max_sessions = 2;
  options.max_queue = 1;
  ServerMetrics metrics;
  std::vector<Outcome> outcomes(4);
  Outcome next;
  Scheduler scheduler(options, metrics);  // goes first: it tells the outcomes
  const auto model = RandomModel("lookback_rnn");
  std::vector<std::shared_ptr<Ticket>> tickets;
  for (Outcome& outcome : outcomes) {
    Job job = JobFor(model, Endless(), outcome);
    tickets.push_back(job.ticket);
    scheduler.Submit(std::move(job));
  }
  const auto refused = outcomes[3].promise.get_future().get().status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_TRUE(IsBusy(refused));
  // One that waits and is not waited for makes room at once.
  tickets[2]->Cancel();
  Job job = JobFor(model, RequestFor({60}, 8, 1), next);
  scheduler.Submit(std::move(job));
  EXPECT_EQ(outcomes[2].promise.get_future().get().status().code(), absl::StatusCode::kCancelled);
  tickets[0]->Cancel();
  EXPECT_TRUE(next.promise.get_future().get().ok());
  tickets[1]->Cancel();
}

TEST(SchedulerTest, LimitsOfOneRequest) {
  ServeOptions options;
  options.max_steps = 100;
  options.max_rows = 4;
  ServerMetrics metrics;
  Outcome outcomes[3];
  Scheduler scheduler(options, metrics);
  const auto model = RandomModel("lookback_rnn");
  const struct {
    GenerateSequenceRequest request;
    const char* message;
  } rows[] = {{RequestFor({60}, 101, 1), "101 steps"},
              {RequestFor({60}, 100, 1, 5), "5 sequences at a time"},
              {RequestFor({60}, 100, 1, 4), ""}};
  for (size_t i = 0; i < std::size(rows); ++i) {
    const auto& row = rows[i];
    Outcome& outcome = outcomes[i];
    scheduler.Submit(JobFor(model, row.request, outcome));
    const auto status = outcome.promise.get_future().get().status();
    EXPECT_EQ(status.code(),
              *row.message == '\0' ? absl::StatusCode::kOk : absl::StatusCode::kResourceExhausted);
    EXPECT_FALSE(IsBusy(status));
    EXPECT_THAT(std::string(status.message()), HasSubstr(row.message));
  }
}

/// No stack is to be had of such a size, so no thread is, either.
TEST(SchedulerTest, WithoutAnyThreadRequestsAreRefused) {
  pthread_attr_t before, huge;
  ASSERT_EQ(::pthread_getattr_default_np(&before), 0);
  ::pthread_attr_init(&huge);
  ASSERT_EQ(::pthread_attr_setstacksize(&huge, size_t{1} << 46), 0);
  ASSERT_EQ(::pthread_setattr_default_np(&huge), 0);
  ServerMetrics metrics;
  Outcome refused;
  {
    Scheduler scheduler(OptionsFor(2), metrics);
    ::pthread_setattr_default_np(&before);
    scheduler.Submit(JobFor(RandomModel("basic_rnn"), RequestFor({60}, 8, 1), refused));
    auto told = refused.promise.get_future();
    ASSERT_EQ(told.wait_for(std::chrono::seconds(10)), std::future_status::ready);
    EXPECT_EQ(told.get().status().code(), absl::StatusCode::kUnavailable);
  }
  ::pthread_attr_destroy(&huge);
  ::pthread_attr_destroy(&before);
}

TEST(SchedulerTest, TheEndTellsThoseThatRunAndWait) {
  ServeOptions options = OptionsFor(1);
  options.max_sessions = 1;
  ServerMetrics metrics;
  Outcome running, waiting;
  const auto model = RandomModel("lookback_rnn");
  {
    Scheduler scheduler(options, metrics);
    scheduler.Submit(JobFor(model, Endless(), running));
    scheduler.Submit(JobFor(model, Endless(), waiting));
    scheduler.Drain(Clock::now() + std::chrono::milliseconds(30));
  }
  for (Outcome* outcome : {&running, &waiting}) {
    EXPECT_EQ(outcome->promise.get_future().get().status().code(), absl::StatusCode::kUnavailable);
  }
}

TEST(SchedulerTest, EventsOfAnyLengthBesideAControlAreAsAlone) {
  static const ModelSpec toy = toy::ToyModel();
  AddModels({&toy, 1});
  const auto model = RandomModel(toy.id);
  constexpr int kJobs = 6;
  std::vector<Outcome> outcomes(kJobs);
  ServerMetrics metrics;
  Scheduler scheduler(OptionsFor(1), metrics);
  for (int i = 0; i < kJobs; ++i) {
    scheduler.Submit(
        JobFor(model, RequestFor({60, 62, 64}, 40 + 8 * i, i, 1 + i % 3), outcomes[i], i % 2 == 0));
  }
  for (int i = 0; i < kJobs; ++i) {
    const auto together = outcomes[i].promise.get_future().get();
    ASSERT_TRUE(together.ok()) << together.status();
    const auto alone = SequenceGenerator(model).GenerateMany(
        RequestFor({60, 62, 64}, 40 + 8 * i, i, 1 + i % 3), 1);
    ASSERT_TRUE(alone.ok());
    EXPECT_EQ(together->outputs[0].events, alone->outputs[0].events);
    EXPECT_EQ(together->outputs[0].sequence.SerializeAsString(),
              alone->outputs[0].sequence.SerializeAsString());
  }
}

}  // namespace
}  // namespace magenta
