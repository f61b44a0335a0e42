#include "magenta/generate/plan/script.h"

#include <fmt/core.h>

#include <algorithm>

#include "magenta/base/check.h"
#include "magenta/base/status.h"

namespace magenta {
namespace {

/// Events by the steps on which they stand.
class Timeline {
 public:
  Timeline(const MusicKind& kind, Event silence) : kind_(kind), silence_(silence) {}

  void Append(const std::vector<Event>& events) {
    for (const Event event : events) Append(event);
  }

  /// Silence up to `step`; what lies beyond is cut.
  void SetLength(int64_t step) {
    while (!events_.empty() && starts_.back() >= step) Drop();
    if (end_ > step && !events_.empty()) {
      const Event last = events_.back();
      const int64_t left = step - starts_.back();
      Drop();
      Append(kind_.CutTo(last, left));
    }
    while (end_ < step) {
      const int64_t left = step - end_;
      const Event silence = kind_.StepsOf(silence_) > left ? kind_.CutTo(silence_, left) : silence_;
      MAGENTA_CHECK(kind_.StepsOf(silence) > 0);
      Append(silence);
    }
  }

  /// What stands on the steps from `from` to before `to`: an event that lasts beyond is cut,
  /// silence stands for the rest of one that began before.
  std::vector<Event> Between(int64_t from, int64_t to) const {
    const auto place = [this](int64_t step) {
      return std::lower_bound(starts_.begin(), starts_.end(), step) - starts_.begin();
    };
    const auto begin = place(from), end = place(to);
    Timeline part(kind_, silence_);
    part.SetLength((begin < end ? starts_[begin] : to) - from);
    part.Append({events_.begin() + begin, events_.begin() + end});
    part.SetLength(to - from);
    return part.events_;
  }

  const std::vector<Event>& events() const { return events_; }

 private:
  void Append(Event event) {
    starts_.push_back(end_);
    events_.push_back(event);
    end_ += kind_.StepsOf(event);
  }
  void Drop() {
    end_ = starts_.back();
    starts_.pop_back();
    events_.pop_back();
  }

  const MusicKind& kind_;
  const Event silence_;
  std::vector<Event> events_;
  std::vector<int64_t> starts_;
  int64_t end_ = 0;
};

}  // namespace

int64_t StepsOf(const MusicKind& kind, const std::vector<Event>& events) {
  int64_t steps = 0;
  for (const Event event : events) steps += kind.StepsOf(event);
  return steps;
}

std::vector<Event> FirstSteps(const MusicKind& kind, const std::vector<Event>& events,
                              int64_t steps) {
  std::vector<Event> first;
  for (size_t i = 0; i < events.size() && steps > 0; ++i) {
    const bool is_cut = kind.StepsOf(events[i]) > steps;
    first.push_back(is_cut ? kind.CutTo(events[i], steps) : events[i]);
    steps -= kind.StepsOf(first.back());
  }
  return first;
}

absl::Status CheckAccepted(const EventCodec& codec, const std::string& model,
                           const std::vector<Event>& events) {
  for (size_t i = 0; i < events.size(); ++i) {
    if (codec.Accepts(events[i])) continue;
    return InputError("",
                      fmt::format("event {} is {}, which {} can't encode", i, events[i], model));
  }
  return absl::OkStatus();
}

absl::StatusOr<Script> ScriptExtension(const MusicKind& kind, const SectionPlan& plan,
                                       const Primer& primer) {
  const int64_t primer_end = primer.start_step + StepsOf(kind, primer.events.events);
  if (primer.events.events.empty() || plan.end_step <= primer_end) {
    return UsageError(fmt::format("the primer ends on step {}, the section to generate on step {}",
                                  primer_end, plan.end_step),
                      "Let the section end later");
  }
  const int64_t steps = plan.end_step - primer_end;
  return Script{primer.events, {{steps, {}, primer.beneath, primer.round_events}}, steps};
}

Script ScriptFill(const MusicKind& kind, Event silence, const SectionPlan& plan, Primer& primer) {
  // A model needs an event to go on from; where there is none, it is an unheard one.
  const int64_t first = std::min(primer.start_step, plan.start_step - 1);
  Timeline timeline(kind, silence);
  timeline.SetLength(primer.start_step - first);
  timeline.Append(primer.events.events);
  timeline.SetLength(plan.end_step - first);
  primer.start_step = first;
  primer.events.events = timeline.events();
  Script script;
  script.given.control = primer.events.control;
  script.given.events = timeline.Between(0, plan.start_step - first);
  script.steps = plan.end_step - plan.start_step;
  int64_t done = plan.start_step;
  const auto give_up_to = [&](int64_t step) {
    std::vector<Event> given = timeline.Between(done - first, step - first);
    if (!given.empty()) script.segments.push_back({0, std::move(given)});
  };
  for (const StepRange& range : plan.sections) {
    give_up_to(range.start);
    script.segments.push_back({range.end - range.start, {}});
    done = range.end;
  }
  give_up_to(plan.end_step);
  return script;
}

}  // namespace magenta
