#pragma once
// Training examples as tensorflow.SequenceExample, in two forms.
//
// Compact (ours): the melody itself, as events; inputs and labels are made when it is read.
//   context        config, source: bytes; transpose: int64
//   feature lists  events: one int64 list with an event a step; control: the same, where there is
//   any
// Dense (Magenta's): what the network sees.
//   feature lists  inputs: a float list a step, all of one size; labels: an int64 list of one a
//   step
// A reader tells them apart by their lists.

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"

namespace magenta {

/// A melody of a data set, before encoding.
struct CompactExample {
  /// The model that it was made for ("lookback_rnn").
  std::string config;
  /// Where it came from (file name).
  std::string source;
  /// Semitones by which the source was moved to get `events`.
  int64_t transpose = 0;
  /// One a step: -2 no event, -1 note off, 0..127 note on.
  std::vector<int32_t> events;
  /// What conditions each step, if anything does; else empty.
  std::vector<int32_t> control;

  bool operator==(const CompactExample&) const = default;
};

/// An encoded melody: inputs of steps 0..n-1 and the labels to learn for them.
struct DenseExample {
  int input_size = 0;
  /// steps x input_size, row-major.
  std::vector<float> inputs;
  /// labels_per_step a step.
  std::vector<int64_t> labels;
  /// At least 1: those of models whose events are several classes.
  int labels_per_step = 1;

  size_t steps() const { return labels.size() / static_cast<size_t>(labels_per_step); }
  bool operator==(const DenseExample&) const = default;
};

/// The bytes of a SequenceExample: the same for the same example, on every machine.
std::string SerializeCompact(const CompactExample& example);
/// Requires inputs.size() == input_size * steps(), of whole steps.
std::string SerializeDense(const DenseExample& example);

/// Reads either form, from us or from Magenta. Errors (exit 3, without file or record number, which
/// the caller knows): not a SequenceExample; neither `events` nor `inputs`; steps of different
/// width, or of differently many labels; labels and inputs of different length; a value that is no
/// int32.
absl::StatusOr<std::variant<CompactExample, DenseExample>> ParseExample(std::string_view record);

}  // namespace magenta
