#pragma once
// The matrices of a network as products on panels want them, with their gradients beside them.

#include <map>
#include <string>
#include <vector>

#include "magenta/train/kernels/products.h"
#include "magenta/train/rnn/rnn_layout.h"

namespace magenta {

/// The variables of a network by name, and where their gradients go.
class VariableTable {
 public:
  /// `gradients` (null: none are wanted) becomes one a variable, all 0. Both must outlive the
  /// table.
  VariableTable(const std::vector<Variable>& variables, std::vector<std::vector<float>>* gradients);

  bool with_gradients() const { return gradients_ != nullptr; }
  /// The last dimension is a row's; names that do not exist are our own bug (checked).
  ConstMatrix Weights(const std::string& name) const;
  Matrix Gradient(const std::string& name) const;

 private:
  const std::vector<Variable>& variables_;
  std::vector<std::vector<float>>* gradients_;
  std::map<std::string, size_t> index_;
};

/// Rows of a variable [.., columns], with the bias that is added to their product.
struct DenseNames {
  std::string kernel;
  int first_row = 0;
  std::string bias;  // empty: none
};

/// out = in W + b, W and b of a network, for dense rows. It copies them when it is made; one
/// thread's.
class DenseWeights {
 public:
  DenseWeights(const VariableTable& table, DenseNames names, PanelAxis in, PanelAxis out);

  const PanelAxis& in() const { return in_; }
  const PanelAxis& out() const { return out_; }
  /// [out panels][in panels][P][P]; [out panels * P].
  const float* weights() const { return forward_.data(); }
  float* bias() const { return bias_.data(); }

  void Forward(int rows, PanelRows in, PanelRows out, bool add = false) const;
  /// d_in = d_out W^T, or += that.
  void Backward(int rows, PanelRows d_out, PanelRows d_in, bool add = false) const;
  /// Adds what these rows say about W and b.
  void AddGradient(int rows, PanelRows in, PanelRows d_out);
  /// Writes the sums to the table's gradients.
  void WriteGradient(const VariableTable& table) const;

 private:
  DenseNames names_;
  PanelAxis in_, out_;
  FloatBlock forward_, backward_, bias_, sums_, bias_sums_;
};

/// The same for sparse rows of `inputs` numbers; the bias is another's.
class SparseWeights {
 public:
  SparseWeights() = default;
  SparseWeights(const VariableTable& table, std::string kernel, int inputs, PanelAxis out);

  int inputs() const { return inputs_; }
  const float* weights() const { return forward_.data(); }  // [out panels][inputs][P]
  /// out = in W + bias [out panels * P].
  void Forward(int rows, SparseRows in, const float* bias, PanelRows out) const;
  void AddGradient(int rows, SparseRows in, PanelRows d_out);
  void WriteGradient(const VariableTable& table) const;

 private:
  std::string kernel_;
  int inputs_ = 0;
  PanelAxis out_;
  FloatBlock forward_, sums_;
  SparseColumns columns_;  // of the rows at hand
};

}  // namespace magenta
