#include "magenta/io/score/play_order.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <utility>

#include "magenta/music/piece_limits.h"

namespace magenta {
namespace {

constexpr size_t kMostPlayed = kPieceLimits.sections;
constexpr int kMostSignsAtOnce = 64;
constexpr int kNone = -1;

using Kind = PlaySign::Kind;

/// Signs that belong to what lies before their place; the others to what begins there.
bool IsAtEnd(Kind kind) { return kind <= PlaySign::kEndingStop; }

/// A bracket over segments [first, last).
struct EndingSpan {
  int first = 0;
  int last = 0;
  std::vector<int> passes;
  int group = 0;
};

/// Endings of one repeat.
struct EndingGroup {
  std::vector<int> passes;  // of all its endings
  int total = 0;            // passes in all
  int last_ending = 0;
  bool is_plain = false;    // a bracket that nothing repeats: music as any other
  bool after_jump = false;  // repeated after jumps, too
};

/// What lies between two places with signs.
struct Segment {
  bool repeat_start = false;
  int ending = kNone;  // that begins here
  int in_ending = kNone;
  std::vector<PlaySign> leave;  // signs at its end, in the order of their kinds
};

/// Segments that jumps lead to, ascending.
struct Targets {
  void Add(int segment, const std::string& name) {
    all.push_back(segment);
    by_name[name].push_back(segment);
  }
  std::vector<int> all;
  std::map<std::string, std::vector<int>> by_name;
};

bool Holds(const std::vector<int>& passes, int pass) {
  return std::find(passes.begin(), passes.end(), pass) != passes.end();
}

int LastOf(const std::vector<int>& passes) {
  return passes.empty() ? 0 : *std::max_element(passes.begin(), passes.end());
}

void SortSigns(std::vector<PlaySign>& signs) {
  std::stable_sort(signs.begin(), signs.end(), [](const PlaySign& a, const PlaySign& b) {
    return std::pair(a.position, a.kind) < std::pair(b.position, b.kind);
  });
}

/// Cuts a score at its signs.
class SegmentedScore {
 public:
  SegmentedScore(std::vector<PlaySign> signs, int64_t end) : end_(end) {
    for (PlaySign& sign : signs) {
      sign.position = std::clamp<int64_t>(sign.position, 0, end);
      sign.leave_position = std::clamp<int64_t>(sign.leave_position, 0, end);
    }
    SortSigns(signs);
    for (PlaySign& sign : signs) {
      if (!IsKnown(sign)) signs_.push_back(std::move(sign));
    }
    ResolveCodaSigns();
    for (const PlaySign& sign : signs_) {
      if (starts.empty()) starts.push_back(0);
      if (starts.back() < sign.position && sign.position < end) starts.push_back(sign.position);
    }
    segments.resize(starts.size());
    for (const PlaySign& sign : signs_) Attach(sign);
    for (int i = 0; i < static_cast<int>(segments.size()); ++i) {
      const bool begins = i == 0 || segments[i].repeat_start || EndsRepeat(i - 1);
      repeat_starts_.push_back(begins ? i : repeat_starts_.back());
    }
    SpanEndings();
    GroupEndings();
  }

  /// The segment that a segno or coda of this name begins, the nearest one at or before `from`
  /// (segno) or behind it (coda), or else the other way; of any name where none has it. kNone
  /// without one.
  int Target(Kind kind, const std::string& name, int from) const {
    const Targets& targets = kind == PlaySign::kCoda ? codas_ : segnos_;
    const auto named = targets.by_name.find(name);
    const std::vector<int>& places = named == targets.by_name.end() ? targets.all : named->second;
    if (places.empty()) return kNone;
    const auto ahead = std::upper_bound(places.begin(), places.end(), from);
    const bool looks_ahead =
        kind == PlaySign::kCoda ? ahead != places.end() : ahead == places.begin();
    return looks_ahead ? *ahead : *std::prev(ahead);
  }

  bool has_jumps() const {
    return std::any_of(signs_.begin(), signs_.end(), [](const PlaySign& sign) {
      return sign.kind == PlaySign::kDaCapo || sign.kind == PlaySign::kDalSegno;
    });
  }

