#include "magenta/request/backing_chords.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "magenta/base/status.h"
#include "magenta/music/meter_map.h"
#include "magenta/music/tempo_map.h"

namespace magenta {
namespace {

/// How near to a border between chords, in chords, a section ends on it.
constexpr double kOnChord = 1e-6;

}  // namespace

bool IsChordSymbol(const NoteSequence::TextAnnotation& text) {
  return text.annotation_type() == NoteSequence::TextAnnotation::CHORD_SYMBOL;
}

std::vector<std::string> SplitChords(const std::string& text) {
  std::vector<std::string> chords(1);
  for (const char c : text) {
    if (c == ' ' || c == ',' || c == '|' || c == '\t' || c == '\n') {
      if (!chords.back().empty()) chords.emplace_back();
    } else {
      chords.back() += c;
    }
  }
  if (chords.back().empty()) chords.pop_back();
  return chords;
}

BackingChords WithSteps(BackingChords chords, const NoteSequence& music, double seconds,
                        Grid grid) {
  if (chords.steps_per_chord > 0) return chords;
  const TempoMap tempos(music);
  const double bar = MeterMap(music).At(tempos.QuartersAt(seconds)).bar();
  const double steps = std::round(bar * grid.StepsPerQuarter(tempos.QpmAt(seconds)));
  chords.steps_per_chord = static_cast<int>(std::clamp(steps, 1.0, 65536.0));
  return chords;
}

bool IsPieceOfFile(const NoteSequence& music) {
  return music.source_info().encoding_type() != NoteSequence::SourceInfo::UNKNOWN_ENCODING_TYPE;
}

absl::Status AddBackingChords(const BackingChords& said, bool from_new, Grid grid,
                              GenerateSequenceRequest& request, std::vector<std::string>& notes) {
  double new_start = HUGE_VAL, end = 0;
  for (const auto& section : request.generator_options().generate_sections()) {
    new_start = std::min(new_start, section.start_time());
    end = std::max(end, section.end_time());
  }
  const double start = from_new ? new_start : 0;
  if (!(start >= 0 && start < end) || !std::isfinite(end)) return absl::OkStatus();
  NoteSequence& input = *request.mutable_input_sequence();
  const BackingChords chords = WithSteps(said, input, start, grid);
  const TempoMap tempos(input);
  const double first = tempos.QuartersAt(start);
  const double qpm = tempos.QpmAt(std::nextafter(new_start, -1));
  const double per_chord = chords.steps_per_chord / grid.StepsPerQuarter(qpm);
  const double rounds = std::ceil((tempos.QuartersAt(end) - first) / per_chord - kOnChord);
  if (!(rounds <= kMaxBackingChords)) {
    return UsageError(
        fmt::format("{:.0f} chords would stand in the music, each {} step(s) long", rounds,
                    chords.steps_per_chord),
        fmt::format("At most {} can: let each last longer, or make less music", kMaxBackingChords));
  }
  const auto needed = static_cast<size_t>(rounds);
  auto& texts = *input.mutable_text_annotations();
  texts.erase(
      std::remove_if(texts.begin(), texts.end(),
                     [&](const auto& own) { return IsChordSymbol(own) && own.time() >= start; }),
      texts.end());
  const size_t count = chords.symbols.size();
  for (size_t i = 0; i < needed; ++i) {
    auto& symbol = *texts.Add();
    symbol.set_time(i == 0 ? start : tempos.SecondsAt(first + static_cast<double>(i) * per_chord));
    symbol.set_text(chords.symbols[i % count]);
    symbol.set_annotation_type(NoteSequence::TextAnnotation::CHORD_SYMBOL);
  }
  if (from_new) notes.emplace_back("the chords begin where the new music begins");
  if (needed > count) {
    notes.push_back(fmt::format("{} shorter than the music: repeated",
                                count == 1 ? "one chord is" : fmt::format("{} chords are", count)));
  } else if (needed < count) {
    notes.push_back(fmt::format("of {} chords the last {} begin too late", count, count - needed));
  }
  return absl::OkStatus();
}

}  // namespace magenta
