#pragma once
// The few drawing commands that pictures need, on Cairo, to SVG or PNG bytes.

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "magenta/render/piano_roll.h"

namespace magenta {

/// Red, green, blue as 0xRRGGBB.
using Color = unsigned;

/// How a line of text looks.
struct TextStyle {
  /// Pixels from line to line.
  double size = 12;
  Color color = 0;
  bool bold = false;
  /// Where `x` is in the text: 0 its left end, 0.5 the middle, 1 the right end.
  double anchor = 0;
};

/// A surface of `width` x `height` pixels, y downwards.
class Canvas {
 public:
  /// White all over.
  Canvas(int width, int height, PictureFormat format);
  ~Canvas();
  Canvas(const Canvas&) = delete;
  Canvas& operator=(const Canvas&) = delete;

  /// `x` and `y` are the upper left corner; all in pixels.
  void FillRect(double x, double y, double width, double height, Color color);
  /// The corners of an upright rectangle.
  struct Rect {
    double x, y, width, height;
  };
  /// FillRect for many of one colour, in fewer bytes.
  void FillRects(std::span<const Rect> rects, Color color);
  /// Corners of `radius`, a hairline of `border` inside.
  void FillRoundRect(double x, double y, double width, double height, double radius, Color color,
                     Color border);
  /// A straight line, `dash` pixels on and off when above 0.
  void Line(double x1, double y1, double x2, double y2, double width, Color color, double dash = 0);
  /// `y` is the middle of the capitals.
  void Text(double x, double y, std::string_view text, const TextStyle& style);
  /// Width of `text` in pixels.
  double TextWidth(std::string_view text, const TextStyle& style);

  /// The picture's bytes. Once, last. Error (exit 5): Cairo ran out of memory.
  absl::StatusOr<std::string> Finish();

 private:
  struct Surface;
  std::unique_ptr<Surface> surface_;
};

}  // namespace magenta
