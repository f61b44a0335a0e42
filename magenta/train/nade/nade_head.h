#pragma once
// The NADE behind an RNN-NADE's layers (nn/nade/rnn_nade.h) as a function to differentiate. Of a
// row it takes what the layers say, (b_enc [H], b_dec [N]), and the pitches that sound; its loss is
//
//   -sum over i of log(1e-6 + p_i) where pitch i sounds, else of log(1e-6 + 1 - p_i)
//
// as docs/rules.md section 17 has it. A row is cut where pitches sound: between two of them the
// NADE's units stand still, so that a run of pitches is one matrix product forward and two back.

#include <cstdint>
#include <span>
#include <vector>

#include "magenta/train/score.h"

namespace magenta {

/// One thread's, for one batch.
class NadeHead {
 public:
  /// `encoder` and `decoder`, [N, H] both, outlive it.
  NadeHead(std::span<const float> encoder, std::span<const float> decoder, int pitches);

  /// Numbers that the layers say of a row: H + N.
  int width() const { return units_ + pitches_; }

  /// Adds a row's score to `sums`. Where `slope` [H + N] isn't empty it becomes the gradient of the
  /// loss times `scale`, of which AddGradients() gives the weights'. `sounding` rises.
  void ScoreRow(std::span<const float> said, std::span<const int32_t> sounding, float scale,
                std::span<float> slope, ScoreSums& sums);

  /// Adds what all rows since the beginning say of the weights, [N, H] both.
  void AddGradients(std::span<float> encoder, std::span<float> decoder) const;

 private:
  /// Pitches from `first` to before `end` that are asked while the units stand still.
  struct Run {
    int first, end;
  };
  void CutInRuns(std::span<const int32_t> sounding);
  void SetUnits(int run, std::span<const float> said);
  double ScoreRun(int run, bool ends_sounding, const float* b_dec, float scale, float* slope);
  void BackRun(int run, const float* slope);

  const std::span<const float> encoder_, decoder_;
  const int pitches_, units_;
  std::vector<Run> runs_;
  std::vector<float> a_;              // [H], of the run at hand
  std::vector<float> units_of_runs_;  // [runs, H]
  std::vector<float> back_;  // [H], the gradient of a of the run at hand and those after it
  std::vector<float> of_units_;
  std::vector<float> encoder_sums_, decoder_sums_;
  int64_t right_ = 0, found_ = 0;  // of the row at hand
};

}  // namespace magenta