  /// Where a repeat around `segment` begins: at its sign, or behind another's end.
  int StartOfRepeat(int segment) const { return repeat_starts_[static_cast<size_t>(segment)]; }

  bool EndsRepeat(int segment) const {
    const auto& leave = segments[segment].leave;
    return std::any_of(leave.begin(), leave.end(),
                       [](const PlaySign& sign) { return sign.kind == PlaySign::kRepeatEnd; });
  }

  std::vector<int64_t> starts;
  std::vector<Segment> segments;
  std::vector<EndingSpan> endings;
  std::vector<EndingGroup> groups;

 private:
  /// Whether a sign that says the same is there already: that of another part.
  bool IsKnown(const PlaySign& sign) {
    int seen = 0;
    for (auto known = signs_.rbegin(); known != signs_.rend(); ++known) {
      if (known->position != sign.position || known->kind != sign.kind) return false;
      if (known->passes == sign.passes && Unite(sign, *known)) return true;
      if (++seen == kMostSignsAtOnce) return true;
    }
    return false;
  }

  /// Whether `sign`, of the same kind and place, is `known`, which then says what either said.
  static bool Unite(const PlaySign& sign, PlaySign& known) {
    const bool is_target = sign.kind == PlaySign::kSegno || sign.kind == PlaySign::kCoda;
    if (is_target && sign.name != known.name && !sign.name.empty() && !known.name.empty()) {
      return false;
    }
    if (known.name.empty()) known.name = sign.name;
    if (known.goal == PlaySign::kAny) known.goal = sign.goal;
    known.times = std::max(known.times, sign.times);
    known.after_jump |= sign.after_jump;
    return true;
  }

  bool Has(Kind kind) const {
    return std::any_of(signs_.begin(), signs_.end(),
                       [kind](const PlaySign& sign) { return sign.kind == kind; });
  }

  /// Bare coda signs: the last one is where to arrive where nothing else says that; the others
  /// are where to leave, likewise.
  void ResolveCodaSigns() {
    const bool has_leave = Has(PlaySign::kToCoda);
    int64_t arrival = kNone;
    std::set<int64_t> arrivals;
    for (const PlaySign& sign : signs_) {
      if (sign.kind == PlaySign::kCoda) arrivals.insert(sign.position);
      if (sign.kind == PlaySign::kCodaSign) arrival = sign.position;
    }
    if (arrivals.empty()) arrivals.insert(arrival);
    std::vector<PlaySign> kept;
    for (PlaySign& sign : signs_) {
      if (sign.kind == PlaySign::kCodaSign) {
        const bool arrives = arrivals.count(sign.position) > 0;
        if (!arrives && has_leave) continue;
        sign.kind = arrives ? PlaySign::kCoda : PlaySign::kToCoda;
        if (!arrives) sign.position = sign.leave_position;
      }
      kept.push_back(std::move(sign));
    }
    signs_ = std::move(kept);
    SortSigns(signs_);
  }

  /// The segment that begins at `position` or holds it.
  int SegmentAt(int64_t position) const {
    return static_cast<int>(std::upper_bound(starts.begin(), starts.end(), position) -
                            starts.begin()) -
           1;
  }

  void Attach(const PlaySign& sign) {
    if (IsAtEnd(sign.kind)) {
      if (sign.position <= 0) return;
      const int segment = SegmentAt(sign.position - 1);
      if (sign.kind != PlaySign::kEndingStop) segments[segment].leave.push_back(sign);
      return;
    }
    if (sign.position >= end_) return;
    const int segment = SegmentAt(sign.position);
    if (sign.kind == PlaySign::kRepeatStart) segments[segment].repeat_start = true;
    if (sign.kind == PlaySign::kSegno) segnos_.Add(segment, sign.name);
    if (sign.kind == PlaySign::kCoda) codas_.Add(segment, sign.name);
    if (sign.kind == PlaySign::kEndingStart && segments[segment].ending == kNone) {
      segments[segment].ending = static_cast<int>(endings.size());
      endings.push_back({segment, kNone, sign.passes, 0});
    }
  }

