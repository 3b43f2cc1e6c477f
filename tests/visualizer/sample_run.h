#pragma once
// A made-up run that looks like a real one: a story of about 120 tokens, three recursions, 400 steps in which the
// routers learn that common words need little thought.

#include <filesystem>

#include "trainer/recording/recording.h"

namespace tinymor {

struct SampleRun {
  int tokens = 120;
  int recursions = 3;
  int steps = 400;
  int snapshot_every = 25;
};

/// Heads that look at the token before, at the first, everywhere, and at tokens like themselves; recursion-wise keys.
std::vector<AttentionTrace> sample_attention(const SampleRun& run, const Trace& trace);

Snapshot sample_snapshot(const SampleRun& run, int step);

/// Scores that part into taken and not taken as training goes on.
ScoreHistogram sample_scores(const SampleRun& run, int step);

Recording sample_recording(const SampleRun& run = {});

/// Writes the file that a trainer writes of the run's steps and snapshots.
void write_sample(const std::filesystem::path& file, const Recording& run = sample_recording());

/// A run on images: two of 8 x 8 pixels in 2 x 2 patches, the second taken for another digit until step 40.
Recording sample_images();

/// The sample recording with every number that a damaged file could spoil spoilt: NaN, infinities, positions outside
/// the text, vectors of unequal length.
Recording hostile_recording();

}  // namespace tinymor
