#include "trainer/loop/trainer.h"

#include <algorithm>
#include <string>
#include <vector>

#include "datasets/batches.h"
#include "datasets/corpus.h"
#include "datasets/images.h"
#include "datasets/text_stream.h"
#include "datasets/tokenizer_files.h"
#include "datasets/utf8.h"
#include "mor/checkpoint.h"
#include "mor/counts.h"
#include "mor/distillation.h"
#include "mor/generate.h"
#include "mor/llama_config.h"
#include "tensor/error.h"
#include "tensor/files.h"
#include "trainer/loop/evaluate.h"
#include "trainer/program.h"

namespace tinymor {
namespace {

/// The first window of a batch; where documents begin inside it, the longest of its texts.
struct FirstText {
  int64_t begin = 0;  // in the window
  std::vector<int32_t> ids;
};
FirstText first_text(const Batch& batch) {
  const IntTensor window = batch.inputs.slice(0, 0, 1);
  int64_t begin = 0, longest = 0, at = 0;
  for (size_t i = 0; at < window.count(); at += batch.lengths[i++])
    if (batch.lengths[i] > longest) begin = at, longest = batch.lengths[i];
  const auto ids = window.values().subspan(size_t(begin), size_t(longest));
  return {begin, {ids.begin(), ids.end()}};
}

std::shared_ptr<const Tokenizer> make_tokenizer(const DataConfig& data, const Corpus& corpus) {
  switch (data.tokenizer) {
    case TokenizerKind::byte:
      return byte_tokenizer();
    case TokenizerKind::character:
      return train_char_tokenizer(corpus.parts());
    case TokenizerKind::sentencepiece:
      return train_sentencepiece(sample_of(corpus.parts(), corpus.bytes()), data.vocab_size);
  }
  throw Error("tokenizer: unknown kind");
}

/// What a run learns from, for people, with a warning when that is little for the model.
std::vector<std::string> notes_of(const Corpus& corpus, const Tokenizer& tokenizer, const TokenizedText& text,
                                  const DataSplit& split, const ModelConfig& model) {
  constexpr int64_t kFewTokens = 30;  // parameters per token beyond which a text is soon known by heart
  std::vector<std::string> notes = corpus.notes();
  if (tokenizer.unknown() >= 0 && text.counts[size_t(tokenizer.unknown())] > 0)
    notes.push_back(fmt::format("data: {} did not occur in the text that the tokenizer learned from",
                                unknown_characters(tokenizer, corpus.parts())));
  notes.insert(notes.end(), text.notes.begin(), text.notes.end());
  notes.push_back(fmt::format("data: {} bytes, {} characters; {} tokens to train on, {} held out", corpus.bytes(),
                              corpus.characters(), split.train.size(), split.held_out.size()));
  const int64_t tokens = split.train.size(), parameters = count_parameters(model).total();
  if (parameters > kFewTokens * tokens)
    notes.push_back(fmt::format(
        "warning: {} tokens are few for a model with {} parameters: it will soon know them by heart (give more text, "
        "or a smaller model.d_model)",
        tokens, parameters));
  return notes;
}

/// The model that a run learns from beside its text; an empty one where its configuration names none.
LoadedModel teacher_of(const TrainConfig& train, int64_t max_seq_len) {
  const std::string& path = train.teacher;
  std::error_code ignored;
  if (path.empty()) return {};
  check_input(std::filesystem::exists(path, ignored),
              "train.teacher: {}: there is no model (put it back, name another place with --set train.teacher=PATH, or "
              "go on without it: --set train.teacher=)",
              path);
  try {
    LoadedModel teacher = load_model(path);
    check_finite(teacher, path);
    check_input(teacher.config().max_seq_len >= max_seq_len,
                "{}: sees {} tokens at once, and model.max_seq_len is {} (set it to that, or less)", path,
                teacher.config().max_seq_len, max_seq_len);
    return teacher;
  } catch (const InputError& error) {
    throw InputError(fmt::format("train.teacher: {}", error.what()));
  }
}

/// What the run of a teacher says of its tokenizer, which its student takes over.
void take_tokenizer(DataConfig& data, const std::filesystem::path& teacher) {
  const RunFolder run = folder_of(teacher);
  if (!std::filesystem::exists(run.config())) return;
  const DataConfig its = read_config(run.config()).data;
  data.tokenizer = its.tokenizer;
  data.vocab_size = its.vocab_size;
}

/// The windows that a run is judged by, without what the tokenizer does not know.
Windows held_out_windows(const DataSplit& split, int64_t length, const Tokenizer& tokenizer) {
  return {split.held_out.empty() ? split.train : split.held_out, length, tokenizer.unknown()};
}

RunInfo info_of(const Config& config, const Tokenizer& tokenizer, const DataSplit& split,
                const std::vector<uint64_t>& counts) {
  RunInfo info{config_to_toml(config), tokenizer.pieces()};
  for (const uint64_t count : counts) info.counts.push_back(uint32_t(std::min<uint64_t>(count, UINT32_MAX)));
  info.train_tokens = split.train.size();
  info.watched_offset = split.held_out.empty() ? 0 : info.train_tokens;
  return info;
}

}  // namespace

class Trainer::Text : public Task {
 public:
  /// `complete`: its model is resolved and knows as many tokens as the tokenizer.
  Text(Config complete, std::shared_ptr<const Tokenizer> t, const DataSplit& split, const std::vector<uint64_t>& counts,
       uint64_t text_fingerprint, LoadedModel teacher)
      : Task(std::move(complete), text_fingerprint),
        tokenizer(std::move(t)),
        weights(config.model, config.train.seed),
        info_(info_of(config, *tokenizer, split, counts)),
        held_out_(held_out_windows(split, config.model.max_seq_len, *tokenizer)),
        batches_(split.train, config.train.batch_size, config.model.max_seq_len, config.train.seed),
        bytes_per_prediction_(bytes_per_prediction(held_out_, *tokenizer, kBytesWindows)),
        teacher_(std::move(teacher)) {
    check_input(!teacher_.model || teacher_.tokenizer->pieces() == tokenizer->pieces(),
                "train.teacher: {} knows other tokens than the model (name one with the same tokenizer)",
                config.train.teacher);
    const FirstText first = first_text(held_out_.at(std::vector<int64_t>{0}));
    info_.watched_offset += first.begin;
    seen_ = held_out_text_ = first.ids;
  }

