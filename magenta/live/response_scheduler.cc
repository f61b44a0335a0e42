#include "magenta/live/response_scheduler.h"

#include <utility>

namespace magenta {

ResponseScheduler::ResponseScheduler(DuetEngine& engine, const DuetOptions& options,
                                     const PartnerMaker& partners)
    : engine_(engine) {
  for (size_t i = 0; i < options.players.size(); ++i) {
    const int player = static_cast<int>(i);
    partners_.push_back(partners(player, options, engine.takes(player)));
  }
}

void ResponseScheduler::BePatient() {
  for (const auto& partner : partners_) partner->BePatient();
}

bool ResponseScheduler::Listen() {
  PerformanceEvent event;
  bool any = false;
  while (engine_.performance_events().Pop(event)) {
    partners_[event.player]->Handle(event);
    any = true;
  }
  return any;
}

bool ResponseScheduler::Pump(int most) {
  bool any = Listen();
  for (bool worked = true; worked && most > 0; --most) {
    worked = false;
    // Turn by turn, so that no player waits for another's whole answer.
    for (const auto& partner : partners_) worked |= partner->Work();
    any |= worked;
    if (worked) Listen();
  }
  return any;
}

std::vector<AnswerReport> ResponseScheduler::TakeReports() {
  std::vector<AnswerReport> all;
  for (const auto& partner : partners_) {
    for (AnswerReport& report : partner->TakeReports()) all.push_back(std::move(report));
  }
  return all;
}

std::vector<PlanReport> ResponseScheduler::TakePlans() {
  std::vector<PlanReport> all;
  for (const auto& partner : partners_) {
    for (PlanReport& report : partner->TakePlans()) all.push_back(std::move(report));
  }
  return all;
}

}  // namespace magenta
