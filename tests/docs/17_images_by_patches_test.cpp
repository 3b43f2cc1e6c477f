// The numbers of docs/17-images-by-patches.md, computed again.

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "autograd/ops.h"
#include "datasets/digits.h"
#include "mor/checkpoint.h"
#include "mor/expert_choice.h"
#include "mor/image_trace.h"
#include "support/book.h"
#include "tensor/ops.h"
#include "trainer/loop/image_trainer.h"

using namespace tinymor;

namespace {

const char* const kFile = "docs/17-images-by-patches.md";

ImageConfig of_digits(int64_t patch_size) {
  ImageConfig config{image_defaults().model, 28, patch_size, 10};
  config.resolve();
  return config;
}

}  // namespace

TEST_CASE("chapter 17: the picture of a 1 is cut into the patches that it says, which become the rows that it says") {
  const Tensor picture({1, 4, 4}, {0, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 1, 1, 1});
  const Tensor cut = patches(picture, 2, 2);
  CHECK(cut.to_vector() == std::vector<Real>{0, 0, 0, 1, 1, 0, 1, 0, 0, 0, 0, 1, 1, 0, 1, 1});
  const Variable matrix(Tensor({2, 4}, {0.5f, -0.5f, 0.5f, -0.5f, 0.2f, 0.2f, 0.2f, 0.2f}));
  const Tensor rows = linear(Variable(cut.reshape({4, 4})), matrix).value();
  const Tensor places({4, 2}, {0.1f, 0, 0, 0.1f, -0.1f, 0, 0, -0.1f});
  const double patch[] = {-0.5, 0.2, 1, 0.4, -0.5, 0.2, 0.5, 0.6}, sums[] = {-0.4, 0.2, 1, 0.5, -0.6, 0.2, 0.5, 0.5};
  for (int64_t i = 0; i < 8; ++i) {
    CHECK(rows.at({i / 2, i % 2}) == Approx(patch[i]));
    CHECK((rows + places).at({i / 2, i % 2}) == Approx(sums[i]));
  }
}

TEST_CASE("chapter 17: a picture has the patches and the model the numbers that it says") {
  CHECK(of_digits(7).patches() == 16);
  CHECK(of_digits(4).patches() == 49);
  CHECK(of_digits(14).patches() == 4);
  CHECK_THROWS_WITH(of_digits(5), ContainsSubstring("patch_size: 5 does not divide images of 28"));
  const ImageConfig config = of_digits(7);
  const int64_t d = config.model.d_model;
  CHECK(d == 64);
  CHECK(d * 49 == 3136);
  CHECK(17 * d == 1088);
  CHECK(10 * d == 640);
  CHECK(3136 + 64 + 1088 + 640 == 4928);
  const ImageModel model(config, 1);
  const auto of_layers = double(model.parameter_count() - 4928);
  CHECK(of_layers / 4928 == Approx(40).margin(0.5));
}

TEST_CASE("chapter 17: the recursions take as many tokens and patches as it says") {
  const auto tokens = [](int64_t patch_size) {
    const ImageConfig config = of_digits(patch_size);
    std::vector<int64_t> taken;
    for (const double c : config.model.router.capacity) taken.push_back(capacity_count(c, 1 + config.patches()));
    return taken;
  };
  CHECK(tokens(7) == std::vector<int64_t>{17, 11, 5});
  CHECK(tokens(4) == std::vector<int64_t>{50, 33, 16});
  CHECK(tokens(14) == std::vector<int64_t>{5, 3, 1});
  CHECK((16 + 10 + 4) / 16.0 == 1.875);
  CHECK((49 + 32 + 15) / 49.0 == Approx(1.959).margin(5e-4));
  CHECK(17 * 17 + 11 * 11 + 5 * 5 == 435);
  CHECK(3 * 17 * 17 == 867);
  CHECK(1 + 2 + 3 + 4 + 5 == 15);
}

TEST_CASE("chapter 17: all held-out digits are told right, at each most depth, as often as it prints") {
  const ImageModel model = read_image_checkpoint(TINYMOR_BUNDLED "/digits/model.safetensors");
  const Images digits = make_digits(1, 2000, 1'000'000'000);
  const std::vector<std::string> cells = row(part(book(kFile), "| seed | mean ink", "\n\n"), "the digits above");
  for (int depth = 1; depth <= 3; ++depth) {
    const Judgement judged = judge(model, digits, depth);
    CHECK(number(cells[3 + depth]) == Approx(100 * judged.accuracy).margin(0.006));
    if (depth < 3) continue;
    for (int d = 0; d < 3; ++d)
      CHECK(number(cells[1 + d]) == Approx(judged.depths[d].ink / double(judged.depths[d].patches)).margin(6e-4));
  }
}

TEST_CASE("chapter 17: of a sound's 33 tokens as many recur as it says") {
  CHECK(capacity_count(2.0 / 3, 33) == 22);
  CHECK(capacity_count(1.0 / 3, 33) == 11);
  CHECK(capacity_count(0.5, 33) == 16);
  CHECK(capacity_count(0.25, 33) == 8);
  CHECK((32 + 15 + 7) / 32.0 == Approx(1.69).margin(0.005));
}

TEST_CASE("chapter 17: the bundled run spends its third recursion on ink, its second does not, and places tell a lot") {
  const std::string text = unwrapped(book(kFile));
  const ImageModel model = read_image_checkpoint(TINYMOR_BUNDLED "/digits/model.safetensors");
  const int64_t digits = 300, p = model.config().patch.width, count = model.config().patches();
  const Tensor rows = patches(make_digits(1, digits, 1'000'000'000).pixels, p, p);
  const Tensor ink = mean(rows, {2});
  std::array<double, 4> inks{}, patches_of{}, with_ink{}, empty{};
  std::vector<std::array<int, 4>> at_place(count);
  int64_t image = 0;
  for (const ImageTrace& seen : trace(model, rows)) {
    for (int64_t place = 0; place < count; ++place) {
      const int32_t depth = seen.depth[place];
      const double here = ink.at({image, place});
      inks[depth] += here;
      ++patches_of[depth];
      ++(here < 0.05 ? empty : with_ink)[depth];
      ++at_place[place][depth];
    }
    ++image;
  }
  for (int depth = 1; depth <= 3; ++depth) {
    const std::vector<std::string> cells = row(part(book(kFile), "| depth | patches", "\n\n"), std::to_string(depth));
    CHECK(number(cells[1]) == patches_of[depth]);
    CHECK(number(cells[2]) == Approx(inks[depth] / patches_of[depth]).margin(1e-3));
  }
  const auto share = [](const std::array<double, 4>& of) { return of[3] / (of[1] + of[2] + of[3]); };
  CHECK_THAT(text, ContainsSubstring(fmt::format("it takes {:.0f} %, and of the empty ones {:.0f} %",
                                                 100 * share(with_ink), 100 * share(empty))));
  CHECK((with_ink[1] + with_ink[2] + with_ink[3]) / double(digits) == Approx(15).margin(0.1));
  int64_t usual = 0, dead = 0;
  for (const auto& depths : at_place) {
    usual += *std::max_element(depths.begin(), depths.end());
    dead += depths[3] == 0;
  }
  CHECK_THAT(text, ContainsSubstring(fmt::format("right for {:.0f} %", 100 * double(usual) / double(digits * count))));
  CHECK(dead == 8);
  CHECK_THAT(text, ContainsSubstring("Eight of the 49 places never take the third recursion"));
}
