#include "datasets/images.h"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>
#include <limits>

#include "datasets/batches.h"
#include "datasets/digits.h"
#include "support/catch.h"
#include "support/gzip.h"
#include "support/temporary_folder.h"
#include "tensor/error.h"
#include "tensor/files.h"

using namespace tinymor;
namespace fs = std::filesystem;

namespace {

bool same(const Images& a, const Images& b) {
  return a.pixels.shape() == b.pixels.shape() && a.pixels.to_vector() == b.pixels.to_vector() &&
         a.labels.to_vector() == b.labels.to_vector() && a.classes == b.classes;
}

/// Two images of 2 x 3 pixels: a seven and a zero.
Images two_images() {
  const Real grey = Real(51) / 255;
  return {Tensor({2, 2, 3}, {0, 1, grey, 0, 0, 1, grey, grey, 0, 1, 1, 1}), IntTensor({2}, {7, 0}), 10};
}

const std::string kTwoImages("\0\0\x8\x3\0\0\0\x2\0\0\0\x2\0\0\0\x3\0\xff\x33\0\0\xff\x33\x33\0\xff\xff\xff", 28);
const std::string kTwoLabels("\0\0\x8\x1\0\0\0\x2\x7\0", 10);

/// A pair of files that a test may damage.
struct Files {
  TemporaryFolder folder;
  fs::path images = folder.path() / "images", labels = folder.path() / "labels";

  /// What read_idx says of these bytes, which it must refuse in one line that names the file and a remedy.
  std::string refusal(const std::string& images_bytes, const std::string& labels_bytes) const {
    std::ofstream(images, std::ios::binary) << images_bytes;
    std::ofstream(labels, std::ios::binary) << labels_bytes;
    std::string what = "not refused";
    try {
      read_idx(images, labels);
    } catch (const InputError& error) {
      what = error.what();
    }
    CHECK(what.starts_with(folder.path().string()));
    CHECK(what.find('\n') == std::string::npos);
    CHECK(what.find(" (") != std::string::npos);
    CHECK(what.ends_with(")"));
    return what;
  }
};

std::string header(uint8_t rank, std::initializer_list<uint32_t> extents) {
  std::string bytes{0, 0, 8, char(rank)};
  for (const uint32_t extent : extents)
    for (int shift = 24; shift >= 0; shift -= 8) bytes += char(extent >> shift);
  return bytes;
}

/// How many of `of` are nearest to the mean of their own class in `known`.
double nearest_mean_accuracy(const Images& known, const Images& of) {
  const int64_t area = known.pixels.dim(1) * known.pixels.dim(2);
  std::vector<std::vector<double>> means(size_t(known.classes), std::vector<double>(size_t(area)));
  std::vector<double> counts(size_t(known.classes));
  for (int64_t i = 0; i < known.labels.count(); ++i) ++counts[known.labels.at({i})];
  for (int64_t i = 0; i < known.pixels.count(); ++i) {
    const int32_t label = known.labels.at({i / area});
    means[label][i % area] += known.pixels.values()[i] / counts[label];
  }
  int64_t right = 0;
  for (int64_t i = 0; i < of.labels.count(); ++i) {
    const auto distance = [&](size_t label) {
      double sum = 0;
      for (int64_t p = 0; p < area; ++p) sum += std::pow(of.pixels.values()[i * area + p] - means[label][p], 2);
      return sum;
    };
    size_t nearest = 0;
    for (size_t label = 1; label < means.size(); ++label)
      if (distance(label) < distance(nearest)) nearest = label;
    right += int64_t(nearest) == of.labels.at({i});
  }
  return double(right) / double(of.labels.count());
}

}  // namespace

TEST_CASE("images go into IDX files byte by byte as the format says, and come back the same") {
  const Files files;
  write_idx(two_images(), files.images, files.labels);
  CHECK(read_file(files.images) == kTwoImages);
  CHECK(read_file(files.labels) == kTwoLabels);
  CHECK(same(read_idx(files.images, files.labels), two_images()));
  const Images digits = make_digits(3, 25);
  write_idx(digits, files.images, files.labels);
  CHECK(same(read_idx(files.images, files.labels), digits));
}

TEST_CASE("every one of the 256 greys and labels survives the round trip") {
  const Files files;
  Images images{Tensor({256, 1, 1}), IntTensor::arange(256), 256};
  for (int i = 0; i < 256; ++i) images.pixels.mutable_data()[i] = Real(i) / 255;
  write_idx(images, files.images, files.labels);
  CHECK(same(read_idx(files.images, files.labels, 256), images));
}

