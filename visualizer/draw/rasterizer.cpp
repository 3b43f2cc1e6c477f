#include "visualizer/draw/rasterizer.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "mor/whole.h"
#include "visualizer/draw/canvas.h"

namespace tinymor {
namespace {

struct Clip {
  int left, top, right, bottom;
};

class Painter {
 public:
  Painter(Picture& image, const FontTexture& texture) : image_(image), texture_(texture) {}
  /// With the pixels of `picture`, or of the font texture when it is null.
  void triangle(const ImDrawVert& a, const ImDrawVert& b, const ImDrawVert& c, const Clip& clip,
                const Picture* picture);

 private:
  float sample(float u, float v) const;
  void blend(int x, int y, const std::array<float, 4>& rgba);

  Picture& image_;
  const FontTexture& texture_;
};

std::array<float, 4> channels(ImU32 color) {
  return {float(color >> IM_COL32_R_SHIFT & 255), float(color >> IM_COL32_G_SHIFT & 255),
          float(color >> IM_COL32_B_SHIFT & 255), float(color >> IM_COL32_A_SHIFT & 255)};
}

// Bilinear, clamped to the edge.
float Painter::sample(float u, float v) const {
  const float x = u * float(texture_.width) - 0.5f, y = v * float(texture_.height) - 0.5f;
  const float fx = std::floor(x), fy = std::floor(y), dx = x - fx, dy = y - fy;
  const auto at = [&](int column, int row) {
    column = std::clamp(column, 0, texture_.width - 1);
    row = std::clamp(row, 0, texture_.height - 1);
    return float(texture_.alpha[size_t(row) * texture_.width + column]);
  };
  const int c = int(fx), r = int(fy);
  const float top = at(c, r) * (1 - dx) + at(c + 1, r) * dx, bottom = at(c, r + 1) * (1 - dx) + at(c + 1, r + 1) * dx;
  return (top * (1 - dy) + bottom * dy) / 255;
}

void Painter::blend(int x, int y, const std::array<float, 4>& rgba) {
  uint8_t* pixel = &image_.rgba[(size_t(y) * image_.width + x) * 4];
  const float a = rgba[3] / 255;
  for (int i = 0; i < 3; ++i) pixel[i] = uint8_t(rgba[i] * a + float(pixel[i]) * (1 - a) + 0.5f);
}

// The nearest pixel of a picture times `color`.
std::array<float, 4> tinted(const Picture& picture, float u, float v, std::array<float, 4> color) {
  const int x = whole(u * float(picture.width), 0, picture.width - 1);
  const int y = whole(v * float(picture.height), 0, picture.height - 1);
  const uint8_t* pixel = &picture.rgba[(size_t(y) * picture.width + x) * 4];
  for (int i = 0; i < 4; ++i) color[i] *= float(pixel[i]) / 255;
  return color;
}

// Whether a pixel whose middle is exactly on the edge a-b belongs to the triangle: two that share an edge must not
// both paint it (the top-left rule).
bool owns_edge(ImVec2 a, ImVec2 b) {
  return a.y > b.y || (a.y == b.y && a.x < b.x);
}

void Painter::triangle(const ImDrawVert& first, const ImDrawVert& second, const ImDrawVert& third, const Clip& clip,
                       const Picture* picture) {
  const ImDrawVert *a = &first, *b = &second, *c = &third;
  const auto edge = [](ImVec2 p, ImVec2 q, float x, float y) {
    return (q.x - p.x) * (y - p.y) - (q.y - p.y) * (x - p.x);
  };
  float area = edge(a->pos, b->pos, c->pos.x, c->pos.y);
  if (!std::isfinite(area) || area == 0) return;
  if (area < 0) {
    std::swap(b, c);
    area = -area;
  }

  const int left = whole(std::floor(std::min({a->pos.x, b->pos.x, c->pos.x})), clip.left, clip.right);
  const int right = whole(std::ceil(std::max({a->pos.x, b->pos.x, c->pos.x})), clip.left, clip.right);
  const int top = whole(std::floor(std::min({a->pos.y, b->pos.y, c->pos.y})), clip.top, clip.bottom);
  const int bottom = whole(std::ceil(std::max({a->pos.y, b->pos.y, c->pos.y})), clip.top, clip.bottom);

  const bool own_a = owns_edge(b->pos, c->pos), own_b = owns_edge(c->pos, a->pos), own_c = owns_edge(a->pos, b->pos);
  const auto ca = channels(a->col), cb = channels(b->col), cc = channels(c->col);
  const bool flat = a->col == b->col && b->col == c->col;
  const bool solid = !picture && a->uv.x == b->uv.x && b->uv.x == c->uv.x && a->uv.y == b->uv.y && b->uv.y == c->uv.y;
  const float solid_alpha = solid ? sample(a->uv.x, a->uv.y) : 0;
  for (int y = top; y < bottom; ++y) {
    for (int x = left; x < right; ++x) {
      const float px = float(x) + 0.5f, py = float(y) + 0.5f;
      const float wa = edge(b->pos, c->pos, px, py), wb = edge(c->pos, a->pos, px, py),
                  wc = edge(a->pos, b->pos, px, py);
      if (wa < 0 || wb < 0 || wc < 0) continue;
      if ((wa == 0 && !own_a) || (wb == 0 && !own_b) || (wc == 0 && !own_c)) continue;
      const float ka = wa / area, kb = wb / area, kc = wc / area;
      std::array<float, 4> color = ca;
      if (!flat) {
        for (int i = 0; i < 4; ++i) color[i] = ca[i] * ka + cb[i] * kb + cc[i] * kc;
      }
      const float u = a->uv.x * ka + b->uv.x * kb + c->uv.x * kc, v = a->uv.y * ka + b->uv.y * kb + c->uv.y * kc;
      if (picture)
        color = tinted(*picture, u, v, color);
      else
        color[3] *= solid ? solid_alpha : sample(u, v);
      if (color[3] > 0) blend(x, y, color);
    }
  }
}

Clip clip_of(const ImVec4& rect, const ImDrawData& data, const Picture& image) {
  const auto bounded = [](float v, int most) { return whole(v, 0, most); };
  return {bounded(rect.x - data.DisplayPos.x, image.width), bounded(rect.y - data.DisplayPos.y, image.height),
          bounded(rect.z - data.DisplayPos.x, image.width), bounded(rect.w - data.DisplayPos.y, image.height)};
}

}  // namespace

FontTexture font_texture() {
  unsigned char* pixels = nullptr;
  FontTexture texture;
  ImGui::GetIO().Fonts->GetTexDataAsAlpha8(&pixels, &texture.width, &texture.height);
  texture.alpha.assign(pixels, pixels + size_t(texture.width) * texture.height);
  return texture;
}

namespace {

/// ImGui names the windows inside of another one NAME/...
bool belongs_to(const ImDrawList& list, const std::string& window) {
  const std::string_view name = list._OwnerName ? list._OwnerName : "";
  return window.empty() || name == window || name.starts_with(window + "/");
}

}  // namespace

Picture rasterize(const ImDrawData& data, const FontTexture& texture, uint32_t background, const std::string& window) {
  Picture image{int(data.DisplaySize.x), int(data.DisplaySize.y), {}};
  image.rgba.resize(size_t(image.width) * image.height * 4);
  for (size_t i = 0; i < image.rgba.size(); i += 4) {
    image.rgba[i] = uint8_t(background >> 16);
    image.rgba[i + 1] = uint8_t(background >> 8);
    image.rgba[i + 2] = uint8_t(background);
    image.rgba[i + 3] = 255;
  }
  Painter painter(image, texture);
  for (int n = 0; n < data.CmdListsCount; ++n) {
    const ImDrawList& list = *data.CmdLists[n];
    if (!belongs_to(list, window)) continue;
    for (const ImDrawCmd& command : list.CmdBuffer) {
      if (command.UserCallback) continue;
      const Image* own = image_of(command);
      const Clip clip = clip_of(command.ClipRect, data, image);
      const ImDrawVert* vertices = list.VtxBuffer.Data + command.VtxOffset;
      const ImDrawIdx* index = list.IdxBuffer.Data + command.IdxOffset;
      for (unsigned int i = 0; i + 2 < command.ElemCount; i += 3) {
        painter.triangle(vertices[index[i]], vertices[index[i + 1]], vertices[index[i + 2]], clip,
                         own ? &own->picture : nullptr);
      }
    }
  }
  return image;
}

}  // namespace tinymor
