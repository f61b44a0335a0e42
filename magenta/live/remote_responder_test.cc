// Answers of a server that is a function here, with a way to it as long as a test wants.

#include "magenta/live/remote_responder.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "magenta/base/check.h"
#include "magenta/base/status.h"
#include "magenta/generate/generation_task.h"
#include "magenta/generate/random_model.h"
#include "magenta/live/duet.h"
#include "magenta/live/simulation_test.h"
#include "magenta/request/response_pieces.h"

namespace magenta {
namespace {

using std::chrono::milliseconds;
using testing::RandomModel;

/// Of `config`; of polyphony, whose random weights would never end a step, those that come along.
std::shared_ptr<const Model> ModelOf(const std::string& config) {
  if (config != "polyphony") return RandomModel(config);
  ModelSource source;
  source.config = config;
  auto model = LoadModel(source);
  MAGENTA_CHECK(model.ok());
  return *model;
}

/// Answers as a server does: a piece a note, then the end.
class FakeServer : public StreamingGenerator {
 public:
  explicit FakeServer(milliseconds delay = milliseconds(0)) : delay_(delay) {}
  ~FakeServer() override {
    for (std::thread& thread : threads_) thread.join();
  }

  std::shared_ptr<NoteStream> Ask(const GenerateSequenceRequest& request) override {
    auto stream = std::make_shared<NoteStream>();
    requests.push_back(request);
    if (silent) return stream;
    if (delay_ == milliseconds(0)) {
      Answer(request, *stream);
      return stream;
    }
    threads_.emplace_back([this, request, weak = std::weak_ptr<NoteStream>(stream)] {
      std::this_thread::sleep_for(delay_);
      if (const auto wanted = weak.lock()) {
        Answer(request, *wanted);
      } else {
        ++given_up;
      }
    });
    return stream;
  }

  std::vector<GenerateSequenceRequest> requests;
  absl::Status failure;
  int notes_before_failure = 0;
  bool silent = false;
  std::string config = "lookback_rnn";
  std::atomic<int> given_up = 0;

 private:
  void Answer(const GenerateSequenceRequest& request, NoteStream& stream) const {
    const auto notes = Notes(request);
    if (!notes.ok()) return stream.End(notes.status());
    const double from = request.generator_options().generate_sections(0).start_time();
    int fresh = 0;
    double last = 0;
    for (const auto& note : notes->notes()) {
      fresh += note.start_time() > from - 1e-6;
      if (!failure.ok() && fresh > notes_before_failure) break;
      // Players take it that all that begins before a new note is there.
      EXPECT_TRUE(fresh == 0 || note.start_time() >= last);
      last = note.start_time();
      NoteSequence piece;
      *piece.add_notes() = note;
      stream.Push(piece);
    }
    stream.End(failure);
  }

  /// In the order in which a server sends them.
  absl::StatusOr<NoteSequence> Notes(const GenerateSequenceRequest& request) const {
    MAGENTA_ASSIGN_OR_RETURN(GenerationTask task,
                             GenerationTask::Start(ModelOf(config), request, {}));
    ResponsePieces pieces;
    NoteSequence all;
    const auto add = [&](const NoteSequence& so_far, bool whole) {
      if (const auto piece = pieces.Next(so_far, whole)) all.MergeFrom(*piece);
    };
    while (!task.done()) {
      if (task.session().pending()) task.session().Step();
      task.Advance();
      if (!pieces.IsTimeToLook(task.steps_done())) continue;
      const auto so_far = task.SoFar();
      if (so_far.has_value()) add(*so_far, false);
    }
    add(task.Finish().outputs.at(0).sequence, true);
    return all;
  }

