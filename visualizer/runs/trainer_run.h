#pragma once
// A Trainer, of text or of images, as the live window watches it.

#include <memory>

#include "trainer/loop/locked_folder.h"
#include "trainer/loop/trainer.h"
#include "visualizer/runs/live_source.h"

namespace tinymor {

/// A new run with `config` in the folder `run`, on text or on images as its data source says.
std::unique_ptr<LiveRun> trainer_run(Config config, LockedFolder run);

}  // namespace tinymor
