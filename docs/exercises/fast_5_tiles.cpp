// Exercise 5 of chapter 4, a harder one: a product in tiles, with a rest at each edge.
//
// Take C in tiles of 4 rows and 8 columns. For each tile keep 32 sums in an array of your own, let p run over all of k,
// and add to each sum; then write the tile to C, once. A tile at the edge may be lower or narrower, and must neither
// read nor write past the end. The check counts how often you write to C.
#include "exercises.h"

namespace tinymor {

void multiply_in_tiles(int64_t m, int64_t n, int64_t k, const float* a, const float* b, CountedMatrix& c) {}

}  // namespace tinymor
