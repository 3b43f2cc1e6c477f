#pragma once
// More runs in the folder of the small one: a model of images, and a vanilla model.

#include "datasets/digits.h"
#include "support/trained_run.h"

namespace tinymor {

inline const std::string kTinyEye =
    " --data pictures --patch 7 --set model.d_model=16 --set model.d_ff=24 --set train.batch_size=4 ";

/// The folder with a few images, some of them too wide, and a model that was trained on the good ones.
inline const std::filesystem::path& trained_eye() {
  static const bool once = [] {
    const ImageSplit split = make_digit_split(1, 10);
    write_images(split, trained() / "pictures");
    const auto narrowed = [](Images images) {
      images.pixels = images.pixels.slice(1, 0, 20).contiguous_copy();
      return images;
    };
    write_images({narrowed(split.train), narrowed(split.held_out)}, trained() / "wide");
    REQUIRE(tinymor_in(trained(), "images --quiet --json --steps 3 --out seen" + kTinyEye).status == 0);
    std::filesystem::copy(trained() / "seen", trained() / "moved");
    const std::string config = read_file(trained() / "seen/config.toml");
    write_file_atomically(trained() / "moved/config.toml",
                          std::string(config).replace(config.find("/pictures"), 9, "/gone"));
    return true;
  }();
  (void)once;
  return trained();
}

/// The same folder with a vanilla run in it as well.
inline const std::filesystem::path& trained_vanilla() {
  static const bool once = [] {
    // A twin has no router, so its router's keys are their defaults.
    const std::string vanilla =
        "--set model.sharing=none --set model.routing=none --set model.n_recursions=1 --set router.aux_coeff=0.001";
    REQUIRE(tinymor_in(trained(), "train --quiet --steps 3 --out vanilla " + vanilla + kTinyModel).status == 0);
    return true;
  }();
  (void)once;
  return trained();
}

}  // namespace tinymor