  /// An ending lasts to its own stop, or else to what can only come after it.
  void SpanEndings() {
    std::vector<int64_t> stops;
    for (const PlaySign& sign : signs_) {
      if (sign.kind == PlaySign::kEndingStop) stops.push_back(sign.position);
    }
    const int count = static_cast<int>(segments.size());
    for (size_t i = 0; i < endings.size(); ++i) {
      EndingSpan& ending = endings[i];
      const auto stop = std::upper_bound(stops.begin(), stops.end(), starts[ending.first]);
      const int next = i + 1 < endings.size() ? endings[i + 1].first : count;
      int last = stop == stops.end() ? count : SegmentAt(*stop - 1) + 1;
      last = std::min(last, next);
      if (stop == stops.end() || last == next) {
        for (int segment = ending.first; segment < last; ++segment) {
          if (segment > ending.first && segments[segment].repeat_start) last = segment;
          if (segment < last && EndsRepeat(segment)) last = segment + 1;
        }
      }
      ending.last = i + 1 < endings.size() ? EndOfBracket(endings[i], endings[i + 1], last) : last;
      for (int segment = ending.first; segment < ending.last; ++segment) {
        segments[segment].in_ending = static_cast<int>(i);
      }
    }
  }

  /// A bracket that is drawn over its first measures alone goes on to the repeat's end, if the next
  /// ending begins there.
  int EndOfBracket(const EndingSpan& ending, const EndingSpan& next, int last) const {
    const bool is_other = std::none_of(next.passes.begin(), next.passes.end(),
                                       [&](int pass) { return Holds(ending.passes, pass); });
    if (!is_other || last == next.first || !EndsRepeat(next.first - 1)) return last;
    for (int segment = ending.first; segment < next.first; ++segment) {
      const bool is_inner_end = segment + 1 < next.first && EndsRepeat(segment);
      if (is_inner_end || (segment > ending.first && segments[segment].repeat_start)) return last;
    }
    return next.first;
  }

  /// Endings are of one repeat while their numbers differ and no other repeat begins between them.
  /// An ending without a number follows the one before it.
  void GroupEndings() {
    for (size_t i = 0; i < endings.size(); ++i) {
      EndingSpan& ending = endings[i];
      bool joins = i > 0 && std::none_of(ending.passes.begin(), ending.passes.end(), [&](int pass) {
                     return Holds(groups.back().passes, pass);
                   });
      for (int segment = i > 0 ? endings[i - 1].last : 0; joins && segment <= ending.first;
           ++segment) {
        joins = !segments[segment].repeat_start;
      }
      if (!joins) groups.emplace_back();
      EndingGroup& group = groups.back();
      if (ending.passes.empty()) ending.passes = {group.total + 1};
      group.passes.insert(group.passes.end(), ending.passes.begin(), ending.passes.end());
      group.total = std::max(group.total, LastOf(ending.passes));
      group.last_ending = static_cast<int>(i);
      ending.group = static_cast<int>(groups.size()) - 1;
      for (int segment = ending.first; segment < ending.last; ++segment) {
        for (const PlaySign& sign : segments[segment].leave) group.after_jump |= sign.after_jump;
      }
    }
    CountPasses();
    for (EndingGroup& group : groups) SettleLoneEnding(group);
  }

  /// Passes count on where numbers are left out: of endings 1 and 3 the other is the second.
  void CountPasses() {
    for (EndingGroup& group : groups) {
      std::sort(group.passes.begin(), group.passes.end());
      group.passes.erase(std::unique(group.passes.begin(), group.passes.end()), group.passes.end());
      group.total = static_cast<int>(group.passes.size());
    }
    for (EndingSpan& ending : endings) {
      const std::vector<int>& known = groups[ending.group].passes;
      for (int& pass : ending.passes) {
        const auto at = std::lower_bound(known.begin(), known.end(), pass);
        pass = static_cast<int>(at - known.begin()) + 1;
      }
    }
  }

