#include "magenta/studio/jobs/studio_job.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace magenta {
namespace {

std::string Repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

StudioJob Full() {
  StudioJob job;
  job.id = "0123456789ab";
  job.kind = JobKind::kTrain;
  job.name = "Jigs \"of\" mine";
  job.model = "lookback_rnn";
  job.config = "lookback_rnn";
  job.state = JobState::kFailed;
  job.progress = 0.5;
  job.eta_seconds = 3;
  job.created_at = "2026-11-29T07:31:20.123Z";
  job.error_message = "disk full";
  job.error_remedy = "Make room";
  job.report = DatasetReport{3, 1, 2, 1, {}, {{"x.mid", "cut short"}}};
  job.report->discarded.push_back(
      {"too_short", 1, "Too short.", DiscardRemedy{"Keep", "min_bars", 3}});
  job.report->discarded.push_back(
      {"no_chords", 1, "None.", DiscardRemedy{"Find", "infer_chords", 1, true}});
  job.report->discarded.push_back({"broken", 1, "Damaged.", std::nullopt});
  job.collection = "aaaaaaaaaaaa";
  job.options = {{"infer_chords", 1}, {"gap_bars", 1.5}};
  job.dataset = "bbbbbbbbbbbb";
  job.minutes = 2;
  job.learning_rate = 0.0001;
  job.step = 10;
  job.steps = 20;
  job.curves.AddTraining(1, 0.75);
  job.curves.AddHeldOut(0, 1);
  job.curves.before = 1;
  job.checkpoints = {0, 10};
  job.result = "jigs";
  return job;
}

TEST(StudioJob, ComesBackFromItsFile) {
  StudioJob job = Full();
  job.eta_seconds.reset();  // it would be a guess of another time
  const std::string text = JobFileText(job);
  const auto again = ParseJobFile(text);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(JobFileText(*again), text);
  StudioJob fresh;
  fresh.id = "0123456789ab";
  const auto fresh_again = ParseJobFile(JobFileText(fresh));
  ASSERT_TRUE(fresh_again.ok()) << fresh_again.status();
  EXPECT_EQ(JobFileText(*fresh_again), JobFileText(fresh));
}

TEST(StudioJob, IsToldAsThePageReadsIt) {
  StudioJob job = Full();
  EXPECT_EQ(
      JobJson(job),
      R"json({"id":"0123456789ab","kind":"train","name":"Jigs \"of\" mine","model":"lookback_rnn","state":"failed",)json"
      R"json("progress":0.5,"etaSeconds":3.0,"createdAt":"2026-11-29T07:31:20.123Z",)json"
      R"json("error":{"message":"disk full","remedy":"Make room"},)json"
      R"json("report":{"files":3,"kept":1,"examples":2,"heldOut":1,"discarded":[)json"
      R"json({"reason":"too_short","count":1,"text":"Too short.","remedy":{"text":"Keep","option":"min_bars","value":3}},)json"
      R"json({"reason":"no_chords","count":1,"text":"None.","remedy":{"text":"Find","option":"infer_chords","value":true}},)json"
      R"json({"reason":"broken","count":1,"text":"Damaged.","remedy":null}],)json"
      R"json("leftOut":[{"file":"x.mid","why":"cut short"}]},)json"
      R"json("curves":{"training":[[1,0.75]],"heldOut":[[0,1.0]],"before":1.0},"step":10,"steps":20,)json"
      R"json("checkpoints":[0,10],"result":"jigs","collection":"aaaaaaaaaaaa","dataset":"bbbbbbbbbbbb",)json"
      R"json("options":{"gap_bars":1.5,"infer_chords":1}})json");
  // Bytes that are no text don't break the answer.
  job.name = "\xff";
  EXPECT_NE(JobJson(job), "");
}

TEST(StudioJob, DamagedFilesAreErrors) {
  const std::string text = JobFileText(Full());
  for (size_t size = 0; size + 2 < text.size(); size += 7) {
    EXPECT_FALSE(ParseJobFile(text.substr(0, size)).ok()) << size;
  }
  for (const auto& [from, to] : {std::pair<std::string, std::string>{"\"failed\"", "\"lost\""},
                                 {"\"0123456789ab\"", "\"../../../etc/\""},
                                 {"\"steps\":20", "\"steps\":\"x\""},
                                 {"[[1,0.75]]", "[[1]]"}}) {
    std::string wrong = text;
    wrong.replace(wrong.find(from), from.size(), to);
    EXPECT_FALSE(ParseJobFile(wrong).ok()) << to;
  }
}

TEST(StudioJob, CurvesGoBackWhereARunWasBrokenOff) {
  TrainingCurves curves;
  for (int step = 1; step <= 10; ++step) curves.AddTraining(step, step);
  curves.AddTraining(6, 60);
  EXPECT_EQ(curves.training.size(), 6u);
  EXPECT_EQ(curves.training.back(), CurvePoint(6, 60));
  curves.AddHeldOut(0, 2);
  curves.AddHeldOut(5, 1);
  curves.AddHeldOut(5, 1.5);
  EXPECT_EQ(curves.held_out, (std::vector<CurvePoint>{{0, 2}, {5, 1.5}}));
  EXPECT_EQ(curves.Best(), CurvePoint(5, 1.5));
  EXPECT_EQ(TrainingCurves().Best(), std::nullopt);
}

TEST(StudioJob, CurvesStaySmall) {
  TrainingCurves curves;
  for (int step = 1; step <= 20000; ++step) curves.AddTraining(step, 1);
  EXPECT_LE(curves.training.size(), 400u);
  EXPECT_GE(curves.training.size(), 200u);
  EXPECT_EQ(curves.training.back().first, 20000);
  for (size_t i = 1; i < curves.training.size(); ++i) {
    EXPECT_LT(curves.training[i - 1].first, curves.training[i].first);
  }
}

TEST(StudioJob, NamesAreOneShortLine) {
  const std::pair<std::string, std::string> rows[] = {
      {"", ""},
      {"  My\t\ttunes \n", "My tunes"},
      {"\x1b[31mred", "[31mred"},
      {std::string(200, 'x'), std::string(80, 'x')},
      {"M\xc3\xa4rchen", "M\xc3\xa4rchen"},
      {Repeated("\xf0\x9f\x8e\xb5", 80), Repeated("\xf0\x9f\x8e\xb5", 50)},
      {"M\xe4rchen", "M\xc3\xa4rchen"},
  };
  for (const auto& [name, shown] : rows) EXPECT_EQ(ShownName(name), shown) << name;
}

TEST(StudioJob, IdsAreOurs) {
  std::set<std::string> ids;
  for (int i = 0; i < 100; ++i) {
    ids.insert(NewId());
    EXPECT_TRUE(IsId(*ids.rbegin()));
  }
  EXPECT_EQ(ids.size(), 100u);
  for (const char* id :
       {"", "..", "../../../etc", "0123456789aB", "0123456789a", "0123456789abc"}) {
    EXPECT_FALSE(IsId(id)) << id;
  }
}

}  // namespace
}  // namespace magenta
