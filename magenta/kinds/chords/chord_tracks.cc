#include "magenta/kinds/chords/chord_tracks.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <utility>

#include "magenta/base/status.h"
#include "magenta/base/utf8.h"
#include "magenta/kinds/primer_steps.h"

namespace magenta {
namespace {

/// The rows of ChordTrackOptions(), in this order.
enum ChordTrackOption { kLeastTrackSteps, kMostTrackSteps, kSeveralPrograms };

}  // namespace

std::vector<ExampleOption> ChordTrackOptions(const PolyphonyExtractionOptions& defaults,
                                             std::string_view longer) {
  using Type = ExampleOption::Type;
  return {{"min_steps", Type::kInt, static_cast<double>(defaults.min_steps), 0, 1 << 20,
           "Shorter ones are left out, in steps (sixteenths)."},
          {"max_steps", Type::kInt, static_cast<double>(defaults.max_steps), 0, 1 << 20, longer},
          {"several_programs", Type::kBool, 0, 0, 1,
           "Take music of several programs too, all of its notes together."}};
}

PolyphonyExtractionOptions SaidOfChordTracks(const std::vector<ExampleOption>& rows,
                                             const ExampleOptions& said) {
  PolyphonyExtractionOptions wanted;
  wanted.min_steps = static_cast<int>(said.ValueOf(rows[kLeastTrackSteps]));
  wanted.max_steps = static_cast<int>(said.ValueOf(rows[kMostTrackSteps]));
  wanted.several_programs = said.ValueOf(rows[kSeveralPrograms]) != 0;
  return wanted;
}

Examples ExamplesOfTrack(PolyphonyExtraction extraction) {
  Examples examples;
  TrackReport& report = examples.tracks.emplace_back();
  report.instrument = -1;
  report.kept = !extraction.events.empty();
  report.outcome = std::move(extraction.outcome);
  report.reason = std::move(extraction.reason);
  report.flag = std::move(extraction.flag);
  if (report.kept) {
    examples.sequences.push_back({std::move(extraction.events), {}});
    examples.transpositions.push_back(0);
  }
  examples.counters = std::move(extraction.counters);
  return examples;
}

absl::Status CheckChordPrimer(std::span<const PolyphonicNote> notes, int64_t start_step,
                              int64_t end) {
  if (end < start_step) {
    return UsageError(fmt::format("the section to be generated begins at step {}, before the "
                                  "primer, which begins at step {}",
                                  end, start_step),
                      "Let the section start later");
  }
  if (end > start_step) {
    MAGENTA_RETURN_IF_ERROR(StepsUpToSection(start_step, {.generate_start_step = end}).status());
  }
  const int64_t events = CountPolyphonyEvents(notes, start_step, end);
  if (events <= kMostPolyphonyEvents) return absl::OkStatus();
  return UsageError(
      fmt::format("the primer's notes are {} events, more than {}", events, kMostPolyphonyEvents),
      "Give a shorter one, or one of fewer notes at a time");
}

std::vector<PolyphonicNote> HeardChordNotes(const NoteSequence& input, const PrimerRequest& request,
                                            Primer& primer) {
  int64_t drums = 0, silent = 0, short_notes = 0, late = 0;
  std::set<int> instruments;
  std::vector<PolyphonicNote> notes = PolyphonicNotesOf(input, [&](const auto& note) {
    if (note.quantized_start_step() < primer.start_step) return false;
    const bool is_late = note.quantized_start_step() >= request.generate_start_step;
    drums += note.is_drum();
    silent += !note.is_drum() && note.velocity() == 0;
    if (note.is_drum() || note.velocity() == 0) return false;
    late += is_late;
    if (is_late) return false;
    short_notes += note.end_time() == note.start_time();
    instruments.insert(note.instrument());
    return true;
  });
  const auto say = [&](int64_t n, std::string_view what, std::string_view then) {
    if (n > 0) primer.notes.push_back(fmt::format("{} {}", Counted(n, what), then));
  };
  const std::string_view left_out = request.others_stay ? "not heard" : "left out";
  say(drums, "drum note", left_out);
  say(silent, "note", fmt::format("of velocity 0 {}", left_out));
  say(short_notes, "note", "of no length: heard for one step");
  say(late, "note",
      fmt::format("left out: {} in the section to be generated",
                  late == 1 ? "it begins" : "they begin"));
  if (instruments.size() == 1) primer.instrument = *instruments.begin();
  if (instruments.size() > 1) {
    primer.notes.push_back(
        fmt::format("{} parts with notes: all are heard as one", instruments.size()));
  }
  return notes;
}

}  // namespace magenta
