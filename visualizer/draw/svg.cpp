#include "visualizer/draw/svg.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace tinymor {
namespace {

/// fill="#rrggbb", with the opacity where it is not 1.
std::string paint(const char* what, ImU32 color) {
  const unsigned alpha = color >> IM_COL32_A_SHIFT & 0xff;
  std::string out = fmt::format("{}=\"#{:02x}{:02x}{:02x}\"", what, color >> IM_COL32_R_SHIFT & 0xff,
                                color >> IM_COL32_G_SHIFT & 0xff, color >> IM_COL32_B_SHIFT & 0xff);
  if (alpha < 0xff) out += fmt::format(" {}-opacity=\"{:.3g}\"", what, alpha / 255.0);
  return out;
}

std::string place(const Box& box, float rounding) {
  std::string out = fmt::format("x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\"", box.min.x, box.min.y,
                                std::max(0.0f, box.width()), std::max(0.0f, box.height()));
  if (rounding > 0) out += fmt::format(" rx=\"{:.1f}\"", rounding);
  return out;
}

/// Text for between two tags of XML: & < > by name, control characters as spaces. Not for attributes: quotes stay.
std::string escaped(std::string_view text) {
  std::string out;
  for (char c : text) switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      default:
        out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
  return out;
}

std::string base64(std::string_view bytes) {
  constexpr const char* digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t three = 0;
    for (size_t k = 0; k < 3; ++k) three = three << 8 | (i + k < bytes.size() ? uint8_t(bytes[i + k]) : 0);
    for (size_t k = 0; k < 4; ++k) out += i + k <= bytes.size() ? digits[three >> (18 - 6 * k) & 63] : '=';
  }
  return out;
}

}  // namespace

void SvgCanvas::rect(const Box& box, ImU32 color, float rounding) {
  fmt::format_to(std::back_inserter(body_), "<rect {} {}/>\n", place(box, rounding), paint("fill", color));
}

void SvgCanvas::outline(const Box& box, ImU32 color, float thickness, float rounding) {
  // As in the window, the line is inside the box.
  fmt::format_to(std::back_inserter(body_), "<rect {} fill=\"none\" {} stroke-width=\"{:.1f}\"/>\n",
                 place(box.inset(thickness / 2, thickness / 2), rounding), paint("stroke", color), thickness);
}

void SvgCanvas::line(ImVec2 from, ImVec2 to, ImU32 color, float thickness) {
  polyline({from, to}, color, thickness);
}

void SvgCanvas::polyline(const std::vector<ImVec2>& points, ImU32 color, float thickness) {
  if (points.size() < 2) return;
  body_ += "<polyline points=\"";
  for (const ImVec2& p : points) fmt::format_to(std::back_inserter(body_), "{:.1f},{:.1f} ", p.x, p.y);
  body_.back() = '"';
  fmt::format_to(std::back_inserter(body_), " fill=\"none\" {} stroke-width=\"{:.1f}\"/>\n", paint("stroke", color),
                 thickness);
}

void SvgCanvas::triangle(ImVec2 a, ImVec2 b, ImVec2 c, ImU32 color) {
  fmt::format_to(std::back_inserter(body_), "<polygon points=\"{:.1f},{:.1f} {:.1f},{:.1f} {:.1f},{:.1f}\" {}/>\n", a.x,
                 a.y, b.x, b.y, c.x, c.y, paint("fill", color));
}

void SvgCanvas::circle(ImVec2 center, float radius, ImU32 color) {
  fmt::format_to(std::back_inserter(body_), "<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{:.1f}\" {}/>\n", center.x,
                 center.y, radius, paint("fill", color));
}

void SvgCanvas::text(ImVec2 position, ImU32 color, std::string_view text, ui::Font which) {
  if (text.empty()) return;
  const ImFont* font = ui::font(which);
  fmt::format_to(std::back_inserter(body_),
                 "<text x=\"{:.1f}\" y=\"{:.1f}\" font-size=\"{:.1f}\" textLength=\"{:.1f}\" "
                 "lengthAdjust=\"spacingAndGlyphs\" xml:space=\"preserve\"{} {}>{}</text>\n",
                 position.x, position.y + font->Ascent, font->FontSize * ui::em_of_height, text_size(text, which).x,
                 which == ui::Font::bold ? " font-weight=\"bold\"" : "", paint("fill", color), escaped(text));
}

void SvgCanvas::image(const Box& box, const Image& image) {
  fmt::format_to(std::back_inserter(body_),
                 "<image {} preserveAspectRatio=\"none\" style=\"image-rendering:pixelated\" "
                 "href=\"data:image/png;base64,{}\"/>\n",
                 place(box, 0), base64(png_bytes(image.picture)));
}

void SvgCanvas::push_clip(const Box& box) {
  fmt::format_to(std::back_inserter(body_),
                 "<clipPath id=\"clip{}\"><rect {}/></clipPath><g clip-path=\"url(#clip{})\">\n", clips_, place(box, 0),
                 clips_);
  ++clips_;
  ++open_;
}

void SvgCanvas::pop_clip() {
  body_ += "</g>\n";
  --open_;
}

std::string SvgCanvas::file(const Box& part, Color background) const {
  std::string out = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"{:.0f} {:.0f} {:.0f} {:.0f}\" width=\"{:.0f}\" "
      "height=\"{:.0f}\" font-family=\"DejaVu Sans, Noto Sans, sans-serif\">\n",
      part.min.x, part.min.y, part.width(), part.height(), part.width(), part.height());
  out += fmt::format("<rect {} {}/>\n{}", place(part, 0), paint("fill", ui::u32(background)), body_);
  for (int i = 0; i < open_; ++i) out += "</g>\n";
  return out + "</svg>\n";
}

}  // namespace tinymor
