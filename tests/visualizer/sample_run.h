#pragma once
// A made-up run that looks like a real one: a story of about 120 tokens, three recursions, 400 steps in which the
// routers learn that common words need little thought.

#include "trainer/recording.h"

namespace tinymor {

struct SampleRun {
  int tokens = 120;
  int recursions = 3;
  int steps = 400;
  int snapshot_every = 25;
};
Recording sample_recording(const SampleRun& options = {});
Snapshot sample_snapshot(const SampleRun& options, int step);

/// The same recording with every number that a damaged file could spoil spoilt: NaN, infinities, positions outside the
/// text, vectors of unequal length.
Recording hostile_recording();

}  // namespace tinymor
