#pragma once
// What a model of images says of an image and of each of its patches, as numbers and words.

#include <string>
#include <vector>

#include "visualizer/runs/source.h"

namespace tinymor {

/// The name of a class, or its number where the run does not name it.
std::string class_name(const Source& source, int32_t id);
/// What the model takes an image for, the fullest first; a cross where it is wrong.
std::vector<std::string> verdict(const Source& source, const SeenImage& image);
/// "a 7, taken for 7 (98 %)", or "what you drew, taken for ...".
std::string image_words(const Source& source, const SeenImage& image);
/// How the model chooses the depth of a patch.
std::string patch_rule(const Source& source);

/// How many recursions, or depths, have a score of each patch.
int scored_recursions(const Source& source, const ImageSnapshot& shown, const SeenImage& image);
/// The score in [0,1] of a patch at recursion r (from 0), or of depth r + 1; NaN when there is none.
double patch_score(const Source& source, const ImageSnapshot& shown, const SeenImage& image, int patch, int r);
/// "recursion 2: score 0.61, taken"
std::string score_line(const Source& source, const ImageSnapshot& shown, const SeenImage& image, int patch, int r);
/// "image 1 (a 7), row 2, column 3: 2 recursions · scores: sigmoid(z)"
std::string place_line(const Source& source, const ImageSnapshot& shown, int image, int patch);
/// The place and all its scores, in lines.
std::string scores_text(const Source& source, const ImageSnapshot& shown, int image, int patch);

}  // namespace tinymor
