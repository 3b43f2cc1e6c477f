#pragma once
// Everything a model does with one text, as a recording keeps it. A run takes a snapshot of its watched text now and
// then; the window takes one of any text, with the weights of a finished run.

#include <span>

#include "datasets/tokenizer.h"
#include "mor/model.h"
#include "trainer/recording/events.h"

namespace tinymor {

/// What not every snapshot of a run has.
struct SnapshotParts {
  bool attention = true;  ///< Its weights take ten times as much room as all else.
  bool gradients = true;  ///< A backward pass takes as long as all else.
};

/// Of a text [T], T >= 2, of tokens that the model has; its step is left 0.
Snapshot snapshot_of(const Model& model, const Tokenizer& tokenizer, std::span<const int32_t> text,
                     SnapshotParts parts = {});

}  // namespace tinymor
