#include "magenta/music/harmony/chord_progression.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "magenta/base/check.h"
#include "magenta/base/status.h"

namespace magenta {

bool ChordProgression::IsEmpty() const {
  return std::all_of(spans_.begin(), spans_.end(),
                     [](const ChordSpan& span) { return span.chord.IsNoChord(); });
}

void ChordProgression::Append(ChordSymbol chord, int64_t steps) {
  MAGENTA_CHECK(steps >= 0);
  if (steps == 0) return;
  spans_.push_back({std::move(chord), steps});
  size_ += steps;
}

ChordProgression ChordProgression::Transposed(int semitones) const {
  ChordProgression transposed;
  for (const ChordSpan& span : spans_) {
    transposed.Append(span.chord.Transposed(semitones), span.steps);
  }
  return transposed;
}

absl::StatusOr<std::vector<ChordCode>> ChordProgression::Codes() const {
  std::vector<ChordCode> codes;
  codes.reserve(static_cast<size_t>(size_));
  for (const ChordSpan& span : spans_) {
    MAGENTA_ASSIGN_OR_RETURN(const ChordCode code, span.chord.Code());
    codes.insert(codes.end(), static_cast<size_t>(span.steps), code);
  }
  return codes;
}

ChordTimeline::ChordTimeline(const QuantizedSequence& sequence, ChordSpelling spelling)
    : spelling_(spelling) {
  std::vector<const NoteSequence::TextAnnotation*> symbols;
  for (const auto& annotation : sequence.proto().text_annotations()) {
    if (annotation.annotation_type() == NoteSequence::TextAnnotation::CHORD_SYMBOL) {
      symbols.push_back(&annotation);
    }
  }
  std::stable_sort(symbols.begin(), symbols.end(), [](const auto* a, const auto* b) {
    return a->quantized_step() < b->quantized_step();
  });
  std::unordered_map<std::string_view, int> known;
  for (const auto* symbol : symbols) {
    const auto [found, is_new] = known.emplace(symbol->text(), static_cast<int>(texts_.size()));
    if (is_new) texts_.emplace_back().text = symbol->text();
    const int64_t step = symbol->quantized_step();
    if (places_.empty() || places_.back().step != step) {
      places_.push_back({step, found->second});
    } else if (places_.back().text != found->second) {
      places_.back() = {step, found->second, true};
    }
  }
}

const ChordTimeline::Text& ChordTimeline::Parsed(int index) {
  Text& text = texts_[static_cast<size_t>(index)];
  if (text.parsed) return text;
  text.parsed = true;
  auto symbol = ParseChordSymbol(text.text, ChordSpelling::kReference);
  text.beyond_reference = !symbol.ok();
  if (spelling_ == ChordSpelling::kCommon) {
    if (!symbol.ok()) symbol = ParseChordSymbol(text.text, spelling_);
    if (symbol.ok()) text.error = symbol->Code().status();
  }
  if (!symbol.ok()) text.error = symbol.status();
  if (text.error.ok()) text.chord = *std::move(symbol);
  return text;
}

ChordReading ChordTimeline::Between(int64_t start, int64_t end) {
  MAGENTA_CHECK(end >= start);
  ChordReading reading;
  auto place = std::upper_bound(places_.begin(), places_.end(), start,
                                [](int64_t step, const Place& p) { return step < p.step; });
  if (place == places_.begin()) {
    reading.chords.Append({}, (place == places_.end() ? end : std::min(end, place->step)) - start);
  } else {
    --place;  // the one that holds at the start
  }
  for (; place != places_.end() && place->step < end; ++place) {
    const auto next = std::next(place);
    const int64_t until = next == places_.end() ? end : std::min(end, next->step);
    if (place->coincident && place->step >= start && !reading.coincident_step.has_value()) {
      reading.coincident_step = place->step;
    }
    const Text& text = Parsed(place->text);
    reading.chords.Append(text.chord, until - std::max(start, place->step));
    if (!text.error.ok()) reading.bad.push_back({place->step, text.error});
    reading.beyond_reference |= text.beyond_reference;
  }
  return reading;
}

}  // namespace magenta