TEST_CASE("IDX files cut off anywhere are refused") {
  const Files files;
  for (size_t size = 0; size < kTwoImages.size(); ++size) files.refusal(kTwoImages.substr(0, size), kTwoLabels);
  for (size_t size = 0; size < kTwoLabels.size(); ++size) files.refusal(kTwoImages, kTwoLabels.substr(0, size));
}

TEST_CASE("IDX files with any bit of their headers flipped are refused") {
  const Files files;
  for (size_t bit = 0; bit < 8 * 16; ++bit) {
    std::string images = kTwoImages, labels = kTwoLabels;
    images[bit / 8] ^= char(1 << bit % 8);
    files.refusal(images, kTwoLabels);
    if (bit >= 8 * 8) continue;
    labels[bit / 8] ^= char(1 << bit % 8);
    files.refusal(kTwoImages, labels);
  }
}

TEST_CASE("the line that refuses an IDX file says what is wrong with it") {
  const Files files;
  CHECK_THAT(files.refusal(kTwoImages + "x", kTwoLabels),
             ContainsSubstring("announces 2x2x3 bytes of images and has 13"));
  CHECK_THAT(files.refusal(kTwoImages, kTwoLabels + "x"), ContainsSubstring("announces 2 bytes of labels and has 3"));
  CHECK_THAT(files.refusal(kTwoLabels, kTwoImages), ContainsSubstring("does not begin like an IDX file of images"));
  CHECK_THAT(files.refusal("\x1f\x8b" + kTwoImages, kTwoLabels), ContainsSubstring("gzip cannot unpack it"));
  CHECK_THAT(files.refusal(gzipped(kTwoImages + "x"), kTwoLabels),
             ContainsSubstring("announces 2x2x3 bytes of images and has 13"));
  CHECK_THAT(files.refusal(kTwoImages, header(1, {3}) + std::string(3, 0)),
             ContainsSubstring("3 labels for the 2 images of " + files.images.string()));
  CHECK_THAT(files.refusal(kTwoImages, header(1, {2}) + "\x3\xa"), ContainsSubstring("label 10 is not one of 0 to 9"));
  CHECK_THAT(files.refusal(header(3, {0, 2, 3}), header(1, {0})), ContainsSubstring("holds 0x2x3 images"));
  std::ofstream(files.images, std::ios::binary) << kTwoImages;
  std::ofstream(files.labels, std::ios::binary) << kTwoLabels;
  CHECK_THROWS_WITH(read_idx(files.images, files.labels, 7), ContainsSubstring("label 7 is not one of 0 to 6"));
  CHECK_THROWS_WITH(read_idx(files.folder.path() / "missing", files.labels),
                    ContainsSubstring("missing: No such file"));
  fs::resize_file(files.images, (256ull << 20) + 1);  // takes no room on the disk
  CHECK_THROWS_WITH(read_idx(files.images, files.labels), ContainsSubstring("larger than"));
}

TEST_CASE("extents whose product is beyond any memory, or wraps around to what is there, are refused") {
  const Files files;
  const uint32_t most = std::numeric_limits<uint32_t>::max(), half = 1u << 31;
  for (const auto& extents : {std::initializer_list<uint32_t>{most, most, most},
                              {2, most, most},
                              {half, half, 4},
                              {half, half, half},
                              {half, 2, 0},
                              {2, 2, 0},
                              {2, 0, most}}) {
    files.refusal(header(3, extents) + std::string(12, 0), kTwoLabels);
    files.refusal(header(3, extents), kTwoLabels);
  }
  files.refusal(kTwoImages, header(1, {most}) + std::string(2, 0));
}

TEST_CASE("images that an IDX file cannot hold are not written") {
  const Files files;
  const auto refused = [&](const std::function<void(Images&)>& spoil) {
    Images images = two_images();
    spoil(images);
    CHECK_THROWS_AS(write_idx(images, files.images, files.labels), Error);
    CHECK_FALSE(fs::exists(files.images));
  };
  refused([](Images& images) { images.pixels.mutable_data()[3] = Real(1.01); });
  refused([](Images& images) { images.pixels.mutable_data()[3] = Real(-0.01); });
  refused([](Images& images) { images.pixels.mutable_data()[3] = std::numeric_limits<Real>::quiet_NaN(); });
  refused([](Images& images) { images.labels.mutable_data()[1] = 256; });
  refused([](Images& images) { images.labels.mutable_data()[1] = -1; });
  refused([](Images& images) { images.labels = IntTensor({3}, {0, 0, 0}); });
}

