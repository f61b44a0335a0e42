#pragma once
// Hyper-parameters by Magenta's names.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace magenta {

/// Defaults are those of Magenta's lookback_rnn; each model's own stand in its spec.
struct HParams {
  /// Sequences a training step; generation does not look at it.
  int batch_size = 128;
  /// Units of each LSTM layer, the first next to the input.
  std::vector<int> rnn_layer_sizes = {128, 128};
  /// Share of the units that stay in training, in (0, 1].
  double dropout_keep_prob = 0.5;
  /// Largest norm of each gradient tensor on its own; 0: no clipping.
  double clip_norm = 5;
  /// Of Adam, the same at each step unless the rate decays.
  double learning_rate = 0.001;
  /// Rows of the attention window; 0: no attention.
  int attn_length = 0;
  bool residual_connections = false;
  bool use_cudnn = false;  // accepted, ignored
  /// Units of the NADE behind the layers, in models that have one.
  std::optional<int> nade_hidden_units;
  /// 2016's decaying rate, once any of the three is named: initial_learning_rate (else
  /// learning_rate) * decay_rate (else 1) ^ floor(step / decay_steps (else 1000)).
  std::optional<double> initial_learning_rate;
  std::optional<int> decay_steps;
  std::optional<double> decay_rate;
  /// Ours: at each step matrices lose the learning rate times this of themselves; unset: 0.
  std::optional<double> weight_decay;

  bool operator==(const HParams&) const = default;
};

/// `defaults` with what `text` names: "batch_size=64,rnn_layer_sizes=[64,64]" or a Python or JSON
/// literal "{'batch_size':64,'rnn_layer_sizes':[64,64]}". Errors (exit 2) name the unknown or
/// repeated name or the wrong type and list what exists. docs/cli.md and docs/rules.md section 8;
/// clip_norm is an integer, as the reference has it.
absl::StatusOr<HParams> ParseHParams(std::string_view text, const HParams& defaults);

/// Whether `text` names `name` (so that the value is the user's, not a default).
bool NamesHParam(std::string_view text, std::string_view name);

/// Every value as ParseHParams reads it back.
std::string HParamsText(const HParams& hparams);

/// The learning rate at `step` (from 0).
double LearningRateAt(const HParams& hparams, int64_t step);

}  // namespace magenta
