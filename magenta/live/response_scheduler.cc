#include "magenta/live/response_scheduler.h"

namespace magenta {

ResponseScheduler::ResponseScheduler(DuetEngine& engine, const DuetOptions& options,
                                     const ResponderMaker& responders)
    : engine_(engine) {
  for (size_t i = 0; i < options.players.size(); ++i) {
    planners_.emplace_back(static_cast<int>(i), options, responders(options),
                           engine.takes(static_cast<int>(i)));
  }
}

void ResponseScheduler::BePatient() {
  for (ResponsePlanner& planner : planners_) planner.BePatient();
}

bool ResponseScheduler::Listen() {
  PerformanceEvent event;
  bool any = false;
  while (engine_.performance_events().Pop(event)) {
    planners_[event.player].Handle(event);
    any = true;
  }
  return any;
}

bool ResponseScheduler::Pump(int most) {
  bool any = Listen();
  for (bool worked = true; worked && most > 0; --most) {
    worked = false;
    // Turn by turn, so that no player waits for another's whole answer.
    for (ResponsePlanner& planner : planners_) worked |= planner.Work();
    any |= worked;
    if (worked) Listen();
  }
  return any;
}

std::vector<AnswerReport> ResponseScheduler::TakeReports() {
  std::vector<AnswerReport> all;
  for (ResponsePlanner& planner : planners_) {
    for (AnswerReport& report : planner.TakeReports()) all.push_back(std::move(report));
  }
  return all;
}

}  // namespace magenta
