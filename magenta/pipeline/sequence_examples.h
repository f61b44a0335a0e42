#pragma once
// One NoteSequence -> the records of its examples, and what became of the rest of it.

#include <cstdint>
#include <string>
#include <vector>

#include "magenta/base/counters.h"
#include "magenta/music.pb.h"
#include "magenta/pipeline/dataset.h"
#include "magenta/pipeline/report.h"

namespace magenta {

/// What Magenta's pipeline counts in its stages, of a sequence or of all of a partition.
struct StageCounters {
  Counters quantizer, transposer, extractor;

  void Add(const StageCounters& other) {
    quantizer.Add(other.quantizer);
    transposer.Add(other.transposer);
    extractor.Add(other.extractor);
  }
};

/// What a thread hands to the one that writes.
struct SequenceExamples {
  bool eval = false;                 // which file they go to
  std::vector<std::string> records;  // SequenceExamples
  /// Copies by transposition that came out equal to another one, since the model moves every melody
  /// to one key, or the music is drums.
  int64_t equal_copies = 0;
  /// Notes of the sequence that performances leave out, of velocity 0.
  int64_t silent_notes = 0;
  FileOutcome outcome;
  StageCounters counters;
};

/// What places a sequence in a partition: its file name and number in the book (of a
/// drum grid its pattern's title, so that namesakes stay together), else its id, else `fallback`.
std::string PlacingName(const NoteSequence& sequence, const std::string& fallback);

/// Runs the stages of BuildDataset on one sequence. `name` is its PlacingName. Thread-safe. What it
/// leaves of the sequence is of use as memory for another alone.
SequenceExamples ExtractSequenceExamples(NoteSequence& sequence, const std::string& name,
                                         const DatasetOptions& options);

}  // namespace magenta
