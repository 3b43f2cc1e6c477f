#pragma once
// The colours that mean something. A depth keeps its colour everywhere: in the token strip, the grid, the cache and the
// generated text. The first four are at least 40 apart (CIE 1976 delta E) for normal sight and under simulated
// deuteranopia, protanopia and tritanopia (Machado, Oliveira and Fernandes 2009); the tests hold them to that. Colour
// is never alone: strokes, digits or heights say the same.

#include <cstdint>

namespace tinymor {

struct Color {
  uint8_t r = 0, g = 0, b = 0;
  bool operator==(const Color&) const = default;
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

/// "B", which is compared with "A"; A is what the other panels show, in the accent of the controls.
inline constexpr Color compared_color{0xF2, 0xB5, 0x6B};
/// Further runs beside the two.
inline constexpr Color rival_colors[] = {
    {0x6C, 0xB9, 0xD9}, {0xA8, 0xC2, 0x5A}, {0x5A, 0x86, 0xE0}, {0xC0, 0x70, 0x5A}};

/// Skipped entries among quantities: far from the colour of every quantity, and of entries that are not there, for
/// every kind of sight.
inline constexpr Color skipped_color{0x60, 0x30, 0x00};

/// For quantities without a middle, 0 to 1: dark blue to yellow, ascending in brightness for every kind of sight
/// (cividis; Nunez, Anderton and Renslow 2018).
Color sequential_color(double part);

/// For changes, -1 to 1: blue for less, orange for more, dark where nothing changes.
Color signed_color(double part);

/// The text colour, near-black or white, that stands out more on `background`, and their contrast (WCAG 2, 1 to 21).
Color text_on(Color background);
double contrast(Color a, Color b);

/// `part` 0: a, 1: b, in sRGB.
Color mix(Color a, Color b, double part);

}  // namespace tinymor
