#include "visualizer/draw/palette.h"
#include "visualizer/draw/color_vision.h"

#include <cmath>

#include "support/catch.h"
#include "trainer/depth_tints.h"
#include "visualizer/draw/theme.h"
#include "visualizer/views/attention_view.h"

using namespace tinymor;

namespace {

constexpr Vision visions[] = {Vision::normal, Vision::deuteranopia, Vision::protanopia, Vision::tritanopia};

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

TEST_CASE("neighbours among the depths are 40 apart for every kind of colour vision, all others 34") {
  for (Vision vision : visions)
    for (int a = 1; a < depth_colors; ++a)
      for (int b = 1; b < a; ++b) {
        CAPTURE(int(vision), a, b);
        CHECK(apart(depth_color(a), depth_color(b), vision) >= (a == b + 1 ? 40 : 34));
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
  for (Vision vision : {Vision::normal, Vision::deuteranopia, Vision::protanopia, Vision::tritanopia}) {
    const Color skipped = simulate(skipped_color, vision);
    for (int weight = 0; weight < 256; ++weight)
      CHECK(delta_e(skipped, simulate(sequential_color(weight / 255.0), vision)) >= 35);
    CHECK(delta_e(skipped, simulate(ui::colors::card, vision)) >= 35);
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
