#include "magenta/io/tensor/names.h"

#include <gtest/gtest.h>

namespace magenta {
namespace {

TEST(ModernNames, OfEveryAge) {
  const struct {
    const char* old;
    const char* modern;
  } rows[] = {
      {"RNN/MultiRNNCell/Cell0/BasicLSTMCell/Linear/Matrix",
       "rnn/multi_rnn_cell/cell_0/basic_lstm_cell/kernel"},
      {"RNN/MultiRNNCell/Cell12/BasicLSTMCell/Linear/Bias",
       "rnn/multi_rnn_cell/cell_12/basic_lstm_cell/bias"},
      {"RNN/MultiRNNCell/Cell0/BasicLSTMCell/Linear/Matrix/Adam_1",
       "rnn/multi_rnn_cell/cell_0/basic_lstm_cell/kernel/Adam_1"},
      {"rnn/multi_rnn_cell/cell_1/basic_lstm_cell/weights",
       "rnn/multi_rnn_cell/cell_1/basic_lstm_cell/kernel"},
      {"rnn/multi_rnn_cell/cell_1/basic_lstm_cell/biases/Adam",
       "rnn/multi_rnn_cell/cell_1/basic_lstm_cell/bias/Adam"},
      {"RNN/MultiRNNCell/Cell0/AttentionCellWrapper/Linear/Matrix",
       "rnn/multi_rnn_cell/cell_0/attention_cell_wrapper/kernel"},
      {"RNN/MultiRNNCell/Cell0/AttentionCellWrapper/BasicLSTMCell/Linear/Bias",
       "rnn/multi_rnn_cell/cell_0/attention_cell_wrapper/basic_lstm_cell/bias"},
      {"RNN/MultiRNNCell/Cell0/AttentionCellWrapper/Attention/AttnW",
       "rnn/multi_rnn_cell/cell_0/attention_cell_wrapper/attention/attn_w"},
      {"RNN/MultiRNNCell/Cell0/AttentionCellWrapper/Attention/AttnV",
       "rnn/multi_rnn_cell/cell_0/attention_cell_wrapper/attention/attn_v"},
      {"RNN/MultiRNNCell/Cell0/AttentionCellWrapper/Attention/Linear/Matrix",
       "rnn/multi_rnn_cell/cell_0/attention_cell_wrapper/attention/kernel"},
      {"RNN/MultiRNNCell/Cell0/AttentionCellWrapper/AttnOutputProjection/Linear/Bias",
       "rnn/multi_rnn_cell/cell_0/attention_cell_wrapper/attn_output_projection/bias"},
      {"rnn/multi_rnn_cell/cell_0/attention_cell_wrapper/weights",
       "rnn/multi_rnn_cell/cell_0/attention_cell_wrapper/kernel"},
      {"rnn/multi_rnn_cell/cell_0/basic_lstm_cell/kernel",
       "rnn/multi_rnn_cell/cell_0/basic_lstm_cell/kernel"},
      {"fully_connected/weights", "fully_connected/weights"},
      {"fully_connected/biases/Adam", "fully_connected/biases/Adam"},
      {"global_step", "global_step"},
      {"magenta/hparams", "magenta/hparams"},
      {"RNN", "RNN"},
      {"", ""},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(ModernName(row.old), row.modern);
    EXPECT_EQ(ModernName(row.modern), row.modern) << "a modern name stays";
  }
}

TEST(ModernNames, NothingIsLostWhereBothNamesExist) {
  const std::string old = "RNN/MultiRNNCell/Cell0/BasicLSTMCell/Linear/Matrix";
  const std::string modern = "rnn/multi_rnn_cell/cell_0/basic_lstm_cell/kernel";
  EXPECT_EQ(ModernNames({{old, Tensor::Float(1)}}), (TensorMap{{modern, Tensor::Float(1)}}));
  const TensorMap both = {{old, Tensor::Float(1)}, {modern, Tensor::Float(2)}};
  EXPECT_EQ(ModernNames(both), both);
  EXPECT_TRUE(ModernNames({}).empty());
}

TEST(ModernNames, TheStepOf2016IsWidened) {
  Tensor old{DType::kInt32, {}, std::string("\x73\x02\0\0", 4)};
  EXPECT_EQ(ModernNames({{"global_step", old}}), (TensorMap{{"global_step", Tensor::Int64(627)}}));
  // Anything else is left to whoever reads it, to be refused by name.
  for (Tensor other :
       {Tensor::Int64(3), Tensor::Float(3), Tensor{DType::kInt32, {2}, "12345678"}}) {
    EXPECT_EQ(ModernNames({{"global_step", other}}), (TensorMap{{"global_step", other}}));
    EXPECT_EQ(ModernNames({{"steps", other}}), (TensorMap{{"steps", other}}));
  }
}

}  // namespace
}  // namespace magenta
