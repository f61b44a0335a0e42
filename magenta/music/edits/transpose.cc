#include "magenta/music/edits/transpose.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "magenta/base/status.h"
#include "magenta/music/harmony/chord_symbol.h"

namespace magenta {
namespace {

using Annotation = NoteSequence::TextAnnotation;

bool IsChordSymbol(const Annotation& annotation) {
  return annotation.annotation_type() == Annotation::CHORD_SYMBOL;
}

int TransposeNotes(NoteSequence& sequence, int semitones, const TransposeOptions& options) {
  auto& notes = *sequence.mutable_notes();
  double end = 0;
  int kept = 0;
  for (int i = 0; i < notes.size(); ++i) {
    NoteSequence::Note& note = notes[i];
    if (!note.is_drum()) {
      const int64_t pitch = int64_t{note.pitch()} + semitones;
      if (pitch < options.min_pitch || pitch > options.max_pitch) continue;
      note.set_pitch(static_cast<int32_t>(pitch));
      note.clear_pitch_name();
    }
    end = std::max(end, note.end_time());
    notes.SwapElements(kept++, i);
  }
  const int deleted = notes.size() - kept;
  notes.DeleteSubrange(kept, deleted);
  sequence.set_total_time(end);
  return deleted;
}

absl::Status TransposeChords(NoteSequence& sequence, int semitones) {
  for (Annotation& annotation : *sequence.mutable_text_annotations()) {
    if (!IsChordSymbol(annotation) || annotation.text() == kNoChordText) continue;
    MAGENTA_ASSIGN_OR_RETURN(const ChordSymbol chord, ParseChordSymbol(annotation.text()));
    annotation.set_text(chord.Transposed(semitones).Text());
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Transposition> TransposeSequence(NoteSequence sequence, int semitones,
                                                const TransposeOptions& options) {
  const int deleted = TransposeNotes(sequence, semitones, options);
  if (options.chords) {
    MAGENTA_RETURN_IF_ERROR(TransposeChords(sequence, semitones % 12));
  } else {
    auto& texts = *sequence.mutable_text_annotations();
    texts.erase(std::remove_if(texts.begin(), texts.end(), IsChordSymbol), texts.end());
  }
  for (auto& key : *sequence.mutable_key_signatures()) {
    const int64_t moved = (int64_t{key.key()} + semitones) % 12;
    key.set_key(static_cast<NoteSequence::KeySignature::Key>((moved + 12) % 12));
  }
  return Transposition{std::move(sequence), deleted};
}

}  // namespace magenta
