#pragma once
// The app's look: one calm dark theme, four fonts, and sizes in `em` (the height of body text), so that zoom and
// screen density scale everything alike.

#include "tensor/whole.h"
#include "visualizer/draw/imgui_compat.h"
#include "visualizer/draw/palette.h"

namespace tinymor::ui {

enum class Font { body, bold, small, large };
inline constexpr int font_count = 4;
/// `system`: the best font found on this machine; `builtin`: the one inside ImGui, the same everywhere.
enum class FontSource { system, builtin };

/// Replaces the atlas of the current context by the fonts at `scale` (1: 100 %). The renderer's texture is stale then.
void load_fonts(float scale, FontSource source);
/// Sets the current context's style at `scale`.
void apply_style(float scale);

/// ImGui measures a font by the height of its lines, which are 1.164 em in DejaVu Sans; SVG and other fonts by the em.
inline constexpr float em_of_height = 1 / 1.164f;

ImFont* font(Font which);
/// Height of body text in pixels, the unit of all sizes.
float em();

namespace colors {
inline constexpr Color ground{0x12, 0x14, 0x1A}, bar{0x18, 0x1B, 0x22}, card{0x1B, 0x1E, 0x26}, well{0x14, 0x16, 0x1C},
    line{0x2C, 0x31, 0x3C}, control{0x2A, 0x2F, 0x3A}, hovered{0x37, 0x3D, 0x4B}, active{0x45, 0x4D, 0x5E},
    text{0xE8, 0xEA, 0xEE}, dim{0xA3, 0xAA, 0xB8}, faint{0x83, 0x8B, 0x9B}, accent{0xB9, 0xA6, 0xF2},
    good{0x6F, 0xD0, 0x9B}, warn{0xF2, 0xB5, 0x6B};
}  // namespace colors

inline ImU32 u32(Color c, double alpha = 1) {
  return IM_COL32(c.r, c.g, c.b, level_of(alpha));
}
inline ImVec4 vec4(Color c, float alpha = 1) {
  return {c.r / 255.0f, c.g / 255.0f, c.b / 255.0f, alpha};
}

}  // namespace tinymor::ui
