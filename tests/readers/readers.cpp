#include "readers/readers.h"

#include <filesystem>
#include <fstream>

#include "autograd/optim.h"
#include "datasets/corpus.h"
#include "datasets/digits.h"
#include "datasets/fingerprint.h"
#include "datasets/gzip.h"
#include "datasets/images.h"
#include "datasets/token_cache.h"
#include "datasets/tokenizer.h"
#include "mor/checkpoint.h"
#include "mor/llama_checkpoint.h"
#include "mor/llama_config.h"
#include "support/temporary_folder.h"
#include "tensor/error.h"
#include "tensor/files.h"
#include "tensor/safetensors.h"
#include "trainer/config.h"
#include "trainer/loop/run_folder.h"
#include "trainer/recording/recording.h"
#include "trainer/recording/recording_format.h"
#include "trainer/serving/completion_request.h"
#include "visualizer/lessons/lesson_file.h"
#include "visualizer/scripted.h"
#include "visualizer/state/notes.h"
#include "visualizer/state/preferences.h"
#include "visualizer/state/settings.h"

namespace tinymor {
namespace {

namespace fs = std::filesystem;

/// A file with those bytes, at `path` below a folder of this process.
fs::path file_of(const char* path, const std::string& bytes) {
  static const TemporaryFolder folder;
  const fs::path file = folder.path() / path;
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << bytes;
  return file;
}

/// A file of a folder that transformers wrote.
std::string foreign(const char* path) {
  return read_file(fs::path(TINYMOR_TEST_DATA) / "support/hugging_face" / path);
}

void use(const Tokenizer& tokenizer) {
  tokenizer.decode(tokenizer.encode("Mia had 3 apples.\n <s>\u2581 \U0001f600"));
  tokenizer.pieces();
}

/// The smallest model, whose trainer.safetensors is in the corpus.
ModelConfig smallest() {
  ModelConfig config;
  config.vocab_size = 6;
  config.d_model = config.d_ff = 4;
  config.n_heads = config.n_kv_heads = 1;
  config.n_layers = 1;
  config.max_seq_len = 4;
  config.resolve();
  return config;
}

void read_trainer(const std::string& bytes) {
  static Model model(smallest(), 1);
  static AdamW optimizer(model.parameters(), {});
  load_checkpoint({file_of("run/trainer.safetensors", bytes).parent_path()}, model, optimizer);
}

void read_llama_weights(const std::string& bytes) {
  static const fs::path config = file_of("weights/config.json", llama_config_json(smallest()));
  read_checkpoint(file_of("weights/model.safetensors", bytes));
}

void read_llama_config(const std::string& bytes) {
  static const fs::path weights = file_of(
      "config/model.safetensors", read_file(fs::path(TINYMOR_TEST_DATA) / "readers/corpus/llama_weights/bfloat16"));
  file_of("config/config.json", bytes);
  read_checkpoint(weights);
}

void read_index(const std::string& bytes) {
  static const std::string config = [] {
    for (const char* shard : {"1", "2", "3"}) {
      const std::string name = std::string("/model-0000") + shard + "-of-00003.safetensors";
      file_of(("index" + name).c_str(), foreign(("llama2_tokens" + name).c_str()));
    }
    return foreign("llama2_tokens/config.json");
  }();
  read_llama_index(file_of("index/model.safetensors.index.json", bytes), config);
}

/// As images or, where they are none, as the labels of others.
void read_digits(const std::string& bytes) {
  static const fs::path images = file_of("idx/images", ""), labels = file_of("idx/labels", "");
  static const bool written = (write_idx(make_digits(1, 2), images, labels), true);
  const fs::path file = file_of("idx/bytes", bytes);
  try {
    read_idx(file, written ? labels : file);
  } catch (const InputError&) {
    read_idx(images, file);
  }
}

/// A file of the cache for its own key, with the fingerprint that it must have: whoever forges one puts it there.
void read_tokens(const std::string& bytes) {
  std::vector<uint64_t> aligned(bytes.size() / 8 + 1);
  std::copy(bytes.begin(), bytes.end(), reinterpret_cast<char*>(aligned.data()));
  const std::string_view all(reinterpret_cast<const char*>(aligned.data()), bytes.size());
  if (bytes.size() % 8 == 0 && bytes.size() >= 32)
    aligned[bytes.size() / 8 - 1] = fingerprint(all.substr(0, all.size() - 8));
  read_token_image(all, "FILE", aligned[std::min<size_t>(2, aligned.size() - 1)], 300);
}

void read_toml(const std::string& bytes) {
  Config config = config_from_toml(bytes, "FILE", Config::defaults());
  validate(config);
  config_from_toml(config_to_toml(config), "what was written");
}

/// One record, whose checksum would have to be right in a file: the first byte is its kind.
void read_record(const std::string& bytes) {
  Recording recording;
  if (bytes.empty()) return;
  const std::string_view payload = std::string_view(bytes).substr(1);
  add_record(recording, {RecordKind(uint8_t(bytes[0])), 2, 1, payload, bytes});
  for (const ImageSnapshot& images : recording.images) consistent(images);
}

/// As the lines of a scene, as what a window remembers, and as notes.
void read_settings(const std::string& bytes) {
  static WritingSource source;
  const fs::path file = file_of("window.scene", bytes);
  AppState remembered;
  recall_preferences(remembered, source, file);
  run_of_scene(bytes, "FILE");
  AppState state;
  apply_scene(state, source, bytes, "FILE");
  scene_of(state, source);
}

void read_a_lesson(const std::string& bytes) {
  static WritingSource source;
  AppState state;
  state.lessons = {parse_lesson(bytes, "FILE")};
  for (size_t step = 0; step < state.lessons[0].steps.size(); ++step) enter_lesson(state, source, 0, int(step));
}

}  // namespace

const std::vector<Reader>& readers() {
  static const std::vector<Reader> all{
      {"safetensors", [](const std::string& bytes) { parse_safetensors(bytes, "FILE"); }},
      {"model", [](const std::string& bytes) { read_checkpoint(file_of("model.safetensors", bytes)); }},
      {"image_model", [](const std::string& bytes) { read_image_checkpoint(file_of("images.safetensors", bytes)); }},
      {"trainer", read_trainer},
      {"llama_weights", read_llama_weights},
      {"llama_config", read_llama_config},
      {"llama_index", read_index},
      {"tokenizer_json",
       [](const std::string& bytes) { use(*load_tokenizer(file_of("json/tokenizer.json", bytes).parent_path())); }},
      {"sentencepiece",
       [](const std::string& bytes) { use(*load_tokenizer(file_of("spm/tokenizer.model", bytes).parent_path())); }},
      {"text", [](const std::string& bytes) { Corpus(file_of("a.txt", bytes).string()); }},
      {"jsonl", [](const std::string& bytes) { Corpus(file_of("a.jsonl", bytes).string()); }},
      {"token_cache", read_tokens},
      {"idx", read_digits},
      {"gzip", [](const std::string& bytes) { gunzip(bytes, "FILE", 1 << 20); }},
      {"config", read_toml},
      {"metrics",
       [](const std::string& bytes) { cut_metrics({file_of("log/metrics.jsonl", bytes).parent_path()}, 3); }},
      {"recording", [](const std::string& bytes) { read_recording(file_of("recording.mortrace", bytes)); }},
      {"record", read_record},
      {"scene", read_settings},
      {"notes", [](const std::string& bytes) { read_notes(file_of("run.mortrace.notes", bytes).replace_extension()); }},
      {"lesson", read_a_lesson},
      {"request", [](const std::string& bytes) { parse_completion_request(bytes); }}};
  return all;
}

bool takes(const Reader& reader, const std::string& bytes) {
  try {
    reader.read(bytes);
    return true;
  } catch (const InputError&) {
    return false;
  }
}

}  // namespace tinymor
