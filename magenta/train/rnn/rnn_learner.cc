#include "magenta/train/rnn/rnn_learner.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/grad_mode.h>
#include <torch/csrc/autograd/variable.h>

#include <map>

#include "magenta/base/status.h"
#include "magenta/train/kernels/cells.h"
#include "magenta/train/kernels/network_pass.h"
#include "magenta/train/kernels/reference_layers.h"

namespace magenta {
namespace {

// As the second-level cache wants it; attention keeps windows beside the rest.
constexpr size_t kLargestShard = 32;
constexpr size_t kLargestShardWithWindows = 12;

at::Tensor ToDevice(const float* values, at::IntArrayRef shape, const std::string& device) {
  // from_blob only reads: the tensors of a call end before the memory does.
  const at::Tensor view = at::from_blob(const_cast<float*>(values), shape, at::kFloat);
  return device == "cpu" ? view : view.to(at::Device(device));
}

// One forward pass of one batch in libtorch's operations. Its leaves belong to it alone, so passes
// may run side by side.
class ForwardPass {
 public:
  ForwardPass(const RnnLayout& layout, const LearnerOptions& options,
              const std::vector<Variable>& variables, const Batch& batch, bool with_gradients)
      : layout_(layout), options_(options), batch_(batch) {
    for (const Variable& v : variables) {
      at::Tensor leaf = ToDevice(v.value.data(), v.shape, options.device);
      if (with_gradients) leaf = leaf.detach().set_requires_grad(true);
      leaves_.push_back(leaf);
      by_name_[v.name] = leaf;
    }
  }

  at::Tensor Logits(const DropoutKey* dropout) const {
    const std::vector<float> inputs = batch_.DenseInputs();
    // from_blob's memory ends with this function; the graph's must not.
    at::Tensor x =
        ToDevice(inputs.data(), {batch_.packing->rows(), batch_.input_size}, options_.device)
            .clone();
    for (int layer = 0; layer < layout_.layers(); ++layer) {
      x = Layer(layer, x);
      if (dropout != nullptr) x = x * Mask(layer, *dropout);
    }
    return Dense(x, Get(layout_.scope.weights), Get(layout_.scope.biases));
  }

  const std::vector<at::Tensor>& leaves() const { return leaves_; }

 private:
  const at::Tensor& Get(const std::string& name) const { return by_name_.at(name); }

  at::ScalarType ProductType() const {
    return options_.mixed_precision ? at::kBFloat16 : at::kFloat;
  }

  at::Tensor Dense(const at::Tensor& x, const at::Tensor& kernel, const at::Tensor& bias) const {
    const at::ScalarType type = ProductType();
    return at::addmm(bias.to(type), x.to(type), kernel.to(type)).to(at::kFloat);
  }

  at::Tensor Layer(int layer, const at::Tensor& below) const {
    const std::string scope = layout_.prefix(layer);
    const at::Tensor x = layout_.has_projection(layer)
                             ? Dense(below, Get(scope + "kernel"), Get(scope + "bias"))
                             : below;
    const at::Tensor y = layout_.has_attention(layer) ? Attention(layer, x) : Lstm(layer, x);
    return layout_.hparams.residual_connections ? y + x : y;
  }

  at::Tensor Lstm(int layer, const at::Tensor& x) const {
    const std::string scope = layout_.prefix(layer) + "basic_lstm_cell/";
    const at::Tensor& kernel = Get(scope + "kernel");
    if (options_.library_lstm) {
      return LibraryLstm(x, kernel, Get(scope + "bias"), ProductType(), *batch_.packing);
    }
    const int64_t inputs = x.size(1);
    const at::Tensor pre = at::addmm(Get(scope + "bias"), x, kernel.narrow(0, 0, inputs));
    const at::Tensor recurrent = kernel.narrow(0, inputs, layout_.units(layer));
    return ReferenceLstm(pre, recurrent, *batch_.packing);
  }

  at::Tensor Attention(int layer, const at::Tensor& x) const {
    const std::string scope = layout_.prefix(layer) + "attention_cell_wrapper/";
    const int64_t inputs = x.size(1);
    const int64_t units = layout_.units(layer);
    const at::Tensor& k1 = Get(scope + "kernel");
    const AttentionWeights weights = {
        k1.narrow(0, inputs, units),
        Get(scope + "basic_lstm_cell/kernel"),
        Get(scope + "basic_lstm_cell/bias"),
        Get(scope + "attention/attn_w").view({units, units}),
        Get(scope + "attention/attn_v"),
        Get(scope + "attention/kernel"),
        Get(scope + "attention/bias"),
        Get(scope + "attn_output_projection/kernel"),
        Get(scope + "attn_output_projection/bias"),
    };
    const at::Tensor projected = Dense(x, k1.narrow(0, 0, inputs), Get(scope + "bias"));
    const int length = layout_.hparams.attn_length;
    return ReferenceAttention(projected, weights, length, *batch_.packing);
  }

