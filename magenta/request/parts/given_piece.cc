#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "magenta/base/check.h"
#include "magenta/base/status.h"
#include "magenta/music/harmony/chord_symbol.h"
#include "magenta/music/meter_map.h"
#include "magenta/music/parts.h"
#include "magenta/music/played/loose_timing.h"
#include "magenta/music/quantize.h"
#include "magenta/music/score/voices.h"
#include "magenta/request/continuation.h"
#include "magenta/request/parts/parts_draft.h"
#include "magenta/request/parts/sheet_bars.h"
#include "magenta/request/section.h"

namespace magenta {
namespace {

constexpr char kDrumsStay[] = "the drums stay, and are not heard";

bool NamesLength(const PartsDraft& draft) {
  return draft.args.bars.has_value() || draft.args.new_steps.has_value() ||
         draft.args.num_steps.has_value();
}

/// What is heard, and the sections.
absl::Status ReadRequest(const MusicKind& kind, const GenerateSequenceRequest& request,
                         PartsDraft& draft) {
  if (draft.args.reference_windows) {
    return UsageError("the argument reference_windows is for models of one line", "Leave it out");
  }
  draft.options = request.generator_options();
  // None at all is none: a piece begins with no note.
  GenerateSequenceRequest asked = request;
  asked.mutable_input_sequence();
  const bool has_sections = !draft.options.generate_sections().empty();
  if (has_sections || NamesLength(draft) || !draft.args.parts.says_where()) {
    MAGENTA_ASSIGN_OR_RETURN(auto whole,
                             CompleteRequest(kind, draft.args, kTickGrid, asked, draft.plan.notes));
    if (whole.has_value()) asked = *std::move(whole);
    draft.options = asked.generator_options();
    MAGENTA_RETURN_IF_ERROR(CheckSections(draft.options, false));
  }
  MAGENTA_RETURN_IF_ERROR(CheckTempo(asked.input_sequence()));
  MAGENTA_RETURN_IF_ERROR(CheckAccompaniment(asked.input_sequence()));
  draft.plan.input = InputOf(asked.input_sequence(), draft.options);
  draft.parts_there = PartsOf(draft.plan.input);
  if (draft.args.primer_part.empty()) return absl::OkStatus();
  MAGENTA_ASSIGN_OR_RETURN(draft.primer_part,
                           FindPart(draft.parts_there, draft.args.primer_part, "primer_part"));
  if (!draft.args.keep_accompaniment) {
    draft.plan.input = OnlyInstrument(std::move(draft.plan.input), draft.primer_part->instrument);
    draft.parts_there = {*draft.primer_part};
  }
  return absl::OkStatus();
}

/// What a given part is to those that are added. One that is alone and low is a bass.
PartRole RoleOf(const PartsDraft& draft, const PlannedPart& part) {
  if (part.voices.size() > 1) return PartRole::kChords;
  const SheetVoice& voice = draft.plan.sheet.voices[part.voices.front()];
  constexpr int kLow = 53;
  if (draft.parts.size() == 1 && MeanPitch(voice) < kLow) return PartRole::kBass;
  switch (voice.role) {
    case VoiceRole::kAlto: return PartRole::kAlto;
    case VoiceRole::kTenor: return PartRole::kTenor;
    case VoiceRole::kBass: return PartRole::kBass;
    case VoiceRole::kMelody: return PartRole::kSoprano;
    default: return PartRole::kChords;
  }
}

/// A part of one line that is called after a voice is that voice, wherever it lies: beside a melody
/// alone an alto would count as its bass.
void SetNamedRole(const PlannedPart& part, Sheet& sheet) {
  const auto named = RoleNamed(part.part.name);
  if (part.voices.size() > 1 || !named.has_value() || *named == PartRole::kChords) return;
  sheet.voices[part.voices.front()].role = VoicesOfRole(*named).front();
}

void SetGivenParts(PartsDraft& draft, const VoicedPiece& piece) {
  for (size_t v = 0; v < piece.sources.size(); ++v) {
    const int instrument = piece.sources[v].instrument;
    draft.plan.instruments.push_back(instrument);
    if (draft.parts.empty() || draft.parts.back().part.instrument != instrument) {
      const auto found =
          std::find_if(draft.parts_there.begin(), draft.parts_there.end(),
                       [&](const Part& part) { return part.instrument == instrument; });
      MAGENTA_CHECK(found != draft.parts_there.end());
      draft.parts.emplace_back().part = *found;
    }
    draft.parts.back().voices.push_back(static_cast<int>(v));
  }
  for (PlannedPart& part : draft.parts) {
    SetNamedRole(part, draft.plan.sheet);
    part.role = RoleOf(draft, part);
  }
}

void SayKept(PartsDraft& draft, const std::vector<std::string>& remarks) {
  for (const std::string& text : remarks) draft.plan.notes.push_back(text + ", kept as played");
}

void SayLosses(PartsDraft& draft, const VoiceLosses& losses) {
  SayKept(draft, LossTexts(losses));
  if (losses.drums > 0) draft.plan.notes.emplace_back(kDrumsStay);
}

/// Up to the end of the bar in which the last note sounds, or of a score that says where it ends.
void SetLength(PartsDraft& draft, const TempoMap& tempos, const MeterMap& meters) {
  Sheet& sheet = draft.plan.sheet;
  if (sheet.voices.empty()) return;
  int64_t end = draft.notes_end;
  if (IsNotation(draft.plan.input)) {
    end = std::max(end, draft.TickAt(draft.plan.input.total_time()));
  }
  sheet.length = end;
  const SheetBars bars(sheet);
  const int64_t line = bars.StartOf(bars.last(), end);
  const BarPlace place = PlaceOf(sheet, line);
  sheet.length = place.bar_start + place.meter.bar;
  for (const SheetMeter& meter : sheet.meters) {
    if (meter.bar_line > line) sheet.length = std::min(sheet.length, meter.bar_line);
  }
  draft.music_end = sheet.length;
  if (!meters.short_end().has_value()) return;
  // Of a short last bar as much is music as is written. The sheet lasts whole bars, as those do
  // that models learn from.
  const auto& written = draft.plan.input.time_signatures();
  const auto last =
      std::max_element(written.begin(), written.end(),
                       [](const auto& a, const auto& b) { return a.time() < b.time(); });
  const double start = tempos.QuartersAt(last->time());
  const double bar = 4.0 * last->numerator() / last->denominator();
  const double ticks = (start + bar) * kTicksPerQuarter + draft.Lead();
  if (std::llround(ticks) >= end)
    draft.music_end = std::min<int64_t>(sheet.length, std::llround(ticks));
}

void ReadChords(PartsDraft& draft) {
  std::vector<SheetChord>& chords = draft.plan.sheet.chords;
  for (const auto& text : draft.plan.input.text_annotations()) {
    if (text.annotation_type() != NoteSequence::TextAnnotation::CHORD_SYMBOL) continue;
    const auto symbol = ParseChordSymbol(text.text());
    SheetChord chord;
    chord.start = draft.TickAt(text.time());
    if (chord.start > kMaxSectionStep) continue;
    if (symbol.ok() && !symbol->IsNoChord()) {
      const auto classes = symbol->PitchClasses();
      if (!classes.ok()) continue;
      chord.root = symbol->root().PitchClass();
      for (const int pitch_class : *classes) chord.pitch_classes |= 1 << pitch_class;
    } else if (!symbol.ok()) {
      continue;
    }
    chords.push_back(chord);
  }
  std::stable_sort(chords.begin(), chords.end(),
                   [](const SheetChord& a, const SheetChord& b) { return a.start < b.start; });
}

/// That of the request or of the signatures; for scales without a key the one that fits the notes
/// best.
void ReadKey(PartsDraft& draft) {
  draft.plan.sheet.key =
      SignatureKeyBetween(draft.plan.input, 0, std::numeric_limits<double>::infinity());
  TwelveCounts counts{};
  for (const SheetVoice& voice : draft.plan.sheet.voices) {
    for (const VoiceNote& note : voice.notes) CountMajorKeys(note.pitch, counts);
  }
  draft.plan.key =
      static_cast<int>(std::max_element(counts.begin(), counts.end()) - counts.begin());
  if (const auto& key = draft.args.pitches.key) draft.plan.sheet.key = RelativeMajorOf(*key);
}

/// Tempos, meters, notes: the sheet of what is given.
absl::Status ReadPiece(PartsDraft& draft) {
  const NoteSequence& input = draft.plan.input;
  const TempoMap tempos(input);
  const MeterMap meters(input);
  const Meter& first = meters.meters().front();
  const double lead = LeadToBarLines(first, kTickGrid);
  draft.plan.qpm = tempos.QpmAt(0);
  NoteSequence straight = input;
  straight.clear_time_signatures();
  auto& meter = *straight.add_time_signatures();
  meter.set_numerator(first.numerator);
  meter.set_denominator(first.denominator);
  if (tempos.HasChanges() || lead > 0) {
    draft.plan.straight.emplace(straight, 0, lead * kTickGrid.StepSeconds(draft.plan.qpm));
    straight = Straightened(straight, *draft.plan.straight, 0);
  }
  MAGENTA_ASSIGN_OR_RETURN(QuantizedSequence quantized, Quantize(std::move(straight), kTickGrid));
  Sheet& sheet = draft.plan.sheet;
  sheet.meters = SheetMetersOf(meters, lead);
  std::vector<int64_t> bar_lines;
  for (const SheetMeter& meter : sheet.meters) bar_lines.push_back(meter.bar_line);
  WrittenPiece written = WrittenDown(
      quantized, bar_lines, draft.plan.straight.has_value() ? &*draft.plan.straight : nullptr);
  quantized = std::move(written.piece);
  draft.plan.swing = std::move(written.swing);
  SayKept(draft, written.remarks);
  draft.quantized = quantized.proto();
  draft.heard_in = std::move(written.heard_in);
  const bool is_heard = std::any_of(input.notes().begin(), input.notes().end(),
                                    [](const auto& note) { return !note.is_drum(); });
  if (is_heard) {
    MAGENTA_ASSIGN_OR_RETURN(VoicedPiece piece, VoicesOf(quantized, sheet.meters.front().bar_line));
    sheet.voices = std::move(piece.sheet.voices);
    SetGivenParts(draft, piece);
    if (written.is_loose) piece.losses.moved = 0;
    SayLosses(draft, piece.losses);
  } else if (!input.notes().empty()) {
    draft.plan.notes.emplace_back(kDrumsStay);
  }
  for (const auto& note : draft.quantized.notes()) {
    if (!note.is_drum()) draft.notes_end = std::max(draft.notes_end, note.quantized_end_step());
  }
  if (draft.notes_end > kMaxSectionStep) return MusicTooLong(draft.notes_end);
  SetLength(draft, tempos, meters);
  ReadChords(draft);
  ReadKey(draft);
  return absl::OkStatus();
}

}  // namespace

absl::Status ReadGivenPiece(const MusicKind& kind, const GenerateSequenceRequest& request,
                            PartsDraft& draft) {
  MAGENTA_RETURN_IF_ERROR(ReadRequest(kind, request, draft));
  return ReadPiece(draft);
}

}  // namespace magenta
