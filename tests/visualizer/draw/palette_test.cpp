#include "visualizer/draw/palette.h"
#include "visualizer/draw/color_vision.h"

#include <cmath>
#include <iterator>
#include <vector>

#include "support/catch.h"
#include "trainer/depth_tints.h"
#include "visualizer/draw/theme.h"
#include "visualizer/views/attention_view.h"

using namespace tinymor;

namespace {

constexpr Vision visions[] = {Vision::normal, Vision::deuteranopia, Vision::protanopia, Vision::tritanopia};

constexpr Theme themes[] = {Theme::dark, Theme::light};

/// All colours are those of a theme until its end.
struct InTheme {
  explicit InTheme(Theme theme) { set_theme(theme); }
  ~InTheme() { set_theme(Theme::dark); }
};

double apart(Color a, Color b, Vision vision) {
  return delta_e(simulate(a, vision), simulate(b, vision));
}

double lightness(Color c, Vision vision) {
  return color_vision::lab(simulate(c, vision))[0];
}

}  // namespace

TEST_CASE("a deeper token is darker, for every kind of colour vision, by at least 8 in lightness") {
  for (Vision vision : visions)
    for (int depth = 2; depth < depth_colors; ++depth) {
      CAPTURE(int(vision), depth);
      const double least = vision == Vision::normal ? 8 : 0;
      CHECK(lightness(depth_color(depth - 1), vision) - lightness(depth_color(depth), vision) > least);
    }
}

TEST_CASE("neighbours among the depths are 40 apart for every kind of colour vision, all others 30") {
  for (Vision vision : visions)
    for (int a = 1; a < depth_colors; ++a)
      for (int b = 1; b < a; ++b) {
        CAPTURE(int(vision), a, b);
        CHECK(apart(depth_color(a), depth_color(b), vision) >= (a == b + 1 ? 40 : 30));
      }
}

TEST_CASE("a skipped token is grey, and 30 apart from every depth for every kind of colour vision") {
  const color_vision::Triple skipped = color_vision::lab(depth_color(0));
  CHECK(std::hypot(skipped[1], skipped[2]) < 6);
  for (Vision vision : visions)
    for (int depth = 1; depth < depth_colors; ++depth) {
      CAPTURE(int(vision), depth);
      CHECK(apart(depth_color(0), depth_color(depth), vision) >= 30);
    }
}

TEST_CASE("the two sides of the difference view are 80 apart for every kind of colour vision") {
  for (Vision vision : visions) CHECK(apart(training_only_color(), causal_only_color(), vision) >= 80);
}

TEST_CASE("text on every depth colour has at least the contrast 4.5 that WCAG asks for") {
  for (int depth = 0; depth < depth_colors; ++depth) {
    CHECK(contrast(depth_color(depth), text_on(depth_color(depth))) >= 4.5);
  }
}

TEST_CASE("the terminal writes on every depth colour in the ink that the window takes") {
  for (int depth = 0; depth < depth_colors; ++depth)
    CHECK(depth_tint(depth).dark_text == (text_on(depth_color(depth)).r < 128));
}

TEST_CASE("a model without recursions has no depth colour, and its colour is none of them") {
  CHECK(depth_color(1, 1) == plain_color);
  CHECK(depth_color(1, 3) == depth_color(1));
  for (int depth = 1; depth < depth_colors; ++depth) CHECK(delta_e(plain_color, depth_color(depth)) >= 15);
}

TEST_CASE("what attention skips looks like no weight and like nothing that is not there, for every kind of sight") {
  for (Theme theme : themes) {
    const InTheme in(theme);
    for (Vision vision : visions) {
      for (int weight = 0; weight < 256; ++weight)
        CHECK(apart(skipped_color, sequential_color(weight / 255.0), vision) >= 35);
      CHECK(apart(skipped_color, ui::colors::card, vision) >= 35);
    }
  }
}

