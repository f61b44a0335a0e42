#include "magenta/io/score/score_form.h"

#include <algorithm>
#include <numeric>

#include "magenta/music/piece_limits.h"

namespace magenta {
namespace {

constexpr size_t kMaxGroups = kPieceLimits.sections;

/// Collects a block (what lies between two places that no repeat reaches across), and turns it
/// into groups when it is over.
class FormBuilder {
 public:
  void Add(const FormMark& mark) {
    if (closed_at_ >= 0 && mark.kind != FormMark::kEnding && mark.kind != FormMark::kBar) {
      Flush(closed_at_);
    }
    switch (mark.kind) {
      case FormMark::kBar: return Bar(mark.position);
      case FormMark::kDoubleBar: return DoubleBar(mark.position);
      case FormMark::kRepeatStart: return RepeatStart(mark);
      case FormMark::kRepeatEnd: return RepeatEnd(mark);
      case FormMark::kEnding: return Ending(mark);
      case FormMark::kPart: return Part(mark);
    }
  }

  ScoreForm Finish(int64_t end, std::string_view part_order) {
    if (closed_at_ >= 0) Flush(closed_at_);
    if (repeat_open_) Warn("a repeat is opened and never closed: played once");
    Flush(end);
    if (form_.starts.size() > 1 && form_.starts.back() >= end) form_.starts.pop_back();
    OrderParts(part_order);
    return std::move(form_);
  }

 private:
  struct Volta {
    std::vector<int> passes;
    int first_section;
  };
  struct PartMark {
    std::string label;
    size_t first_group;
  };

  void Warn(std::string text) { form_.warnings.push_back(std::move(text)); }

  /// The section that starts at `position`, a new one if need be.
  int SectionAt(int64_t position) {
    if (form_.starts.empty()) form_.starts.push_back(0);
    if (form_.starts.back() < position) form_.starts.push_back(position);
    return static_cast<int>(form_.starts.size()) - 1;
  }

  int LastPass() const {
    int last = 0;
    for (const Volta& volta : voltas_) {
      last = std::max(last, *std::max_element(volta.passes.begin(), volta.passes.end()));
    }
    return last;
  }

  bool InLastEnding() const { return voltas_.size() > 1 || LastPass() > 1; }

  void Bar(int64_t position) {
    const bool inside = !voltas_.empty() && position > form_.starts[voltas_.back().first_section];
    if (inside && bar_in_ending_ < 0) bar_in_ending_ = position;
  }

  void DoubleBar(int64_t position) {
    const bool inside = voltas_.empty() ? repeat_open_ : !InLastEnding();
    if (inside) {
      SectionAt(position);
    } else {
      Flush(position);
    }
  }

  void RepeatStart(const FormMark& mark) {
    if (repeat_open_ && voltas_.empty()) Warn("a repeat is opened twice: the first is played once");
    Flush(mark.position);
    repeat_open_ = true;
    times_ = mark.times;
  }

  void RepeatEnd(const FormMark& mark) {
    if (voltas_.empty()) {
      times_ = std::max(mark.times, repeat_open_ ? times_ : 2);
      Flush(mark.position, times_);
    } else {
      SectionAt(mark.position);
      closed_at_ = mark.position;
    }
  }

  bool Ended(const std::vector<int>& passes) const {
    return std::any_of(voltas_.begin(), voltas_.end(), [&](const Volta& volta) {
      return std::find_first_of(volta.passes.begin(), volta.passes.end(), passes.begin(),
                                passes.end()) != volta.passes.end();
    });
  }

  void Ending(const FormMark& mark) {
    if (closed_at_ >= 0 && closed_at_ != mark.position) Flush(closed_at_);
    if (!voltas_.empty() && Ended(mark.passes)) {
      // Ending 1 for a second time: a new repeat has begun since, unmarked, after the bar in which
      // the last ending stood.
      Flush(bar_in_ending_ >= 0 ? bar_in_ending_ : mark.position);
    }
    closed_at_ = -1;
    bar_in_ending_ = -1;
    voltas_.push_back({mark.passes, SectionAt(mark.position)});
  }

