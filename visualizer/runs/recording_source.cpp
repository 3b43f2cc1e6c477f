#include "visualizer/runs/recording_source.h"

#include <fmt/format.h>

#include "datasets/images.h"
#include "tensor/error.h"
#include "tensor/files.h"
#include "trainer/loop/run_folder.h"
#include "trainer/program.h"
#include "visualizer/runs/model_decoder.h"

namespace tinymor {
namespace fs = std::filesystem;

RecordingSource::RecordingSource(const fs::path& path, std::function<void()> wake, Checkpoint checkpoint)
    : wake_(std::move(wake)), checkpoint_(checkpoint) {
  std::error_code ignored;
  check_input(fs::exists(path, ignored),
              "{}: there is no such file or folder (name a run folder, a .mortrace or a .safetensors file)",
              path.string());
  const bool folder = fs::is_directory(path, ignored);
  const bool is_model = !folder && path.extension() == ".safetensors";
  const RunFolder run{folder ? path : path.parent_path()};
  const fs::path recording = folder ? run.recording() : is_model ? "" : path;
  model_ = is_model ? path : run.path.empty() ? "." : run.path;
  const bool recorded = fs::exists(recording, ignored), modelled = is_model || !find_weights(run.path).empty();
  if (folder && !recorded && fs::exists(run.llama_config(), ignored)) weights_of(path);  // says what is missing
  check_input(recorded || modelled, "{}: neither {} nor {} is in it (name a folder that {} train wrote)", path.string(),
              run.recording().filename().string(), run.weights().filename().string(), program());

  name_ = path.lexically_normal().string();
  if (recorded) {
    recording_ = recording;
    file_ = GrowingRecording(recording);
    looked_ = std::chrono::steady_clock::now();
    take(file_.read_all());
  }
  if (recorded) {
    find_tokenizer(run.path.empty() ? "." : run.path);
  } else {
    const LoadedModel loaded = load_model(model_, checkpoint);
    config_.model = loaded.config();
    tokenizer_ = loaded.tokenizer;
    geometry_ = geometry_of(config_.model);
    history_.run.vocabulary = tokenizer_->pieces();
  }
  draws_ = history_.of_images() || (recorded && names_images(config_.data.source));
  if (modelled) begin_generator();
  if (!recorded) watch({Watched::own, tokenizer_->encode(GenerateRequest().prompt)});
}

RecordingSource::RecordingSource(std::string name, Recording recording) {
  name_ = std::move(name);
  take(std::move(recording));
}

void RecordingSource::begin_generator() {
  generator_ = std::make_unique<GenerationWorker>(file_decoder(model_, checkpoint_, draws_), wake_);
}

// The tokenizer in the run folder, if it belongs to the recording.
void RecordingSource::find_tokenizer(const fs::path& folder) {
  why_no_tokenizer_ = "A run on images has no tokens.";
  if (history_.of_images()) return;
  try {
    tokenizer_ = load_tokenizer(folder);
    const auto size = int64_t(history_.run.vocabulary.size());
    check_input(size == 0 || size == tokenizer_->vocab_size(), "The tokenizer beside the recording is of another run.");
  } catch (const Error& error) {
    tokenizer_.reset();
    why_no_tokenizer_ = error.what();
  }
}

std::string RecordingSource::why_not() const {
  if (history_.of_images()) return "A model of images writes no text.";
  return can_generate() ? ""
                        : "Only the recording of this run is here, not its weights: open a folder with a "
                          "model.safetensors to generate text.";
}

// What a recording that was cut off before its first record does not say of the run, the files beside it do.
void RecordingSource::complete(Recording& recording) const {
  const RunFolder run{recording_.parent_path()};
  std::error_code ignored;
  if (recording_.empty() || !recording.config_toml.empty()) return;
  if (!fs::is_regular_file(run.config(), ignored)) return;
  constexpr size_t longest = 1 << 20;
  recording.config_toml = read_file(run.config(), longest);
  try {
    recording.vocabulary = load_tokenizer(run.path.empty() ? "." : run.path)->pieces();
  } catch (const Error&) {
    return;  // a run on images has none
  }
}

void RecordingSource::take(Recording recording) {
  notice_.clear();
  complete(recording);
  const std::string notice = recording.notice;
  set_run(std::move(recording));
  about_run_ = notice_;
  history_.replace(std::move(recording));
  note_taken(notice);
}

// Adds what was written since. What the last weights made of a text or an image comes after it again.
void RecordingSource::take_more(Recording added) {
  while (history_.snapshots.size() > texts_) history_.forget_newest<Snapshot>();
  while (history_.images.size() > images_) history_.forget_newest<ImageSnapshot>();
  std::apply(
      [this](auto&... lists) {
        const auto add = [this](auto& list) {
          for (auto& event : list) history_.add(std::move(event));
        };
        (add(lists), ...);
      },
      added.lists());
  note_taken(added.notice);
}

void RecordingSource::note_taken(const std::string& notice) {
  notice_ = about_run_.empty() ? notice : about_run_;
  taken_.reset();  // the look is added again
  history_.thin();
  if (history_.thinnings > 0 && notice_.empty())
    notice_ = fmt::format("its snapshots need more than {} MB: every other of the older ones is left out",
                          RunHistory::most_bytes / 1000000);
  texts_ = history_.snapshots.size();
  images_ = history_.images.size();
  thinnings_ = history_.thinnings;
}

// Whether the file has changed since it was read; looks ten times a second at most.
bool RecordingSource::file_changed() {
  const auto now = std::chrono::steady_clock::now();
  if (recording_.empty() || now - looked_ < std::chrono::milliseconds(100)) return false;
  looked_ = now;
  return file_.changed();
}

bool RecordingSource::poll_run() {
  if (!file_changed()) return false;
  try {
    // A look may have made the history thinner; then it is not known what of it was recorded.
    std::optional<Recording> added;
    if (history_.thinnings == thinnings_) added = file_.read_more();
    if (added)
      take_more(std::move(*added));
    else
      take(file_.read_all());
  } catch (const Error& error) {
    notice_ = error.what();
  }
  if (!generator_ && !find_weights(model_).empty()) begin_generator();
  return true;
}

}  // namespace tinymor
