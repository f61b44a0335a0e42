#pragma once
// Bytes of one NoteSequence, as TFRecords and files of one hold them, within the limits of a piece.

#include <string_view>

#include "absl/status/statusor.h"
#include "magenta/music.pb.h"
#include "magenta/music/piece_limits.h"

namespace magenta {

/// Parses `record` into `sequence`, whose memory is used again; false where it is no NoteSequence.
/// Errors (exit 3, without a file name): over a limit of bytes, notes or other events, of which
/// most are found before memory is taken.
absl::StatusOr<bool> ParseSequenceRecord(std::string_view record, NoteSequence& sequence,
                                         const PieceLimits& limits = kPieceLimits);

/// OK, or the error of a sequence of more notes or events than `limits` allow.
absl::Status CheckSequence(const NoteSequence& sequence, const PieceLimits& limits = kPieceLimits);

}  // namespace magenta
