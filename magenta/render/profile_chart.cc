// The picture is a title, a legend, and panels two by two; in a panel values stand along x, and
// each has a bar of every collection beside the others', so that shapes can be compared.

#include "magenta/render/profile_chart.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>

#include "magenta/base/status.h"
#include "magenta/render/canvas.h"

namespace magenta {
namespace {

constexpr double kChartMargin = 36, kChartHeader = 96;
constexpr double kPanelWidth = 750, kPanelHeight = 300, kPanelGap = 28;
constexpr double kPanelTop = 40, kPanelBottom = 34, kPanelLeft = 52;
constexpr int kPanelColumns = 2;
constexpr Color kChartInk = 0x1d2330, kChartFaint = 0x667085, kChartLine = 0xe0e4ec;
// Told apart by people who see no difference of red and green, too (Okabe and Ito's order).
constexpr std::array<Color, kMostProfiles> kColors = {0x0072b2, 0xe69f00, 0x009e73, 0xcc79a7,
                                                      0x56b4e9, 0xd55e00, 0x59606e, 0xc8b900};

// The bars of one collection; a value that it does not have is 0.
struct Series {
  size_t color;
  std::vector<double> shares;
};

struct Panel {
  std::string title;
  std::vector<std::string> labels;
  std::vector<Series> series;
};

// All labels of the collections: numbers in their order, from the least to the largest.
std::vector<std::string> UnionOfLabels(const std::vector<Distribution>& all) {
  std::optional<std::pair<int, int>> range;
  for (const Distribution& one : all) {
    for (size_t i = 0; i < one.labels.size(); ++i) {
      int number = 0;
      const std::string& text = one.labels[i];
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
      if (error != std::errc() || end != text.data() + text.size()) return one.labels;
      if (!range) range = {number, number};
      range = {std::min(range->first, number), std::max(range->second, number)};
    }
  }
  std::vector<std::string> labels;
  if (!range) return labels;
  for (int n = range->first; n <= range->second; ++n) labels.push_back(fmt::format("{}", n));
  return labels;
}

Panel PanelOf(const std::vector<Distribution>& all) {
  Panel panel{all[0].title, UnionOfLabels(all), {}};
  for (size_t c = 0; c < all.size(); ++c) {
    std::map<std::string, double> shares;
    for (size_t i = 0; i < all[c].labels.size(); ++i) shares[all[c].labels[i]] = all[c].shares[i];
    Series series{c, {}};
    for (const std::string& label : panel.labels) series.shares.push_back(shares[label]);
    panel.series.push_back(std::move(series));
  }
  return panel;
}

Panel PanelOfShares(std::span<const NamedProfile> profiles) {
  Panel panel{"shares, mean of the melodies", {}, {}};
  for (size_t c = 0; c < profiles.size(); ++c) {
    Series series{c, {}};
    for (const ProfileFigure& figure : profiles[c].profile.Figures()) {
      if (figure.is_share) series.shares.push_back(figure.value);
    }
    panel.series.push_back(std::move(series));
  }
  for (const NamedProfile& one : profiles) {
    if (!panel.labels.empty()) break;
    for (const ProfileFigure& figure : one.profile.Figures()) {
      if (figure.is_share) panel.labels.push_back(figure.short_title);
    }
  }
  return panel;
}

// A round number of lines up to `largest`.
double GridStep(double largest) {
  for (const double step : {0.01, 0.02, 0.05, 0.1, 0.2}) {
    if (largest / step <= 6) return step;
  }
  return 0.25;
}

double LargestShare(const Panel& panel) {
  double largest = 0.01;
  for (const Series& series : panel.series) {
    for (const double share : series.shares) largest = std::max(largest, share);
  }
  return largest;
}

void DrawPanel(Canvas& canvas, const Panel& panel, double left, double top) {
  canvas.Text(left, top + 10, panel.title, {.size = 16, .color = kChartInk, .bold = true});
  const double x0 = left + kPanelLeft, width = kPanelWidth - kPanelLeft;
  const double y0 = top + kPanelHeight - kPanelBottom;
  const double height = kPanelHeight - kPanelTop - kPanelBottom;
  const double step = GridStep(LargestShare(panel));
  const double highest = std::ceil(LargestShare(panel) / step - 1e-9) * step;
  for (int line = 0; line * step <= highest + 1e-9; ++line) {
    const double y = y0 - height * line * step / highest;
    canvas.Line(x0, y, x0 + width, y, 1, kChartLine);
    canvas.Text(x0 - 8, y, fmt::format("{:.0f} %", 100 * line * step),
                {.size = 12, .color = kChartFaint, .anchor = 1});
  }
  if (panel.labels.empty()) return;
  const double cell = width / static_cast<double>(panel.labels.size());
  const double bar = 0.8 * cell / static_cast<double>(panel.series.size());
  double widest = 1;
  for (const std::string& label : panel.labels) {
    widest = std::max(widest, canvas.TextWidth(label, {.size = 12}) + 6);
  }
  const auto every = static_cast<size_t>(std::ceil(widest / cell));
  for (size_t i = 0; i < panel.labels.size(); ++i) {
    const double x = x0 + cell * static_cast<double>(i);
    for (size_t s = 0; s < panel.series.size(); ++s) {
      const Series& series = panel.series[s];
      if (i >= series.shares.size() || series.shares[i] == 0) continue;
      const double tall = height * series.shares[i] / highest;
      canvas.FillRect(x + 0.1 * cell + bar * static_cast<double>(s), y0 - tall,
                      std::max(1.0, bar - 0.5), tall, kColors[series.color]);
    }
    if (i % every == 0) {
      canvas.Text(x + cell / 2, y0 + 14, panel.labels[i],
                  {.size = 12, .color = kChartInk, .anchor = 0.5});
    }
  }
  canvas.Line(x0, y0, x0 + width, y0, 1, kChartFaint);
}

void DrawLegend(Canvas& canvas, std::span<const NamedProfile> profiles, double width) {
  constexpr double kSwatch = 14;
  const TextStyle style = {.size = 15, .color = kChartInk};
  double x = kChartMargin, y = 66;
  for (size_t c = 0; c < profiles.size(); ++c) {
    const std::string text =
        fmt::format("{} ({})", profiles[c].name, profiles[c].profile.melodies());
    const double needed = kSwatch + 8 + canvas.TextWidth(text, style) + 28;
    if (x + needed > width - kChartMargin && x > kChartMargin) x = kChartMargin, y += 20;
    canvas.FillRect(x, y - kSwatch / 2, kSwatch, kSwatch, kColors[c]);
    canvas.Text(x + kSwatch + 8, y, text, style);
    x += needed;
  }
}

}  // namespace

absl::StatusOr<std::string> DrawProfiles(std::span<const NamedProfile> profiles,
                                         const std::string& title, PictureFormat format) {
  if (profiles.size() > kMostProfiles) {
    return UsageError(fmt::format("{} collections, and a picture has colours for {}",
                                  profiles.size(), kMostProfiles),
                      "Compare fewer, or leave --output out");
  }
  std::vector<std::vector<Distribution>> by_kind;
  for (const NamedProfile& one : profiles) {
    std::vector<Distribution> distributions = one.profile.Distributions();
    by_kind.resize(distributions.size());
    for (size_t i = 0; i < distributions.size(); ++i) {
      by_kind[i].push_back(std::move(distributions[i]));
    }
  }
  std::vector<Panel> panels = {PanelOfShares(profiles)};
  for (const auto& all : by_kind) panels.push_back(PanelOf(all));
  const size_t lines = (panels.size() + kPanelColumns - 1) / kPanelColumns;
  const auto rows = static_cast<double>(lines);
  const double width = 2 * kChartMargin + kPanelColumns * kPanelWidth + kPanelGap;
  const double height = kChartHeader + rows * (kPanelHeight + kPanelGap) + kChartMargin / 2;
  Canvas canvas(static_cast<int>(width), static_cast<int>(height), format);
  canvas.Text(kChartMargin, 34, title, {.size = 24, .color = kChartInk, .bold = true});
  DrawLegend(canvas, profiles, width);
  for (size_t i = 0; i < panels.size(); ++i) {
    const size_t column = i % kPanelColumns, row = i / kPanelColumns;
    DrawPanel(canvas, panels[i],
              kChartMargin + static_cast<double>(column) * (kPanelWidth + kPanelGap),
              kChartHeader + static_cast<double>(row) * (kPanelHeight + kPanelGap));
  }
  return canvas.Finish();
}

}  // namespace magenta