TEST_CASE("a folder with the four files of MNIST is a data set, whichever way their names are written") {
  const TemporaryFolder folder;
  const fs::path place = folder.path() / "deep" / "digits";
  const ImageSplit digits = make_digit_split(2, 40);
  write_images(digits, place);
  const auto check_loaded = [&] {
    const ImageSplit loaded = load_images(place.string());
    CHECK(same(loaded.train, digits.train));
    CHECK(same(loaded.held_out, digits.held_out));
  };
  check_loaded();
  for (const std::string name : {"train-images", "train-labels", "t10k-images", "t10k-labels"}) {
    const std::string kind = name.ends_with("images") ? "idx3-ubyte" : "idx1-ubyte";
    fs::rename(place / (name + "-" + kind), place / (name + "." + kind));
    check_loaded();
    const std::string bytes = read_file(place / (name + "." + kind));
    fs::remove(place / (name + "." + kind));
    for (const char* between : {"-", "."}) {  // as it is distributed, and as some call it
      const fs::path packed = place / (name + between + kind + ".gz");
      write_file_atomically(packed, gzipped(bytes));
      CHECK(names_images(place.string()));
      check_loaded();
      fs::remove(packed);
    }
    write_file_atomically(place / (name + "." + kind), bytes);
  }
  fs::remove(place / "t10k-labels.idx1-ubyte");
  CHECK_THROWS_WITH(load_images(place.string()),
                    ContainsSubstring("t10k-labels-idx1-ubyte: no such file, nor its .gz"));
}

TEST_CASE("a data set whose two parts differ in size is refused") {
  const TemporaryFolder folder;
  write_images({make_digits(1, 10), two_images()}, folder.path());
  CHECK_THROWS_WITH(load_images(folder.path().string()),
                    ContainsSubstring("images [28,28] to train on and [2,3] held out (take"));
  CHECK_THROWS_AS(load_images("nowhere"), InputError);
}

TEST_CASE("images are not written where there can be no folder") {
  const TemporaryFolder folder;
  std::ofstream(folder.path() / "file") << "a file";
  CHECK_THROWS_AS(write_images({two_images(), two_images()}, folder.path() / "file"), InputError);
  CHECK_THROWS_AS(write_images({two_images(), two_images()}, folder.path() / "file" / "below"), InputError);
}

TEST_CASE("patches go from left to right and from top to bottom, and so do their pixels") {
  const Tensor pixels({1, 4, 6}, {0,  1,  2,  3,  4,  5,   //
                                  6,  7,  8,  9,  10, 11,  //
                                  12, 13, 14, 15, 16, 17,  //
                                  18, 19, 20, 21, 22, 23});
  const Tensor cut = patches(pixels, 2, 2);
  CHECK(cut.shape() == Shape{1, 6, 4});
  CHECK(cut.to_vector() ==
        std::vector<Real>{0, 1, 6, 7, 2, 3, 8, 9, 4, 5, 10, 11, 12, 13, 18, 19, 14, 15, 20, 21, 16, 17, 22, 23});
  CHECK(patches(pixels, 4, 1).to_vector() ==
        std::vector<Real>{0, 6, 12, 18, 1, 7, 13, 19, 2, 8, 14, 20, 3, 9, 15, 21, 4, 10, 16, 22, 5, 11, 17, 23});
  CHECK(patches(pixels, 1, 1).to_vector() == pixels.to_vector());
  const Tensor square = pixels.slice(2, 1, 5);  // a view with gaps between its rows
  CHECK(patches(square, 4, 4).shape() == Shape{1, 1, 16});
  CHECK(patches(square, 4, 4).to_vector() == square.to_vector());
  const Tensor several = make_digits(1, 3).pixels;
  CHECK(patches(several, 7, 7).shape() == Shape{3, 16, 49});
  CHECK(patches(several, 7, 7).select(0, 2).to_vector() == patches(several.slice(0, 2, 3), 7, 7).to_vector());
}

TEST_CASE("a patch size that does not divide the images is refused, saying both") {
  const Tensor pixels = Tensor::zeros({2, 4, 6});
  CHECK_THROWS_WITH(patches(pixels, 4, 4), "patches of 4 x 4: do not divide images of 4 x 6 (take divisors of both)");
  for (const int64_t size : {-2, 0, 3, 5, 12}) CHECK_THROWS_AS(patches(pixels, size, size), InputError);
  CHECK_THROWS_AS(patches(pixels, 3, 2), InputError);
  CHECK_THROWS_AS(patches(Tensor::zeros({4, 6}), 2, 2), Error);
}

