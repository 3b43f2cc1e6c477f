#pragma once
// How far the routers part the tokens they take from the others.

#include <cstdint>
#include <vector>

#include "trainer/recording/events.h"

namespace tinymor {

/// How much of the scores of taken and left tokens of recursion r (from 0) lie in the same bins: 0 apart, 1 alike;
/// NaN unless there are both.
double overlap(const ScoreHistogram& scores, int r);

/// Where the training rule cut, about: the score that as many of them lie above as were taken, as if those of a bin
/// were spread evenly; NaN unless there are taken and left ones.
double cut(const ScoreHistogram& scores, int r);

}  // namespace tinymor