TEST_CASE("quantities and changes begin near the ground of the theme and go away from it for every kind of sight") {
  for (Theme theme : themes) {
    const InTheme in(theme);
    for (Vision vision : visions) {
      CAPTURE(int(theme), int(vision));
      const double away = theme == Theme::dark ? 1 : -1;
      CHECK(apart(ui::colors::card, sequential_color(1), vision) >
            2.2 * apart(ui::colors::card, sequential_color(0), vision));
      for (int part = 0; part < 50; ++part)
        CHECK(away * (lightness(sequential_color((part + 1) / 50.0), vision) -
                      lightness(sequential_color(part / 50.0), vision)) >
              -0.5);
      CHECK(apart(ui::colors::card, signed_color(0), vision) < 10);
      for (double side : {-1, 1}) CHECK(apart(ui::colors::card, signed_color(side), vision) > 40);
      CHECK(apart(signed_color(-1), signed_color(1), vision) >= 80);
    }
  }
}

TEST_CASE("changes and runs have other colours than depths, and than one another, in both themes") {
  for (Theme theme : themes) {
    const InTheme in(theme);
    std::vector<Color> named = {run_color, compared_color, signed_color(-1), signed_color(1)};
    named.insert(named.end(), std::begin(rival_colors), std::end(rival_colors));
    for (size_t i = 0; i < named.size(); ++i) {
      CAPTURE(int(theme), i);
      for (size_t j = 0; j < i; ++j) CHECK(delta_e(named[i], named[j]) >= 20);
      for (int depth = 0; depth < depth_colors; ++depth) CHECK(delta_e(named[i], depth_color(depth)) >= 20);
    }
    for (Vision vision : visions)  // of a race
      for (int other = 0; other < 2; ++other) CHECK(apart(run_color, rival_colors[other], vision) >= 10);
  }
}

TEST_CASE("depths and what is skipped stand out from the ground of both themes for every kind of sight") {
  for (Theme theme : themes) {
    const InTheme in(theme);
    for (Vision vision : visions)
      for (int depth = 0; depth < depth_colors; ++depth) {
        CAPTURE(int(theme), int(vision), depth);
        CHECK(apart(depth_color(depth), ui::colors::card, vision) >= (theme == Theme::dark ? 28 : 20));
      }
  }
}

TEST_CASE("text can be read on every ground of both themes") {
  namespace colors = ui::colors;
  const Themed grounds[] = {colors::ground, colors::bar, colors::card, colors::well, colors::popup, colors::control};
  for (Theme theme : themes) {
    const InTheme in(theme);
    for (size_t i = 0; i < std::size(grounds); ++i) {
      CAPTURE(int(theme), i);
      CHECK(contrast(colors::text, grounds[i]) >= 7);
      for (Color ink : {colors::dim, colors::accent, colors::good, colors::warn})
        CHECK(contrast(ink, grounds[i]) >= 4.5);
      CHECK(contrast(colors::faint, grounds[i]) >= 3);
      CHECK(contrast(compared_color, grounds[i]) >= 4.5);
      for (Color run : rival_colors) CHECK(contrast(run, grounds[i]) >= 4.5);
    }
    const Color on = mix(colors::control, colors::accent, 0.45);  // a button that is on
    for (Color button : {Color(colors::hovered), Color(colors::active), on, mix(on, colors::ground, 0.25)})
      CHECK(contrast(colors::text, button) >= 4.5);
  }
}

TEST_CASE("delta E is 0 between equal colours and 100 between black and white") {
  CHECK(delta_e({12, 99, 201}, {12, 99, 201}) == 0);
  CHECK(delta_e({0, 0, 0}, {255, 255, 255}) == Approx(100).margin(0.01));
}

TEST_CASE("depths outside the palette are drawn in its first or last colour") {
  CHECK(depth_color(-3) == depth_color(0));
  CHECK(depth_color(1000) == depth_color(depth_colors - 1));
}

TEST_CASE("a share that is no number, or beyond both ends, mixes to one of the two colours") {
  constexpr Color a{10, 20, 30}, b{200, 100, 0};
  for (double part : {-1e300, -1.0, 0.0, std::nan("")}) CHECK(mix(a, b, part) == a);
  for (double part : {1.0, 7.5, 1e300}) CHECK(mix(a, b, part) == b);
}

TEST_CASE("greys look the same to everyone") {
  for (Vision vision : {Vision::deuteranopia, Vision::protanopia, Vision::tritanopia}) {
    CHECK(delta_e(simulate({128, 128, 128}, vision), {128, 128, 128}) < 1);
  }
}
