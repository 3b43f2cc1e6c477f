#pragma once
// From pictures to the data that a model of patches is trained on: images with labels, read from IDX files (the format
// of MNIST), drawn by digits.h or heard in spoken.h, cut into patches as a text is cut into tokens.

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "tensor/tensor.h"

namespace tinymor {

/// n grey images of one size, each of one of the classes 0..classes-1.
struct Images {
  Tensor pixels;     ///< [n,H,W]: 0 is paper, 1 is ink.
  IntTensor labels;  ///< [n]
  int64_t classes = 0;
};

/// The model never trains on the second part.
struct ImageSplit {
  Images train, held_out;
};

/// The images of a pair of IDX files, compressed by gzip or not: idx3-ubyte, and idx1-ubyte with their labels. A byte b
/// becomes b / 255. Throws InputError, before memory is taken for the images, when a file is missing or larger than 256
/// MiB, is not of that format, holds no pixel, fewer bytes than it announces or more, when the two disagree on how many
/// images there are, or a label is not below `classes`.
Images read_idx(const std::filesystem::path& images_file, const std::filesystem::path& labels_file,
                int64_t classes = 10);

/// Writes such a pair; each pixel is rounded to the nearest of 256 greys. Throws Error for pixels outside 0..1 and
/// labels outside 0..255, and whatever write_file_atomically throws.
void write_idx(const Images& images, const std::filesystem::path& images_file,
               const std::filesystem::path& labels_file);

/// The images that `source` names: "digits" (make_digit_split(1, 10000); write ./digits for a folder of that name),
/// "spoken" (make_spoken_split(1, 10000)), or a folder with the four files of MNIST, train-images-idx3-ubyte,
/// train-labels-idx1-ubyte, t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte (or train-images.idx3-ubyte and so on,
/// and any of them with .gz at the end). Throws InputError when one is missing, as read_idx does, and when the images
/// to train on and those held out differ in size.
ImageSplit load_images(const std::string& source);
/// Whether `source` names images that come with tinymor.
bool is_generated(const std::string& source);
/// `source` in a form that means the same from any working directory: a folder as an absolute path.
std::string resolve_images_source(const std::string& source);
/// Height and width of a patch that suit images of `side` pixels from `source`: for sounds a moment, otherwise the
/// largest square of at most 8 pixels a side.
std::pair<int64_t, int64_t> usual_patch(const std::string& source, int64_t side);
/// Whether `source` names images and not a text.
bool names_images(const std::string& source);

/// Writes those four files into `folder`, which is made if it does not exist.
void write_images(const ImageSplit& images, const std::filesystem::path& folder);

/// [n,H,W] -> [n, (H/height)*(W/width), height*width]: patches as rows, from left to right and from top to bottom, and
/// the pixels of a patch in the same order. Throws InputError unless `height` divides H and `width` W.
Tensor patches(const Tensor& pixels, int64_t height, int64_t width);

/// The images at `indices`, in that order; draw_batch gives such indices. Throws Error when there is no such image.
Images take(const Images& images, const std::vector<int64_t>& indices);

}  // namespace tinymor
