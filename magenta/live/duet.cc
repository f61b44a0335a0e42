#include "magenta/live/duet.h"

#include <fmt/core.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "magenta/base/files.h"
#include "magenta/base/status.h"
#include "magenta/live/accompaniment.h"
#include "magenta/live/model_responder.h"
#include "magenta/request/generate_args.h"

namespace magenta {
namespace {

using WallClock = std::chrono::steady_clock;

/// How long the response thread and the sound sleep when there is nothing to do: short beside half
/// a step.
constexpr auto kNap = std::chrono::milliseconds(1);
/// How long notes are waited for to end when there may be no port any more.
constexpr auto kPatience = std::chrono::milliseconds(500);
/// Simulated time: real time between two savings of a recording.
constexpr auto kSaveEvery = std::chrono::milliseconds(500);
/// Events made at a time before the reports of answers are passed on.
constexpr int kEventsAtOnce = 16;

/// Simulated time: bars that may follow the end of the input.
int64_t MostBarsAfterEnd(const DuetOptions& options) {
  return 16 + options.listen_bars + 4 * int64_t{options.answer_bars};
}

}  // namespace

// Not of the namespace above: Duet::Session, which has them, is known beyond this file.
namespace duet_threads {

/// Makes answers on a thread of its own.
class ResponseThread {
 public:
  explicit ResponseThread(ResponseScheduler& scheduler)
      : thread_([this, &scheduler] { Loop(scheduler); }) {}
  ~ResponseThread() {
    quit_ = true;
    thread_.join();
  }
  std::vector<AnswerReport> TakeReports() {
    const std::lock_guard lock(mutex_);
    return std::exchange(reports_, {});
  }
  std::vector<PlanReport> TakePlans() {
    const std::lock_guard lock(mutex_);
    return std::exchange(plans_, {});
  }

 private:
  void Loop(ResponseScheduler& scheduler) {
    while (!quit_) {
      const bool worked = scheduler.Pump(kEventsAtOnce);
      if (auto reports = scheduler.TakeReports(); !reports.empty()) {
        const std::lock_guard lock(mutex_);
        for (AnswerReport& report : reports) reports_.push_back(std::move(report));
      }
      if (auto plans = scheduler.TakePlans(); !plans.empty()) {
        const std::lock_guard lock(mutex_);
        for (PlanReport& plan : plans) plans_.push_back(std::move(plan));
      }
      if (!worked) std::this_thread::sleep_for(kNap);
    }
  }

  std::mutex mutex_;
  std::vector<AnswerReport> reports_;
  std::vector<PlanReport> plans_;
  std::atomic<bool> quit_ = false;
  std::thread thread_;
};

/// A thread that takes from `ring` what the synthesizer is to sound.
class SoundThread {
 public:
  using Sound = std::function<void(std::span<const uint8_t>)>;
  SoundThread(SpscRing<MidiEvent>& ring, const Sound& sound)
      : thread_([this, &ring, &sound] { Loop(ring, sound); }) {}
  ~SoundThread() {
    quit_ = true;
    thread_.join();
  }

 private:
  void Loop(SpscRing<MidiEvent>& ring, const Sound& sound) {
    for (bool last = false; !last;) {
      last = quit_;
      MidiEvent event;
      while (ring.Pop(event)) sound({event.bytes.data(), event.size});
      if (!last) std::this_thread::sleep_for(kNap);
    }
  }

  std::atomic<bool> quit_ = false;
  std::thread thread_;
};

}  // namespace duet_threads

/// What happens between the blocks of one run.
class Duet::Session {
 public:
  Session(Duet& duet, MidiBackend& backend, const DuetRun& run, DuetObserver& observer)
      : duet_(duet), backend_(backend), run_(run), observer_(observer) {
    if (backend.simulated()) {
      duet.scheduler_.BePatient();
    } else {
      response_thread_.emplace(duet.scheduler_);
    }
    if (run.sound) sound_thread_.emplace(duet.engine_.Monitor(), run.sound);
  }