  const milliseconds delay_;
  std::vector<std::thread> threads_;
};

struct Watcher : DuetObserver {
  void OnAnswer(const AnswerReport& report) override { reports.push_back(report); }
  std::vector<AnswerReport> reports;
};

DuetOptions RemoteOptions(TurnMode mode) {
  DuetOptions options;
  options.mode = mode;
  options.thru = false;
  options.metronome.when = MetronomeWhen::kOff;
  options.seed = 7;
  options.listen_bars = options.answer_bars = 1;
  options.controls = {{LiveAction::kStartPhrase, false, 1, 127},
                      {LiveAction::kStopPhrase, false, 1, 0},
                      {LiveAction::kLoop, false, 5, -1},
                      {LiveAction::kMutate, false, 7, -1}};
  return options;
}

ResponderMaker Asking(const std::shared_ptr<StreamingGenerator>& server,
                      const std::string& id = "lookback_rnn") {
  const MusicKind& kind = *(*FindModel(id))->kind;
  const RemoteModel model = {.id = id,
                             .takes_primer_key = kind.MovesToKey(),
                             .plays_velocities = kind.plays_velocities(),
                             .strikes_held = kind.says_what_sounds()};
  return [server, model](const DuetOptions& options) {
    return std::make_unique<RemoteResponder>(options, server, std::vector<RemoteModel>{model});
  };
}

/// With `in_order` notes that begin on one step by their pitches.
std::string Dump(const Simulation& simulation, bool in_order = false) {
  std::string dump;
  std::vector<Simulation::Heard> notes = simulation.Notes(0);
  if (in_order) {
    std::sort(notes.begin(), notes.end(), [](const auto& a, const auto& b) {
      return std::tie(a.start, a.pitch, a.end) < std::tie(b.start, b.pitch, b.end);
    });
  }
  for (const Simulation::Heard& note : notes) {
    dump += fmt::format("{}@{}-{}:{} ", note.pitch, simulation.StepOf(note.start),
                        simulation.StepOf(note.end), note.velocity);
  }
  return dump;
}

void Play(Simulation& simulation, double control_at = -1, uint8_t control = 0) {
  simulation.Send(0, {0xb0, 1, 127}).Send(14.6, {0xb0, 1, 0});
  simulation.Note(0.02, 2.9, 60).Note(4.3, 5.9, 64).Note(8.1, 9, 67).Note(12.4, 14, 65);
  simulation.Note(39.8, 41.1, 70).Note(43.9, 46.2, 69);
  if (control_at < 0) return;
  simulation.Send(control_at, {0xb0, control, 127}).Send(control_at + 30, {0xb0, control, 0});
}

TEST(RemoteResponder, GivesTheAnswersOfAModelHere) {
  const struct {
    TurnMode mode;
    double control_at;
    uint8_t control;
  } rows[] = {{TurnMode::kSwitch, -1, 0},
              {TurnMode::kBars, -1, 0},
              {TurnMode::kFree, -1, 0},
              {TurnMode::kSwitch, 20, 5}};
  for (const auto& row : rows) {
    const std::string where = fmt::format("mode {} {}", static_cast<int>(row.mode), row.control);
    Simulation here, there;
    for (Simulation* simulation : {&here, &there}) {
      simulation->most_steps_after = 100;
      Play(*simulation, row.control_at, row.control);
    }
    Watcher watcher;
    auto local = Duet::Create(RemoteOptions(row.mode), {RandomModel("lookback_rnn")});
    ASSERT_TRUE((*local)->Run(here, {}, watcher).ok());
    auto remote = Duet::CreateWith(RemoteOptions(row.mode), Asking(std::make_shared<FakeServer>()));
    ASSERT_TRUE(remote->Run(there, {}, watcher).ok());
    EXPECT_NE(Dump(there), "") << where;
    EXPECT_EQ(Dump(there), Dump(here)) << where;
    EXPECT_EQ(remote->state().late_notes, 0) << where;
    EXPECT_EQ(there.Unbalanced(), "") << where;
    for (const AnswerReport& report : watcher.reports) EXPECT_EQ(report.problem, "") << where;
  }
}

/// Plays to a model here and to one there.
void PlayBoth(const DuetOptions& options, const std::string& config, Simulation& here,
              Simulation& there) {
  for (Simulation* simulation : {&here, &there}) {
    simulation->most_steps_after = 100;
    Play(*simulation);
    simulation->Note(14.5, 17.5, 72);  // held where the turn ends
  }
  Watcher watcher;
  auto local = Duet::Create(options, {ModelOf(config)});
  ASSERT_TRUE(local.ok()) << local.status();
  ASSERT_TRUE((*local)->Run(here, {}, watcher).ok());
  const auto server = std::make_shared<FakeServer>();
  server->config = config;
  auto remote = Duet::CreateWith(options, Asking(server, config));
  ASSERT_TRUE(remote->Run(there, {}, watcher).ok());
  for (const AnswerReport& report : watcher.reports) EXPECT_EQ(report.problem, "");
  EXPECT_EQ(there.Unbalanced(), "");
}

TEST(RemoteResponder, ChordsAreThoseOfAModelHere) {
  for (const char* config : {"polyphony", "rnn-nade", "rnn-nade_attn"}) {
    for (uint32_t seed = 1; seed <= 4; ++seed) {
      SCOPED_TRACE(fmt::format("{} {}", config, seed));
      DuetOptions options = RemoteOptions(TurnMode::kBars);
      options.seed = seed;
      Simulation here, there;
      PlayBoth(options, config, here, there);
      EXPECT_NE(Dump(there), "");
      EXPECT_EQ(Dump(there, true), Dump(here, true));
    }
  }
}

TEST(RemoteResponder, PerformancesAreThoseOfAModelHere) {
  for (const char* config :
       {"performance", "performance_with_dynamics", "performance_with_dynamics_compact",
        "performance_with_dynamics_and_note_encoding"}) {
    size_t sounded = 0;
    // A sixteenth is 12.5 and 20 of the model's steps.
    for (const double qpm : {120.0, 75.0}) {
      for (uint32_t seed = 1; seed <= 4; ++seed) {
        SCOPED_TRACE(fmt::format("{} {} {}", config, qpm, seed));
        DuetOptions options = RemoteOptions(TurnMode::kBars);
        options.model_steps_per_second = 100;
        options.qpm = qpm;
        options.seed = seed;
        Simulation here, there;
        PlayBoth(options, config, here, there);
        // A request counts the model's steps from its own start, which lies between two of theirs.
        constexpr double kHalfStep = 48000 * 0.005;
        const auto notes = there.Notes(0), expected = here.Notes(0);
        ASSERT_EQ(notes.size(), expected.size());
        sounded += notes.size();
        for (size_t i = 0; i < notes.size(); ++i) {
          EXPECT_EQ(notes[i].pitch, expected[i].pitch);
          EXPECT_EQ(notes[i].velocity, expected[i].velocity);
          EXPECT_NEAR(notes[i].start, expected[i].start, kHalfStep + 1);
          EXPECT_NEAR(notes[i].end, expected[i].end, kHalfStep + 1);
        }
      }
    }
    EXPECT_GT(sounded, 0);
  }
}

TEST(RemoteResponder, SaysWhatFailed) {
  for (const int notes : {0, 2}) {
    const auto server = std::make_shared<FakeServer>();
    server->failure = OutsideError("", "the cable is out");
    server->notes_before_failure = notes;
    Simulation simulation;
    Play(simulation);
    Watcher watcher;
    auto duet = Duet::CreateWith(RemoteOptions(TurnMode::kBars), Asking(server));
    ASSERT_TRUE(duet->Run(simulation, {}, watcher).ok());
    ASSERT_GE(watcher.reports.size(), 1u);
    EXPECT_NE(watcher.reports[0].problem.find("the cable is out"), std::string::npos);
    EXPECT_EQ(simulation.Notes(0).size(), 2u * notes);  // two phrases
    EXPECT_EQ(simulation.Unbalanced(), "");
  }
}

/// The steps of a phrase as a clock tells them, each `step` long, and what a planner makes of them.
struct Paced {
  explicit Paced(const std::shared_ptr<FakeServer>& server, milliseconds step)
      : options(RemoteOptions(TurnMode::kBars)),
        planner(0, options, Asking(server)(options), takes),
        step_time(step) {
    options.qpm = 15000.0 / static_cast<double>(step.count());
    PerformanceEvent begin;
    begin.kind = PerformanceEvent::Kind::kBegin;
    planner.Handle(begin);
  }

