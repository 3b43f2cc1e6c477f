#include "trainer/loop/run_folder.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string_view>

#include "datasets/images.h"
#include "mor/checkpoint.h"
#include "mor/llama_checkpoint.h"
#include "tensor/error.h"
#include "tensor/files.h"
#include "tensor/safetensors.h"
#include "trainer/program.h"
#include "trainer/recording/recording_format.h"

namespace tinymor {
namespace {

constexpr uint64_t kMaxWeights = uint64_t(4) << 30;
constexpr const char* kCheckpoints = "checkpoints";

template <class Number>
Number metadata_number(const SafetensorsFile& file, const std::string& key, const std::string& name) {
  const std::optional<Number> value = file.number<Number>(key);
  check_input(value && *value >= 0, "{}: its metadata has no usable \"{}\" (it is damaged; use another copy)", name,
              key);
  return *value;
}

/// What the metadata of trainer.safetensors say.
Progress progress_of(const SafetensorsFile& file, const std::string& name) {
  Progress progress{metadata_number<int64_t>(file, "step", name), metadata_number<double>(file, "seconds", name)};
  progress.data = file.number<uint64_t>("data");
  progress.kept = file.text("kept_keys");
  Steadiness& steady = progress.steadiness;
  if (file.metadata.contains("usual_loss"))
    steady = {metadata_number<double>(file, "usual_loss", name), metadata_number<int64_t>(file, "usual_steps", name),
              metadata_number<int64_t>(file, "left_out", name),
              metadata_number<int64_t>(file, "left_out_in_a_row", name)};
  if (file.metadata.contains("best_step"))
    progress.best = {metadata_number<int64_t>(file, "best_step", name),
                     metadata_number<double>(file, "best_loss", name)};
  if (file.metadata.contains("since_best")) progress.since_best = metadata_number<int64_t>(file, "since_best", name);
  return progress;
}

/// Whether there is a file with exactly those bytes.
bool holds(const std::filesystem::path& file, std::string_view bytes) {
  std::error_code none;
  return std::filesystem::is_regular_file(file, none) && std::filesystem::file_size(file, none) == bytes.size() &&
         read_file(file, kMaxWeights) == bytes;
}

bool same_bytes(const std::filesystem::path& a, const std::filesystem::path& b) {
  std::error_code none;
  return std::filesystem::file_size(a, none) == std::filesystem::file_size(b, none) &&
         holds(a, read_file(b, kMaxWeights));
}

}  // namespace

RunFolder RunFolder::kept(int64_t step) const {
  return {path / kCheckpoints / fmt::format("step-{:06}", step)};
}

RunFolder RunFolder::logged() const {
  const std::filesystem::path folder = std::filesystem::weakly_canonical(path).parent_path();
  return folder.filename() == kCheckpoints ? RunFolder{folder.parent_path()} : *this;
}

Progress Progress::elsewhere() const {
  Progress same = *this;
  if (best.step != step) same.best = {}, same.since_best = 0;
  return same;
}

bool Steadiness::leaves_out(double loss, double grad_norm) {
  constexpr int64_t kEnough = 20;  // steps whose mean is usual
  const bool leapt = usual >= kEnough && loss > 2 * usual_loss + 1;
  if (leapt || !std::isfinite(loss) || !std::isfinite(grad_norm)) {
    ++left_out;
    ++in_a_row;
    return true;
  }
  in_a_row = 0;
  usual_loss += (loss - usual_loss) / double(std::min(++usual, kEnough));
  return false;
}

void save_checkpoint(const RunFolder& run, const Module& model, const std::string& checkpoint,
                     const Optimizer& optimizer, const Progress& progress) {
  SafetensorsFile file;
  file.tensors = optimizer.state();
  file.tensors.merge(model.state_dict());
  file.metadata = {{"format", "pt"},
                   {"tinymor", "trainer-1"},
                   {"step", fmt::format("{}", progress.step)},
                   {"optimizer_steps", fmt::format("{}", optimizer.steps())},
                   {"seconds", fmt::format("{}", progress.seconds)},
                   {"since_best", fmt::format("{}", progress.since_best)},
                   {"usual_loss", fmt::format("{}", progress.steadiness.usual_loss)},
                   {"usual_steps", fmt::format("{}", progress.steadiness.usual)},
                   {"left_out", fmt::format("{}", progress.steadiness.left_out)},
                   {"left_out_in_a_row", fmt::format("{}", progress.steadiness.in_a_row)}};
  if (progress.data) file.metadata["data"] = fmt::format("{}", *progress.data);
  if (!progress.kept.empty()) file.metadata["kept_keys"] = progress.kept;
  if (progress.best.step > 0) {
    file.metadata["best_step"] = fmt::format("{}", progress.best.step);
    file.metadata["best_loss"] = fmt::format("{}", progress.best.loss);
  }
  save_safetensors(run.trainer(), file);
  complete_checkpoint(run, checkpoint, progress);
}

void complete_checkpoint(const RunFolder& run, const std::string& checkpoint, const Progress& progress) {
  const bool best = progress.best.step > 0 && progress.best.step == progress.step;
  if (!holds(run.weights(), checkpoint)) write_file_atomically(run.weights(), checkpoint);
  if (best && !holds(run.best(), checkpoint)) write_file_atomically(run.best(), checkpoint);
}

Progress load_checkpoint(const RunFolder& run, Module& model, Optimizer& optimizer) {
  const SafetensorsFile file = read_safetensors(run.trainer());
  const std::string name = run.trainer().string();
  std::map<std::string, Tensor> weights, moments;
  for (const auto& [key, tensor] : file.tensors) (optimizer.is_state(key) ? moments : weights)[key] = tensor;
  try {
    model.load_state_dict(weights);
    optimizer.restore(moments, metadata_number<int64_t>(file, "optimizer_steps", name));
  } catch (const InputError& error) {
    throw InputError(fmt::format("{}: {}", name, error.what()));
  }
  return progress_of(file, name);
}

Progress read_progress(const RunFolder& run) {
  return progress_of(read_safetensors(run.trainer()), run.trainer().string());
}

std::filesystem::path find_weights(const std::filesystem::path& folder) {
  std::error_code ignored;
  const std::filesystem::path usual = RunFolder{folder}.weights(), index = folder / kWeightIndex;
  for (const std::filesystem::path& file : {usual, index})
    if (std::filesystem::exists(file, ignored)) return file;
  std::vector<std::filesystem::path> others;
  if (!transformers_model_type(config_beside(usual)).empty())
    for (auto entry = std::filesystem::directory_iterator(folder, ignored);
         entry != std::filesystem::directory_iterator(); entry.increment(ignored))
      if (entry->path().extension() == ".safetensors") others.push_back(entry->path());
  return others.size() == 1 ? others[0] : std::filesystem::path();
}

namespace {

/// The file of the only weights at `path`.
std::filesystem::path only_weights(const std::filesystem::path& path) {
  std::error_code ignored;
  const bool folder = std::filesystem::is_directory(path, ignored);
  const std::filesystem::path file = folder ? find_weights(path) : path;
  if (!file.empty() && std::filesystem::exists(file, ignored)) return file;
  const std::string weights = (folder ? RunFolder{path}.weights() : path).string();
  const std::string type = transformers_model_type(config_beside(weights));
  check_input(type.empty(),
              "{}: a \"{}\" model of Hugging Face without model.safetensors, or an index of several (save it as "
              "safetensors)",
              path.string(), type);
  throw InputError(fmt::format("{}: there is no model (train one: {} train --out {})", weights, program(),
                               shell_path(path.string())));
}

}  // namespace

Weights weights_of(const std::filesystem::path& path, Checkpoint which) {
  const RunFolder run{path};
  std::error_code ignored;
  if (!std::filesystem::is_directory(path, ignored) || !std::filesystem::exists(run.best(), ignored) ||
      same_bytes(run.best(), run.weights()))
    return {only_weights(path), ""};
  std::string best = " with the lowest held-out loss", newest = " that were saved last";
  try {
    const Progress progress = read_progress(run);
    best = fmt::format(" of step {} (held-out loss {:.4f})", progress.best.step, progress.best.loss);
    newest = fmt::format(" of step {}", progress.step);
  } catch (const InputError&) {
    // Weights are good without the rest of their run.
  }
  if (which == Checkpoint::best)
    return {run.best(),
            fmt::format("{}: the best weights{}; --checkpoint newest takes those{}", path.string(), best, newest)};
  return {run.weights(),
          fmt::format("{}: the newest weights{}; --checkpoint best takes those{}", path.string(), newest, best)};
}

std::vector<int32_t> ends_in(const RunFolder& folder) {
  std::error_code ignored;
  for (const std::filesystem::path& file : {folder.generation_config(), folder.llama_config()})
    if (std::filesystem::is_regular_file(file, ignored)) return ends_of_texts(read_file(file, 1 << 20), file.string());
  return {};
}

LoadedModel load_model(const std::filesystem::path& path, Checkpoint which, WeightFormat format) {
  const std::filesystem::path file = weights_of(path, which).file;
  const auto model = std::make_shared<Model>(read_checkpoint(file));
  model->pack(format);
  const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
  LoadedModel loaded{model, load_tokenizer(folder, model->config().vocab_size), ends_in({folder})};
  check_input(loaded.tokenizer->vocab_size() == loaded.config().vocab_size,
              "{}: the model knows {} tokens, the tokenizer beside it {} (they belong to different runs)",
              file.string(), loaded.config().vocab_size, loaded.tokenizer->vocab_size());
  return loaded;
}

RunFolder folder_of(const std::filesystem::path& path) {
  return {std::filesystem::is_directory(path) ? path : path.parent_path()};
}

void save_beside(const RunFolder& folder, const Tokenizer& tokenizer, const ModelConfig& config,
                 const std::vector<int32_t>& ends) {
  tokenizer.save(folder.path);
  if (is_vanilla(config)) write_file_atomically(folder.llama_config(), llama_config_json(config));
  if (!ends.empty()) write_file_atomically(folder.generation_config(), generation_config_json(ends));
}

void check_finite(const LoadedModel& loaded, const std::string& name) {
  for (const auto& [weight, numbers] : loaded.model->state_dict())
    check_input(all_finite(numbers), "{}: {} has weights that are no numbers (use another checkpoint)", name, weight);
}

void check_files(const RunFolder& run) {
  std::error_code ignored;
  for (const auto& file : {run.config(), run.weights(), run.best(), run.trainer(), run.llama_config(),
                           run.generation_config(), run.metrics(), run.recording()})
    check_input(!std::filesystem::exists(file, ignored) || std::filesystem::is_regular_file(file, ignored),
                "{}: is not a file, as a run's files are (move it away)", file.string());
  if (std::filesystem::exists(run.recording(), ignored)) check_head_of(run.recording());
}

void check_kept(const RunFolder& run, const Config& config) {
  const std::string now = "\n" + kept_keys(config);
  std::istringstream lines(read_progress(run).kept);
  for (std::string line; std::getline(lines, line);)
    check_input(now.find("\n" + line + "\n") != now.npos, "{}: the run was trained with {} (put it back)",
                run.config().string(), line);
}

void check_data_is_there(const Config& config) {
  const std::string& source = config.data.source;
  check_input(is_source(source) || names_images(source),
              "{}: the data that the run was trained on is gone (say where it is now: --data FILE or FOLDER)", source);
}

std::string change_note(const RunFolder& run, const std::string& source, uint64_t now) {
  if (!run.has_run() || read_progress(run).data.value_or(now) == now) return "";
  return fmt::format(
      "{}: has changed since the run was trained on it, so the model may have seen what it is judged on (add --data "
      "with "
      "other data)",
      source);
}

Corpus corpus_of(const Config& config) {
  return Corpus(config.data.source, config.data.lossy);
}

DataSplit split_text(const Config& config, const Tokenizer& tokenizer, const Corpus& corpus,
                     const HearProgress& progress) {
  const TokenizedText text = tokenize(corpus, tokenizer, config.data.separate_documents, {.progress = progress});
  return split_ids(text.ids, config.data.val_fraction, config.model.max_seq_len);
}

void copy_logs(const RunFolder& from, const RunFolder& to) {
  std::error_code ignored;
  for (const auto log : {&RunFolder::metrics, &RunFolder::recording})
    if (std::filesystem::exists((from.*log)(), ignored))
      write_file_atomically((to.*log)(), read_file((from.*log)(), kMaxWeights));
}

void cut_metrics(const RunFolder& run, int64_t step) {
  if (!std::filesystem::exists(run.metrics())) return;
  std::istringstream lines(read_file(run.metrics()));
  std::string kept;
  for (std::string line; std::getline(lines, line);) {
    const auto entry = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
    const bool known = entry.is_object() && entry.contains("step") && entry["step"].is_number_integer();
    if (known && entry["step"].get<int64_t>() <= step) kept += line + "\n";
  }
  write_file_atomically(run.metrics(), kept);
}

}  // namespace tinymor
