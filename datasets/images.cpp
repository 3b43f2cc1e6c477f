#include "datasets/images.h"

#include <algorithm>
#include <string_view>

#include "datasets/digits.h"
#include "datasets/gzip.h"
#include "datasets/spoken.h"
#include "tensor/error.h"
#include "tensor/files.h"
#include "tensor/ops.h"

namespace tinymor {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kMaxFile = uint64_t(256) << 20;
constexpr int64_t kMaxClasses = 256;  // a label is one byte
constexpr const char *kTrain = "train", *kHeldOut = "t10k";
constexpr const char *kImages = "-images-idx3-ubyte", *kLabels = "-labels-idx1-ubyte";

int32_t number(char byte) {
  return static_cast<uint8_t>(byte);
}

/// Two zero bytes, 8 for numbers of one byte, and how many axes they have. The extent of each follows in four bytes,
/// the highest first, and then the numbers.
std::string idx_magic(int64_t rank) {
  return {0, 0, 8, static_cast<char>(rank)};
}

std::string idx_header(const Shape& shape) {
  std::string header = idx_magic(shape.rank());
  for (const int64_t extent : shape) {
    for (int shift = 24; shift >= 0; shift -= 8) header += static_cast<char>(extent >> shift);
  }
  return header;
}

/// An IDX file that has been checked to hold the numbers it announces.
struct IdxFile {
  std::string name, bytes;
  std::vector<int64_t> dims;

  std::string_view numbers() const { return std::string_view(bytes).substr(4 + 4 * dims.size()); }
};

IdxFile read_idx_file(const fs::path& path, size_t rank, const char* what) {
  IdxFile file{path.string(), read_file(path, kMaxFile), {}};
  if (is_gzip(file.bytes)) file.bytes = gunzip(file.bytes, file.name, kMaxFile);
  check_input(file.bytes.starts_with(idx_magic(rank)),
              "{}: does not begin like an IDX file of {}, 0 0 8 {} (give such a file, or one that gzip made of it)",
              file.name, what, rank);
  check_input(file.bytes.size() >= 4 + 4 * rank, "{}: ends in its header (damaged: copy it again)", file.name);
  uint64_t announced = 1;  // does not overflow: it stops growing once it is larger than any file
  for (size_t at = 4; at < 4 + 4 * rank; at += 4) {
    int64_t extent = 0;
    for (size_t i = at; i < at + 4; ++i) extent = extent << 8 | number(file.bytes[i]);
    file.dims.push_back(extent);
    if (announced <= kMaxFile) announced *= static_cast<uint64_t>(extent);
  }
  check_input(announced > 0, "{}: holds {} {} (give a file that is not empty)", file.name, fmt::join(file.dims, "x"),
              what);
  const size_t has = file.bytes.size() - 4 - 4 * rank;
  check_input(announced == has, "{}: announces {} bytes of {} and has {} (damaged: copy it again)", file.name,
              fmt::join(file.dims, "x"), what, has);
  return file;
}

/// `part` of a data set in `folder`, under any of its names; empty when it is not there.
fs::path find_idx(const fs::path& folder, const std::string& part, const std::string& kind) {
  std::string dotted = kind;
  dotted[kind.find("-idx")] = '.';
  for (const std::string& name : {kind, dotted, kind + ".gz", dotted + ".gz"}) {
    std::error_code ignored;
    if (fs::exists(folder / (part + name), ignored)) return folder / (part + name);
  }
  return {};
}

Images read_part(const fs::path& folder, const char* part) {
  const auto find = [&](const std::string& kind) {
    const fs::path found = find_idx(folder, part, kind);
    check_input(!found.empty(), "{}: no such file, nor its .gz (put the four IDX files of a data set there)",
                (folder / (part + kind)).string());
    return found;
  };
  const fs::path images = find(kImages), labels = find(kLabels);
  return read_idx(images, labels);
}

void write_part(const Images& images, const fs::path& folder, const std::string& part) {
  write_idx(images, folder / (part + kImages), folder / (part + kLabels));
}

void check_images(const Images& images, const char* op) {
  check(images.pixels.rank() == 3 && images.labels.shape() == Shape{images.pixels.dim(0)},
        "[{}] pixels {} and labels {}: not [n,H,W] and [n]", op, images.pixels.shape(), images.labels.shape());
}

}  // namespace

