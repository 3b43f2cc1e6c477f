#pragma once
// The lines below the graph of the autograd explorer: the formula of one gradient with its numbers, and, of a value
// that is used several times, what each use contributes.

#include <string>
#include <vector>

#include "visualizer/draw/canvas.h"
#include "visualizer/explorer/walkthrough.h"

namespace tinymor {

/// The value that is explained while none is pointed at: the one of that name, or else the one that is used most often.
int explained_value(const Walkthrough& walk, const std::string& name);

/// How high the formulas are that need the most room at any step, at most `most`: a box of that height never changes.
float formula_height(const Walkthrough& walk, float width, float most);
void draw_formula(Canvas& canvas, const Walkthrough& walk, int value, int step, const Box& box);

}  // namespace tinymor
