#pragma once
// Percentiles, and histograms as a picture without any library.

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace magenta {

/// The value below which `share` (0 to 1) of `values` lie; 0 for none.
inline double Percentile(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const auto at = static_cast<size_t>(share * static_cast<double>(values.size() - 1) + 0.5);
  return values[at];
}

/// One panel: counts (logarithmic, so that single strays show) over `unit`.
struct Histogram {
  std::string title;
  std::string unit;
  std::vector<double> values;
};

/// The panels below one another as SVG. Each goes from the least to the greatest value, or from
/// -half to half a unit where all are the same.
inline std::string HistogramsSvg(const std::vector<Histogram>& panels) {
  constexpr int kWidth = 720, kPanel = 190, kBins = 60, kLeft = 50, kTop = 40, kPlot = 110;
  const int height = kPanel * static_cast<int>(panels.size());
  std::string svg = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} "
      "{1}\" font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" "
      "fill=\"white\"/>\n",
      kWidth, height);
  for (size_t p = 0; p < panels.size(); ++p) {
    const Histogram& panel = panels[p];
    if (panel.values.empty()) continue;
    auto [least, most] = std::minmax_element(panel.values.begin(), panel.values.end());
    const double low = *least == *most ? *least - 0.5 : *least;
    const double high = *least == *most ? *most + 0.5 : *most;
    std::vector<int> counts(kBins);
    for (const double value : panel.values) {
      const double bin = (value - low) / (high - low) * kBins;
      ++counts[static_cast<size_t>(std::clamp(bin, 0.0, kBins - 1.0))];
    }
    const double tallest = std::log1p(*std::max_element(counts.begin(), counts.end()));
    const int top = static_cast<int>(p) * kPanel;
    const double bar = static_cast<double>(kWidth - 2 * kLeft) / kBins;
    svg += fmt::format(
        "<text x=\"{}\" y=\"{}\" font-size=\"14\">{}</text>\n<text x=\"{}\" y=\"{}\" "
        "fill=\"#555\">{} values; p50 {:.4g}, p99 {:.4g}, least {:.4g}, most {:.4g} {}</text>\n",
        kLeft, top + 18, panel.title, kLeft, top + 34, panel.values.size(),
        Percentile(panel.values, 0.5), Percentile(panel.values, 0.99), *least, *most, panel.unit);
    for (int i = 0; i < kBins; ++i) {
      if (counts[i] == 0) continue;
      const double tall = kPlot * std::log1p(counts[i]) / tallest;
      svg += fmt::format(
          "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" "
          "fill=\"#8e2f6b\"/>\n",
          kLeft + i * bar, top + kTop + kPlot - tall, bar - 1, tall);
    }
    const int base = top + kTop + kPlot;
    svg += fmt::format(
        "<line x1=\"{0}\" y1=\"{1}\" x2=\"{2}\" y2=\"{1}\" stroke=\"black\"/>\n<text x=\"{0}\" "
        "y=\"{3}\">{4:.4g} {6}</text>\n<text x=\"{2}\" y=\"{3}\" text-anchor=\"end\">{5:.4g} "
        "{6}</text>\n",
        kLeft, base, kWidth - kLeft, base + 16, low, high, panel.unit);
  }
  return svg + "</svg>\n";
}

}  // namespace magenta
