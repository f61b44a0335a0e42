#include "magenta/kinds/chords/chord_tracks.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "magenta/base/error_message.h"
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
  return MusicError(fmt::format("the notes that are given are {} events, more than {}", events,
                                kMostPolyphonyEvents),
                    "Give a shorter piece, or one of fewer notes at a time");
}

bool HeardNotes::Hears(const NoteSequence::Note& note) {
  const bool is_late = note.quantized_start_step() >= end_;
  const bool is_silent = note.velocity() <= 0;
  if (note.quantized_start_step() < start_) return false;
  if (note.is_drum() || is_silent || is_late) {
    ++(note.is_drum() ? drums_ : is_silent ? silent_ : late_);
    return false;
  }
  short_ += note.end_time() == note.start_time();
  return true;
}

void HeardNotes::Say(bool others_stay, std::vector<std::string>& notes) const {
  const auto say = [&](int64_t n, std::string_view what, std::string_view then) {
    if (n > 0) notes.push_back(fmt::format("{} {}", Counted(n, what), then));
  };
  const std::string_view left_out = others_stay ? "not heard" : "left out";
  say(drums_, "drum note", left_out);
  say(silent_, "note", fmt::format("of velocity 0 {}", left_out));
  say(short_, "note", "of no length: heard for one step");
  say(late_, "note",
      fmt::format("left out: {} in the section to be generated",
                  late_ == 1 ? "it begins" : "they begin"));
}

void SayNotesWithinOthers(std::vector<PolyphonicNote> notes, std::vector<std::string>& said) {
  std::sort(notes.begin(), notes.end(), [](const PolyphonicNote& a, const PolyphonicNote& b) {
    return std::tie(a.pitch, a.start, a.end) < std::tie(b.pitch, b.start, b.end);
  });
  int64_t within = 0, before = 0, so_far = 0;  // ends of what began sooner, and with it
  for (size_t i = 0; i < notes.size(); ++i) {
    const bool is_next = i > 0 && notes[i].pitch == notes[i - 1].pitch;
    if (!is_next) before = so_far = 0;
    if (is_next && notes[i].start > notes[i - 1].start) before = so_far;
    within += notes[i].end < before;
    so_far = std::max(so_far, notes[i].end);
  }
  if (within == 0) return;
  said.push_back(
      fmt::format("{} within a longer one of the same pitch: heard so that what begins "
                  "first ends first",
                  Counted(within, "note")));
}

std::vector<PolyphonicNote> HeardChordNotes(const NoteSequence& input, const PrimerRequest& request,
                                            Primer& primer) {
  HeardNotes heard(primer.start_step, request.generate_start_step);
  std::set<int> instruments;
  std::vector<PolyphonicNote> notes = PolyphonicNotesOf(input, [&](const auto& note) {
    if (!heard.Hears(note)) return false;
    instruments.insert(note.instrument());
    return true;
  });
  heard.Say(request.others_stay, primer.notes);
  if (instruments.size() == 1) primer.instrument = *instruments.begin();
  if (instruments.size() > 1) {
    primer.notes.push_back(
        fmt::format("{} parts with notes: all are heard as one", instruments.size()));
  }
  return notes;
}

}  // namespace magenta