  /// A bracket alone that goes back: the last pass goes past it.
  void SettleLoneEnding(EndingGroup& group) const {
    const EndingSpan& last = endings[group.last_ending];
    if (group.last_ending > 0 && endings[group.last_ending - 1].group == last.group) return;
    if (last.last > last.first && EndsRepeat(last.last - 1)) {
      ++group.total;
    } else {
      group.is_plain = true;
    }
  }

  int64_t end_;
  std::vector<PlaySign> signs_;
  std::vector<int> repeat_starts_;  // by segment
  Targets segnos_, codas_;
};

/// Plays the segments.
class Performance {
 public:
  Performance(const SegmentedScore& score, ScoreForm& form)
      : score_(score), form_(form), visits_(score.segments.size()), taken_(score.segments.size()) {}

  /// The segments in their order; empty when they are too many.
  std::vector<int> Play() {
    const int count = static_cast<int>(score_.segments.size());
    size_t steps = 0;
    while (at_ < count) {
      if (++steps > 4 * kMostPlayed || played_.size() >= kMostPlayed) {
        form_.warnings.push_back("the repeats ask for too much: played once, as written");
        return {};
      }
      Enter();
      if (SkipsEnding()) continue;
      played_.push_back(at_);
      ++visits_[at_];
      if (!Leave()) break;
    }
    return std::move(played_);
  }

 private:
  /// A repeat that is being played.
  struct Region {
    int start = 0;
    int pass = 1;
    bool has_sign = false;
  };

  void Enter() {
    if (!score_.segments[at_].repeat_start) return;
    const Region& inner = regions_.back();
    if (!inner.has_sign || inner.start != at_) regions_.push_back({at_, 1, true});
  }

  bool SkipsEnding() {
    const int index = score_.segments[at_].ending;
    if (index == kNone) return false;
    const EndingSpan& ending = score_.endings[index];
    const EndingGroup& group = score_.groups[ending.group];
    const int pass = IsOff(group) ? group.total : regions_.back().pass;
    if (group.is_plain || Holds(ending.passes, pass)) return false;
    at_ = ending.last;
    if (index == group.last_ending && IsLastPass(group)) EndRegion();
    return true;
  }

  bool IsOff(const EndingGroup& group) const { return repeats_off_ && !group.after_jump; }

  bool IsLastPass(const EndingGroup& group) const {
    return IsOff(group) || regions_.back().pass >= group.total;
  }

  /// The repeat is over; `at_` stands behind it.
  void EndRegion() {
    if (regions_.size() > 1) regions_.pop_back();
    if (regions_.size() == 1) regions_.back() = {at_};
  }

  /// Goes on after the segment; false at the end of the music.
  bool Leave() {
    const int here = at_++;
    for (size_t i = 0; i < score_.segments[here].leave.size(); ++i) {
      const PlaySign& sign = score_.segments[here].leave[i];
      switch (sign.kind) {
        case PlaySign::kFine:
          if (fine_on_) return false;
          break;
        case PlaySign::kToCoda:
          if (LeavesToCoda(sign, here)) return true;
          break;
        case PlaySign::kRepeatEnd:
          if (GoesBack(sign, here)) return true;
          break;
        case PlaySign::kDaCapo:
        case PlaySign::kDalSegno:
          if (Jumps(sign, here, i)) return true;
          break;
        default: break;
      }
    }
    if (!GoesBackUnsigned(here)) LeaveLastEnding(here);
    return true;
  }

  /// An ending that the next one follows goes back without a sign, too.
  bool GoesBackUnsigned(int here) {
    const int index = score_.segments[here].in_ending;
    if (index == kNone || score_.endings[index].last != here + 1) return false;
    const EndingGroup& group = score_.groups[score_.endings[index].group];
    const bool is_followed =
        index != group.last_ending && score_.endings[index + 1].first == here + 1;
    if (!is_followed || score_.EndsRepeat(here) || IsLastPass(group)) return false;
    ++regions_.back().pass;
    at_ = regions_.back().start;
    return true;
  }

  void LeaveLastEnding(int here) {
    const int index = score_.segments[here].in_ending;
    if (index == kNone || score_.endings[index].last != here + 1) return;
    const EndingGroup& group = score_.groups[score_.endings[index].group];
    if (index == group.last_ending && !score_.EndsRepeat(here) && IsLastPass(group)) EndRegion();
  }

