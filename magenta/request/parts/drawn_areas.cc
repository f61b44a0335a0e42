#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "magenta/base/random.h"
#include "magenta/base/status.h"
#include "magenta/base/utf8.h"
#include "magenta/request/parts/parts_draft.h"
#include "magenta/request/parts/rectangle.h"
#include "magenta/request/parts/sheet_bars.h"
#include "magenta/request/words.h"

namespace magenta {
namespace {

constexpr uint32_t kVarySalt = 0x76617279;  // "vary"

absl::StatusOr<int> PartMeant(const PartsDraft& draft, const std::string& name,
                              const char* argument) {
  for (size_t i = 0; i < draft.parts.size(); ++i) {
    const bool same = InLowerCase(draft.parts[i].part.name) == InLowerCase(name);
    if (draft.parts[i].is_new && same) return static_cast<int>(i);
  }
  MAGENTA_ASSIGN_OR_RETURN(const Part part, FindPart(draft.parts_there, ValidUtf8(name), argument));
  const auto found =
      std::find_if(draft.parts.begin(), draft.parts.end(), [&](const PlannedPart& planned) {
        return !planned.is_new && planned.part.instrument == part.instrument;
      });
  if (found == draft.parts.end()) {
    return UsageError(
        fmt::format("{}: part {} has no notes that are heard", argument, PartText(part)),
        "Choose another");
  }
  return static_cast<int>(found - draft.parts.begin());
}

/// The parts that are meant; all, or that of primer_part, where none is named.
template <class Names>
absl::StatusOr<std::vector<int>> PartsMeant(const PartsDraft& draft, const Names& names,
                                            const char* argument) {
  std::vector<int> meant;
  for (const auto& name : names) {
    MAGENTA_ASSIGN_OR_RETURN(const int part, PartMeant(draft, name, argument));
    meant.push_back(part);
  }
  if (!meant.empty()) return meant;
  for (size_t i = 0; i < draft.parts.size(); ++i) {
    if (draft.primer_part.has_value() &&
        draft.parts[i].part.instrument != draft.primer_part->instrument)
      continue;
    meant.push_back(static_cast<int>(i));
  }
  return meant;
}

bool AddsParts(const PartsDraft& draft) {
  return !draft.plan.added.empty() && !draft.args.parts.add.empty();
}

/// Opens `parts` (indices); without names, and within the music, the new ones where there are
/// some.
void Open(PartsDraft& draft, const StepRange& range, std::vector<int> parts, bool is_named) {
  if (!is_named && AddsParts(draft) && range.start < draft.notes_end) {
    std::erase_if(parts, [&](int part) { return !draft.parts[part].is_new; });
    is_named = true;
  }
  for (const int part : parts) {
    draft.parts[part].drawn.push_back(range);
    if (draft.parts[part].is_new && is_named) draft.placed.insert(part);
  }
}

/// How long the sheet is with the sections after the music.
absl::Status Extend(PartsDraft& draft) {
  int64_t end = 0;
  for (const auto& section : draft.options.generate_sections()) {
    end = std::max(end, draft.TickAt(section.end_time()));
  }
  if (end > kMaxSectionStep || draft.plan.sheet.length > kMaxSectionStep) {
    return MusicTooLong(std::max(end, draft.plan.sheet.length));
  }
  // What goes on ends where it is asked to, within a bar maybe.
  const bool goes_on = std::any_of(
      draft.options.generate_sections().begin(), draft.options.generate_sections().end(),
      [&](const auto& section) { return draft.TickAt(section.start_time()) >= draft.notes_end; });
  draft.plan.continues = draft.music_end > 0 && (goes_on || end > draft.music_end);
  draft.drawn_end = std::max(end, goes_on ? draft.notes_end : draft.music_end);
  draft.plan.sheet.length =
      draft.plan.continues ? draft.drawn_end : std::max(draft.plan.sheet.length, draft.drawn_end);
  if (draft.plan.sheet.length > 0) return absl::OkStatus();
  if (!draft.args.parts.fill.empty() || !draft.args.parts.vary.empty()) {
    return UsageError("fill and vary are of bars that are there, and the music has no notes",
                      "Give music with notes, or the argument bars alone");
  }
  return UsageError("nothing says how long the music is",
                    "Give the argument bars, or a section to generate");
}

absl::Status ReadSections(PartsDraft& draft) {
  for (const auto& section : draft.options.generate_sections()) {
    const StepRange range{draft.TickAt(section.start_time()), draft.TickAt(section.end_time())};
    if (range.end <= range.start) {
      return UsageError(fmt::format("the section to generate, {} s to {} s, holds no step of the "
                                    "grid",
                                    section.start_time(), section.end_time()),
                        fmt::format("A step lasts {:.3g} s: let it end later",
                                    kTickGrid.StepSeconds(draft.plan.qpm)));
    }
    MAGENTA_ASSIGN_OR_RETURN(std::vector<int> parts, PartsMeant(draft, section.parts(), "parts"));
    Open(draft, range, std::move(parts), !section.parts().empty());
  }
  return absl::OkStatus();
}

/// The ticks of `rectangle`. Error: they lie outside the piece.
absl::StatusOr<StepRange> TicksOfBars(const PartsDraft& draft, const Rectangle& rectangle,
                                      const char* argument) {
  Sheet piece = draft.plan.sheet;
  piece.length = draft.music_end;
  const SheetBars bars(piece);
  if (draft.music_end > 0 && rectangle.first_bar >= bars.first() &&
      rectangle.last_bar <= bars.last()) {
    return StepRange{bars.StartOf(rectangle.first_bar, draft.music_end),
                     bars.StartOf(rectangle.last_bar + 1, draft.music_end)};
  }
  const std::string what =
      fmt::format("{}: {} outside the piece", argument,
                  BarsText(rectangle.first_bar, rectangle.last_bar) +
                      (rectangle.first_bar == rectangle.last_bar ? " lies" : " lie"));
  if (draft.music_end == 0) return UsageError(what + ", which has no notes", "Give one with notes");
  return UsageError(fmt::format("{}, which has {}", what, BarsText(bars.first(), bars.last())),
                    "Choose among them");
}

absl::Status ReadFill(PartsDraft& draft) {
  if (draft.args.parts.fill.empty()) return absl::OkStatus();
  MAGENTA_ASSIGN_OR_RETURN(const auto rectangles, ParseRectangles("fill", draft.args.parts.fill));
  for (const Rectangle& rectangle : rectangles) {
    MAGENTA_ASSIGN_OR_RETURN(const StepRange range, TicksOfBars(draft, rectangle, "fill"));
    MAGENTA_ASSIGN_OR_RETURN(std::vector<int> parts, PartsMeant(draft, rectangle.parts, "fill"));
    Open(draft, range, std::move(parts), !rectangle.parts.empty());
  }
  return absl::OkStatus();
}

/// Half, rounded up, of the moments at which notes of `part` begin in `range` that are not filled;
/// how many. The first of them gets something new, in whose light the others are drawn.
size_t Vary(const PartsDraft& draft, const StepRange& range, PlannedPart& part,
            UniformSource& uniform) {
  std::set<int64_t> onsets;
  for (const auto& note : draft.quantized.notes()) {
    const int64_t start = note.quantized_start_step();
    if (part.is_new || note.is_drum() || note.instrument() != part.part.instrument) continue;
    const bool is_there = start >= range.start && start < range.end && !part.IsDrawn(start);
    if (is_there) onsets.insert(start);
  }
  size_t left = onsets.size();
  const size_t wanted = (onsets.size() + 1) / 2;
  size_t open = wanted;
  for (const int64_t onset : onsets) {
    if (uniform.Next() * static_cast<double>(left) < static_cast<double>(open)) {
      part.varied[onset] = range.end;
      if (open == wanted) part.refused.insert(onset);
      --open;
    }
    --left;
  }
  return wanted;
}

absl::Status ReadVary(PartsDraft& draft, uint32_t seed) {
  if (draft.args.parts.vary.empty()) return absl::OkStatus();
  MAGENTA_ASSIGN_OR_RETURN(const auto rectangles, ParseRectangles("vary", draft.args.parts.vary));
  SeededUniform uniform(seed ^ kVarySalt);
  for (const Rectangle& rectangle : rectangles) {
    MAGENTA_ASSIGN_OR_RETURN(const StepRange range, TicksOfBars(draft, rectangle, "vary"));
    MAGENTA_ASSIGN_OR_RETURN(const std::vector<int> parts,
                             PartsMeant(draft, rectangle.parts, "vary"));
    size_t chosen = 0;
    for (const int part : parts) chosen += Vary(draft, range, draft.parts[part], uniform);
    if (chosen > 0) continue;
    const std::string of =
        rectangle.parts.empty() ? "" : fmt::format(" of {}", fmt::join(rectangle.parts, "+"));
    const bool is_one = rectangle.first_bar == rectangle.last_bar;
    return UsageError(fmt::format("vary: {}{} {} no note to vary",
                                  BarsText(rectangle.first_bar, rectangle.last_bar), of,
                                  is_one ? "holds" : "hold"),
                      "Choose bars with notes that are not filled, or fill them");
  }
  return absl::OkStatus();
}

/// New parts that no area names play all over the piece.
void OpenNewParts(PartsDraft& draft) {
  for (size_t i = 0; i < draft.parts.size(); ++i) {
    if (!draft.parts[i].is_new || draft.placed.contains(static_cast<int>(i))) continue;
    const bool is_free = !AddsParts(draft) && !draft.parts[i].drawn.empty();  // as the sections say
    if (!is_free) draft.parts[i].drawn.push_back({0, draft.drawn_end});
  }
}

}  // namespace

absl::Status FindDrawnAreas(uint32_t seed, PartsDraft& draft) {
  MAGENTA_RETURN_IF_ERROR(Extend(draft));
  MAGENTA_RETURN_IF_ERROR(ReadSections(draft));
  MAGENTA_RETURN_IF_ERROR(ReadFill(draft));
  MAGENTA_RETURN_IF_ERROR(ReadVary(draft, seed));
  OpenNewParts(draft);
  return absl::OkStatus();
}

}  // namespace magenta
