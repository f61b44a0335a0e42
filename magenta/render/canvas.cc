#include "magenta/render/canvas.h"

#include <cairo-svg.h>
#include <cairo.h>
#include <fmt/core.h>

#include <algorithm>
#include <numbers>

#include "magenta/base/status.h"
#include "magenta/base/utf8.h"

namespace magenta {
namespace {

cairo_status_t AppendToPicture(void* bytes, const unsigned char* data, unsigned length) {
  static_cast<std::string*>(bytes)->append(reinterpret_cast<const char*>(data), length);
  return CAIRO_STATUS_SUCCESS;
}

/// Cairo numbers its groups through the life of a process; the same picture is to be the same
/// bytes.
void NameSvgGroup(std::string& svg) {
  constexpr std::string_view kGroup = "<g id=\"surface";
  const size_t at = svg.find(kGroup);
  if (at == std::string::npos) return;
  const size_t digits = at + kGroup.size();
  svg.erase(digits, svg.find('"', digits) - digits);
}

}  // namespace

struct Canvas::Surface {
  PictureFormat format;
  std::string bytes;
  cairo_surface_t* surface;
  cairo_t* cairo;

  void SetColor(Color color) {
    cairo_set_source_rgb(cairo, (color >> 16 & 255) / 255.0, (color >> 8 & 255) / 255.0,
                         (color & 255) / 255.0);
  }
  void SetFont(const TextStyle& style) {
    cairo_select_font_face(cairo, "sans-serif", CAIRO_FONT_SLANT_NORMAL,
                           style.bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(cairo, style.size);
  }
};

Canvas::Canvas(int width, int height, PictureFormat format) : surface_(new Surface{}) {
  Surface& s = *surface_;
  s.format = format;
  s.surface = format == PictureFormat::kSvg
                  ? cairo_svg_surface_create_for_stream(AppendToPicture, &s.bytes, width, height)
                  : cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
  s.cairo = cairo_create(s.surface);
  FillRect(0, 0, width, height, 0xffffff);
}

Canvas::~Canvas() {
  cairo_destroy(surface_->cairo);
  cairo_surface_destroy(surface_->surface);
}

void Canvas::FillRect(double x, double y, double width, double height, Color color) {
  surface_->SetColor(color);
  cairo_rectangle(surface_->cairo, x, y, width, height);
  cairo_fill(surface_->cairo);
}

void Canvas::FillRects(std::span<const Rect> rects, Color color) {
  surface_->SetColor(color);
  for (const Rect& rect : rects) {
    cairo_rectangle(surface_->cairo, rect.x, rect.y, rect.width, rect.height);
  }
  cairo_fill(surface_->cairo);
}

void Canvas::FillRoundRect(double x, double y, double width, double height, double radius,
                           Color color, Color border) {
  using std::numbers::pi;
  cairo_t* cairo = surface_->cairo;
  radius = std::min({radius, width / 2, height / 2});
  cairo_new_path(cairo);
  cairo_arc(cairo, x + width - radius, y + radius, radius, -pi / 2, 0);
  cairo_arc(cairo, x + width - radius, y + height - radius, radius, 0, pi / 2);
  cairo_arc(cairo, x + radius, y + height - radius, radius, pi / 2, pi);
  cairo_arc(cairo, x + radius, y + radius, radius, pi, 3 * pi / 2);
  cairo_close_path(cairo);
  surface_->SetColor(color);
  cairo_fill_preserve(cairo);
  surface_->SetColor(border);
  cairo_set_line_width(cairo, 0.8);
  cairo_set_dash(cairo, nullptr, 0, 0);
  cairo_stroke(cairo);
}

void Canvas::Line(double x1, double y1, double x2, double y2, double width, Color color,
                  double dash) {
  cairo_t* cairo = surface_->cairo;
  surface_->SetColor(color);
  cairo_set_line_width(cairo, width);
  cairo_set_dash(cairo, &dash, dash > 0 ? 1 : 0, 0);
  cairo_move_to(cairo, x1, y1);
  cairo_line_to(cairo, x2, y2);
  cairo_stroke(cairo);
}

double Canvas::TextWidth(std::string_view text, const TextStyle& style) {
  surface_->SetFont(style);
  cairo_text_extents_t extents;
  cairo_text_extents(surface_->cairo, ToUtf8(text).c_str(), &extents);
  return extents.x_advance;
}

void Canvas::Text(double x, double y, std::string_view text, const TextStyle& style) {
  const double left = x - style.anchor * TextWidth(text, style);
  surface_->SetColor(style.color);
  cairo_move_to(surface_->cairo, left, y + style.size * 0.36);
  cairo_show_text(surface_->cairo, ToUtf8(text).c_str());
}

absl::StatusOr<std::string> Canvas::Finish() {
  Surface& s = *surface_;
  cairo_status_t status = cairo_status(s.cairo);
  if (status == CAIRO_STATUS_SUCCESS && s.format == PictureFormat::kPng) {
    status = cairo_surface_write_to_png_stream(s.surface, AppendToPicture, &s.bytes);
  }
  cairo_surface_finish(s.surface);
  if (status == CAIRO_STATUS_SUCCESS) status = cairo_surface_status(s.surface);
  if (status != CAIRO_STATUS_SUCCESS) {
    return OutsideError("", fmt::format("cannot draw: {}", cairo_status_to_string(status)));
  }
  if (s.format == PictureFormat::kSvg) NameSvgGroup(s.bytes);
  return std::move(s.bytes);
}

}  // namespace magenta
