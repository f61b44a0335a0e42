#include "magenta/io/music/sequence_record.h"

#include "magenta/base/status.h"
#include "magenta/io/record/parsed_size.h"

namespace magenta {

absl::Status CheckSequence(const NoteSequence& sequence, const PieceLimits& limits) {
  MAGENTA_RETURN_IF_ERROR(CheckNotes(static_cast<uint64_t>(sequence.notes_size()), limits));
  const uint64_t changes = static_cast<uint64_t>(sequence.tempos_size()) +
                           static_cast<uint64_t>(sequence.time_signatures_size()) +
                           static_cast<uint64_t>(sequence.key_signatures_size());
  MAGENTA_RETURN_IF_ERROR(CheckChanges(changes, limits));
  const uint64_t events = static_cast<uint64_t>(sequence.control_changes_size()) +
                          static_cast<uint64_t>(sequence.pitch_bends_size()) +
                          static_cast<uint64_t>(sequence.text_annotations_size()) + changes;
  return CheckEvents(events, limits);
}

absl::StatusOr<bool> ParseSequenceRecord(std::string_view record, NoteSequence& sequence,
                                         const PieceLimits& limits) {
  MAGENTA_RETURN_IF_ERROR(CheckFileBytes(record.size(), limits));
  if (!FitsParsed(record, NoteSequence::descriptor())) {
    return PieceLimitError("bytes in memory", ParsedSize(record, NoteSequence::descriptor()),
                           kMostParsedBytes, false);
  }
  if (!sequence.ParseFromArray(record.data(), static_cast<int>(record.size()))) return false;
  MAGENTA_RETURN_IF_ERROR(CheckSequence(sequence, limits));
  return true;
}

}  // namespace magenta
