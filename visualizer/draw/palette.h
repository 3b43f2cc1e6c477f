#pragma once
// The colours that mean something. A depth keeps its colour everywhere: in the token strip, the grid, the cache and the
// generated text, on dark ground and on light. Deeper is darker, and neighbours are at least 40 apart (CIE 1976 delta
// E) for normal sight and under simulated deuteranopia, protanopia and tritanopia (Machado, Oliveira and Fernandes
// 2009); the tests hold them to that. Changes and runs have other hues than depths. Colour is never alone: strokes,
// digits, heights, marks or dashes say the same.

#include <cstdint>

namespace tinymor {

struct Color {
  uint8_t r = 0, g = 0, b = 0;
  bool operator==(const Color&) const = default;
};

/// Whether all is drawn on dark ground or, for lit rooms and paper, on light ground.
enum class Theme { dark, light };
/// The theme that is drawn in now; one for all contexts of ImGui.
Theme theme();
void set_theme(Theme theme);
constexpr Theme other_theme(Theme theme) {
  return theme == Theme::dark ? Theme::light : Theme::dark;
}

/// A colour with a value for each theme; it is that of the theme that is drawn in now.
struct Themed {
  Color dark, light;

  operator Color() const { return theme() == Theme::dark ? dark : light; }
};

/// 0: a token that is not computed; 1, 2, ...: recursions spent. Depths beyond the last colour share it.
Color depth_color(int depth);
/// What every token is computed by: layers outside of recursions.
inline constexpr Color plain_color{0x8C, 0x94, 0xA4};
/// The same in a model with this many recursions: with one, no block is repeated and depths have no colour.
inline Color depth_color(int depth, int recursions) {
  return recursions > 1 || depth == 0 ? depth_color(depth) : plain_color;
}

/// Where the two rules disagree: only the training rule computes, only the causal rule computes.
Color training_only_color();
Color causal_only_color();

/// Of the first run that is opened; controls have it, too.
inline constexpr Themed run_color{{0xB9, 0xA6, 0xF2}, {0x5B, 0x46, 0xB8}};
/// Of the runs that are opened beside it, in that order.
inline constexpr Themed rival_colors[] = {{{0xF0, 0x70, 0x9A}, {0xC4, 0x14, 0x6C}},
                                          {{0x63, 0xB8, 0x3E}, {0x2C, 0x74, 0x08}},
                                          {{0x12, 0xDC, 0xC8}, {0x00, 0x70, 0x6C}},
                                          {{0xCE, 0x8A, 0x76}, {0x8A, 0x4A, 0x44}}};
/// "B", where it is another step of the run that the other panels show, which is "A".
inline constexpr Themed compared_color{{0xF4, 0xC9, 0xA4}, {0x7E, 0x4A, 0x10}};

/// Skipped entries among quantities: far from the colour of every quantity, and of entries that are not there, for
/// every kind of sight.
inline constexpr Color skipped_color{0x60, 0x30, 0x00};

/// For quantities without a middle, 0 to 1, from near the ground to far from it for every kind of sight: dark blue to
/// yellow on dark ground (cividis; Nunez, Anderton and Renslow 2018), cream to dark blue on light.
Color sequential_color(double part);

/// For changes, -1 to 1: blue for less, orange for more, near the ground where nothing changes.
Color signed_color(double part);

/// The text colour, near-black or white, that stands out more on `background`, and their contrast (WCAG 2, 1 to 21).
Color text_on(Color background);
double contrast(Color a, Color b);

/// `part` 0: a, 1: b, in sRGB.
Color mix(Color a, Color b, double part);

}  // namespace tinymor