TEST_CASE("a batch of images depends on seed, step and micro batch, and on nothing else") {
  const std::vector<int64_t> drawn = draw_batch(1'000, 8, 1, 7, 2);
  CHECK(drawn.size() == 8);
  CHECK(drawn == draw_batch(1'000, 8, 1, 7, 2));
  CHECK(drawn != draw_batch(1'000, 8, 1, 7, 1));
  CHECK(drawn != draw_batch(1'000, 8, 1, 6, 2));
  CHECK(drawn != draw_batch(1'000, 8, 2, 7, 2));
  for (const int64_t index : draw_batch(3, 100, 1, 0)) CHECK((index >= 0 && index < 3));
  CHECK_THROWS_AS(draw_batch(0, 8, 1, 0), Error);
  CHECK_THROWS_AS(draw_batch(8, 8, 1, -1), Error);
}

TEST_CASE("images are taken in the order asked for") {
  const Images digits = make_digits(1, 20);
  const Images taken = take(digits, {13, 0, 13});
  CHECK(taken.labels.to_vector() == std::vector<int32_t>{3, 0, 3});
  CHECK(taken.classes == 10);
  CHECK(taken.pixels.shape() == Shape{3, 28, 28});
  CHECK(taken.pixels.select(0, 0).to_vector() == digits.pixels.select(0, 13).to_vector());
  CHECK(taken.pixels.select(0, 1).to_vector() == digits.pixels.select(0, 0).to_vector());
  CHECK_THROWS_AS(take(digits, {20}), Error);
  CHECK_THROWS_AS(take(digits, {int64_t(1) << 32}), Error);
}

TEST_CASE("digits are a function of seed and number, the same bits on every machine") {
  const Images digits = make_digits(1, 50);
  CHECK(same(make_digits(1, 50), digits));
  CHECK(make_digits(1, 10, 40).pixels.to_vector() == digits.pixels.slice(0, 40, 50).to_vector());
  CHECK(make_digits(2, 50).pixels.to_vector() != digits.pixels.to_vector());
  uint64_t hash = 0xcbf29ce484222325;  // FNV-1a, of the greys
  for (const Real pixel : digits.pixels.values()) hash = (hash ^ uint64_t(pixel * 255 + Real(0.5))) * 0x100000001b3;
  CHECK(hash == 0xd86ada886072f6c1);
}

TEST_CASE("digits come in turn, are held out apart, and stay on their paper") {
  const ImageSplit digits = make_digit_split(1, 1'001);
  CHECK(digits.train.labels.count() == 1'001);
  CHECK(digits.held_out.labels.count() == 201);
  for (const Images& part : {digits.train, digits.held_out}) {
    const int64_t n = part.labels.count();
    CHECK(part.classes == 10);
    CHECK(part.pixels.shape() == Shape{n, 28, 28});
    bool in_turn = true;
    for (int64_t i = 0; i < n; ++i) in_turn = in_turn && part.labels.at({i}) == i % 10;
    CHECK(in_turn);
    for (int64_t i = 0; i < n; ++i) {
      const auto ink = [](const Tensor& pixels) {
        double sum = 0;
        for (const Real pixel : pixels.to_vector()) sum += pixel;
        return sum;
      };
      const Tensor image = part.pixels.select(0, i), middle = image.slice(0, 2, 26).slice(1, 2, 26);
      CHECK(ink(image) > 15);
      CHECK(ink(middle) > 0.75 * ink(image));
    }
  }
  CHECK(digits.train.pixels.slice(0, 0, 10).to_vector() != digits.held_out.pixels.slice(0, 0, 10).to_vector());
}

TEST_CASE("digits can be told apart, but not by their mean images alone") {
  const ImageSplit digits = make_digit_split(1, 2'000);
  const double accuracy = nearest_mean_accuracy(digits.train, digits.held_out);
  INFO(accuracy);
  CHECK(accuracy > 0.5);
  CHECK(accuracy < 0.8);
}

TEST_CASE("the bundled digits are the first ten thousand") {
  const ImageSplit digits = load_images("digits");
  CHECK(digits.train.labels.count() == 10'000);
  CHECK(digits.held_out.labels.count() == 2'000);
  CHECK(digits.train.pixels.slice(0, 0, 20).to_vector() == make_digits(1, 20).pixels.to_vector());
}

TEST_CASE("too many digits, or none, are refused before memory is taken") {
  const int64_t most = std::numeric_limits<int64_t>::max();
  for (const int64_t n : {int64_t(-1), int64_t(0), int64_t(100'001), most}) {
    CHECK_THROWS_WITH(make_digits(1, n), ContainsSubstring("out of range (1 to 100000)"));
    CHECK_THROWS_AS(make_digit_split(1, n), InputError);
  }
  CHECK_THROWS_AS(make_digits(1, 1, -1), Error);
  CHECK_THROWS_AS(make_digits(1, 1, most), Error);
}