  const std::shared_ptr<const Tokenizer> tokenizer;
  std::vector<int32_t> ends = {};  // the tokens that end a text
  Model weights;

  RunInfo info() const override { return info_; }
  Module& model() override { return weights; }
  std::string checkpoint() const override { return write_checkpoint(weights); }
  void save_beside(const RunFolder& folder) const override;
  Pass pass(int64_t step, int64_t micro, const ForwardOptions& options) const override;
  void balance(std::span<const double> load) override { weights.balance(load); }
  std::unique_ptr<HeldOut> evaluation() const override;
  void tell_snapshot(Observers& observers, int64_t step, SnapshotParts parts) override;
  void watch(Watched what) override;

 private:
  static constexpr int64_t kBytesWindows = 4096;  // that are enough for the mean

  RunInfo info_;
  Windows held_out_;
  Batches batches_;
  double bytes_per_prediction_;
  LoadedModel teacher_;                 // without a model: there is none
  std::vector<int32_t> held_out_text_;  // that is watched at first
  std::vector<int32_t> seen_;           // the text of the snapshots
  Watched watched_;                     // what that is
};

void Trainer::Text::save_beside(const RunFolder& folder) const {
  tinymor::save_beside(folder, *tokenizer, config.model, ends);
}

Task::Pass Trainer::Text::pass(int64_t step, int64_t micro, const ForwardOptions& options) const {
  const Batch batch = batches_.at(step, micro);
  const int64_t count = batch.inputs.count();
  const IntTensor ids = batch.inputs.reshape({count}), targets = batch.targets.reshape({count});
  const Rows rows = Rows::last(batch.lengths, batch.lengths);
  Pass pass{weights.forward(ids, rows, options), {}};
  pass.loss = training_loss(config.model, pass.result, targets);
  if (teacher_.model) {
    const auto expected = [&] {
      const NoGrad used;
      return teacher_.model->forward(ids, rows, {.rule = causal_rule(teacher_.config())}).logits.value();
    };
    const Variable apart = distillation_loss(pass.result.logits, expected(), targets, config.train.teacher_temperature);
    pass.loss.total = pass.loss.total + scale(apart, Real(config.train.teacher_weight));
  }
  return pass;
}

namespace {

/// A few words that a model writes, a token at a time. They go on from the beginning of a text.
class Sample {
 public:
  Sample(const Model& model, const Tokenizer& tokenizer, std::span<const int32_t> text, uint64_t seed)
      : prompt_(text.begin(), text.begin() + std::min<ptrdiff_t>(std::ssize(text), kBegin)),
        generator_(model, {.temperature = 0.8, .seed = seed, .never = tokenizer.unknown()}),
        stream_(tokenizer) {}