Images read_idx(const fs::path& images_file, const fs::path& labels_file, int64_t classes) {
  check(classes >= 1 && classes <= kMaxClasses, "[read_idx] classes {} must be in 1..{}", classes, kMaxClasses);
  const IdxFile pictures = read_idx_file(images_file, 3, "images"), labels = read_idx_file(labels_file, 1, "labels");
  check_input(pictures.dims[0] == labels.dims[0], "{}: {} labels for the {} images of {} (take both from one data set)",
              labels.name, labels.dims[0], pictures.dims[0], pictures.name);
  for (const char byte : labels.numbers())
    check_input(number(byte) < classes, "{}: label {} is not one of 0 to {} (damaged, or for another task)",
                labels.name, number(byte), classes - 1);
  Images images{Tensor(Shape(pictures.dims)), IntTensor(Shape(labels.dims)), classes};
  const auto inks = pictures.numbers(), classed = labels.numbers();
  std::transform(inks.begin(), inks.end(), images.pixels.mutable_data(),
                 [](char byte) { return Real(number(byte)) / 255; });
  std::transform(classed.begin(), classed.end(), images.labels.mutable_data(), number);
  return images;
}

void write_idx(const Images& images, const fs::path& images_file, const fs::path& labels_file) {
  check_images(images, "write_idx");
  std::string pictures = idx_header(images.pixels.shape()), labels = idx_header(images.labels.shape());
  for (const Real pixel : images.pixels.to_vector()) {
    check(pixel >= 0 && pixel <= 1, "[write_idx] pixel {} must be in 0..1", pixel);
    pictures += static_cast<char>(static_cast<int>(pixel * 255 + Real(0.5)));
  }
  for (const int32_t label : images.labels.to_vector()) {
    check(label >= 0 && label < kMaxClasses, "[write_idx] label {} must be in 0..{}", label, kMaxClasses - 1);
    labels += static_cast<char>(label);
  }
  write_file_atomically(images_file, pictures);
  write_file_atomically(labels_file, labels);
}

ImageSplit load_images(const std::string& source) {
  if (source == digits_name) return make_digit_split(1, 10'000);
  if (source == spoken_name) return make_spoken_split(1, 10'000);
  ImageSplit images{read_part(source, kTrain), read_part(source, kHeldOut)};
  const Shape train = images.train.pixels.select(0, 0).shape(), held_out = images.held_out.pixels.select(0, 0).shape();
  check_input(train == held_out, "{}: images {} to train on and {} held out (take all files from one data set)", source,
              train, held_out);
  return images;
}

bool is_generated(const std::string& source) {
  return source == digits_name || source == spoken_name;
}

std::pair<int64_t, int64_t> usual_patch(const std::string& source, int64_t side) {
  if (source == spoken_name) return {side, 1};
  int64_t square = 8;
  while (side % square != 0) --square;
  return {square, square};
}

std::string resolve_images_source(const std::string& source) {
  return is_generated(source) ? source : fs::absolute(source).lexically_normal().string();
}

bool names_images(const std::string& source) {
  return is_generated(source) || !find_idx(source, kTrain, kImages).empty();
}

void write_images(const ImageSplit& images, const fs::path& folder) {
  make_folder(folder);
  write_part(images.train, folder, kTrain);
  write_part(images.held_out, folder, kHeldOut);
}

Tensor patches(const Tensor& pixels, int64_t height, int64_t width) {
  check(pixels.rank() == 3, "[patches] {}: images are [n,H,W]", pixels.shape());
  const int64_t n = pixels.dim(0), down = pixels.dim(1) / std::max<int64_t>(height, 1),
                across = pixels.dim(2) / std::max<int64_t>(width, 1);
  check_input(down * height == pixels.dim(1) && across * width == pixels.dim(2),
              "patches of {} x {}: do not divide images of {} x {} (take divisors of both)", height, width,
              pixels.dim(1), pixels.dim(2));
  return pixels.reshape({n, down, height, across, width}).transpose(2, 3).reshape({n, down * across, height * width});
}

Images take(const Images& images, const std::vector<int64_t>& indices) {
  check_images(images, "take");
  const int64_t n = images.pixels.dim(0), height = images.pixels.dim(1), width = images.pixels.dim(2);
  IntTensor rows(Shape{static_cast<int64_t>(indices.size())}), labels(rows.shape());
  for (size_t i = 0; i < indices.size(); ++i) {
    rows.mutable_data()[i] = static_cast<int32_t>(indices[i]);
    labels.mutable_data()[i] = images.labels.at({indices[i]});
  }
  return {gather_rows(images.pixels.reshape({n, height * width}), rows).reshape({rows.count(), height, width}), labels,
          images.classes};
}

}  // namespace tinymor
