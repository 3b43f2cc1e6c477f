#pragma once
// The app's look: a calm dark theme and a light one, its fonts, and sizes in `em` (the height of body text), so
// that zoom and screen density scale everything alike.

#include <functional>

#include "mor/whole.h"
#include "visualizer/draw/imgui_compat.h"
#include "visualizer/draw/palette.h"

namespace tinymor::ui {

enum class Font { body, bold, small, large, medium, huge };
inline constexpr int font_count = 6;
/// `system`: the best font found on this machine; `builtin`: the one inside ImGui, the same everywhere.
enum class FontSource { system, builtin };

/// Replaces the atlas of the current context by the fonts at `scale` (1: 100 %). The renderer's texture is stale then.
void load_fonts(float scale, FontSource source);
/// Sets the current context's style at `scale`.
void apply_style(float scale);
/// Sets the colours of the current context's style to those of theme().
void apply_colors();

/// All is drawn in a theme until the end of the scope.
class ThemeScope {
 public:
  explicit ThemeScope(Theme theme);
  ~ThemeScope();

 private:
  Theme before_;
};

/// ImGui measures a font by the height of its lines, which are 1.164 em in DejaVu Sans; SVG and other fonts by the em.
inline constexpr float em_of_height = 1 / 1.164f;

ImFont* font(Font which);
/// Height of body text in pixels, the unit of all sizes.
float em();
/// The largest font of a text that fits its room with it, as `fits` says: text grows with its panel, up to what the
/// last row of a room can read. Body text where not even that fits.
Font reading_font(const std::function<bool(Font)>& fits);

namespace colors {
inline constexpr Themed ground{{0x12, 0x14, 0x1A}, {0xE9, 0xEC, 0xF1}}, bar{{0x18, 0x1B, 0x22}, {0xF3, 0xF5, 0xF8}},
    card{{0x1B, 0x1E, 0x26}, {0xFF, 0xFF, 0xFF}}, well{{0x14, 0x16, 0x1C}, {0xF0, 0xF2, 0xF6}},
    popup{{0x22, 0x26, 0x30}, {0xFF, 0xFF, 0xFF}}, line{{0x2C, 0x31, 0x3C}, {0xCD, 0xD3, 0xDD}},
    control{{0x2A, 0x2F, 0x3A}, {0xE3, 0xE7, 0xEE}}, hovered{{0x37, 0x3D, 0x4B}, {0xD2, 0xD8, 0xE3}},
    active{{0x45, 0x4D, 0x5E}, {0xBE, 0xC7, 0xD6}}, text{{0xE8, 0xEA, 0xEE}, {0x15, 0x18, 0x1E}},
    dim{{0xA3, 0xAA, 0xB8}, {0x46, 0x4E, 0x5D}}, faint{{0x83, 0x8B, 0x9B}, {0x66, 0x6E, 0x7E}},
    accent = run_color, good{{0x6F, 0xD0, 0x9B}, {0x17, 0x70, 0x3F}}, warn{{0xF2, 0xB5, 0x6B}, {0x8F, 0x52, 0x00}};
}  // namespace colors

inline ImU32 u32(Color c, double alpha = 1) {
  return IM_COL32(c.r, c.g, c.b, level_of(alpha));
}
inline ImVec4 vec4(Color c, float alpha = 1) {
  return {c.r / 255.0f, c.g / 255.0f, c.b / 255.0f, alpha};
}

}  // namespace tinymor::ui
