#include "magenta/live/duet_options.h"

namespace magenta {

std::string_view LiveActionName(LiveAction action) {
  switch (action) {
    case LiveAction::kStartPhrase: return "start";
    case LiveAction::kStopPhrase: return "stop";
    case LiveAction::kToggle: return "toggle";
    case LiveAction::kPedal: return "pedal";
    case LiveAction::kEndPhrase: return "end_phrase";
    case LiveAction::kPanic: return "panic";
    case LiveAction::kMute: return "mute";
    case LiveAction::kLoop: return "loop";
    case LiveAction::kMutate: return "mutate";
    case LiveAction::kTemperature: return "temperature";
    case LiveAction::kTempo: return "tempo";
    case LiveAction::kModel: return "model";
    case LiveAction::kAnswerBars: return "answer_bars";
    case LiveAction::kMinListenBars: return "min_listen";
    case LiveAction::kMaxListenBars: return "max_listen";
    case LiveAction::kClock: return "clock";
  }
  return "";
}

}  // namespace magenta
