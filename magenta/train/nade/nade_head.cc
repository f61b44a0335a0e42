#include "magenta/train/nade/nade_head.h"

#include <algorithm>
#include <cmath>

#include "magenta/base/check.h"

namespace magenta {
namespace {

/// What the reference adds to a probability before it takes the logarithm.
constexpr double kNeverZero = 1e-6;
/// Sums that a product goes on with side by side, so that vectors of any machine hold them.
constexpr int kSideBySide = 16;

float SigmoidOf(float x) { return 1.0f / (1.0f + std::exp(-x)); }

float DotOf(const float* a, const float* b, int n) {
  float sums[kSideBySide] = {};
  int i = 0;
  for (; i + kSideBySide <= n; i += kSideBySide) {
    for (int lane = 0; lane < kSideBySide; ++lane) sums[lane] += a[i + lane] * b[i + lane];
  }
  for (int lane = 0; i < n; ++i, ++lane) sums[lane] += a[i] * b[i];
  for (int half = kSideBySide / 2; half > 0; half /= 2) {
    for (int lane = 0; lane < half; ++lane) sums[lane] += sums[lane + half];
  }
  return sums[0];
}

void AddMultiple(const float* x, float scale, int n, float* y) {
  for (int i = 0; i < n; ++i) y[i] += scale * x[i];
}

}  // namespace

NadeHead::NadeHead(std::span<const float> encoder, std::span<const float> decoder, int pitches)
    : encoder_(encoder),
      decoder_(decoder),
      pitches_(pitches),
      units_(static_cast<int>(encoder.size()) / pitches),
      a_(units_),
      back_(units_),
      of_units_(units_),
      encoder_sums_(encoder.size()),
      decoder_sums_(decoder.size()) {
  MAGENTA_CHECK(encoder.size() == decoder.size());
}

/// A run ends behind each pitch that sounds.
void NadeHead::CutInRuns(std::span<const int32_t> sounding) {
  MAGENTA_CHECK(sounding.empty() || sounding.back() < pitches_);
  runs_.clear();
  int first = 0;
  for (const int32_t pitch : sounding) {
    runs_.push_back({first, pitch + 1});
    first = pitch + 1;
  }
  if (first < pitches_) runs_.push_back({first, pitches_});
  units_of_runs_.resize(runs_.size() * static_cast<size_t>(units_));
}

void NadeHead::SetUnits(int run, std::span<const float> said) {
  if (run == 0) {
    std::copy_n(said.begin(), units_, a_.begin());
  } else {
    const int sounded = runs_[run].first - 1;
    AddMultiple(encoder_.data() + static_cast<size_t>(sounded) * units_, 1, units_, a_.data());
  }
  float* const units = units_of_runs_.data() + static_cast<size_t>(run) * units_;
  for (int u = 0; u < units_; ++u) units[u] = SigmoidOf(a_[u]);
}

/// The log of the probability of a run; where `slope` isn't null, that of b_dec is in it then.
double NadeHead::ScoreRun(int run, bool ends_sounding, const float* b_dec, float scale,
                          float* slope) {
  const auto [first, end] = runs_[run];
  const float* const units = units_of_runs_.data() + static_cast<size_t>(run) * units_;
  double log_probability = 0;
  for (int i = first; i < end; ++i) {
    const float x =
        b_dec[i] + DotOf(units, decoder_.data() + static_cast<size_t>(i) * units_, units_);
    const float p = SigmoidOf(x);
    const bool sounds = ends_sounding && i + 1 == end;
    // Of what happened, from both sides without a difference.
    const double likely = kNeverZero + double{sounds ? p : SigmoidOf(-x)};
    log_probability += std::log(likely);
    const bool right = (p >= 0.5f) == sounds;
    right_ += right;
    found_ += right && sounds;
    if (slope == nullptr) continue;
    const double change = double{p} * double{SigmoidOf(-x)} / likely;
    slope[i] = static_cast<float>(scale * (sounds ? -change : change));
  }
  return log_probability;
}

void NadeHead::BackRun(int run, const float* slope) {
  const auto [first, end] = runs_[run];
  const float* const units = units_of_runs_.data() + static_cast<size_t>(run) * units_;
  std::fill(of_units_.begin(), of_units_.end(), 0.0f);
  for (int i = first; i < end; ++i) {
    const size_t at = static_cast<size_t>(i) * units_;
    AddMultiple(decoder_.data() + at, slope[i], units_, of_units_.data());
    AddMultiple(units, slope[i], units_, decoder_sums_.data() + at);
  }
  for (int u = 0; u < units_; ++u) back_[u] += of_units_[u] * units[u] * (1.0f - units[u]);
  if (run == 0) return;
  AddMultiple(back_.data(), 1, units_,
              encoder_sums_.data() + static_cast<size_t>(first - 1) * units_);
}

void NadeHead::ScoreRow(std::span<const float> said, std::span<const int32_t> sounding, float scale,
                        std::span<float> slope, ScoreSums& sums) {
  CutInRuns(sounding);
  right_ = found_ = 0;
  const float* const b_dec = said.data() + units_;
  float* const to_dec = slope.empty() ? nullptr : slope.data() + units_;
  double log_probability = 0;
  const int runs = static_cast<int>(runs_.size());
  for (int run = 0; run < runs; ++run) {
    SetUnits(run, said);
    const bool sounds = run < static_cast<int>(sounding.size());
    log_probability += ScoreRun(run, sounds, b_dec, scale, to_dec);
  }
  const auto on = static_cast<int64_t>(sounding.size());
  sums.AddRoll(log_probability, {.cells = pitches_, .right = right_, .on = on, .found = found_});
  if (slope.empty()) return;
  std::fill(back_.begin(), back_.end(), 0.0f);
  for (int run = runs - 1; run >= 0; --run) BackRun(run, to_dec);
  std::copy(back_.begin(), back_.end(), slope.begin());
}

void NadeHead::AddGradients(std::span<float> encoder, std::span<float> decoder) const {
  for (size_t i = 0; i < encoder.size(); ++i) encoder[i] += encoder_sums_[i];
  for (size_t i = 0; i < decoder.size(); ++i) decoder[i] += decoder_sums_[i];
}

}  // namespace magenta