  void Wait(milliseconds time) {
    const auto end = std::chrono::steady_clock::now() + time;
    while (std::chrono::steady_clock::now() < end) {
      if (!planner.Work()) std::this_thread::sleep_for(milliseconds(1));
    }
  }
  void Step(int64_t step) {
    PerformanceEvent event;
    event.step = step;
    event.until = step + 16;
    event.flag = true;
    planner.Handle(event);
    Wait(step_time);
  }
  void Note(double position, uint8_t pitch) {
    PerformanceEvent event;
    event.kind = PerformanceEvent::Kind::kNoteOn;
    event.position = position;
    event.pitch = pitch;
    event.velocity = 90;
    planner.Handle(event);
  }
  void End(int64_t step) {
    PerformanceEvent event;
    event.kind = PerformanceEvent::Kind::kEnd;
    event.step = step;
    event.until = step + 16;
    planner.Handle(event);
  }

  DuetOptions options;
  SpscRing<ScheduledNote> takes{4096};
  ResponsePlanner planner;
  const milliseconds step_time;
};

/// What is reported of a phrase of 24 steps, with `last` before the step before its end, where the
/// server takes more than two steps. A machine that is busy with other things loses the beat: the
/// best of several tries.
AnswerReport PlayTheLongWay(const std::function<void(Paced&)>& last,
                            std::shared_ptr<FakeServer>& server) {
  AnswerReport report;
  for (int tries = 0; tries < 6 && (report.asked_ahead < 2 || report.late_seconds > 0); ++tries) {
    server = std::make_shared<FakeServer>(milliseconds(90));
    Paced paced(server, milliseconds(40));
    paced.Note(0, 60);
    for (int step = 1; step <= 24; ++step) {
      if (step == 23) last(paced);
      paced.Step(step);
    }
    paced.End(24);
    paced.Wait(milliseconds(200));
    const auto reports = paced.planner.TakeReports();
    EXPECT_EQ(reports.size(), 1u);
    report = reports.at(0);
  }
  return report;
}

TEST(RemoteResponder, ALongWayIsBegunSooner) {
  std::shared_ptr<FakeServer> server;
  const AnswerReport report = PlayTheLongWay([](Paced&) {}, server);
  EXPECT_EQ(report.problem, "");
  EXPECT_TRUE(report.elsewhere);
  EXPECT_GE(report.asked_ahead, 2);
  EXPECT_LE(report.asked_ahead, kMostStepsAhead);
  EXPECT_GE(report.delay_seconds, 0.09);
  EXPECT_EQ(report.late_seconds, 0);
  // The first questions had only half a step, and were given up.
  EXPECT_GE(server->given_up, 1);
  // The key that is held is held in the question, to the end that it supposes.
  const NoteSequence asked = server->requests.back().input_sequence();
  ASSERT_EQ(asked.notes_size(), 1);
  EXPECT_EQ(asked.notes(0).end_time(), asked.total_time());
  EXPECT_GT(asked.total_time(), 24 / 4.0);
}

TEST(RemoteResponder, LateAnswersAreSaidToBeLate) {
  const auto server = std::make_shared<FakeServer>(milliseconds(120));
  Paced paced(server, milliseconds(40));
  paced.Note(0, 60);
  paced.Step(1);
  paced.End(1);
  paced.Wait(milliseconds(400));
  const auto reports = paced.planner.TakeReports();
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_GT(reports[0].late_seconds, 0.05);
  EXPECT_GE(reports[0].delay_seconds, 0.12);
}

TEST(RemoteResponder, NoAnswerIsSaid) {
  const auto server = std::make_shared<FakeServer>();
  server->silent = true;
  Paced paced(server, milliseconds(5));
  paced.Note(0, 60);
  paced.Step(1);
  paced.End(1);
  paced.Wait(milliseconds(20));
  EXPECT_TRUE(paced.planner.TakeReports().empty());
  PerformanceEvent stop;
  stop.kind = PerformanceEvent::Kind::kStop;
  paced.planner.Handle(stop);
  const auto reports = paced.planner.TakeReports();
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_NE(reports[0].problem.find("did not answer"), std::string::npos);
}

TEST(RemoteResponder, TheKeyThatIsHeldIsTheOneThatWasAsked) {
  std::shared_ptr<FakeServer> server;
  // F# and C# at the very end, when the question is out already.
  const auto last = [](Paced& paced) { paced.Note(22.6, 66), paced.Note(22.8, 61); };
  const AnswerReport report = PlayTheLongWay(last, server);
  EXPECT_GE(report.asked_ahead, 2);
  constexpr int kC = 0;
  EXPECT_EQ(report.key, kC);
}

}  // namespace
}  // namespace magenta