  at::Tensor Mask(int layer, const DropoutKey& key) const {
    const at::Tensor mask =
        ReferenceDropout(DropoutKeys(batch_.row_ids, LayerKey(key, layer)), layout_.units(layer),
                         static_cast<float>(layout_.hparams.dropout_keep_prob));
    return options_.device == "cpu" ? mask : mask.to(at::Device(options_.device));
  }

  const RnnLayout& layout_;
  const LearnerOptions& options_;
  const Batch& batch_;
  std::vector<at::Tensor> leaves_;  // in the order of the variables
  std::map<std::string, at::Tensor> by_name_;
};

std::span<const float> Values(const at::Tensor& tensor) {
  return {tensor.data_ptr<float>(), static_cast<size_t>(tensor.numel())};
}

at::Tensor HostLogits(const RnnLayout& layout, const LearnerOptions& options,
                      const std::vector<Variable>& variables, const Batch& batch) {
  const at::NoGradGuard no_gradients;
  const ForwardPass pass(layout, options, variables, batch, false);
  return pass.Logits(nullptr).cpu().contiguous();
}

}  // namespace

std::vector<Variable> RnnLearner::StartVariables(uint32_t seed) const {
  return magenta::StartVariables(layout_, seed);
}

size_t LargestShardOf(const RnnLayout& layout) {
  return layout.hparams.attn_length > 0 ? kLargestShardWithWindows : kLargestShard;
}

size_t RnnLearner::largest_shard() const { return LargestShardOf(layout_); }

std::vector<float> RnnLearner::Logits(const std::vector<Variable>& variables,
                                      const Batch& batch) const {
  std::vector<float> logits;
  if (!options_.reference) {
    NetworkPassOptions options;
    options.heads = &heads_;
    options.logits = &logits;
    RunNetwork(layout_, variables, batch, options);
    return logits;
  }
  const at::Tensor found = HostLogits(layout_, options_, variables, batch);
  logits.assign(Values(found).begin(), Values(found).end());
  return logits;
}

ScoreSums RnnLearner::Score(const std::vector<Variable>& variables, const Batch& batch) const {
  if (!options_.reference) {
    NetworkPassOptions options;
    options.heads = &heads_;
    return RunNetwork(layout_, variables, batch, options);
  }
  const at::Tensor logits = HostLogits(layout_, options_, variables, batch);
  ScoreSums sums = ScoreHeads(Values(logits), batch.labels, heads_, 1, {});
  sums.examples = batch.examples();
  sums.steps_after = batch.steps_after;
  return sums;
}

ScoreSums RnnLearner::Gradients(const std::vector<Variable>& variables, const Batch& batch,
                                const DropoutKey& dropout, int64_t total_steps,
                                std::vector<std::vector<float>>& gradients) const {
  const bool drops = layout_.hparams.dropout_keep_prob < 1;
  const double scale = 1.0 / static_cast<double>(total_steps * heads_.sizes.size());
  if (options_.reference) {
    return ReferenceGradients(variables, batch, drops ? &dropout : nullptr, scale, gradients);
  }
  NetworkPassOptions options;
  options.heads = &heads_;
  options.loss_scale = static_cast<float>(scale);
  options.gradients = &gradients;
  for (int layer = 0; drops && layer < layout_.layers(); ++layer) {
    options.dropout_keys.push_back(LayerKey(dropout, layer));
  }
  return RunNetwork(layout_, variables, batch, options);
}

ScoreSums RnnLearner::ReferenceGradients(const std::vector<Variable>& variables, const Batch& batch,
                                         const DropoutKey* dropout, double scale,
                                         std::vector<std::vector<float>>& gradients) const {
  const at::AutoGradMode with_gradients(true);
  const ForwardPass pass(layout_, options_, variables, batch, true);
  const at::Tensor logits = pass.Logits(dropout);
  const at::Tensor host = logits.detach().cpu().contiguous();
  at::Tensor slope = at::empty_like(host);
  ScoreSums sums = ScoreHeads(Values(host), batch.labels, heads_, scale,
                              {slope.data_ptr<float>(), static_cast<size_t>(slope.numel())});
  sums.examples = batch.examples();
  sums.steps_after = batch.steps_after;
  const auto found = torch::autograd::grad({logits}, pass.leaves(), {slope.to(logits.device())});
  gradients.clear();
  for (const at::Tensor& gradient : found) {
    const at::Tensor flat = gradient.cpu().contiguous();
    const auto values = Values(flat);
    gradients.emplace_back(values.begin(), values.end());
  }
  return sums;
}

absl::StatusOr<std::unique_ptr<Learner>> NewRnnLearner(const ModelSpec& spec,
                                                       const HParams& hparams,
                                                       const LearnerOptions& options) {
  const auto sizes = spec.codec->head_sizes();
  const LabelHeads heads{{sizes.begin(), sizes.end()}, spec.codec->default_labels()};
  const RnnLayout layout{spec.codec->input_size(), spec.codec->num_labels(), hparams};
  return std::make_unique<RnnLearner>(layout, heads, options);
}

}  // namespace magenta
