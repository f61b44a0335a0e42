#include "magenta/generate/section.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "magenta/base/status.h"
#include "magenta/music/split.h"

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

absl::Status CheckSections(const GeneratorOptions& options) {
  if (options.generate_sections_size() != 1) {
    return UsageError(options.generate_sections().empty()
                          ? std::string("the request has no section to generate")
                          : fmt::format("the request has {} sections to generate ({})",
                                        options.generate_sections_size(),
                                        SectionList(options.generate_sections())),
                      "Give exactly one generate section");
  }
  if (options.input_sections_size() > 1) {
    return UsageError(
        fmt::format("the request has {} input sections ({})", options.input_sections_size(),
                    SectionList(options.input_sections())),
        "Give at most one input section");
  }
  MAGENTA_RETURN_IF_ERROR(CheckSection(options.generate_sections(0), "generate"));
  if (options.input_sections().empty()) return absl::OkStatus();
  return CheckSection(options.input_sections(0), "input");
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

absl::Status CheckTempo(const NoteSequence& sequence) {
  for (const auto& tempo : sequence.tempos()) {
    if (tempo.qpm() > 0 && tempo.qpm() <= kMaxQpm) continue;
    return UsageError(
        fmt::format("the input's tempo at {} s is {} quarters a minute", tempo.time(), tempo.qpm()),
        fmt::format("It must be above 0 and at most {}", kMaxQpm));
  }
  return absl::OkStatus();
}

/// Where the steps of a section lie, checked.
absl::Status SetSteps(const Section& section, double steps_per_second, bool reference_windows,
                      SectionPlan& plan) {
  const double start = (section.start_time() - plan.offset) * steps_per_second;
  const double end = (section.end_time() - plan.offset) * steps_per_second;
  if (end >= static_cast<double>(kMaxSectionStep)) {
    return UsageError(fmt::format("the section to generate ends at {} s, beyond {} steps",
                                  section.end_time(), kMaxSectionStep),
                      "Ask for a shorter one");
  }
  plan.start_step = reference_windows ? static_cast<int64_t>(start + 1) : NearOrNextStep(start);
  plan.end_step = reference_windows ? static_cast<int64_t>(end) : NearOrNextStep(end);
  if (plan.end_step > plan.start_step) return absl::OkStatus();
  return UsageError(
      fmt::format("the section to generate, {}, holds no step of the grid", SectionText(section)),
      fmt::format("A step lasts {} s: let it end later", 1 / steps_per_second));
}

absl::StatusOr<SectionPlan> PlanReference(NoteSequence input, const GeneratorOptions& options,
                                          int steps_per_quarter) {
  const double qpm = input.tempos().empty() ? 120.0 : input.tempos(0).qpm();
  MAGENTA_ASSIGN_OR_RETURN(QuantizedSequence quantized,
                           Quantize(std::move(input), steps_per_quarter));
  SectionPlan plan = {std::move(quantized), qpm, 0, 0, 0, 0, {}, {}};
  const double steps_per_second = StepsPerSecond(steps_per_quarter, qpm);
  if (!options.input_sections().empty()) {
    plan.search_start_step =
        static_cast<int64_t>(options.input_sections(0).start_time() * steps_per_second + 1);
  }
  MAGENTA_RETURN_IF_ERROR(SetSteps(options.generate_sections(0), steps_per_second, true, plan));
  return plan;
}

bool HasTimeChanges(const NoteSequence& input, int steps_per_quarter) {
  const auto failure = QuantizeFailureOf(Quantize(input, steps_per_quarter).status());
  return failure == QuantizeFailure::kMultipleTempos ||
         failure == QuantizeFailure::kMultipleTimeSignatures;
}

/// The notes of `input` that start before `offset`, cut there.
NoteSequence NotesBefore(const NoteSequence& input, double offset) {
  NoteSequence before;
  for (const auto& note : input.notes()) {
    if (note.start_time() >= offset) continue;
    auto* kept = before.add_notes();
    *kept = note;
    kept->set_end_time(std::min(note.end_time(), offset));
  }
  return before;
}

absl::StatusOr<SectionPlan> PlanFreely(NoteSequence input, const GeneratorOptions& options,
                                       int steps_per_quarter) {
  double offset = 0;
  NoteSequence before;
  std::vector<std::string> notes;
  input.set_total_time(std::max(input.total_time(), LatestNoteEnd(input)));
  if (HasTimeChanges(input, steps_per_quarter)) {
    std::vector<NoteSequence> parts = SplitOnTimeChanges(input);
    if (!parts.empty()) {
      offset = parts.back().subsequence_info().start_time_offset();
      before = NotesBefore(input, offset);
      input = std::move(parts.back());
      if (offset > 0) {
        notes.push_back(
            fmt::format("the input changes its tempo or meter: what comes from {} s on "
                        "is continued",
                        offset));
      }
    }
  }
  MAGENTA_ASSIGN_OR_RETURN(QuantizedSequence quantized,
                           Quantize(std::move(input), steps_per_quarter));
  const double qpm = quantized.qpm();
  SectionPlan plan = {std::move(quantized), qpm, 0, 0, 0, offset, std::move(before),
                      std::move(notes)};
  const double steps_per_second = StepsPerSecond(steps_per_quarter, qpm);
  if (!options.input_sections().empty()) {
    const double start = (options.input_sections(0).start_time() - offset) * steps_per_second;
    plan.search_start_step = std::max<int64_t>(0, NearOrNextStep(start));
  }
  MAGENTA_RETURN_IF_ERROR(SetSteps(options.generate_sections(0), steps_per_second, false, plan));
  return plan;
}

}  // namespace

absl::StatusOr<SectionPlan> PlanSection(const NoteSequence& input, const GeneratorOptions& options,
                                        int steps_per_quarter, bool reference_windows) {
  MAGENTA_RETURN_IF_ERROR(CheckSections(options));
  MAGENTA_RETURN_IF_ERROR(CheckTempo(input));
  NoteSequence primer =
      options.input_sections().empty() ? input : NotesOf(input, options.input_sections(0));
  const double start = options.generate_sections(0).start_time(), latest = LatestNoteEnd(primer);
  const double qpm = input.tempos().empty() ? 120.0 : input.tempos(0).qpm();
  const double slack = reference_windows ? 0 : kOnStep / StepsPerSecond(steps_per_quarter, qpm);
  if (latest > start + slack) return StartsTooEarly(start, latest);
  return reference_windows ? PlanReference(std::move(primer), options, steps_per_quarter)
                           : PlanFreely(std::move(primer), options, steps_per_quarter);
}

}  // namespace magenta
