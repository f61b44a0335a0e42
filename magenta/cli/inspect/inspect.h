#pragma once
// What `inspect` says of each kind of file: tables for people, JSON for machines.

#include <string>

#include "absl/status/statusor.h"
#include "magenta/cli/terminal/json.h"
#include "magenta/music.pb.h"

namespace magenta::cli {

/// A description in both forms.
struct Inspection {
  std::string text;
  Json json = Json::Object();
};

struct InspectOptions {
  /// Notes, events, melodies and scalars shown of each; the rest is counted. 0: all.
  int limit = 20;
};

/// Tells what `path` is by its bytes and describes it: MIDI, ABC, MusicXML, NoteSequences, data
/// sets, event files, checkpoints (also a V2 prefix and a run's folder), bundles, requests. Errors
/// (exit 3) name the file: missing, corrupt, of no known kind.
absl::StatusOr<Inspection> Inspect(const std::string& path, const InspectOptions& options);

/// One piece: tempos, meters, keys, instruments, notes.
Inspection InspectSequence(const NoteSequence& sequence, const InspectOptions& options);

/// A TFRecord, whatever its records are.
absl::StatusOr<Inspection> InspectRecords(const std::string& path, const InspectOptions& options);

/// A V1 checkpoint or a V2 one (prefix or index): variables, shapes, norms.
absl::StatusOr<Inspection> InspectCheckpoint(const std::string& path,
                                             const InspectOptions& options);

/// A folder of Magenta.js's: its pitches, variables.
absl::StatusOr<Inspection> InspectMagentaJs(const std::string& folder,
                                            const InspectOptions& options);

/// A bundle: id, descriptions, hyper-parameters, variables.
absl::StatusOr<Inspection> InspectBundle(const std::string& path, const InspectOptions& options);

}  // namespace magenta::cli
