#pragma once
// A Trainer, of text or of images, as the live window watches it.

#include <filesystem>
#include <memory>

#include "trainer/trainer.h"
#include "visualizer/live_source.h"

namespace tinymor {

/// A new run with `config` in the folder `run`; its data source says whether on text or on images.
std::unique_ptr<LiveRun> trainer_run(Config config, std::filesystem::path run);

}  // namespace tinymor
