#include <algorithm>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "magenta/base/status.h"
#include "magenta/request/parts/parts_draft.h"

namespace magenta {
namespace {

/// Ranges in order, those that overlap or touch made one.
std::vector<StepRange> Merged(std::vector<StepRange> ranges) {
  std::sort(ranges.begin(), ranges.end(),
            [](const StepRange& a, const StepRange& b) { return a.start < b.start; });
  std::vector<StepRange> merged;
  for (const StepRange& range : ranges) {
    if (!merged.empty() && range.start <= merged.back().end) {
      merged.back().end = std::max(merged.back().end, range.end);
    } else {
      merged.push_back(range);
    }
  }
  return merged;
}

/// Up to where may sound what begins in `range`: to the next given note or `latest`, but without
/// one no longer than what was there (`gone`).
int64_t EndOfSound(const SheetVoice& voice, const OpenRange& range,
                   const std::vector<VoiceNote>& gone, int64_t latest) {
  if (const VoiceNote* next = NextNote(voice, range.end - 1)) return std::min(next->start, latest);
  int64_t end = range.end;
  for (const VoiceNote& note : gone) {
    if (note.start >= range.start && note.start < range.end) end = std::max(end, note.end);
  }
  return std::min(end, latest);
}

/// Takes the notes that go out of `voice`, and opens it there.
absl::Status OpenIn(const PartsDraft& draft, const PlannedPart& part, SheetVoice& voice) {
  std::vector<StepRange> ranges = part.drawn;
  std::vector<VoiceNote> stay, go;
  for (const VoiceNote& note : voice.notes) {
    const bool is_filled = part.IsDrawn(note.start);
    const auto varied = part.varied.find(note.start);
    const bool is_varied = varied != part.varied.end();
    if (is_varied && !is_filled) {
      ranges.push_back({note.start, std::min(note.end, varied->second)});
    }
    (is_filled || is_varied ? go : stay).push_back(note);
  }
  voice.notes = std::move(stay);
  for (StepRange range : Merged(std::move(ranges))) {
    range.end = std::min(range.end, draft.drawn_end);
    const VoiceNote* before = NoteAt(voice, range.start);
    if (before != nullptr) range.start = before->end;
    if (range.start < range.end) voice.open.push_back({range.start, range.end, 0});
  }
  for (size_t i = 0; i < voice.open.size(); ++i) {
    const bool is_last = i + 1 == voice.open.size();
    voice.open[i].until =
        EndOfSound(voice, voice.open[i], go, is_last ? draft.drawn_end : voice.open[i + 1].start);
  }
  if (draft.args.parts.keep == Keep::kNothing || part.is_new) return absl::OkStatus();
  if (!voice.open.empty() && voice.open.back().end > std::max(draft.music_end, draft.notes_end)) {
    return UsageError(
        "the argument keep is of notes that are drawn anew, and the music after the "
        "piece has none",
        "Continue without it");
  }
  if (go.empty()) {
    voice.open.clear();  // a voice of chords that rests there has nothing to keep
    return absl::OkStatus();
  }
  voice.keep = draft.args.parts.keep;
  voice.kept = std::move(go);
  return absl::OkStatus();
}

/// What does not come back is refused in all voices of the part, whichever played it.
void RefuseIn(const PlannedPart& part, PartsPlan& plan) {
  for (const int64_t onset : part.refused) {
    std::optional<int> highest;
    for (const int v : part.voices) {
      for (const VoiceNote& note : plan.lines[v]) {
        if (note.start == onset) highest = std::max(highest.value_or(0), note.pitch);
      }
    }
    if (!highest.has_value()) continue;
    for (const int v : part.voices) plan.sheet.voices[v].refused.push_back({onset, *highest});
  }
}

/// What goes. Notes of chords that found no voice stay beside those that are varied or keep
/// something of theirs: nothing comes in their place.
void FindRedrawn(PartsDraft& draft) {
  std::set<std::tuple<int, int64_t, int>> heard;  // instrument, start, pitch
  for (size_t v = 0; v < draft.plan.lines.size(); ++v) {
    for (const VoiceNote& note : draft.plan.lines[v]) {
      heard.emplace(draft.plan.instruments[v], note.start, note.pitch);
    }
  }
  for (size_t i = 0; i < draft.heard_in.size(); ++i) {
    const auto& note = draft.quantized.notes(draft.heard_in[i]);
    if (note.is_drum()) continue;
    const auto part =
        std::find_if(draft.parts.begin(), draft.parts.end(), [&](const PlannedPart& planned) {
          return !planned.is_new && planned.part.instrument == note.instrument();
        });
    if (part == draft.parts.end()) continue;
    const int64_t start = note.quantized_start_step();
    const bool is_filled = part->IsDrawn(start);
    if (!is_filled && !part->varied.contains(start)) continue;
    const bool is_replaced = is_filled && draft.args.parts.keep == Keep::kNothing;
    if (!is_replaced && !heard.contains({note.instrument(), start, note.pitch()})) continue;
    draft.plan.redrawn.push_back(static_cast<int>(i));
  }
}

}  // namespace

absl::Status OpenVoices(PartsDraft& draft) {
  bool opens = false, keeps = false;
  draft.plan.last_notes.resize(draft.plan.sheet.voices.size());
  for (const SheetVoice& voice : draft.plan.sheet.voices) draft.plan.lines.push_back(voice.notes);
  for (PlannedPart& part : draft.parts) {
    part.drawn = Merged(std::move(part.drawn));
    for (const int v : part.voices) {
      MAGENTA_RETURN_IF_ERROR(OpenIn(draft, part, draft.plan.sheet.voices[v]));
      for (VoiceNote& note : draft.plan.lines[v]) {
        const OpenRange* range = OpenAt(draft.plan.sheet.voices[v], note.start);
        if (range != nullptr) note.end = std::min(note.end, range->until);
      }
      opens = opens || !draft.plan.sheet.voices[v].open.empty();
      keeps = keeps || draft.plan.sheet.voices[v].keep != Keep::kNothing;
      // Beside full music its silence would be the most probable.
      if (part.is_new && part.role != PartRole::kChords) {
        draft.plan.sheet.voices[v].keep = Keep::kSound;
      }
    }
    RefuseIn(part, draft.plan);
  }
  if (draft.args.parts.keep != Keep::kNothing && !keeps) {
    return UsageError("the argument keep is of notes that are drawn anew, and there are none",
                      "Leave it out, or fill or vary bars with notes");
  }
  if (!opens) {
    return UsageError("nothing is left to draw: given notes sound all through what is asked for",
                      "Ask for more");
  }
  FindRedrawn(draft);
  return absl::OkStatus();
}

}  // namespace magenta