  bool Between() {
    if (!response_thread_) duet_.scheduler_.Pump();
    DrainJournal();
    PassReports();
    PassDrops();
    const MidiBackendState state = backend_.state();
    observer_.OnIdle(state);
    // What a port that was gone still sounds on the other side is ended when it is back.
    if (state.connected && was_lost_) duet_.engine_.RequestPanic();
    WatchConnections(state);
    was_lost_ = was_connected_ && !state.connected;
    was_connected_ |= state.connected;
    return GoOn(state);
  }

  absl::Status Finish() {
    response_thread_.reset();
    sound_thread_.reset();
    DrainJournal();
    PassReports();
    PassDrops();
    MAGENTA_RETURN_IF_ERROR(save_status_);
    return Records() ? duet_.recorder_.Save(run_.record) : absl::OkStatus();
  }

 private:
  void DrainJournal() {
    SessionEvent entry;
    bool new_bar = false;
    while (duet_.engine_.journal().Pop(entry)) {
      duet_.recorder_.Add(entry);
      observer_.OnEntry(entry);
      if (entry.kind != SessionEvent::Kind::kBeat) continue;
      const int64_t step = std::llround(entry.position);
      last_step_ = step;
      new_bar |= step % duet_.options_.steps_per_bar == 0;
    }
    if (new_bar && Records()) Save();
  }

  /// A session without a note leaves no file.
  bool Records() const { return !run_.record.empty() && duet_.recorder_.notes() > 0; }

  void Save() {
    const auto now = WallClock::now();
    if (backend_.simulated() && now - saved_ < kSaveEvery) return;
    saved_ = now;
    save_status_ = duet_.recorder_.Save(run_.record);
  }

  void PassReports() {
    const auto reports =
        response_thread_ ? response_thread_->TakeReports() : duet_.scheduler_.TakeReports();
    for (const AnswerReport& report : reports) observer_.OnAnswer(report);
    const auto plans =
        response_thread_ ? response_thread_->TakePlans() : duet_.scheduler_.TakePlans();
    for (const PlanReport& plan : plans) observer_.OnPlan(plan);
  }

  void PassDrops() {
    const int64_t dropped = duet_.engine_.drops().total();
    if (dropped == dropped_) return;
    dropped_ = dropped;
    observer_.OnDrops(duet_.engine_.drops());
  }

  /// A keyboard that is gone lets go of its keys. A synthesizer that comes hears its instruments,
  /// and where one had gone, that nothing sounds.
  void WatchConnections(const MidiBackendState& state) {
    DuetEngine& engine = duet_.engine_;
    if (state.performers < performers_) engine.RequestRelease();
    if (state.listeners < listeners_) listener_left_ = true;
    if (state.listeners > listeners_ && listeners_ >= 0) {
      engine.RequestPrograms();
      if (std::exchange(listener_left_, false)) engine.RequestPanic();
    }
    performers_ = state.performers;
    listeners_ = state.listeners;
  }

  bool GoOn(const MidiBackendState& state) {
    if (!ending_ && (run_.stop() || !save_status_.ok() || InputIsAnswered(state))) {
      ending_ = true;
      asked_ = WallClock::now();
      duet_.engine_.RequestStop();
    }
    if (!ending_) return true;
    return !duet_.engine_.stopped() && WallClock::now() - asked_ < kPatience;
  }

  bool InputIsAnswered(const MidiBackendState& state) {
    if (!state.ended) return false;
    if (ended_step_ < 0) ended_step_ = last_step_;
    if (duet_.engine_.idle() || duet_.engine_.clock_is_gone()) return true;
    const int64_t most = MostBarsAfterEnd(duet_.options_) * duet_.options_.steps_per_bar;
    return last_step_ - ended_step_ > most + ended_step_;  // an answer may be as long as its phrase
  }