  /// False once all are written.
  bool advance() {
    const auto more = written_ == 0 ? generator_.prompt(prompt_) : std::vector{generator_.next()};
    for (const GeneratedToken& token : more) text_ += stream_.add(token.id);
    return ++written_ <= kWritten;
  }

  std::string words() const {
    std::string text = text_;
    std::replace_if(text.begin(), text.end(), is_control, ' ');
    text.resize(std::min(text.size(), RunEvent::longest));
    return take_utf8(text);
  }

 private:
  static constexpr ptrdiff_t kBegin = 8, kWritten = 40;
  std::vector<int32_t> prompt_;
  Generator generator_;
  TextStream stream_;
  std::string text_;
  ptrdiff_t written_ = 0;
};

/// By every rule of the model, one after another; then it writes.
class HeldOutText : public HeldOut {
 public:
  HeldOutText(const Model& model, const Windows& windows, double bytes_per_prediction, Sample sample)
      : rules_(rules_of(model.config())), bytes_per_prediction_(bytes_per_prediction), sample_(std::move(sample)) {
    for (Rule rule : rules_)
      evaluators_.emplace_back(model, windows, rule, EvaluateOptions{.max_windows = kEvalWindows});
  }

  bool advance() override {
    if (judged_ == rules_.size()) return sample_.advance();
    if (!evaluators_[judged_].advance()) ++judged_;
    return true;
  }

  std::string words() const override { return sample_.words(); }

  EvalMetrics result() const override {
    EvalMetrics metrics;
    for (size_t i = 0; i < rules_.size(); ++i) {
      const Evaluation evaluation = evaluators_[i].result();
      (rules_[i] == Rule::topk ? metrics.topk_loss : metrics.threshold_loss) = evaluation.loss;
      metrics.mean_depth = evaluation.mean_depth;
    }
    if (rules_.size() == 1) metrics.topk_loss = metrics.threshold_loss;
    metrics.bits_per_byte = bits_per_byte(metrics.threshold_loss, bytes_per_prediction_);
    return metrics;
  }

