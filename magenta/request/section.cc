#include "magenta/request/section.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "magenta/base/error_message.h"
#include "magenta/base/status.h"
#include "magenta/music/meter_map.h"
#include "magenta/music/performance/played_parts.h"
#include "magenta/music/tempo_map.h"

namespace magenta {
namespace {

using Section = GeneratorOptions::SequenceSection;

/// How near to a step, in steps, a time counts as on it.
constexpr double kOnStep = 1e-6;
constexpr double kMaxQpm = 10000;

std::string SectionText(const Section& section) {
  return fmt::format("{} s to {} s", section.start_time(), section.end_time());
}

template <class Sections>
std::string SectionList(const Sections& sections) {
  std::string list;
  for (const Section& section : sections) list += (list.empty() ? "" : ", ") + SectionText(section);
  return list;
}

absl::Status CheckSection(const Section& section, const char* what) {
  const double start = section.start_time(), end = section.end_time();
  if (std::isfinite(start) && std::isfinite(end) && start >= 0 && end > start) {
    return absl::OkStatus();
  }
  return UsageError(fmt::format("the {} section is {}", what, SectionText(section)),
                    "It must start at 0 s or later and end after it starts");
}

double LatestNoteEnd(const NoteSequence& sequence) {
  double latest = 0;
  for (const auto& note : sequence.notes()) latest = std::max(latest, note.end_time());
  return latest;
}

/// `sequence` with the notes that start in `section` alone, cut at its end.
NoteSequence NotesOf(NoteSequence sequence, const Section& section) {
  auto* notes = sequence.mutable_notes();
  notes->erase(std::remove_if(notes->begin(), notes->end(),
                              [&](const NoteSequence::Note& note) {
                                return note.start_time() < section.start_time() ||
                                       note.start_time() >= section.end_time();
                              }),
               notes->end());
  for (auto& note : *notes) note.set_end_time(std::min(note.end_time(), section.end_time()));
  sequence.set_total_time(LatestNoteEnd(sequence));
  return sequence;
}

absl::Status StartsTooEarly(double start, double latest) {
  return UsageError(fmt::format("the section to generate starts at {} s, before the input's notes "
                                "end at {} s",
                                start, latest),
                    "Let it start at that time or later, or give an input section");
}

/// The step that `steps` (a product of seconds and steps a second) stands for.
int64_t NearOrNextStep(double steps) {
  const double nearest = std::round(steps);
  return static_cast<int64_t>(std::abs(steps - nearest) <= kOnStep ? nearest : std::ceil(steps));
}

absl::Status HoldsNoStep(const Section& section, double steps_per_second) {
  return UsageError(
      fmt::format("the section to generate, {}, holds no step of the grid", SectionText(section)),
      fmt::format("A step lasts {} s: let it end later", 1 / steps_per_second));
}

/// Where the steps of a section lie, checked.
absl::Status SetSteps(const Section& section, double steps_per_second, bool reference_windows,
                      SectionPlan& plan) {
  const double start = plan.OnGrid(section.start_time()) * steps_per_second;
  const double end = plan.OnGrid(section.end_time()) * steps_per_second;
  if (!(end < static_cast<double>(kMaxSectionStep))) {
    return UsageError(fmt::format("the section to generate ends at {} s, beyond {} steps",
                                  section.end_time(), kMaxSectionStep),
                      "Ask for a shorter one");
  }
  plan.start_step = reference_windows ? static_cast<int64_t>(start + 1) : NearOrNextStep(start);
  plan.end_step = reference_windows ? static_cast<int64_t>(end) : NearOrNextStep(end);
  plan.sections = {{plan.start_step, plan.end_step}};
  if (plan.end_step > plan.start_step) return absl::OkStatus();
  return HoldsNoStep(section, steps_per_second);
}

void SetSearchStart(const GeneratorOptions& options, double steps_per_second, SectionPlan& plan) {
  if (options.input_sections().empty()) return;
  const double start = plan.OnGrid(options.input_sections(0).start_time()) * steps_per_second;
  plan.search_start_step = std::max<int64_t>(0, NearOrNextStep(start));
}

SectionPlan PlanOf(QuantizedSequence input, double qpm) {
  return {std::move(input), qpm, 0, 0, 0, {}, false, {}, {}};
}

absl::StatusOr<SectionPlan> PlanReference(NoteSequence input, const GeneratorOptions& options,
                                          Grid grid) {
  const double qpm = input.tempos().empty() ? 120.0 : input.tempos(0).qpm();
  MAGENTA_ASSIGN_OR_RETURN(QuantizedSequence quantized, Quantize(std::move(input), grid));
  SectionPlan plan = PlanOf(std::move(quantized), qpm);
  const double steps_per_second = grid.StepsPerSecond(qpm);
  if (!options.input_sections().empty()) {
    plan.search_start_step =
        static_cast<int64_t>(options.input_sections(0).start_time() * steps_per_second + 1);
  }
  MAGENTA_RETURN_IF_ERROR(SetSteps(options.generate_sections(0), steps_per_second, true, plan));
  return plan;
}

/// The meter that `input` is heard in, and the step of a bar line of it at or before 0.
struct HeardMeter {
  NoteSequence::TimeSignature signature;
  int64_t first_bar_line = 0;
  /// Steps by which all is heard later, so that bar lines are on steps.
  double lead = 0;
};

HeardMeter MeterAt(const NoteSequence& input, double seconds, Grid grid) {
  const MeterMap map(input);
  const Meter& meter = map.At(TempoMap(input).QuartersAt(seconds));
  HeardMeter heard;
  heard.signature.set_numerator(meter.numerator);
  heard.signature.set_denominator(meter.denominator);
  heard.lead = LeadToBarLines(meter, grid);
  heard.first_bar_line = BarLineStep(meter, heard.lead == 0 ? 0 : -heard.lead / grid.steps(), grid);
  return heard;
}

std::string SayChanges(const MeterMap& meters, bool tempo_changes,
                       const NoteSequence::TimeSignature& meter, double qpm) {
  const bool meter_changes = meters.HasChanges();
  return fmt::format(
      "the input changes its {}: all of it is heard, beat for beat, as if in {}/{} at {:.6g} "
      "quarters a minute, and stays as it is",
      tempo_changes && meter_changes ? "tempo and meter"
      : tempo_changes                ? "tempo"
                                     : "meter",
      meter.numerator(), meter.denominator(), qpm);
}

/// `input` as one grid can hold it: at one tempo and in one meter, those at `at` seconds. `plan`
/// gets what became of it.
absl::StatusOr<SectionPlan> PlanOnOneGrid(NoteSequence input, double at, Grid grid) {
  std::optional<StraightTime> straight;
  std::vector<std::string> notes;
  const TempoMap tempos(input);
  const auto unplayable =
      std::find_if_not(input.time_signatures().begin(), input.time_signatures().end(), IsPlayable);
  const bool playable = unplayable == input.time_signatures().end();
  const HeardMeter meter =
      playable ? MeterAt(input, at, grid) : HeardMeter{*unplayable};  // which Quantize refuses
  if (const MeterMap meters(input); tempos.HasChanges() || meters.HasChanges()) {
    notes.push_back(SayChanges(meters, tempos.HasChanges(), meter.signature, tempos.QpmAt(at)));
  }
  if (!input.time_signatures().empty()) {
    input.clear_time_signatures();
    *input.add_time_signatures() = meter.signature;
    input.mutable_time_signatures(0)->set_time(0);
  }
  if (tempos.HasChanges() || meter.lead > 0) {
    straight.emplace(input, at, meter.lead * grid.StepSeconds(tempos.QpmAt(at)));
    input = Straightened(input, *straight, at);
  }
  MAGENTA_ASSIGN_OR_RETURN(QuantizedSequence quantized, Quantize(std::move(input), grid));
  const double qpm = quantized.qpm();
  SectionPlan plan = PlanOf(std::move(quantized), qpm);
  plan.search_start_step = meter.first_bar_line;
  plan.straight = std::move(straight);
  plan.notes = std::move(notes);
  return plan;
}

/// The same on a grid per second, to which meter and tempo mean nothing.
absl::StatusOr<SectionPlan> PlanInSeconds(NoteSequence input, double at, Grid grid) {
  const double qpm = TempoMap(input).QpmAt(at);
  MAGENTA_ASSIGN_OR_RETURN(QuantizedSequence quantized, Quantize(std::move(input), grid));
  return PlanOf(std::move(quantized), qpm);
}

absl::StatusOr<SectionPlan> PlanOnGrid(NoteSequence input, double at, Grid grid) {
  return grid.is_per_second() ? PlanInSeconds(std::move(input), at, grid)
                              : PlanOnOneGrid(std::move(input), at, grid);
}

absl::StatusOr<SectionPlan> PlanFreely(NoteSequence input, const GeneratorOptions& options,
                                       Grid grid) {
  input.set_total_time(std::max(input.total_time(), LatestNoteEnd(input)));
  const Section& section = options.generate_sections(0);
  MAGENTA_ASSIGN_OR_RETURN(SectionPlan plan,
                           PlanOnGrid(std::move(input), section.start_time(), grid));
  const double steps_per_second = grid.StepsPerSecond(plan.qpm);
  SetSearchStart(options, steps_per_second, plan);
  MAGENTA_RETURN_IF_ERROR(SetSteps(section, steps_per_second, false, plan));
  return plan;
}

/// The sections by time. Error: two of them overlap by more than `slack` seconds.
absl::StatusOr<std::vector<Section>> InOrder(const GeneratorOptions& options, double slack) {
  std::vector<Section> sections(options.generate_sections().begin(),
                                options.generate_sections().end());
  std::stable_sort(sections.begin(), sections.end(), [](const Section& a, const Section& b) {
    return a.start_time() < b.start_time();
  });
  for (size_t i = 1; i < sections.size(); ++i) {
    if (sections[i].start_time() >= sections[i - 1].end_time() - slack) continue;
    return UsageError(fmt::format("the sections to generate, {} and {}, overlap",
                                  SectionText(sections[i - 1]), SectionText(sections[i])),
                      "Make one of them");
  }
  return sections;
}

/// An error for the first note that sounds in one of `sections`, but for `slack` seconds.
absl::Status CheckFree(const NoteSequence& input, const std::vector<Section>& sections,
                       double slack) {
  for (const auto& note : input.notes()) {
    const auto section = std::upper_bound(
        sections.begin(), sections.end(), note.start_time() + slack,
        [](double start, const Section& section) { return start < section.end_time(); });
    if (section == sections.end() || note.end_time() <= section->start_time() + slack) continue;
    return UsageError(
        fmt::format("the section to generate, {}, holds a note of the input, from {} s to {} s",
                    SectionText(*section), note.start_time(), note.end_time()),
        "Take such notes out of the input, or let the section lie between notes");
  }
  return absl::OkStatus();
}

/// `input` as it sounds, where no pedal holds a note into a section.
NoteSequence HeldUntil(const std::vector<Section>& sections, NoteSequence input) {
  std::vector<double> starts;
  for (const Section& section : sections) starts.push_back(section.start_time());
  return HeldByPedal(std::move(input), starts);
}

/// Cuts the plan's sections to what the quantised notes leave free: a note may reach a step into
/// one.
void CutToFreeSteps(const std::vector<Section>& sections, SectionPlan& plan) {
  std::vector<double> starts;
  starts.reserve(sections.size());
  for (const Section& section : sections) starts.push_back(plan.OnGrid(section.start_time()));
  for (const auto& note : plan.input.proto().notes()) {
    for (size_t i = 0; i < starts.size(); ++i) {
      StepRange& range = plan.sections[i];
      if (note.start_time() < starts[i]) {
        range.start = std::max(range.start, note.quantized_end_step());
      } else {
        range.end = std::min(range.end, note.quantized_start_step());
      }
    }
  }
}

/// Where the plan's sections lie, in order; of a fill.
absl::Status SetRanges(const std::vector<Section>& sections, double steps_per_second,
                       SectionPlan& plan) {
  std::vector<StepRange> ranges;
  for (const Section& section : sections) {
    MAGENTA_RETURN_IF_ERROR(SetSteps(section, steps_per_second, false, plan));
    ranges.push_back(plan.sections[0]);
  }
  plan.sections = std::move(ranges);
  CutToFreeSteps(sections, plan);
  for (size_t i = 0; i < sections.size(); ++i) {
    if (i > 0) plan.sections[i].start = std::max(plan.sections[i].start, plan.sections[i - 1].end);
    if (plan.sections[i].end <= plan.sections[i].start) {
      return HoldsNoStep(sections[i], steps_per_second);
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<SectionPlan> PlanFill(NoteSequence input, const std::vector<Section>& sections,
                                     const GeneratorOptions& options, Grid grid) {
  input.set_total_time(LatestNoteEnd(input));
  MAGENTA_ASSIGN_OR_RETURN(SectionPlan plan,
                           PlanOnGrid(std::move(input), sections.front().start_time(), grid));
  plan.fills = true;
  const double steps_per_second = grid.StepsPerSecond(plan.qpm);
  SetSearchStart(options, steps_per_second, plan);
  MAGENTA_RETURN_IF_ERROR(SetRanges(sections, steps_per_second, plan));
  plan.start_step = plan.sections.front().start;
  plan.end_step = std::max(plan.sections.back().end, plan.input.total_steps());
  if (plan.end_step <= kMaxSectionStep) return plan;
  return MusicError(fmt::format("the input ends beyond {} steps", kMaxSectionStep),
                    "Fill a part of it");
}

}  // namespace

bool Holds(std::span<const StepRange> ranges, int64_t step) {
  return std::any_of(ranges.begin(), ranges.end(), [step](const StepRange& range) {
    return range.start <= step && step < range.end;
  });
}

absl::Status CheckSections(const GeneratorOptions& options, bool reference_windows) {
  const int count = options.generate_sections_size();
  if (count == 0) {
    return UsageError("the request has no section to generate", "Give a generate section");
  }
  if (count > 1 && reference_windows) {
    return UsageError(fmt::format("the request has {} sections to generate ({})", count,
                                  SectionList(options.generate_sections())),
                      "Give exactly one generate section, or leave reference_windows out");
  }
  if (count > kMaxSections) {
    return UsageError(fmt::format("the request has {} sections to generate", count),
                      fmt::format("Give at most {}", kMaxSections));
  }
  if (options.input_sections_size() > 1) {
    return UsageError(
        fmt::format("the request has {} input sections ({})", options.input_sections_size(),
                    SectionList(options.input_sections())),
        "Give at most one input section");
  }
  for (const Section& section : options.generate_sections()) {
    MAGENTA_RETURN_IF_ERROR(CheckSection(section, "generate"));
  }
  if (options.input_sections().empty()) return absl::OkStatus();
  return CheckSection(options.input_sections(0), "input");
}

absl::Status CheckTempo(const NoteSequence& sequence) {
  for (const auto& tempo : sequence.tempos()) {
    if (tempo.qpm() > 0 && tempo.qpm() <= kMaxQpm) continue;
    return MusicError(
        fmt::format("the input's tempo at {} s is {} quarters a minute", tempo.time(), tempo.qpm()),
        fmt::format("It must be above 0 and at most {}", kMaxQpm));
  }
  return absl::OkStatus();
}

absl::Status CheckPlayable(const NoteSequence& sequence) {
  constexpr int kMost = 127;
  for (const auto& note : sequence.notes()) {
    const bool playable = note.pitch() >= 0 && note.pitch() <= kMost && note.velocity() >= 0 &&
                          note.velocity() <= kMost;
    if (!playable) {
      return MusicError(fmt::format("the input's note at {} s has pitch {} and velocity {}",
                                    note.start_time(), note.pitch(), note.velocity()),
                        fmt::format("Both must be 0 to {}", kMost));
    }
    if (note.end_time() < note.start_time()) {
      return MusicError(fmt::format("the input's note at {} s ends at {} s, before it starts",
                                    note.start_time(), note.end_time()),
                        "Let it end later");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckAccompaniment(const NoteSequence& input) {
  for (const auto& note : input.notes()) {
    const double start = note.start_time();
    if (std::isfinite(start) && std::isfinite(note.end_time()) && start >= 0) continue;
    return MusicError(fmt::format("the input has a note from {} s to {} s", start, note.end_time()),
                      "Let it start at 0 s or later, and end");
  }
  return CheckPlayable(input);
}

NoteSequence InputOf(const NoteSequence& input, const GeneratorOptions& options) {
  return options.input_sections().empty() ? input : NotesOf(input, options.input_sections(0));
}

absl::StatusOr<SectionPlan> PlanSection(const NoteSequence& input, const GeneratorOptions& options,
                                        Grid grid, bool reference_windows) {
  MAGENTA_RETURN_IF_ERROR(CheckSections(options, reference_windows));
  MAGENTA_RETURN_IF_ERROR(CheckTempo(input));
  MAGENTA_RETURN_IF_ERROR(CheckPlayable(input));
  NoteSequence primer = InputOf(input, options);
  const double qpm = input.tempos().empty() ? 120.0 : input.tempos(0).qpm();
  const double slack = reference_windows ? 0 : kOnStep / grid.StepsPerSecond(qpm);
  MAGENTA_ASSIGN_OR_RETURN(const std::vector<Section> sections, InOrder(options, slack));
  const bool hears_pedal = grid.is_per_second() && !reference_windows;
  const bool goes_on = std::any_of(
      primer.notes().begin(), primer.notes().end(), [&](const NoteSequence::Note& note) {
        return note.start_time() >= sections.front().end_time() - slack;
      });
  if (!reference_windows && (sections.size() > 1 || goes_on)) {
    MAGENTA_RETURN_IF_ERROR(CheckFree(primer, sections, slack));
    if (hears_pedal) primer = HeldUntil(sections, std::move(primer));
    return PlanFill(std::move(primer), sections, options, grid);
  }
  const double start = sections.front().start_time(), latest = LatestNoteEnd(primer);
  const double half_step = 0.5 / grid.StepsPerSecond(TempoMap(input).QpmAt(start));
  if (latest > start + (reference_windows ? 0 : half_step + slack))
    return StartsTooEarly(start, latest);
  if (hears_pedal) primer = HeldUntil(sections, std::move(primer));
  return reference_windows ? PlanReference(std::move(primer), options, grid)
                           : PlanFreely(std::move(primer), options, grid);
}

}  // namespace magenta