  void Part(const FormMark& mark) {
    Flush(mark.position);
    parts_.push_back({mark.label, form_.groups.size()});
  }

  void AddGroup(int first, int last, int times) {
    if (first >= last || form_.groups.size() >= kMaxGroups) return;
    ScoreForm::Group group{std::vector<int>(last - first), times};
    std::iota(group.sections.begin(), group.sections.end(), first);
    form_.groups.push_back(std::move(group));
  }

  /// Plays the block that ends before `position`, `times` times, or through its endings.
  void Flush(int64_t position, int times = 1) {
    const int end = SectionAt(position);
    if (voltas_.empty()) {
      AddGroup(block_start_, end, times);
    } else {
      FlushEndings(end);
    }
    block_start_ = end;
    voltas_.clear();
    closed_at_ = -1;
    bar_in_ending_ = -1;
    repeat_open_ = false;
    times_ = 2;
  }

  void FlushEndings(int end) {
    const int common_end = voltas_.front().first_section;
    const int passes = std::max(2, LastPass());
    for (int pass = 1; pass <= passes; ++pass) {
      const size_t before = form_.groups.size();
      AddGroup(block_start_, common_end, 1);
      AddEnding(pass, end, form_.groups.size() > before);
    }
  }

  /// Adds the ending of `pass` to the group that was just made, or as one of its own.
  void AddEnding(int pass, int end, bool join) {
    for (size_t i = 0; i < voltas_.size(); ++i) {
      const auto& passes = voltas_[i].passes;
      if (std::find(passes.begin(), passes.end(), pass) == passes.end()) continue;
      const int last = i + 1 < voltas_.size() ? voltas_[i + 1].first_section : end;
      for (int section = voltas_[i].first_section; join && section < last; ++section) {
        form_.groups.back().sections.push_back(section);
      }
      if (!join) AddGroup(voltas_[i].first_section, last, 1);
    }
  }

  /// Groups of the part `label` ([first, last)), or an empty range.
  std::pair<size_t, size_t> GroupsOfPart(std::string_view label) const {
    for (size_t i = 0; i < parts_.size(); ++i) {
      if (parts_[i].label != label) continue;
      return {parts_[i].first_group,
              i + 1 < parts_.size() ? parts_[i + 1].first_group : form_.groups.size()};
    }
    return {0, 0};
  }

  void OrderParts(std::string_view order) {
    if (parts_.empty() || order.empty()) return;
    std::vector<ScoreForm::Group> played(form_.groups.begin(),
                                         form_.groups.begin() + parts_.front().first_group);
    size_t sections = 0;
    for (const char& letter : order) {
      const auto [first, last] = GroupsOfPart(std::string_view(&letter, 1));
      if (first == last) {
        Warn(std::string("the order of parts names ") + letter + ", which the tune does not have");
      }
      for (size_t i = first; i < last; ++i) sections += form_.groups[i].sections.size();
      if (played.size() + (last - first) > kMaxGroups || sections > kMaxGroups) {
        return Warn("the order of parts is too long: played as written");
      }
      played.insert(played.end(), form_.groups.begin() + first, form_.groups.begin() + last);
    }
    form_.groups = std::move(played);
  }

  ScoreForm form_;
  std::vector<Volta> voltas_;  // endings of the block, in file order
  std::vector<PartMark> parts_;
  int block_start_ = 0;         // first section of the block
  int times_ = 2;               // what its opening sign asked for
  bool repeat_open_ = false;    // it began with |:
  int64_t closed_at_ = -1;      // an ending was closed here by :|; another may follow
  int64_t bar_in_ending_ = -1;  // first bar line in the current ending
};

}  // namespace

ScoreForm BuildScoreForm(const std::vector<FormMark>& marks, int64_t end,
                         std::string_view part_order) {
  const bool plain = std::all_of(marks.begin(), marks.end(),
                                 [](const FormMark& mark) { return mark.kind == FormMark::kBar; });
  if (plain) return {};
  FormBuilder builder;
  for (const FormMark& mark : marks) builder.Add(mark);
  return builder.Finish(end, part_order);
}

}  // namespace magenta