 private:
  const std::vector<Rule> rules_;
  const double bytes_per_prediction_;
  std::vector<Evaluator> evaluators_;
  size_t judged_ = 0;
  Sample sample_;
};

}  // namespace

std::unique_ptr<HeldOut> Trainer::Text::evaluation() const {
  return std::make_unique<HeldOutText>(weights, held_out_, bytes_per_prediction_,
                                       Sample(weights, *tokenizer, held_out_text_, config.train.seed));
}

void Trainer::Text::tell_snapshot(Observers& observers, int64_t step, SnapshotParts parts) {
  if (watched_.kind == Watched::batches && step > 0) seen_ = first_text(batches_.at(step - 1)).ids;
  observers.tell_later([weights = weights.clone(), tokenizer = tokenizer, text = seen_, step, parts] {
    Snapshot snapshot = snapshot_of(weights, *tokenizer, text, parts);
    snapshot.step = step;
    return snapshot;
  });
}

void Trainer::Text::watch(Watched what) {
  std::vector<int32_t>& text = what.text;
  if (what.kind == Watched::own && text.size() < 2) return;
  for (int32_t id : text) check_input(id >= 0 && id < config.model.vocab_size, "watch: there is no token {}", id);
  if (what.kind == Watched::held_out) seen_ = held_out_text_;
  if (what.kind == Watched::own)
    seen_.assign(text.begin(), text.begin() + std::min<int64_t>(int64_t(text.size()), config.model.max_seq_len));
  watched_ = std::move(what);
}

/// `done`: steps of the run.
std::unique_ptr<Trainer::Text> Trainer::text_of(const Corpus& corpus, Config config,
                                                std::shared_ptr<const Tokenizer> tokenizer, LoadedModel teacher,
                                                int64_t done, const Beforehand& beforehand,
                                                const HearProgress& progress) {
  config.data.source = resolve_source(config.data.source);  // resuming may start elsewhere
  if (!config.train.teacher.empty()) config.train.teacher = std::filesystem::absolute(config.train.teacher).string();
  config.model.vocab_size = tokenizer->vocab_size();
  const TokenizedText text = tokenize(corpus, *tokenizer, config.data.separate_documents, {.progress = progress});
  const DataSplit split = split_ids(text.ids, config.data.val_fraction, config.model.max_seq_len);
  std::vector<std::string> notes = notes_of(corpus, *tokenizer, text, split, config.model);
  if (teacher.model) notes.push_back(fmt::format("teacher: {}, with its tokenizer", config.train.teacher));
  if (beforehand) beforehand(config, done);
  auto made = std::make_unique<Text>(std::move(config), std::move(tokenizer), split, text.counts, corpus.fingerprint(),
                                     std::move(teacher));
  made->notes = std::move(notes);
  return made;
}

std::unique_ptr<Trainer::Text> Trainer::new_text(Config config, std::optional<Start> start,
                                                 const Beforehand& beforehand, const HearProgress& progress) {
  if (start) config.model = start->model.config();
  validate(config);
  const std::string source = config.data.source;
  std::unique_ptr<Text> task = where_memory_lasts(source, [&] {
    const Corpus corpus = corpus_of(config);
    LoadedModel teacher = teacher_of(config.train, config.model.max_seq_len);
    std::shared_ptr<const Tokenizer> tokenizer = start ? start->tokenizer : teacher.tokenizer;
    const bool learns = !tokenizer;
    if (learns)
      tokenizer = make_tokenizer(config.data, corpus);
    else if (!start)
      take_tokenizer(config.data, config.train.teacher);
    const DataConfig data = config.data;
    std::unique_ptr<Text> made =
        text_of(corpus, std::move(config), tokenizer, std::move(teacher), 0, beforehand, progress);
    if (start) made->ends = start->ends;
    if (learns && data.tokenizer == TokenizerKind::sentencepiece && tokenizer->vocab_size() < data.vocab_size)
      made->notes.insert(
          made->notes.begin() + ptrdiff_t(corpus.notes().size()),
          fmt::format("data.vocab_size {}: the text gives only {} pieces, so the vocabulary has that many",
                      data.vocab_size, tokenizer->vocab_size()));
    return made;
  });
  if (start) task->weights.load_state_dict(start->model.state_dict());
  return task;
}

std::unique_ptr<Trainer::Text> Trainer::saved_text(const RunFolder& folder, const Resumption& resumption,
                                                   const Beforehand& beforehand, const HearProgress& progress) {
  Config config = resumed_config(folder, resumption);
  std::error_code ignored;
  check_input(config.train.teacher.empty() || !std::filesystem::equivalent(config.train.teacher, folder.path, ignored),
              "train.teacher: {} is the run itself (name another model)", config.train.teacher);
  const bool images = names_images(config.data.source);
  const bool of_text = std::filesystem::exists(folder.path / tokenizer_json, ignored) ||
                       std::filesystem::exists(folder.path / tokenizer_model, ignored);
  check_input(of_text || !images, "{}: is a run on images ({} images --resume --out {})", folder.path.string(),
              program(), shell_path(folder.path.string()));
  check_input(!images, "{}: is images, and {} is a run on text (name a text: --data FILE)", config.data.source,
              folder.path.string());
  std::shared_ptr<const Tokenizer> tokenizer = load_tokenizer(folder.path);
  config.model.vocab_size = tokenizer->vocab_size();
  check_llama_config(config_beside(folder.weights()), folder.llama_config().string(), config.model);
  const std::string source = config.data.source;
  return where_memory_lasts(source, [&] {
    const Corpus corpus = corpus_of(config);
    LoadedModel teacher = teacher_of(config.train, config.model.max_seq_len);
    std::unique_ptr<Text> made = text_of(corpus, std::move(config), std::move(tokenizer), std::move(teacher),
                                         read_progress(folder).step, beforehand, progress);
    made->ends = ends_in(folder);
    return made;
  });
}

Trainer::Trainer(Config config, LockedFolder run, std::optional<Start> start, const Beforehand& beforehand,
                 const HearProgress& progress)
    : Trainer{(check_unused(run), std::move(run)),
              new_text(std::move(config), std::move(start), beforehand, progress)} {}

Trainer Trainer::resume(LockedFolder run, const Resumption& resumption, const Beforehand& beforehand,
                        const HearProgress& progress) {
  std::unique_ptr<Text> text = saved_text(origin_of(run, resumption), resumption, beforehand, progress);
  return {std::move(run), std::move(text), resumption};
}

Trainer::Trainer(LockedFolder folder, std::unique_ptr<Text> text) : TrainingLoop(std::move(folder), std::move(text)) {}
Trainer::Trainer(LockedFolder folder, std::unique_ptr<Text> text, const Resumption& resumption)
    : TrainingLoop(std::move(folder), std::move(text), resumption) {}

const Trainer::Text& Trainer::text() const {
  return static_cast<const Text&>(task());
}
const Model& Trainer::model() const {
  return text().weights;
}
const Tokenizer& Trainer::tokenizer() const {
  return *text().tokenizer;
}

}  // namespace tinymor
