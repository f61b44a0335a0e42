#pragma once
// The folder that a page loads with Magenta.js's MusicRNN: config.json, weights_manifest.json and
// the weights. Grammar, example and rationale: docs/formats/magentajs.md.

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "magenta/base/tensor.h"

namespace magenta {

struct MagentaJsModel {
  /// The MIDI pitches of its MelodyConverter, both included.
  int min_pitch = 0;
  int max_pitch = 0;
  /// What only our own config.json says (Magenta.js passes over it); "" and 0 elsewhere.
  std::string id;
  std::string description;
  std::string bundle_description;
  std::string hparams;
  int steps_per_quarter = 0;
  /// Read: whether config.json has checksums of the folder's files, as ours do; all were right.
  bool has_checksums = false;
  TensorMap tensors;
};

/// Whether `path` is a folder with a weights_manifest.json or config.json.
bool IsMagentaJsFolder(const std::string& path);

/// Reads such a folder; weights that tensorflowjs has quantized to 8 or 16 bits are spread again.
/// Errors (exit 3) name the file, and the variable: a file is missing or no JSON, a wrong checksum
/// of one that we wrote, another kind of model than a melody's MusicRNN, a type or shape that is
/// not read, weights that are cut or more than declared.
absl::StatusOr<MagentaJsModel> ReadMagentaJs(const std::string& folder);

/// Writes the three files; config.json, without which nothing loads, comes last. Errors: a tensor
/// that is not float32 (exit 2), not writable (exit 5).
absl::Status WriteMagentaJs(const std::string& folder, const MagentaJsModel& model);

}  // namespace magenta
