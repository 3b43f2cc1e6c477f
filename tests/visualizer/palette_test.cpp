#include "visualizer/palette.h"

#include "support/catch.h"

using namespace tinymor;

TEST_CASE("the colours of skipped tokens and depths 1 to 3 stay 40 apart for every kind of colour vision") {
  for (Vision vision : {Vision::normal, Vision::deuteranopia, Vision::protanopia, Vision::tritanopia}) {
    for (int a = 0; a < 4; ++a) {
      for (int b = 0; b < a; ++b) {
        CAPTURE(int(vision), a, b);
        CHECK(delta_e(simulate(depth_color(a), vision), simulate(depth_color(b), vision)) >= 40);
      }
    }
  }
}

TEST_CASE("a fourth depth stays 30 apart from the others, and the two sides of the difference view 80") {
  for (Vision vision : {Vision::normal, Vision::deuteranopia, Vision::protanopia, Vision::tritanopia}) {
    for (int b = 0; b < 4; ++b) {
      CHECK(delta_e(simulate(depth_color(4), vision), simulate(depth_color(b), vision)) >= 30);
    }
    CHECK(delta_e(simulate(training_only_color(), vision), simulate(causal_only_color(), vision)) >= 80);
  }
}

TEST_CASE("text on every depth colour has at least the contrast 4.5 that WCAG asks for") {
  for (int depth = 0; depth < depth_colors; ++depth) {
    CHECK(contrast(depth_color(depth), text_on(depth_color(depth))) >= 4.5);
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

TEST_CASE("greys look the same to everyone") {
  for (Vision vision : {Vision::deuteranopia, Vision::protanopia, Vision::tritanopia}) {
    CHECK(delta_e(simulate({128, 128, 128}, vision), {128, 128, 128}) < 1);
  }
}
