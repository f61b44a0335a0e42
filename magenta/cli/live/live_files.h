#pragma once
// What files that play say about a session, where flags leave it open: tempo, meter, whose turn it
// is, who is heard and on which channels the machine answers.

#include <string>
#include <vector>

#include "magenta/cli/verbs/live_flags.h"

namespace magenta::cli {

/// Gives what was left out its value. With --backend=file: the first tempo and meter of the first
/// input that has them; turns that make a duet of any file, unless one holds the control that
/// begins and ends phrases; its tune is heard; the machine has channels that nobody else has. Else
/// 120 and 4/4, the switch, all channels, channel 1. Where models play drums, the drums of a file
/// are heard and the machine answers on channel 10. Returns what is worth saying.
std::vector<std::string> SettleFlags(LiveFlags& flags);

}  // namespace magenta::cli
