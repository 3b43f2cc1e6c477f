#pragma once
// Opens whatever a person names as something to look at: a run, a folder of runs, a recording, a model.

#include <filesystem>
#include <functional>
#include <memory>
#include <vector>

#include "trainer/loop/run_folder.h"
#include "visualizer/runs/source.h"

namespace tinymor {

/// The runs in a folder, by name: the folder itself, or those in it, as a race leaves them; may be empty.
std::vector<std::filesystem::path> runs_in(const std::filesystem::path& folder);

/// Opens a run folder, a recording or a model file. `wake` is called, from other threads, when there is news. Throws
/// InputError.
std::unique_ptr<Source> open_source(const std::filesystem::path& path, std::function<void()> wake,
                                    Checkpoint checkpoint = Checkpoint::best);
/// The same, or all runs in a folder of them; those that cannot be opened are left out, with a notice of the first run
/// that can.
Sources open_sources(const std::filesystem::path& path, const std::function<void()>& wake,
                     Checkpoint checkpoint = Checkpoint::best);
/// All that these name, in their order; each has to be there.
Sources open_sources(const std::vector<std::filesystem::path>& paths, const std::function<void()>& wake,
                     Checkpoint checkpoint = Checkpoint::best);

}  // namespace tinymor
