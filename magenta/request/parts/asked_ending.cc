#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "magenta/music/key.h"
#include "magenta/music/score/last_chord.h"
#include "magenta/request/parts/parts_draft.h"
#include "magenta/request/parts/sheet_bars.h"

namespace magenta {
namespace {

/// Where the last chord may begin: all voices that are drawn to the end are open from there on,
/// and nothing that is given sounds. `voices`: those that are drawn. Else a reason why not.
std::optional<int64_t> LastOnset(const PartsDraft& draft, std::vector<size_t>& voices,
                                 std::string& reason) {
  int64_t open_from = 0, given_to = 0;
  for (size_t v = 0; v < draft.plan.sheet.voices.size(); ++v) {
    const SheetVoice& voice = draft.plan.sheet.voices[v];
    const bool is_drawn = (voice.keep == Keep::kNothing || voice.keep == Keep::kSound) &&
                          !voice.open.empty() && voice.open.back().end == draft.drawn_end;
    if (is_drawn) {
      voices.push_back(v);
      open_from = std::max(open_from, voice.open.back().start);
    }
    if (!voice.notes.empty()) given_to = std::max(given_to, voice.notes.back().end);
    if (!voice.kept.empty()) given_to = std::max(given_to, voice.kept.back().end);
  }
  const std::vector<int64_t> onsets =
      LastOnsets(LastBarOf(draft.plan.sheet, draft.drawn_end), open_from);
  if (voices.empty()) {
    reason = "nothing is drawn at the end of the piece";
  } else if (onsets.empty()) {
    reason = "no beat of the last bar is drawn";
  } else if (given_to > onsets.back()) {
    reason = "what is given ends the piece";
  } else {
    return onsets.back();
  }
  return std::nullopt;
}

/// That of the request, or of what is given, among those that its signature may mean.
std::optional<NamedKey> KeyOfEnd(const PartsDraft& draft) {
  if (draft.args.pitches.key.has_value()) return draft.args.pitches.key;
  TwelveCounts sounding{};
  bool sounds = false;
  for (const SheetVoice& voice : draft.plan.sheet.voices) {
    for (const VoiceNote& note : voice.notes) {
      sounding[note.pitch % 12] += static_cast<int>(note.end - note.start);
      sounds = true;
    }
  }
  const int signature = draft.plan.sheet.key;
  if (signature >= 0) return KeyOfDurations(sounding, signature);
  return sounds ? std::optional(KeyOfDurations(sounding)) : std::nullopt;
}

}  // namespace

void GiveLastChord(PartsDraft& draft) {
  std::vector<size_t> voices;
  std::string reason;
  const auto onset = LastOnset(draft, voices, reason);
  const auto told = KeyOfEnd(draft);
  const auto key = told.has_value() ? told : std::optional(NamedKey{});  // C major
  if (!onset.has_value()) {
    draft.plan.notes.push_back(
        fmt::format("ending: {}, so the model is told that the piece ends, and no more", reason));
    return;
  }
  std::vector<double> middles;
  for (const size_t v : voices) middles.push_back(MeanPitch(draft.plan.sheet.voices[v]));
  const PitchSet allowed =
      AllowedPitches(draft.args.pitches, ScaleOfLimits(draft.args.pitches, draft.plan.key)) &
      draft.playable;
  const auto chord = LastChord(middles, *key, allowed);
  std::vector<std::string> names;
  for (size_t i = 0; i < voices.size(); ++i) {
    if (!chord[i].has_value()) continue;
    SheetVoice& voice = draft.plan.sheet.voices[voices[i]];
    OpenRange& range = voice.open.back();
    range.end = range.until = *onset;
    if (range.start == range.end) voice.open.pop_back();
    draft.plan.last_notes[voices[i]] = voice.notes.emplace_back(
        VoiceNote{.start = *onset, .end = draft.drawn_end, .pitch = *chord[i]});
    names.push_back(PitchText(*chord[i], RelativeMajorOf(*key)));
  }
  if (names.empty()) names.emplace_back("no tone that is allowed");
  draft.plan.notes.push_back(fmt::format(
      "ending: {} in bar {}, on the tonic of {}{}", fmt::join(names, ", "),
      SheetBars(draft.plan.sheet).BarAt(*onset), KeyText(*key),
      told.has_value() ? "" : ", since neither notes nor the argument key say another"));
}

}  // namespace magenta
