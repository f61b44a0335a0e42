#include "magenta/kinds/typed_pitches.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>
#include <utility>
#include <variant>

#include "magenta/base/status.h"
#include "magenta/kinds/typed_melody.h"

namespace magenta {
namespace {

constexpr size_t kMostTypedPitches = 128;
constexpr int kTypedVelocity = 100;
constexpr int kTypedTicks = 220;

absl::Status PitchesError(const std::string& what) {
  return UsageError("--primer_pitches: " + what,
                    "Write it as --primer_pitches=\"[60, 64, 67]\", or with names, \"C4 E4 G4\"");
}

/// The pitch of "60" or "C4".
absl::StatusOr<int> ReadTypedPitch(std::string_view token) {
  int pitch = 0;
  const auto [stop, error] = std::from_chars(token.data(), token.data() + token.size(), pitch);
  if (error == std::errc() && stop == token.data() + token.size()) {
    if (pitch >= kMinPitch && pitch <= kMaxPitch) return pitch;
    return PitchesError(fmt::format("{} is no MIDI pitch, 0 to 127", pitch));
  }
  const auto named = ReadTypedMelody(std::string(token));
  const auto* events = named.ok() ? std::get_if<std::vector<Event>>(&*named) : nullptr;
  if (events != nullptr && events->size() == 1 && events->front() >= kMinPitch) {
    return events->front();
  }
  return PitchesError(fmt::format("'{}' is no pitch", token));
}

}  // namespace

absl::StatusOr<std::vector<int>> ReadTypedPitches(const std::string& text) {
  constexpr std::string_view kAround = " \t\r\n,[]()";
  std::vector<int> pitches;
  const std::string_view typed = text;
  for (size_t at = typed.find_first_not_of(kAround); at != typed.npos;) {
    const size_t end = std::min(typed.find_first_of(kAround, at), typed.size());
    MAGENTA_ASSIGN_OR_RETURN(const int pitch, ReadTypedPitch(typed.substr(at, end - at)));
    pitches.push_back(pitch);
    if (pitches.size() > kMostTypedPitches) {
      return PitchesError(fmt::format("there are more than {} pitches", kMostTypedPitches));
    }
    at = typed.find_first_not_of(kAround, end);
  }
  if (pitches.empty()) return PitchesError("there is no pitch");
  return pitches;
}

absl::StatusOr<TypedPrimer> ParseTypedChord(const std::string& text, double qpm, Grid grid) {
  MAGENTA_ASSIGN_OR_RETURN(const std::vector<int> pitches, ReadTypedPitches(text));
  const double seconds = grid.is_per_second() ? 0.5 : 60 / qpm;
  TypedPrimer primer;
  primer.steps = std::llround(seconds / grid.StepSeconds(qpm));
  NoteSequence& sequence = primer.sequence;
  sequence.add_tempos()->set_qpm(qpm);
  sequence.set_ticks_per_quarter(kTypedTicks);
  for (const int pitch : pitches) {
    auto& note = *sequence.add_notes();
    note.set_pitch(pitch);
    note.set_velocity(kTypedVelocity);
    note.set_end_time(seconds);
  }
  sequence.set_total_time(seconds);
  return primer;
}

PrimerTyping ChordTyping() {
  return {"primer_pitches", "notes", "[60, 64, 67]", "[60, 64, 67]",
          "For models of chords: MIDI pitches that sound together for a quarter, \"[60, 64, 67]\", "
          "or names, \"C4 E4 G4\"."};
}

}  // namespace magenta
