#pragma once
// What is heard, given and drawn for a request, in which order.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/codec/codec.h"
#include "magenta/kinds/kind.h"
#include "magenta/request/section.h"

namespace magenta {

/// A part of the music to come: drawn, or given.
struct Segment {
  /// Steps of the grid to draw (>= 1); 0: the segment is given.
  int64_t draw = 0;
  std::vector<Event> given;
  /// Of a drawn one, Primer::beneath and Primer::round_events.
  std::vector<std::vector<Event>> beneath = {};
  double round_events = 0;
};

/// Left to right: what comes before the first draw, then segments.
struct Script {
  EventSequence given;
  std::vector<Segment> segments;
  /// Steps of the segments.
  int64_t steps = 0;
};

/// The primer, then steps up to the section's end. Error (exit 2): none are left.
absl::StatusOr<Script> ScriptExtension(const MusicKind& kind, const SectionPlan& plan,
                                       const Primer& primer);

/// `primer`, whose events hold the whole input and are made the length of the result: what is
/// before the first section is heard first, what lies in a section is drawn anew, the rest is
/// given. `silence` is what stands where there is nothing.
Script ScriptFill(const MusicKind& kind, Event silence, const SectionPlan& plan, Primer& primer);

/// Error (exit 3) for the first of `events` that `codec`, that of `model`, doesn't accept.
absl::Status CheckAccepted(const EventCodec& codec, const std::string& model,
                           const std::vector<Event>& events);

/// Steps that `events` last.
int64_t StepsOf(const MusicKind& kind, const std::vector<Event>& events);

/// Those of `events` that stand on the first `steps` steps, up to the one with which they are full;
/// an event that lasts beyond is cut.
std::vector<Event> FirstSteps(const MusicKind& kind, const std::vector<Event>& events,
                              int64_t steps);

}  // namespace magenta
