#pragma once
// Bundles (.mag): one file with a model's name, its weights and, from Magenta, its TensorFlow
// graph. Grammar, example and rationale: docs/formats/bundle.md.

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "magenta/base/tensor.h"
#include "magenta/generator.pb.h"

namespace magenta {

struct Bundle {
  /// As read, metagraph and fields unknown to us included; `checksum` is checked and taken out.
  GeneratorBundle proto;
  /// Whether the file ended in a checksum of the whole, as ours do (Magenta's have none).
  bool has_checksum = false;
  /// The weights of proto.checkpoint_file(0).
  TensorMap tensors;
};

/// Reads `path`, verifying the checksum of the whole, where there is one, and every one of the
/// checkpoint inside. Errors (exit 3): not a bundle, no checkpoint or no generator id in it, a
/// wrong checksum (of the checkpoint, with the byte in it; else of the message around it).
absl::StatusOr<Bundle> ReadBundle(const std::string& path);

/// The same from memory; `name_for_errors` stands for the file.
absl::StatusOr<Bundle> ParseBundle(const std::string& bytes, const std::string& name_for_errors);

/// The bytes of a .mag: `bundle`, and its checksum.
std::string SerializeBundle(const GeneratorBundle& bundle);

/// Writes `details_and_metagraph` with `tensors` as its one V1 checkpoint. Metagraph bytes and
/// unknown fields are kept; the file appears only when whole. Not writable: exit 5.
absl::Status WriteBundle(const std::string& path, const GeneratorBundle& details_and_metagraph,
                         const TensorMap& tensors);

/// Writes `bundle` with the checkpoint that it holds. Errors as above.
absl::Status WriteBundle(const std::string& path, const GeneratorBundle& bundle);

}  // namespace magenta
