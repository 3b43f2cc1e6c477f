#include "visualizer/runs/open_source.h"

#include <algorithm>

#include "tensor/error.h"
#include "visualizer/runs/recording_source.h"

namespace tinymor {
namespace fs = std::filesystem;

std::unique_ptr<Source> open_source(const std::filesystem::path& path, std::function<void()> wake,
                                    Checkpoint checkpoint) {
  return std::make_unique<RecordingSource>(path, std::move(wake), checkpoint);
}

std::vector<fs::path> runs_in(const fs::path& folder) {
  std::error_code ignored;
  const auto is_run = [&](const RunFolder& run) {
    return fs::exists(run.recording(), ignored) || !find_weights(run.path).empty();
  };
  if (is_run({folder})) return {folder};
  std::vector<fs::path> runs;
  for (auto entry = fs::directory_iterator(folder, ignored); entry != fs::directory_iterator();
       entry.increment(ignored))
    if (is_run({entry->path()})) runs.push_back(entry->path());
  std::sort(runs.begin(), runs.end());
  return runs;
}

Sources open_sources(const fs::path& path, const std::function<void()>& wake, Checkpoint checkpoint) {
  const std::vector<fs::path> runs = runs_in(path);
  if (runs.empty()) return alone(open_source(path, wake, checkpoint));
  Sources sources;
  std::string refused;
  for (const fs::path& run : runs) {
    try {
      sources.push_back(open_source(run, wake, checkpoint));
    } catch (const InputError& error) {
      if (refused.empty()) refused = error.what();
    }
  }
  check_input(!sources.empty(), "{}", refused);
  if (!refused.empty()) sources.front()->set_notice_beside("left out: " + refused);
  return sources;
}

Sources open_sources(const std::vector<fs::path>& paths, const std::function<void()>& wake, Checkpoint checkpoint) {
  Sources sources;
  for (const fs::path& path : paths)
    for (std::unique_ptr<Source>& source : open_sources(path, wake, checkpoint)) sources.push_back(std::move(source));
  return sources;
}

}  // namespace tinymor
