// The piece is put on the grid and its parts become voices; new parts are voices without notes;
// then the request's areas (ticks of parts) open voices, and what begins there is taken away.

#include "magenta/request/parts/parts_plan.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <span>
#include <utility>

#include "magenta/base/check.h"
#include "magenta/base/status.h"
#include "magenta/music/score/voice_leading.h"
#include "magenta/request/parts/parts_draft.h"
#include "magenta/request/parts/rectangle.h"
#include "magenta/request/parts/sheet_bars.h"

namespace magenta {
namespace {

/// Where notes must begin, and few pitches are allowed, a parallel may be all there is.
bool LinesAvoidParallels(PartsDraft& draft) {
  const PartsArgs& parts = draft.args.parts;
  if (parts.parallels == Parallels::kAllow) return false;
  if (parts.keep == Keep::kRhythm && draft.args.pitches.given()) {
    if (parts.parallels == Parallels::kAvoid) {
      draft.plan.notes.emplace_back(
          "parallels are not avoided: the rhythm stays, and pitches are limited");
    }
    return false;
  }
  return parts.parallels == Parallels::kAvoid || AvoidsParallels(draft.plan.sheet);
}

void SayWhatIsDrawn(PartsDraft& draft) {
  const SheetBars bars(draft.plan.sheet);
  std::vector<std::string> drawn;
  bool is_given = false;
  for (const PlannedPart& part : draft.parts) {
    const SheetVoice& voice = draft.plan.sheet.voices[part.voices.front()];
    for (const int v : part.voices)
      is_given = is_given || !draft.plan.sheet.voices[v].notes.empty();
    if (voice.open.empty()) continue;
    const std::string name = part.is_new ? part.part.name + ", new" : PartText(part.part);
    std::vector<std::string> ranges;
    for (const OpenRange& range : voice.open) {
      std::string text = BarsText(bars.BarAt(range.start), bars.BarAt(range.end - 1));
      if (ranges.empty() || ranges.back() != text) ranges.push_back(std::move(text));
    }
    constexpr size_t kMostShown = 4;
    if (ranges.size() > kMostShown) {
      ranges.resize(kMostShown);
      ranges.emplace_back("...");
    }
    drawn.push_back(fmt::format("{} in {}", name, fmt::join(ranges, ", ")));
  }
  draft.plan.drawn = fmt::format("{}", fmt::join(drawn, "; "));
  if (!is_given) {
    draft.plan.notes.emplace_back("nothing is given outside that: it is written freely");
  }
}

void NameVoices(PartsDraft& draft) {
  draft.plan.names.resize(draft.plan.sheet.voices.size());
  for (const PlannedPart& part : draft.parts) {
    for (const int v : part.voices) {
      draft.plan.names[v] = part.is_new ? part.part.name : PartText(part.part);
    }
  }
}

/// Voices that rest where others go on are drawn too, and left out of the result.
void LetOthersGoOn(PartsDraft& draft) {
  Sheet& sheet = draft.plan.sheet;
  draft.plan.unheard.resize(sheet.voices.size());
  if (!draft.plan.continues) return;
  for (size_t v = 0; v < sheet.voices.size(); ++v) {
    SheetVoice& voice = sheet.voices[v];
    if (voice.keep != Keep::kNothing) continue;
    std::vector<OpenRange> open;
    int64_t from = draft.notes_end;
    const auto fill_up = [&](int64_t until) {
      if (from >= until) return;
      draft.plan.unheard[v].push_back({from, until});
      open.push_back({from, until, until});
    };
    for (const OpenRange& range : voice.open) {
      fill_up(range.start);
      open.push_back(range);
      from = std::max(from, range.until);
    }
    if (!voice.notes.empty()) from = std::max(from, voice.notes.back().end);  // a last chord's
    fill_up(draft.drawn_end);
    voice.open = std::move(open);
  }
}

/// What is open of any of `voices`, a part's, and heard, one range where they touch, in order of
/// time.
std::vector<StepRange> OpenTogether(std::span<const SheetVoice> voices,
                                    std::span<const StepRange> unheard) {
  std::vector<StepRange> open, together;
  for (const SheetVoice& voice : voices) {
    for (const OpenRange& range : voice.open) {
      if (!Holds(unheard, range.start)) open.push_back({range.start, range.end});
    }
  }
  std::sort(open.begin(), open.end(),
            [](const StepRange& a, const StepRange& b) { return a.start < b.start; });
  for (const StepRange& range : open) {
    if (together.empty() || range.start > together.back().end) {
      together.push_back(range);
    } else {
      together.back().end = std::max(together.back().end, range.end);
    }
  }
  return together;
}

}  // namespace

std::vector<std::string> PartsPlan::SilencesIn(const VoiceLines& voices) const {
  std::vector<std::string> silences;
  const SheetBars bars(sheet);
  for (size_t first = 0, end = 0; first < instruments.size(); first = end) {
    while (end < instruments.size() && instruments[end] == instruments[first]) ++end;
    const auto part = std::span(voices).subspan(first, end - first);
    for (const StepRange& range :
         OpenTogether(std::span(sheet.voices).subspan(first, end - first), unheard[first])) {
      if (2 * (range.end - range.start) < PlaceOf(sheet, range.start).meter.bar) continue;
      const bool sounds = std::any_of(part.begin(), part.end(), [&range](const auto& line) {
        return std::any_of(line.begin(), line.end(), [&range](const VoiceNote& note) {
          return note.start >= range.start && note.start < range.end;
        });
      });
      if (sounds) continue;
      silences.push_back(fmt::format("{} of part {}",
                                     BarsText(bars.BarAt(range.start), bars.BarAt(range.end - 1)),
                                     names[first]));
    }
  }
  return silences;
}

double PartsPlan::SecondsAt(int64_t tick, const Swing& as) const {
  const double seconds = as.Swung(static_cast<double>(tick)) * kTickGrid.StepSeconds(qpm);
  // Where the sheet begins a little before the music, so that bar lines stand on ticks, no note
  // does.
  return straight.has_value() ? std::max(0.0, straight->Restore(seconds)) : seconds;
}

absl::StatusOr<PartsPlan> PlanParts(const MusicKind& kind, const GenerateSequenceRequest& request,
                                    const GenerateArgs& args, const PitchSet& playable,
                                    uint32_t seed) {
  PartsDraft draft = {.args = args, .playable = playable};
  MAGENTA_RETURN_IF_ERROR(ReadGivenPiece(kind, request, draft));
  MAGENTA_RETURN_IF_ERROR(AddNewParts(draft));
  MAGENTA_RETURN_IF_ERROR(FindDrawnAreas(seed, draft));
  MAGENTA_RETURN_IF_ERROR(OpenVoices(draft));
  MAGENTA_RETURN_IF_ERROR(FitGivenPitches(draft));
  NameVoices(draft);
  SayWhatIsDrawn(draft);
  if (args.ending) GiveLastChord(draft);
  LetOthersGoOn(draft);
  draft.plan.sheet.ends = !draft.plan.continues || args.ending;
  draft.plan.sheet.density = args.parts.density;
  draft.plan.sheet.stresses_density = args.parts.density >= 0;
  // Where somebody says a range, that one, in which a note may be all there is.
  const PitchLimits& limits = args.pitches;
  const bool says_range =
      limits.min_pitch != PitchLimits().min_pitch || limits.max_pitch != PitchLimits().max_pitch;
  const bool adds = std::any_of(draft.parts.begin(), draft.parts.end(),
                                [](const PlannedPart& part) { return part.is_new; });
  draft.plan.sheet.keeps_compass =
      !says_range && (draft.plan.continues || adds) && (!adds || LieAsInChoirs(draft.plan.sheet));
  draft.plan.sheet.moves_on = !says_range;
  draft.plan.sheet.no_parallels = LinesAvoidParallels(draft);
  MAGENTA_CHECK(CheckSheet(draft.plan.sheet).ok());
  return std::move(draft.plan);
}

}  // namespace magenta
