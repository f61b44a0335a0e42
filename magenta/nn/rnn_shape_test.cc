#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "magenta/base/status.h"
#include "magenta/nn/rnn.h"
#include "magenta/nn/rnn_names.h"

namespace magenta {
namespace {

using ::testing::HasSubstr;

Tensor Zeros(std::vector<int64_t> shape) {
  Tensor tensor;
  tensor.shape = std::move(shape);
  tensor.bytes.resize(static_cast<size_t>(tensor.size()) * 4);
  return tensor;
}

/// Two layers of 2 units between 3 inputs and 5 classes.
TensorMap TwoLayers() {
  const std::string cell = "rnn/multi_rnn_cell/cell_";
  return {{cell + "0/basic_lstm_cell/kernel", Zeros({5, 8})},
          {cell + "0/basic_lstm_cell/bias", Zeros({8})},
          {cell + "1/basic_lstm_cell/kernel", Zeros({4, 8})},
          {cell + "1/basic_lstm_cell/bias", Zeros({8})},
          {"fully_connected/weights", Zeros({2, 5})},
          {"fully_connected/biases", Zeros({5})}};
}

std::string Renamed(const std::string& from, const std::string& to) {
  TensorMap tensors;
  for (const auto& [name, tensor] : TwoLayers()) {
    std::string renamed = name;
    if (const size_t at = name.find(from); at != std::string::npos) {
      renamed.replace(at, from.size(), to);
    }
    tensors.emplace(renamed, tensor);
  }
  const auto shape = RnnShapeOf(tensors);
  return shape.ok() ? "fine" : ErrorLine(shape.status());
}

TEST(RnnShape, NamesThatMapToNothingAreListedWithTheNearest) {
  const struct {
    const char *from, *to, *said;
  } rows[] = {
      {"rnn", "rnn", "fine"},
      {"cell_1", "cell_3",
       "no part of a network of 1 layers takes rnn/multi_rnn_cell/cell_3/basic_lstm_cell/bias, "
       "rnn/multi_rnn_cell/cell_3/basic_lstm_cell/kernel; nearest to the first is "
       "rnn/multi_rnn_cell/cell_0/basic_lstm_cell/bias"},
      {"fully_connected/weights", "fully_connected/weight",
       "fully_connected/weights is missing; the nearest that is there is fully_connected/weight"},
      {"cell_0/basic_lstm_cell/kernel", "cell_0/basic_lstm_cell/kernels",
       "cell_0/basic_lstm_cell/kernel is missing; the nearest that is there is "
       "rnn/multi_rnn_cell/cell_0/basic_lstm_cell/kernels"},
  };
  for (const auto& row : rows) EXPECT_THAT(Renamed(row.from, row.to), HasSubstr(row.said));
}

TEST(RnnShape, WhatStandsBesideTheWeightsIsPassedOver) {
  TensorMap tensors = TwoLayers();
  for (const char* name : {"global_step", "beta1_power", "magenta/hparams", "queue/size",
                           "fully_connected/weights/Adam", "fully_connected/weights/Adam_1",
                           "fully_connected/biases/ExponentialMovingAverage",
                           "rnn/multi_rnn_cell/cell_1/basic_lstm_cell/kernel/Momentum"}) {
    tensors.emplace(name, Zeros({}));
  }
  const auto shape = RnnShapeOf(tensors);
  ASSERT_TRUE(shape.ok()) << shape.status();
  EXPECT_EQ(shape->layer_sizes, std::vector<int>({2, 2}));
  tensors.emplace("fully_connected/scale", Zeros({}));
  EXPECT_THAT(ErrorLine(RnnShapeOf(tensors).status()),
              HasSubstr("no part of a network of 2 layers takes fully_connected/scale"));
}

TEST(RnnNames, SlotsAreToldFromWeights) {
  for (const char* slot : {"w/Adam", "w/Adam_1", "rnn/kernel/Adam_12"}) {
    EXPECT_TRUE(IsOptimizerSlot(slot)) << slot;
  }
  for (const char* other : {"w", "Adam", "w/Adam_", "w/Adam_x", "w/Adam_1/kernel", "w/Adamant"}) {
    EXPECT_FALSE(IsOptimizerSlot(other)) << other;
  }
}

}  // namespace
}  // namespace magenta
