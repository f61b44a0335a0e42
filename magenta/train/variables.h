#pragma once
// The variables that training changes: how they begin, and how they stand in a checkpoint.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/base/tensor.h"

namespace magenta {

/// A variable with its optimizer slots; all of the size that `shape` says.
struct Variable {
  std::string name;
  std::vector<int64_t> shape;
  std::vector<float> value;
  std::vector<float> first_moment;   // slot <name>/Adam
  std::vector<float> second_moment;  // slot <name>/Adam_1
  std::vector<float> average = {};   // of its values; empty in a run that keeps none
};

/// Variables as a run begins, being listed: each one's draws depend on its name and the seed alone,
/// slots are 0.
class StartValues {
 public:
  explicit StartValues(uint32_t seed) : seed_(seed) {}

  void Zeros(const std::string& name, std::vector<int64_t> shape) { Add(name, std::move(shape)); }
  /// Uniform within sqrt(6 / (fan_in + fan_out)) of 0 (Glorot and Bengio 2010).
  void Glorot(const std::string& name, std::vector<int64_t> shape, int64_t fan_in, int64_t fan_out);
  /// Normal around 0.
  void Normal(const std::string& name, std::vector<int64_t> shape, double deviation);
  /// The same, drawn again where it is more than two deviations from 0.
  void TruncatedNormal(const std::string& name, std::vector<int64_t> shape, double deviation);
  /// As many as `shape` says.
  void Values(const std::string& name, std::vector<int64_t> shape, std::vector<float> values);
  /// A matrix, Glorot, and its bias, 0; `matrix` and `bias` are the last parts of the names.
  void Dense(const std::string& scope, int inputs, int outputs, const char* matrix = "kernel",
             const char* bias = "bias");

  std::vector<Variable> Take() { return std::move(variables_); }

 private:
  Variable& Add(const std::string& name, std::vector<int64_t> shape);
  uint32_t SeedOf(const std::string& name) const;

  uint32_t seed_;
  std::vector<Variable> variables_;
};

/// Sets the values from `tensors` by name. Errors name the variable that is missing or of another
/// shape, with both shapes.
absl::Status TakeValues(const TensorMap& tensors, std::vector<Variable>& variables);

/// Sets the slots likewise, all of them or none: false when `tensors` hold no slot at all.
absl::StatusOr<bool> TakeSlots(const TensorMap& tensors, std::vector<Variable>& variables);

/// Sets the averages to the values, as where a run begins.
void StartAverages(std::vector<Variable>& variables);

/// Sets the averages from `tensors`. Errors name the tensor that is missing or of another shape.
absl::Status TakeAverages(const TensorMap& tensors, std::vector<Variable>& variables);

/// The variables as who uses the network wants them: their averages, where there are some, as
/// values.
std::vector<Variable> Averaged(std::vector<Variable> variables);

/// The values by name, with slots and averages where `with_slots`.
TensorMap ToTensors(const std::vector<Variable>& variables, bool with_slots);

}  // namespace magenta
