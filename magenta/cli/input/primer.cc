#include "magenta/cli/input/primer.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <vector>

#include "magenta/base/files.h"
#include "magenta/base/status.h"
#include "magenta/cli/input/music_input.h"
#include "magenta/generate/continuation.h"
#include "magenta/music/melody.h"

namespace magenta::cli {
namespace {

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

absl::Status ListError(const std::string& what) {
  return UsageError("--primer_melody: " + what, "Write it as --primer_melody=\"[60, -2, 62, -1]\"");
}

/// What stands between the brackets of "[60, 62]" or "(60, 62)"; all of "60, 62".
absl::StatusOr<std::string_view> WithoutBrackets(std::string_view text) {
  for (const std::string_view pair : {"[]", "()"}) {
    const bool opened = text.starts_with(pair[0]), closed = text.ends_with(pair[1]);
    if (opened && !closed) return ListError(fmt::format("its '{}' is never closed", pair[0]));
    if (closed && !opened) return ListError(fmt::format("its '{}' was never opened", pair[1]));
    if (opened) return Trimmed(text.substr(1, text.size() - 2));
  }
  return text;
}

absl::StatusOr<Event> ReadEvent(std::string_view text, size_t i) {
  Event event = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), event);
  if (error == std::errc() && stop == text.data() + text.size()) return event;
  if (text.empty()) return ListError(fmt::format("nothing stands where event {} should", i));
  const size_t blank = text.find_first_of(" \t");
  if (blank == std::string_view::npos || !ReadEvent(text.substr(0, blank), i).ok()) {
    return ListError(fmt::format("event {} is no whole number: {}", i, text));
  }
  return ListError(fmt::format("a comma is missing after event {}", i));
}

/// The numbers of "[60, -2, 62]" or "(60, 62)", or "60,62"; a comma may stand after the last.
absl::StatusOr<std::vector<Event>> ReadEventList(const std::string& text) {
  MAGENTA_ASSIGN_OR_RETURN(std::string_view rest, WithoutBrackets(Trimmed(text)));
  std::vector<Event> events;
  while (!rest.empty()) {
    const size_t comma = std::min(rest.find(','), rest.size());
    MAGENTA_ASSIGN_OR_RETURN(const Event event,
                             ReadEvent(Trimmed(rest.substr(0, comma)), events.size()));
    events.push_back(event);
    rest = Trimmed(rest.substr(std::min(comma + 1, rest.size())));
  }
  return events;
}

absl::StatusOr<PrimerMusic> FromMelody(const std::string& text, double qpm, int steps_per_quarter) {
  MAGENTA_ASSIGN_OR_RETURN(std::vector<Event> events, ReadEventList(text));
  for (size_t i = 0; i < events.size(); ++i) {
    if (events[i] >= kNoEvent && events[i] <= kMaxPitch) continue;
    return UsageError(fmt::format("--primer_melody: event {} is {}, not in -2..127", i, events[i]),
                      "-2 is no event, -1 a note off, 0..127 are MIDI pitches");
  }
  if (std::none_of(events.begin(), events.end(), [](Event event) { return event >= 0; })) {
    return UsageError("--primer_melody has no note", "Give at least one pitch in 0..127");
  }
  PrimerMusic primer;
  primer.steps = static_cast<double>(events.size());
  MAGENTA_ASSIGN_OR_RETURN(
      const Melody melody,
      Melody::FromEvents(std::move(events), 4 * steps_per_quarter, steps_per_quarter));
  primer.sequence = melody.ToSequence(qpm);
  primer.qpm = qpm;
  primer.end = primer.steps * (60.0 / qpm / steps_per_quarter);
  return primer;
}

absl::StatusOr<PrimerMusic> FromFile(const PrimerFlags& flags, int steps_per_quarter) {
  PrimerMusic primer;
  MAGENTA_ASSIGN_OR_RETURN(std::vector<NoteSequence> sequences,
                           ReadMusic(flags.midi, primer.notes));
  for (std::string& note : primer.notes) note.insert(0, flags.midi + ": ");
  if (sequences.size() > 1) {
    return InputError(flags.midi, fmt::format("holds {} pieces; a primer is one", sequences.size()),
                      "Cut out the one that is meant");
  }
  primer.sequence = std::move(sequences[0]);
  if (primer.sequence.tempos_size() == 0) {
    primer.sequence.add_tempos()->set_qpm(flags.qpm.value_or(120));
  } else if (flags.qpm.has_value() && *flags.qpm != primer.sequence.tempos(0).qpm()) {
    primer.notes.push_back(
        fmt::format("the primer's own tempo, {:.6g}, is used instead of --qpm={:.6g}",
                    primer.sequence.tempos(0).qpm(), *flags.qpm));
  }
  const auto end = EndOfNotes(primer.sequence, steps_per_quarter);
  if (!end.ok()) {
    return WithRemedy(WithFile(end.status(), flags.midi),
                      "Give a file with a melody, or --primer_melody=\"[60]\"");
  }
  primer.end = end->seconds;
  primer.steps = end->steps;
  primer.qpm = end->qpm;
  return primer;
}

}  // namespace

absl::StatusOr<PrimerMusic> ReadPrimerFlags(const PrimerFlags& flags, int steps_per_quarter) {
  const double qpm = flags.qpm.value_or(120.0);
  if (!flags.melody.empty()) {
    auto primer = FromMelody(flags.melody, qpm, steps_per_quarter);
    if (primer.ok() && !flags.midi.empty()) {
      primer->notes.push_back("--primer_melody counts, --primer_midi=" + flags.midi + " does not");
    }
    return primer;
  }
  if (!flags.midi.empty()) return FromFile(flags, steps_per_quarter);
  MAGENTA_ASSIGN_OR_RETURN(PrimerMusic primer, FromMelody("[60]", qpm, steps_per_quarter));
  primer.notes.emplace_back(
      "no primer is given: starting from middle C (--primer_melody=\"[60]\")");
  return primer;
}

absl::StatusOr<GenerateSequenceRequest> MakeRequest(const PrimerMusic& primer, int num_steps,
                                                    int steps_per_quarter, bool reference_windows) {
  ContinuationOptions options;
  options.num_steps = num_steps;
  options.steps_per_quarter = steps_per_quarter;
  options.reference_windows = reference_windows;
  return ContinuationOf(primer.sequence, {primer.end, primer.steps, primer.qpm}, options);
}

}  // namespace magenta::cli
