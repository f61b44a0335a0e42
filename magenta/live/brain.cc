#include "magenta/live/brain.h"

namespace magenta {

Brain::Brain(DuetEngine& engine, const DuetOptions& options, const ResponderMaker& responders)
    : engine_(engine) {
  for (size_t i = 0; i < options.players.size(); ++i) {
    minds_.emplace_back(static_cast<int>(i), options, responders(options),
                        engine.takes(static_cast<int>(i)));
  }
}

void Brain::BePatient() {
  for (Mind& mind : minds_) mind.BePatient();
}

bool Brain::Listen() {
  MindEvent event;
  bool any = false;
  while (engine_.to_brain().Pop(event)) {
    minds_[event.voice].Handle(event);
    any = true;
  }
  return any;
}

bool Brain::Pump(int most) {
  bool any = Listen();
  for (bool worked = true; worked && most > 0; --most) {
    worked = false;
    // Turn by turn, so that no player waits for another's whole answer.
    for (Mind& mind : minds_) worked |= mind.Work();
    any |= worked;
    if (worked) Listen();
  }
  return any;
}

std::vector<AnswerReport> Brain::TakeReports() {
  std::vector<AnswerReport> all;
  for (Mind& mind : minds_) {
    for (AnswerReport& report : mind.TakeReports()) all.push_back(std::move(report));
  }
  return all;
}

}  // namespace magenta
