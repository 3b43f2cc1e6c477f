// Exercise 2 of chapter 16: a step of AdamW.
//
// Two running means, two corrections, and a decay that the means do not see.
#include "exercises.h"

namespace tinymor {

void adamw_step(AdamWWeight& weight, double gradient, const AdamWRates& rates) {}

}  // namespace tinymor