  bool GoesBack(const PlaySign& sign, int here) {
    const int index = score_.segments[here].in_ending;
    const int stated =
        std::max(sign.times, index == kNone ? 0 : score_.groups[score_.endings[index].group].total);
    const int times = stated > 0 ? stated : 2;
    Region& region = regions_.back();
    if ((!repeats_off_ || sign.after_jump) && region.pass < times) {
      ++region.pass;
      at_ = region.start;
      return true;
    }
    EndRegion();
    return false;
  }

  bool LeavesToCoda(const PlaySign& sign, int here) {
    const bool now = !sign.passes.empty() ? Holds(sign.passes, visits_[here])
                     : score_.has_jumps() ? coda_on_
                                          : visits_[here] == 2;
    if (!now || coda_taken_[here]) return false;
    const int target = score_.Target(PlaySign::kCoda, sign.name, here);
    if (target == kNone) {
      Warn("a jump to the coda, which is not there: played on");
      return false;
    }
    coda_taken_[here] = true;
    repeats_off_ = false;
    coda_on_ = false;
    GoTo(target);
    return true;
  }

  bool Jumps(const PlaySign& sign, int here, size_t index) {
    auto& taken = taken_[here];
    taken.resize(score_.segments[here].leave.size());
    if (taken[index]) return false;
    if (!sign.passes.empty() && !Holds(sign.passes, visits_[here])) return false;
    taken[index] = true;
    int target = 0;
    if (sign.kind == PlaySign::kDalSegno) {
      target = score_.Target(PlaySign::kSegno, sign.name, here);
      if (target == kNone) {
        Warn("D.S. without a segno: played on");
        return false;
      }
    }
    repeats_off_ = !sign.after_jump;
    fine_on_ = sign.goal != PlaySign::kToTheCoda;
    coda_on_ = sign.goal != PlaySign::kToFine;
    GoTo(target);
    return true;
  }

  void GoTo(int segment) {
    at_ = segment;
    regions_ = {{score_.StartOfRepeat(segment)}};
  }

  void Warn(const char* text) {
    if (std::find(form_.warnings.begin(), form_.warnings.end(), text) == form_.warnings.end()) {
      form_.warnings.emplace_back(text);
    }
  }

  const SegmentedScore& score_;
  ScoreForm& form_;
  std::vector<int> visits_;
  std::vector<std::vector<bool>> taken_;  // jumps, by segment and sign
  std::map<int, bool> coda_taken_;
  std::vector<int> played_;
  std::vector<Region> regions_ = {{}};
  int at_ = 0;
  bool repeats_off_ = false;
  bool fine_on_ = false;
  bool coda_on_ = false;
};

/// Stretches that are played from one sign of repetition to the next, and how often at a time.
std::vector<ScoreForm::Group> GroupsOf(const std::vector<int>& played,
                                       const SegmentedScore& score) {
  std::vector<ScoreForm::Group> groups;
  ScoreForm::Group run;
  const auto finish = [&] {
    if (!groups.empty() && groups.back().sections == run.sections) {
      ++groups.back().times;
    } else {
      groups.push_back(run);
    }
    run.sections.clear();
  };
  for (size_t i = 0; i < played.size(); ++i) {
    run.sections.push_back(played[i]);
    const bool goes_on = i + 1 < played.size() && played[i + 1] > played[i] &&
                         !score.segments[played[i + 1]].repeat_start &&
                         !score.EndsRepeat(played[i]);
    if (!goes_on) finish();
  }
  return groups;
}

}  // namespace

ScoreForm BuildPlayOrder(std::vector<PlaySign> signs, int64_t end) {
  ScoreForm form;
  const SegmentedScore score(std::move(signs), end);
  if (score.segments.empty()) return form;
  const std::vector<int> played = Performance(score, form).Play();
  std::vector<int> written(score.segments.size());
  std::iota(written.begin(), written.end(), 0);
  if (played.empty() || played == written) return form;
  form.starts = score.starts;
  form.groups = GroupsOf(played, score);
  return form;
}

}  // namespace magenta