  Duet& duet_;
  MidiBackend& backend_;
  const DuetRun& run_;
  DuetObserver& observer_;
  std::optional<duet_threads::ResponseThread> response_thread_;
  std::optional<duet_threads::SoundThread> sound_thread_;
  int64_t dropped_ = 0;
  bool was_connected_ = false;
  bool was_lost_ = false;
  int listeners_ = -1;  // not known yet
  int performers_ = 0;
  bool listener_left_ = false;
  bool ending_ = false;
  WallClock::time_point asked_;
  WallClock::time_point saved_;
  int64_t last_step_ = 0;
  int64_t ended_step_ = -1;
  absl::Status save_status_;
};

Duet::Duet(DuetOptions options, const PartnerMaker& partners)
    : options_(std::move(options)),
      engine_(options_),
      scheduler_(engine_, options_, partners),
      recorder_(options_) {}

absl::StatusOr<std::unique_ptr<Duet>> Duet::Create(DuetOptions options,
                                                   std::vector<std::shared_ptr<const Model>> models,
                                                   Sampling sampling, const PitchLimits& pitches,
                                                   const Conditions& conditions) {
  if (models.empty()) return UsageError("no model to play with");
  const Grid grid = options.HearsSeconds() ? Grid::PerSecond(options.model_steps_per_second)
                                           : Grid::PerQuarter(options.steps_per_quarter);
  const auto unit = [](const Grid& of) { return of.is_per_second() ? "second" : "quarter"; };
  for (const auto& model : models) {
    if (model->grid == grid) continue;
    return UsageError(fmt::format("{} has {} steps per {}, the session {} per {}", model->id,
                                  model->grid.steps(), unit(model->grid), grid.steps(), unit(grid)),
                      "Play with models of one grid");
  }
  for (const auto& model : models) MAGENTA_RETURN_IF_ERROR(CheckSampling(sampling, *model));
  return CreateWith(std::move(options), [&](const DuetOptions&) {
    return std::make_unique<ModelResponder>(models, sampling, pitches, conditions);
  });
}

std::unique_ptr<Duet> Duet::CreateWith(DuetOptions options, const ResponderMaker& responders) {
  return std::unique_ptr<Duet>(new Duet(
      std::move(options), [&](int player, const DuetOptions& kept, SpscRing<ScheduledNote>& takes) {
        return std::make_unique<ResponsePlanner>(player, kept, responders(kept), takes);
      }));
}

absl::StatusOr<std::unique_ptr<Duet>> Duet::CreateTogether(
    DuetOptions options, const std::shared_ptr<const Model>& model,
    const std::vector<VoiceRole>& voices, const Sampling& sampling, const PitchLimits& pitches) {
  MAGENTA_ASSIGN_OR_RETURN(const AccompanimentRules rules,
                           MakeAccompanimentRules(model, voices, sampling, pitches));
  return std::unique_ptr<Duet>(new Duet(
      std::move(options), [&](int player, const DuetOptions& kept, SpscRing<ScheduledNote>& takes) {
        return std::make_unique<Accompaniment>(player, kept, rules, takes);
      }));
}

PerformerCues Duet::Cues() {
  if (!options_.performer_waits) return {};
  return {[this](int64_t next_on, int64_t quiet) { engine_.Expect(next_on, quiet); },
          [this](int64_t frame) { return engine_.WaitBefore(frame); },
          [this](const MidiEvent& note) { return engine_.HearsNote(note); }};
}

absl::Status Duet::Run(MidiBackend& backend, const DuetRun& run, DuetObserver& observer) {
  // Found out now, rather than after the first bar.
  if (!run.record.empty()) MAGENTA_RETURN_IF_ERROR(OutputFile::Create(run.record).status());
  Session session(*this, backend, run, observer);
  const absl::Status played = backend.Run(engine_, [&] { return session.Between(); });
  const absl::Status finished = session.Finish();
  return played.ok() ? finished : played;
}

}  // namespace magenta
