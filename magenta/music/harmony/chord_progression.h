#pragma once
// The chords of a quantised sequence, step by step: its annotations of type CHORD_SYMBOL.
// Source of the rules: docs/rules.md section 14 (note-seq's chords_lib.ChordProgression).

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/music/harmony/chord_code.h"
#include "magenta/music/harmony/chord_symbol.h"
#include "magenta/music/quantize.h"

namespace magenta {

/// A chord that is held.
struct ChordSpan {
  ChordSymbol chord;
  int64_t steps = 0;  // more than 0
};

/// One chord a step, held in spans. A value.
class ChordProgression {
 public:
  /// One after another, each as long as it lasts.
  const std::vector<ChordSpan>& spans() const { return spans_; }
  /// Steps.
  int64_t size() const { return size_; }
  /// Whether no step has a chord.
  bool IsEmpty() const;

  /// Holds `chord` for `steps` more (>= 0, checked).
  void Append(ChordSymbol chord, int64_t steps);
  /// The same chords `semitones` higher.
  ChordProgression Transposed(int semitones) const;
  /// A code a step: the control of a model. An error (exit 2) names a chord that contradicts
  /// itself.
  absl::StatusOr<std::vector<ChordCode>> Codes() const;

 private:
  std::vector<ChordSpan> spans_;
  int64_t size_ = 0;
};

/// A symbol that gives no chord.
struct BadChordSymbol {
  int64_t step = 0;  // where it stands in the sequence
  absl::Status error;
};

/// The chords of some steps, and what was wrong with them.
struct ChordReading {
  /// No chord stands where a symbol could not be read, until the next one.
  ChordProgression chords;
  std::vector<BadChordSymbol> bad;  // in order of step
  /// Where two symbols that are not the same text stand; the last of them was taken.
  std::optional<int64_t> coincident_step;
  /// Whether note-seq would refuse one of the symbols.
  bool beyond_reference = false;
};

/// The chord symbols of a sequence, which must outlive it, in order of step. Each text is parsed
/// once, when it is asked for, however often it stands there.
class ChordTimeline {
 public:
  /// With ChordSpelling::kReference a symbol that contradicts itself ("Cadd3") is read all the
  /// same, since note-seq finds out only when it encodes it; else it is bad.
  ChordTimeline(const QuantizedSequence& sequence, ChordSpelling spelling);

  /// Whether there is any symbol.
  bool HasChords() const { return !places_.empty(); }
  /// The chords of steps `start` .. `end` - 1 (end >= start, checked): the last symbol before the
  /// start holds from there, before the first there is no chord. Takes time that grows with the
  /// symbols in it.
  ChordReading Between(int64_t start, int64_t end);

 private:
  /// What stands on a step.
  struct Place {
    int64_t step = 0;
    int text = 0;  // in texts_: the last one on the step
    bool coincident = false;
  };
  /// A text, and what it means.
  struct Text {
    std::string_view text;
    bool parsed = false;
    bool beyond_reference = false;
    ChordSymbol chord;  // none where there is an error
    absl::Status error;
  };

  const Text& Parsed(int text);

  ChordSpelling spelling_;
  std::vector<Place> places_;
  std::vector<Text> texts_;
};

}  // namespace magenta
