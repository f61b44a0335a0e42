// NoteSequences as anyone may have written them, edited in every way: a result or an error, in
// bounded time and memory, and parts that are no more than there was.
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "magenta/base/check.h"
#include "magenta/music/edits/bar_chords.h"
#include "magenta/music/edits/note_roll.h"
#include "magenta/music/edits/subsequences.h"
#include "magenta/music/edits/sustain.h"
#include "magenta/music/edits/times.h"
#include "magenta/music/edits/transpose.h"
#include "magenta/music/quantize.h"

namespace {

using magenta::NoteSequence;

void CheckParts(const NoteSequence& sequence,
                const absl::StatusOr<std::vector<NoteSequence>>& parts) {
  if (!parts.ok()) return;
  int notes = 0;
  for (const NoteSequence& part : *parts) {
    MAGENTA_CHECK(part.total_time() >= 0);
    notes += part.notes_size();
  }
  MAGENTA_CHECK(notes <= sequence.notes_size());
}

void CheckRoll(const NoteSequence& sequence) {
  if (!(sequence.total_time() < 1000)) return;
  magenta::NoteRollOptions options;
  options.frames_per_second = 10;
  options.min_frame_occupancy = 0.3;
  options.blank_frame_before_onset = true;
  const auto roll = magenta::ToNoteRoll(sequence, options);
  if (roll.ok()) MAGENTA_CHECK(roll->active.size() == roll->weights.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  NoteSequence sequence;
  if (!sequence.ParseFromArray(data, static_cast<int>(size))) return 0;
  CheckParts(sequence, magenta::SplitEvery(sequence, 2.5, true));
  CheckParts(sequence, magenta::SplitAtTimes(sequence, {7, 1, 3}, false));
  CheckParts(sequence, magenta::SplitAtTimeChanges(sequence, false));
  CheckParts(sequence, magenta::SplitOnSilence(sequence, 1));
  CheckRoll(sequence);
  const auto transposed = magenta::TransposeSequence(sequence, 5);
  if (transposed.ok()) {
    MAGENTA_CHECK(transposed->sequence.notes_size() + transposed->deleted_notes ==
                  sequence.notes_size());
  }
  const auto sustained = magenta::WithSustain(sequence);
  if (sustained.ok()) MAGENTA_CHECK(sustained->notes_size() <= sequence.notes_size());
  for (const auto& moved :
       {magenta::Trimmed(sequence, 1, 5), magenta::Shifted(sequence, 1),
        magenta::Stretched(sequence, 1.5), magenta::Concatenated({sequence, sequence}, {})}) {
    if (moved.ok()) MAGENTA_CHECK(moved->notes_size() <= 2 * sequence.notes_size());
  }
  // A hundred frames of the model a run.
  if (!(sequence.total_time() < 100) || sequence.text_annotations_size() > 100) return 0;
  static_cast<void>(magenta::InferBarChords(sequence));
  auto quantized = magenta::Quantize(sequence, magenta::Grid());
  if (!quantized.ok()) return 0;
  NoteSequence on_steps = (*std::move(quantized)).Release();
  static_cast<void>(magenta::InferBarChords(on_steps));
  return 0;
}
